"""The program: `biobank`, or `python -m biobank_tui`. The one place that knows both faces."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from biobank_tui.cli.running import run
from biobank_tui.cli.web.household import SERVED_BY, leave_with

if TYPE_CHECKING:
    from biobank_tui.cli.desk import Desk


def main() -> None:
    """Run the command line with the process's own arguments and leave with its exit code."""
    sys.exit(run(sys.argv[1:], open_app))


def open_app(desk: Desk) -> int:
    """Open the app on the desk's bank; its exit code."""
    from biobank_tui.tui.entry import open_bank

    server = os.environ.get(SERVED_BY)
    if server is not None:
        leave_with(int(server))
    return open_bank(desk.address, desk.loaded.settings)


if __name__ == "__main__":
    main()
