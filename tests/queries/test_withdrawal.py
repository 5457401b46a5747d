"""The preview of a withdrawal gives the figures of the act."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import aliquoting, withdrawing
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import withdrawal
from biobank_tui.rules.errors import Refused


def test_the_preview_gives_the_figures_of_the_act(bank: Bank, actor: Actor, make: Any) -> None:
    donor, other = make.donor(), make.donor()
    own = make.samples(3, donor=donor)
    theirs = make.samples(1, donor=other)
    aliquoting.pool(bank, actor, [(own[0], "50 µL"), (theirs[0], "50 µL")])
    with bank.read() as connection:
        seen = withdrawal.preview(connection, donor)
    done = withdrawing.withdraw(bank, actor, donor, "asked by letter")
    for figure in ("samples", "pools", "reservations", "picks", "expected", "gone"):
        assert getattr(seen, figure) == getattr(done, figure), figure
    assert seen.pools == 1
    with bank.read() as connection, pytest.raises(Refused, match="already withdrawn"):
        withdrawal.preview(connection, donor)
