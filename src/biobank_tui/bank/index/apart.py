"""The index made by a process of its own, at low priority, so that whoever works at the screen does not wait for it.

python -m biobank_tui.bank.index.apart BANK PROCESS
"""

from __future__ import annotations

import os
import sys

from biobank_tui.bank.bank import Bank


def command(bank: Bank) -> list[str] | None:
    """What to run so that the index is brought up; None where that is not needed, or the bank is on a server."""
    if "://" in bank.address:
        return None
    with bank.read() as connection:
        if not bank.index.wanted(connection):
            return None
    return [sys.executable, "-m", "biobank_tui.bank.index.apart", bank.address, str(os.getpid())]


def main() -> int:
    """Bring the index up; leave when the process that asked is gone."""
    address, asker = sys.argv[1], int(sys.argv[2])
    os.nice(10)

    def still_wanted(_phase: str, _done: int, _total: int) -> None:
        if os.getppid() != asker:
            raise SystemExit(1)

    with Bank.open(address) as bank, bank.read() as connection:
        if bank.index.wanted(connection):
            bank.index.catch_up(connection, still_wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
