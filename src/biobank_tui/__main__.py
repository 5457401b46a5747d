"""The program: `biobank`, or `python -m biobank_tui`. The one place that knows both faces."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from biobank_tui.cli.running import run
from biobank_tui.cli.web.household import SERVED_BY, leave_with
from biobank_tui.rules.errors import Refused

if TYPE_CHECKING:
    from biobank_tui.cli.desk import Desk


def main() -> None:
    """Run the command line with the process's own arguments and leave with its exit code."""
    sys.exit(run(sys.argv[1:], open_app))


def open_app(desk: Desk) -> int:
    """Open the app on the desk's bank; its exit code. Refused where there is no terminal to open it in."""
    server = os.environ.get(SERVED_BY)
    if server is not None:
        leave_with(int(server))
    elif "TEXTUAL_DRIVER" not in os.environ and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(
            "app.terminal",
            "There is no terminal here for the app to open in. `biobank --help` lists the commands that need none.",
        )
    from biobank_tui.tui.entry import open_bank

    return open_bank(desk.address, desk.loaded.settings)


if __name__ == "__main__":
    main()
