"""The program: `biobank`, or `python -m biobank_tui`. The one place that knows both faces."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from biobank_tui.cli.running import run

if TYPE_CHECKING:
    from biobank_tui.cli.desk import Desk
    from biobank_tui.tui.ports import Session


def main() -> None:
    """Run the command line with the process's own arguments and leave with its exit code."""
    sys.exit(run(sys.argv[1:], open_app))


def open_app(desk: Desk) -> int:
    """Open the app on the desk's bank; its exit code."""
    from biobank_tui.tui.app import BiobankApp, run_app

    settings = desk.loaded.settings
    return run_app(BiobankApp(lambda: _session(desk), remapped=settings.keys, theme_name=settings.theme))


def _session(desk: Desk) -> Session:
    """Open the bank and find who acts; called in a thread after the first frame."""
    from biobank_tui.bank.bank import Bank
    from biobank_tui.tui.ports import Session

    bank = Bank.open(desk.address)
    actor = desk.actor_in(bank)
    return Session(bank, bank.setting("name"), person=actor.name, close=bank.close)


if __name__ == "__main__":
    main()
