"""A writer to be killed: begins one act of many rows, says how far it is, and never ends it by itself."""

from __future__ import annotations

import sys

from biobank_tui.bank.bank import Bank
from biobank_tui.model.tables import SAMPLE, STUDY
from biobank_tui.rules.permissions import Verb

ROW = {
    "kind": "primary", "material": "DNA", "custodian_id": 1, "status": "available", "holds": 0, "thaws": 0,
}  # fmt: skip


def main(address: str) -> None:
    with Bank.open(address) as bank, bank.transaction(bank.actor("admin"), Verb.IMPORT) as tx:
        for part in range(1_000_000):
            first, prefix = tx.allocate("sample", 200)
            tx.insert(SAMPLE, [ROW | {"id": n, "code": f"{prefix}-{n}"} for n in range(first, first + 200)])
            tx.add(STUDY, code=f"T{part}", title="A trial")
            print(part, flush=True)


main(sys.argv[1])
