"""States: every state has its row, and a move is allowed or refused with what is."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

import pytest

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import (
    MACHINES,
    NOUNS,
    REQUEST_TURN,
    TERMINAL,
    RequestState,
    SampleStatus,
    Turn,
    following,
    move,
)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_has_its_row_and_leads_to_known_states(machine: type[StrEnum]) -> None:
    table = MACHINES[machine]
    assert set(table) == set(machine)
    for state, nexts in table.items():
        assert state not in nexts
        assert nexts <= set(machine)
    assert machine in NOUNS


@pytest.mark.parametrize(
    "path",
    [
        "expected available reserved in_transit distributed available",
        "available checked_out available consumed",
        "reserved checked_out reserved available missing available",
        "in_transit available destroyed",
    ],
)
def test_a_sample_walks_the_paths_of_the_bench(path: str) -> None:
    steps = path.split()
    for current, target in pairwise(steps):
        assert move(SampleStatus, current, target) is SampleStatus(target)


def test_a_refused_move_names_the_ones_that_are_open() -> None:
    with pytest.raises(Refused) as caught:
        move(SampleStatus, SampleStatus.AVAILABLE, SampleStatus.DISTRIBUTED)
    assert caught.value.code == "state.move"
    assert "reserved" in str(caught.value)
    assert "checked_out" in str(caught.value)


@pytest.mark.parametrize("status", sorted(TERMINAL - {SampleStatus.DISTRIBUTED}))
def test_what_is_gone_stays_gone(status: SampleStatus) -> None:
    assert following(status) == ()
    with pytest.raises(Refused, match="stays so"):
        move(SampleStatus, status, SampleStatus.AVAILABLE)


def test_every_request_says_whose_turn_it_is() -> None:
    assert set(REQUEST_TURN) == set(RequestState)
    over = {state for state in RequestState if not following(state)}
    assert {state for state, turn in REQUEST_TURN.items() if turn is Turn.NOBODY} == over
