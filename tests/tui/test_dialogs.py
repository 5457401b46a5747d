"""Questions by keyboard: confirm, choose, fill in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bench_bank import make_app, opened, until

from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.dialogs import Change, Choose, ChooseMany, Confirm, Dialog, Option
from biobank_tui.tui.fields import Field, Kind, Unfit, value_of
from biobank_tui.tui.form import Form
from biobank_tui.tui.status import Tone

MATERIALS = (Option("BloodPlasma", "Plasma"), Option("BloodSerum", "Serum"), Option("DNA", "DNA", "nucleic acid"))

FIELDS = (
    Field("code", "Code", hint="S-…"),
    Field("amount", "Amount (µL)", Kind.NUMBER, check=lambda value: None if value > 0 else "More than 0 is needed."),
    Field("material", "Material", Kind.CHOICE, MATERIALS),
    Field("collected", "Collected", Kind.DATE, required=False),
)


async def asked(app: BiobankApp, dialog: Dialog[Any]) -> list[Any]:
    """Show a dialog; its answer comes into the list."""
    answers: list[Any] = []
    await opened(app)
    app.push_screen(dialog, answers.append)
    await until(lambda: app.screen is dialog and app.focused is not None)
    return answers


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("n", False), ("escape", False), ("enter", True)])
async def test_a_question_is_answered_by_one_key(key: str, answer: bool) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Confirm("Move 3 samples?", [Change(3, "samples move")]))
        await pilot.press(key)
        await until(lambda: answers == [answer])


async def test_what_cannot_be_undone_has_no_as_its_default() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Confirm("Withdraw?", [Change(1_204, "samples go on hold")], tone=Tone.BAD))
        await pilot.press("enter")
        await until(lambda: answers == [False])


async def test_a_choice_is_filtered_by_typing() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Choose("Material", MATERIALS))
        await pilot.press(*"nucle")
        await until(lambda: app.screen.highlighted == "DNA")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: answers == ["DNA"])


async def test_a_whole_key_typed_comes_before_what_merely_holds_it() -> None:
    people = (Option("jonas", "Jonas", "technician"), Option("tech", "Théo", "technician"))
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Choose("Who are you?", people))
        await pilot.press(*"tech")
        await until(lambda: app.screen.highlighted == "tech")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: answers == ["tech"])


async def test_many_are_chosen_with_space() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, ChooseMany("Material", MATERIALS, ["DNA"]))
        await pilot.press("up", "up", "space", "enter")
        await until(lambda: answers == [("BloodPlasma", "DNA")])


async def test_a_form_is_filled_with_enter_from_field_to_field() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Form("A sample", FIELDS))
        await pilot.press(*"S1", "enter", *"1,5", "enter", "right", "right", "enter", *"2024-03", "enter")
        await until(lambda: bool(answers))
        assert answers == [{"code": "S1", "amount": Decimal("1.5"), "material": "BloodSerum", "collected": "2024-03"}]


async def test_a_form_says_at_each_field_what_is_wrong_and_goes_to_the_first() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Form("A sample", FIELDS))
        await pilot.press(*"S1", "enter", *"-3", "ctrl+s")
        form = app.screen
        await until(lambda: form.query("#problem-amount.-shown") and form.query("#problem-material.-shown"))
        assert app.focused is form.entry("amount")  # type: ignore[attr-defined]
        assert answers == []


async def test_esc_asks_where_something_was_typed_and_only_there() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        answers = await asked(app, Form("A sample", FIELDS))
        await pilot.press("x", "escape")
        await until(lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await until(lambda: isinstance(app.screen, Form))
        assert app.screen.entry("code").value == "x"  # type: ignore[attr-defined]
        await pilot.press("backspace", "escape")
        await until(lambda: answers == [None])


async def test_the_whole_answer_is_judged_too() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        fields = (Field("a", "A", value="1"), Field("b", "B", value="2"))
        form = Form("Two", fields, check=lambda answer: {"b": "B must be A."} if answer["a"] != answer["b"] else {})
        answers = await asked(app, form)
        await pilot.press("ctrl+s")
        await until(lambda: form.query("#problem-b.-shown"))
        await pilot.press("backspace", "1", "enter")
        await until(lambda: answers == [{"a": "1", "b": "1"}])


async def test_what_is_typed_survives_a_resize() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await asked(app, Form("A sample", FIELDS))
        await pilot.press(*"abc")
        await pilot.resize_terminal(120, 40)
        await pilot.resize_terminal(80, 24)
        assert app.screen.entry("code").value == "abc"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.NUMBER, "1 200,5", Decimal("1200.5")),
        (Kind.NUMBER, "-80", Decimal("-80")),
        (Kind.DATE, "2024-02-29", "2024-02-29"),
        (Kind.DATE, "2024", "2024"),
        (Kind.DATE, "2024-03-09t10:15z", "2024-03-09T10:15Z"),
        (Kind.DATE, "2024-03-09 10:15", "2024-03-09 10:15"),
        (Kind.DATE, "2024-03-09 10:15:30.5+01:00", "2024-03-09 10:15:30.5+01:00"),
        (Kind.TEXT, "  x ", "x"),
        (Kind.SECRET, " x ", " x "),
        (Kind.MANY, "a, b", ("a", "b")),
    ],
)
def test_what_is_typed_becomes_a_value(kind: Kind, raw: str, value: object) -> None:
    assert value_of(Field("f", "F", kind, (Option("a", "A"), Option("b", "B"))), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.NUMBER, "twelve"),
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "1e999999999"),
        (Kind.DATE, "2023-02-29"),
        (Kind.DATE, "2024-3-9"),
        (Kind.DATE, "09/03/2024"),
        (Kind.DATE, "0000"),
        (Kind.DATE, "2024-03-09T99:99"),
        (Kind.CHOICE, "c"),
        (Kind.TEXT, "   "),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(kind: Kind, raw: str) -> None:
    with pytest.raises(Unfit, match=r"\.$"):
        value_of(Field("f", "F", kind, (Option("a", "A"),)), raw)
