"""The sample list finds, sorts, marks and acts; nothing is written that was not shown before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from bench_bank import until
from desk_bank import P, app_on, at_rest, confirmed, fill, form, message, seated, view_of
from textual.widgets import Static

from biobank_tui.actions.parties import set_password
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.sample_detail import detail
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.query import Query, parse
from biobank_tui.tui.chrome import SIGNS
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.entry import BankApp
from biobank_tui.tui.ports import Found
from biobank_tui.tui.screens import samples as sample_screen
from biobank_tui.tui.screens.sample_filter import REST, SEARCHES, FilterInput, FilterLine
from biobank_tui.tui.screens.sample_labels import LabelLook
from biobank_tui.tui.screens.sample_life import LifePage
from biobank_tui.tui.screens.sample_rows import NEWEST, Built, SampleRows, look_ahead
from biobank_tui.tui.screens.samples import Samples
from biobank_tui.tui.status import Tone


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


def says(samples: Samples) -> str:
    """What stands below the filter."""
    return str(samples.query_one("#filter-says", Static).content)


def codes(samples: Samples) -> list[str]:
    """The codes on screen, in order."""
    rows = [samples.table._window.row(at) for at in range(samples.table.total or 0)]
    return [row.cells[0] for row in rows if row is not None]


async def into_filter(app: BankApp, pilot: P) -> None:
    """Press f, and wait until the filter takes the keys."""
    await pilot.press("f")
    await until(lambda: isinstance(app.focused, FilterInput))


async def narrowed(samples: Samples, text: str, count: int) -> None:
    """Apply a filter, and wait until so many rows are there."""
    samples.line.set(text)
    await until(lambda: samples.query_text == text and samples.table.total == count and samples.table.settled)


def place_of(bank: Bank, code: str) -> str:
    with bank.read() as connection:
        place = detail(connection, code).place
    return "" if place is None else f"{place.unit} {place.position}"


async def test_a_filter_narrows_the_list_and_counts_it_exactly(bank: Bank, make) -> None:
    make.samples(5, material="Plasma")
    dna = make.samples(2, material="DNA")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 7)
        await into_filter(app, pilot)
        await pilot.press(*"type:dna", "enter")
        await until(lambda: samples.table.total == 2)
        await until(lambda: codes(samples) == dna[::-1])
        assert app.focused is samples.table


async def test_a_filter_that_is_not_understood_is_a_sentence_and_the_list_stays(bank: Bank, make) -> None:
    make.samples(3)
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 3)
        await into_filter(app, pilot)
        await pilot.press(*"colour:red", "enter")
        await until(lambda: "There is no field colour" in says(samples))
        assert samples.table.total == 3
        await pilot.press("escape")
        assert app.focused is samples.table


async def test_a_filter_is_looked_for_ahead_once_somebody_rests_over_it(bank: Bank, make, monkeypatch) -> None:
    looked: list[tuple[Query, tuple[str, bool]]] = []
    monkeypatch.setattr(sample_screen, "look_ahead", lambda _bank, query, sort: looked.append((query, sort)))
    make.samples(3)
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 3)
        await into_filter(app, pilot)
        await pilot.press(*"type:dna")
        await until(lambda: looked)
        assert looked == [(parse("type:dna"), NEWEST)]
        assert samples.table.total == 3
        await pilot.press(*" colour:red")
        await asyncio.sleep(2 * REST)
        assert all(query.words or query == parse("type:dna") for query, _sort in looked)


def test_what_was_looked_for_ahead_is_at_hand(bank: Bank, make) -> None:
    make.samples(3)
    look_ahead(bank, parse("type:plasma"), NEWEST)
    assert not bank.index.there
    with bank.read() as connection:
        bank.index.make_anew(connection)
    look_ahead(bank, parse("type:plasma"), NEWEST)
    with bank.read() as connection, bank.index.view(connection) as view:
        assert view is not None
        kept = view.kept(parse("type:plasma").terms[0], lambda _term: pytest.fail("it was not looked for"))
    assert len(kept) >= 1


async def test_tab_completes_fields_and_values(bank: Bank) -> None:
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await into_filter(app, pilot)
        await pilot.press(*"sta", "tab", *"av")
        await until(lambda: "available" in says(samples))
        await pilot.press("tab")
        assert samples.line.text == "status:available"


def test_every_search_offered_is_understood() -> None:
    for _name, text in SEARCHES:
        parse(text)


async def test_the_list_is_sorted_by_a_column_and_back(bank: Bank, make) -> None:
    made = [make.sample(amount=amount) for amount in ("300 µL", "100 µL", "200 µL")]
    async with seated(bank) as (app, _pilot):
        samples = await view_of(app, "samples")
        samples.table.ask_sort("amount")
        await until(lambda: samples.table.total == 3 and codes(samples) == [made[1], made[2], made[0]])
        samples.table.ask_sort("amount")
        await until(lambda: samples.table.total == 3 and codes(samples) == [made[0], made[2], made[1]])


async def test_marked_tubes_are_placed_after_a_counted_preview(bank: Bank, make) -> None:
    made = make.samples(3)
    box = make.box()
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 3)
        await pilot.press("space", "space", "p")
        await fill(app, pilot, box=box, position="B2")
        question = await confirmed(app, pilot)
        assert [change.count for change in question.changes][:2] == [2, 2]
        await until(lambda: "2 tubes are in" in message(app))
        assert {place_of(bank, code) for code in made[1:]} == {f"{box} B2", f"{box} B3"}
        assert place_of(bank, made[0]) == ""
        assert not samples.table.marks


async def test_all_of_one_filter_stays_marked_under_another(bank: Bank, make) -> None:
    plasma = make.samples(4, material="Plasma")
    dna = make.samples(3, material="DNA")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await narrowed(samples, "type:dna", 3)
        samples.table.focus()
        await pilot.press("ctrl+a")
        await until(lambda: samples.table.marked == 3)
        await pilot.press("space")
        await until(lambda: samples.table.marked == 2)
        await narrowed(samples, "", 7)
        assert samples.table.marked == 2
        await narrowed(samples, "type:plasma", 4)
        await pilot.press("space")
        await until(lambda: samples.table.marked == 3)
        # What the list shows comes first, in its order.
        assert await samples._codes() == (plasma[-1], *sorted(dna[:2]))
        await pilot.press("ctrl+a")
        await until(lambda: samples.table.marked == 0)


async def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(bank: Bank, make) -> None:
    box = make.box()
    make.sample(unit=box, position="A1")
    free = make.sample()
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 2)
        await pilot.press("p")
        await fill(app, pilot, box=box, position="A1")
        asked = await form(app)
        await until(lambda: asked.query_one("#problem-position").has_class("-shown"))
        assert asked.entry("box").value == box
        await fill(app, pilot, position="A2")
        await until(lambda: place_of(bank, free) == f"{box} A2")


async def test_a_tube_is_shared_out_and_its_labels_printed(bank: Bank, make, tmp_path: Path) -> None:
    parent = make.sample(amount="500 µL", material="Plasma")
    box = make.box()
    target = tmp_path / "labels.pdf"
    async with seated(bank, printer=str(target)) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("a")
        await fill(app, pilot, count="3", each="100 µL", box=box, position="C1")
        question = await confirmed(app, pilot)
        assert "200 µL of 500 µL" in question.changes[1].text
        await until(lambda: isinstance(app.screen, LabelLook) and app.focused is not None)
        look = app.screen.query_one("#label-look", Static)
        assert "▀" in str(look.content)
        await pilot.press("y")
        await fill(app, pilot)
        await until(lambda: "3 labels printed" in message(app))
        assert target.read_bytes().startswith(b"%PDF")
        await until(lambda: samples.table.total == 4 and samples.table.settled)
        children = [code for code in codes(samples) if code != parent]
        assert [place_of(bank, code) for code in children] == [f"{box} C3", f"{box} C2", f"{box} C1"]
        with bank.read() as connection:
            assert detail(connection, parent).amount == "200 µL"


async def test_a_label_is_printed_again_only_with_a_reason(bank: Bank, make, tmp_path: Path) -> None:
    make.sample()
    async with seated(bank, printer=str(tmp_path / "labels.pdf")) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        for reason in ("", "smeared"):
            await pilot.press("l")
            await until(lambda: isinstance(app.screen, LabelLook) and app.focused is not None)
            await pilot.press("y")
            await fill(app, pilot)
            if reason:
                asked = await form(app)
                problem = asked.query_one("#problem-reason", Static)
                await until(lambda problem=problem: "printed before" in str(problem.content))
                await fill(app, pilot, reason=reason)
            await until(lambda: "1 label printed" in message(app))
            await at_rest(app)


async def test_an_overdraw_is_refused_with_the_figures_before_anything_is_made(bank: Bank, make) -> None:
    make.sample(amount="500 µL")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("a")
        await fill(app, pilot, count="6", each="100 µL")
        asked = await form(app)
        problem = asked.query_one("#problem-taken", Static)
        await until(lambda: "600 µL asked, 500 µL left" in str(problem.content))
        await pilot.press("escape")
        await confirmed(app, pilot)
        await at_rest(app)
        assert samples.table.total == 1


async def test_barcodes_scanned_one_after_the_other_stay_apart(bank: Bank, make) -> None:
    make.sample(amount="500 µL")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("a")
        asked = await form(app)
        asked.entry("count").value = "2"
        asked.entry("barcodes").focus()
        await pilot.press(*"FB1", "enter", *"FB2", "enter")
        await until(lambda: asked.entry("barcodes").value == "FB1 FB2")
        assert app.focused is asked.entry("close")


async def test_tubes_are_registered_several_at_once(bank: Bank, make) -> None:
    donor, box = make.donor(), make.box()
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await pilot.press("r")
        await fill(app, pilot, donor=donor, material="plasma", amount="400 µL", count="4", box=box)
        await confirmed(app, pilot)
        await until(lambda: isinstance(app.screen, LabelLook) and app.focused is not None)
        await pilot.press("n")
        await until(lambda: "4 tubes registered" in message(app))
        await until(lambda: samples.table.total == 4)


async def test_tubes_go_out_and_come_back(bank: Bank, make) -> None:
    code = make.sample(unit=make.box(), position="A1")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("o")
        await fill(app, pilot)
        await until(lambda: "is out with you" in message(app))
        await pilot.press("b")
        await fill(app, pilot, thawed="yes")
        await until(lambda: "is back" in message(app))
        with bank.read() as connection:
            assert detail(connection, code).thaws == 1


async def test_a_hold_is_laid_and_released_and_shown(bank: Bank, make) -> None:
    make.sample()
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("h")
        await fill(app, pilot, kind="quality", reason="seal broken")
        await until(lambda: samples.table.settled and samples.table.row and samples.table.row.cells[2] == "held")
        await until(lambda: "seal broken" in str(samples.pane.query_one(Static).content))
        await pilot.press("R")
        await fill(app, pilot, reason="resealed")
        await until(lambda: samples.table.row and samples.table.row.cells[2] == "available")


async def test_a_destruction_is_signed_and_asks_with_no_in_front(bank: Bank, make, actor) -> None:
    set_password(bank, actor, "admin", "correct horse battery")
    code = make.sample(unit=make.box(), position="A1")
    async with app_on(bank.address) as (app, pilot):
        await fill(app, pilot, password="correct horse battery")
        await until(lambda: app.session is not None)
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("e")
        await fill(app, pilot, how="destroyed", reason="thawed in a defect freezer", password="wrong")
        question = await confirmed(app, pilot)
        assert question.tone is Tone.BAD
        assert "cannot be undone" in question.changes[-1].text
        asked = await form(app)
        await until(lambda: "not right" in str(asked.query_one("#problem-password", Static).content))
        assert place_of(bank, code)
        await fill(app, pilot, password="correct horse battery")
        await confirmed(app, pilot)
        await until(lambda: f"{code}: destroyed." in message(app))
        assert place_of(bank, code) == ""


async def test_what_a_role_may_not_do_says_why(bank: Bank, make) -> None:
    make.sample()
    make.person(Role.AUDITOR, login="agnes")
    async with seated(bank, login="agnes") as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        await pilot.press("p")
        await until(lambda: "needs one of the roles technician, manager" in message(app))
        assert app.screen is app.base


async def test_the_tube_under_the_cursor_is_shown_whole_and_tells_its_life(bank: Bank, make) -> None:
    box = make.box()
    code = make.sample(
        unit=box, position="A1", amount="500 µL", note="[bold]haemolysed[/] \x1b[31m".replace("\x1b", "")
    )
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        pane = samples.pane.query_one(Static)
        await until(lambda: code in str(pane.content))
        text = str(pane.content)
        assert "◆" in text
        assert "[bold]haemolysed[/]" in text
        assert "No consent is recorded" in text
        await pilot.press("H")
        await until(lambda: isinstance(app.screen, LifePage))
        assert "sample register" in str(app.screen.body())


async def test_where_it_is_narrow_enter_shows_the_tube_and_esc_the_list(bank: Bank, make) -> None:
    make.sample()
    async with seated(bank, size=(80, 24)) as (app, pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1)
        assert not samples.pane.display or samples.pane.size.width == 0
        await pilot.press("enter")
        await until(lambda: app.focused is samples.pane and samples.pane.size.width > 70)
        await pilot.press("escape")
        await until(lambda: app.focused is samples.table)


async def test_a_tube_scanned_elsewhere_is_found_though_the_filter_hides_it(bank: Bank, make) -> None:
    plasma = make.sample(material="Plasma")
    make.sample(material="DNA")
    async with seated(bank) as (app, _pilot):
        samples = await view_of(app, "samples")
        await narrowed(samples, "type:dna", 1)
        app.take_burst(plasma)
        await until(lambda: samples.table.row and samples.table.row.cells[0] == plasma)
        assert samples.situation().row == samples.table.row.key


async def test_a_good_search_is_chosen_from_the_list(bank: Bank, make) -> None:
    make.samples(2)
    make.sample(unit=make.box(), position="A1")
    async with seated(bank) as (app, pilot):
        samples = await view_of(app, "samples")
        await pilot.press("F")
        await until(lambda: isinstance(app.screen, Choose) and app.focused is not None)
        await pilot.press(*"without", "enter")
        await until(lambda: samples.query_text == "status:available -box:*" and samples.table.total == 2)


async def test_an_order_that_nobody_waits_for_any_more_is_dropped(bank: Bank, make) -> None:
    make.samples(3)
    rows = SampleRows(bank, Query())
    rows.stop()
    assert rows.build() is None
    assert rows.window(0, 10) == ()


async def test_any_row_is_at_hand_once_the_order_is_there(bank: Bank, make) -> None:
    made = make.samples(5)
    rows = SampleRows(bank, Query())
    first = rows.window(0, 2)
    assert [row.cells[0] for row in first] == [made[4], made[3]]
    assert rows.count() is None
    assert rows.build(first[1].key) == Built(5, 1, True)
    assert rows.count() == 5
    assert [row.cells[0] for row in rows.window(3, 10)] == [made[1], made[0]]
    assert rows.build() == Built(5, None, False)


async def test_what_was_written_elsewhere_is_there_when_the_screen_comes_back(bank: Bank, make) -> None:
    make.sample()
    async with seated(bank) as (app, _pilot):
        samples = await view_of(app, "samples")
        await until(lambda: samples.table.total == 1 and samples.source.head > 0)
        before = samples.source.head
        await view_of(app, "bench")
        await view_of(app, "samples")
        assert samples.source.head == before
        await view_of(app, "bench")
        make.samples(2)
        await view_of(app, "samples")
        await until(lambda: samples.table.total == 3)


async def test_who_waits_for_a_far_row_is_let_go_when_the_list_is_left(bank: Bank, make) -> None:
    make.sample()
    rows = SampleRows(bank, Query())
    waiting = asyncio.create_task(asyncio.to_thread(rows.window, 5_000, 100))
    rows.stop()
    assert await asyncio.wait_for(waiting, 10) == ()


def test_signs_differ_by_glyph_and_word() -> None:
    assert len({sign.glyph for sign in SIGNS.values()}) == len(SIGNS)


async def test_a_filter_is_opened_from_another_screen(bank: Bank, make) -> None:
    make.samples(2)
    async with seated(bank) as (app, _pilot):
        app.open_found(Found("filter", 0, "status:expected", "", "samples"))
        await until(lambda: app.view is not None and app.view.query(FilterLine))
        samples = app.view
        await until(lambda: samples.query_text == "status:expected" and samples.table.total == 0)  # type: ignore[union-attr]
