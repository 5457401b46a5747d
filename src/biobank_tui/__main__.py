"""The program: `biobank`, or `python -m biobank_tui`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line with the process's own arguments and leave with its exit code."""
    from biobank_tui.cli.running import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
