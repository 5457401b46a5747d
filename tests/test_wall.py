"""Moments on the clock on the wall."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biobank_tui import wall


@pytest.fixture(autouse=True)
def paris() -> Iterator[None]:
    wall.set_zone("Europe/Paris")
    yield
    wall.set_zone("UTC")


def test_a_moment_is_told_by_the_wall_and_a_partial_one_as_it_is() -> None:
    assert wall.clock("2026-07-02T22:30:15.123Z") == "2026-07-03 00:30"
    for partial in ("2026", "2026-07", "2026-07-02"):
        assert wall.clock(partial) == partial
    assert wall.clock(None) == ""


def test_what_a_form_offers_says_the_same_when_it_is_typed_back() -> None:
    assert wall.typed("2026-07-02T08:30Z") == "2026-07-02 10:30"
    assert wall.typed("2026-07-02T08:30:15Z") == "2026-07-02T08:30:15Z", "its seconds are kept"
    assert wall.typed("2026-10-25T00:30Z") == "2026-10-25T00:30Z", "02:30 came twice that night"
    assert wall.typed(None) == ""


def test_a_zone_that_is_none_is_utc() -> None:
    wall.set_zone("Nowhere/Land")
    assert wall.clock("2026-07-02T08:30Z") == "2026-07-02 08:30"
