"""Memory is tidied once, while nobody does anything, and left as it was found when the app ends."""

import gc
import sys

import pytest

from biobank_tui.tui import tidying


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(tidying, "monotonic", lambda: now[0])
    return now


def test_it_is_tidied_once_at_rest_and_again_after_something_was_done(clock, monkeypatch):
    collected = []
    monkeypatch.setattr(tidying.gc, "collect", lambda: collected.append(clock[0]))
    try:
        tidy = tidying.Tidying()
        tidy.disturbed()
        clock[0] += tidying.REST / 2
        tidy.at_rest()
        assert collected == []
        clock[0] += tidying.REST
        tidy.at_rest()
        tidy.at_rest()
        assert len(collected) == 1
        assert gc.get_freeze_count() > 0
        tidy.disturbed()
        clock[0] += tidying.REST + 1
        tidy.at_rest()
        assert len(collected) == 2
    finally:
        gc.unfreeze()


def test_what_the_app_sets_it_sets_back():
    before = gc.get_threshold(), sys.getswitchinterval()
    with tidying.at_hand():
        assert gc.get_threshold() == tidying.ROUNDS
        assert sys.getswitchinterval() == pytest.approx(tidying.TURN)
    assert gc.get_threshold() == before[0]
    assert sys.getswitchinterval() == pytest.approx(before[1])


def test_great_blocks_are_given_back_or_nothing_is_done(monkeypatch):
    asked = []
    library = type("Library", (), {"mallopt": lambda _self, *given: asked.append(given)})
    monkeypatch.setattr(tidying.ctypes, "CDLL", lambda _name: library())
    with tidying.at_hand():
        assert asked == [(tidying.M_MMAP_THRESHOLD, tidying.GREAT)]
    monkeypatch.setattr(tidying.ctypes, "CDLL", lambda _name: object())
    with tidying.at_hand():
        pass
