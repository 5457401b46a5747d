"""Who acts in the demonstration bank, and from which workstation: invented ones, whatever machine writes it."""

from __future__ import annotations

from dataclasses import replace

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor

BENCHES = {"tech": "bench-1", "mira": "bench-2", "jonas": "bench-3", "manager": "office", "admin": "office"}
"""Workstations by login; the others sit at home."""


def acting(bank: Bank, login: str) -> Actor:
    """The person of that login at their workstation."""
    return replace(bank.actor(login), workstation=f"{login}@{BENCHES.get(login, 'home')}")
