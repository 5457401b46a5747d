"""A workstation to be killed: says it is ready, and reserves all a request asks for once it is told to."""

from __future__ import annotations

import sys

from biobank_tui.actions.reserving import Reserve, reserve
from biobank_tui.bank.bank import Bank


def main(address: str, request: str) -> None:
    with Bank.open(address) as bank:
        actor = bank.actor("admin")
        print("ready", flush=True)
        sys.stdin.readline()
        print(reserve(bank, actor, Reserve(request)).count, flush=True)


main(*sys.argv[1:])
