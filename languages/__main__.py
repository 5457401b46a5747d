"""Take the words anew from the source, keep what is translated, and compile it."""

from __future__ import annotations

import sys

from languages.catalogue import refresh

if __name__ == "__main__":
    sys.exit(refresh())
