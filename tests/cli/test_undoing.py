"""biobank undo and biobank scan, at the command line."""

from __future__ import annotations

import pytest


@pytest.fixture
def tube(freezer):
    return freezer("sample", "register", "D-0000010", "plasma", "--amount", "2 mL", "--box", "F01.R1.B1").lines[0]


def test_the_last_act_is_shown_on_trial_and_then_undone(freezer, tube):
    freezer("sample", "aliquot", tube, "3", "--each", "200 µL")
    trial = freezer("undo", "--dry-run")
    assert trial.code == 0
    assert "3 tubes made by it are struck off" in trial.err
    assert freezer("show", tube, "--json").json["amount"] == "1.4 mL"
    done = freezer("undo", "--json").json
    assert (done["verb"], done["subject"], done["entry"]) == ("sample.aliquot", tube, done["undoes"] + 1)
    assert freezer("show", tube, "--json").json["amount"] == "2 mL"
    assert freezer("check").code == 0


def test_an_entry_that_was_built_upon_is_refused_with_what_happened_since(freezer, tube):
    number = freezer("history", tube, "--json").json[0]["number"]
    freezer("sample", "hold", tube, "--reason", "label unreadable")
    answer = freezer("undo", "--entry", str(number))
    assert answer.code == 1
    assert f"{tube} was touched since" in answer.err


def test_a_scan_is_judged_by_the_same_sentence_as_in_the_app(freezer, tube):
    good = freezer("scan", tube)
    assert (good.code, good.out.startswith(f"{tube}: ")) == (0, True)
    assert "2 mL" in good.out
    wrong = tube[:-1] + ("A" if tube[-1] != "A" else "B")
    told = freezer("scan", tube, wrong, "F01.R1.B1", "--json")
    assert told.code == 1
    assert [(each["kind"], each["mood"]) for each in told.json] == [
        ("sample", "good"), (None, "alarm"), ("storage_unit", "good"),
    ]  # fmt: skip
    assert "check character" in told.json[1]["sentence"]
