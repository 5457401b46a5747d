"""`u` takes the last act back, after a preview that counts what it will do."""

from __future__ import annotations

from typing import Any

from at_bank import press, settled, sitting, told, verdict
from bench_bank import until

from biobank_tui.actions.aliquoting import Aliquoting, aliquot
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries.sample_detail import detail
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Confirm


async def test_aliquots_are_undone_after_a_counted_preview(bank: Bank, make: Any) -> None:
    make.person(Role.TECHNICIAN, login="tech")
    parent = make.sample(amount="1 mL")
    aliquot(bank, bank.actor("tech"), Aliquoting(parent, 3, "200 µL"))
    async with sitting(bank, "tech", "bench") as (app, pilot, _view):
        await press(app, pilot, "u")
        question = app.screen
        assert isinstance(question, Confirm)
        assert [(change.count, change.text) for change in question.changes] == [
            (3, "tubes made by it are struck off; their codes are never used again"),
            (1, "tube has its former amount again"),
        ]
        await press(app, pilot, "n")
        assert left_in(bank, parent) == "0.4 mL"
        await press(app, pilot, "u", "y")
        assert told(app).startswith("Undone: sample aliquot")
        assert left_in(bank, parent) == "1 mL"
        await press(app, pilot, "u")
        assert told(app) == "There is nothing of yours to undo."


async def test_an_act_of_the_ledger_is_undone_under_the_cursor_or_refused_with_the_reason(
    bank: Bank, actor: Actor, make: Any
) -> None:
    parent = make.sample(amount="1 mL")
    aliquot(bank, actor, Aliquoting(parent, 1, "200 µL"))
    aliquot(bank, actor, Aliquoting(parent, 1, "300 µL"))
    async with sitting(bank, "admin", "ledger") as (app, pilot, _view):
        await press(app, pilot, "down", "U")
        assert "can no longer be undone" in told(app)
        await press(app, pilot, "up", "U", "y")
        assert left_in(bank, parent) == "0.8 mL"


async def test_what_a_scan_said_is_shown_as_said_before_once_something_newer_was_done(bank: Bank, make: Any) -> None:
    tube, box = make.sample(), make.box()
    async with sitting(bank, "admin", "bench") as (app, pilot, _view):
        app.take_burst(tube)
        await until(lambda: "it has no place yet" in verdict(app))
        await settled(app)
        await press(app, pilot, "p", f"type:{box}", "ctrl+s")
        assert f"{tube} is in {box} A1" in told(app)
        assert str(app.verdict.render()).startswith("Scanned before that:")
        app.take_burst(tube)
        await until(lambda: "A1" in verdict(app))
        assert told(app) == ""
        assert not str(app.verdict.render()).startswith("Scanned before")


async def test_a_scan_refused_by_a_question_stands_in_the_history_too(bank: Bank, make: Any) -> None:
    tube = make.sample()
    async with sitting(bank, "admin", "bench") as (app, _pilot, _view):
        app.push_screen(Confirm("Really?"))
        await settled(app)
        app.take_burst(tube)
        scan, said = app.scans.history[-1]
        assert (scan.text, "first" in said.sentence) == (tube, True)


def left_in(bank: Bank, code: str) -> str:
    with bank.read() as connection:
        return detail(connection, code).amount
