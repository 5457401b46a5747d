"""Tubes as those who make others of them need to see them: what each holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from biobank_tui.queries import finding
from biobank_tui.rules.amounts import Amount, Unit


@dataclass(frozen=True, slots=True)
class Parent:
    """A tube that others are made of. held: None where it was never measured."""

    code: str
    material: str
    held: Amount | None
    frozen: bool
    placed: bool


def parents(connection: Connection, codes: Sequence[str]) -> tuple[Parent, ...]:
    """The tubes, in their order. NotFound."""
    return tuple(
        Parent(
            tube["code"],
            tube["material"],
            Amount(tube["amount"], Unit(tube["unit"])) if tube["amount"] is not None else None,
            tube["frozen"] is not None,
            tube["unit_id"] is not None,
        )
        for tube in finding.samples(connection, codes)
    )
