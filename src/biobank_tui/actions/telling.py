"""What the bank tells a project by itself, as a message with its request; each reader reads it in their language."""

from __future__ import annotations

import json

from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import MESSAGE


def tell(tx: Transaction, request_id: int, sentence: str, **facts: object) -> None:
    """Leave a notice with a request. sentence: a template, filled with the facts where it is shown."""
    stored = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    tx.add(MESSAGE, request_id=request_id, person_id=tx.actor.person_id, said=tx.at, body=sentence, facts=stored)
