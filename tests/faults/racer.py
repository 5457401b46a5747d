"""One workstation of a race: for each line of codes read, reserves them in its own order, and says what happened."""

from __future__ import annotations

import json
import random
import sys

from biobank_tui.actions.reserving import Reserve, reserve
from biobank_tui.bank.bank import Bank
from biobank_tui.rules.errors import BiobankError

AT_ONCE = 50


def main(address: str, login: str, request: str) -> None:
    with Bank.open(address) as bank:
        actor = bank.actor(login)
        print("ready", flush=True)
        for line in sys.stdin:
            codes = line.split()
            random.shuffle(codes)
            reserved: list[str] = []
            told: list[str] = []
            for start in range(0, len(codes), AT_ONCE):
                part = tuple(codes[start : start + AT_ONCE])
                # All of them first; where the other was faster, whatever it left.
                for fewest in (None, 1):
                    try:
                        made = reserve(bank, actor, Reserve(request, line=1, samples=part, fewest=fewest))
                    except BiobankError as error:
                        told.append(str(error))
                    else:
                        reserved += made.lines[0].samples
                        break
            print(json.dumps({"reserved": reserved, "told": told}), flush=True)


main(*sys.argv[1:])
