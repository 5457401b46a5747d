"""The virtual table: any number of rows, never waiting, marks by key."""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import Any

from bench_bank import COLUMNS, Samples, SamplesView, make_app, opened, until, views_with
from textual.pilot import Pilot

from biobank_tui.rules.errors import Unreachable
from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.widgets.columns import cut, fit, tail
from biobank_tui.tui.widgets.marks import Marks
from biobank_tui.tui.widgets.stillness import MOMENT
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.tui.widgets.window import PAGE, Window


async def table_of(app: BiobankApp) -> RowTable:
    view = await opened(app, "samples")
    assert isinstance(view, SamplesView)
    await until(lambda: view.table.settled)
    return view.table


def lines(table: RowTable) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


async def test_only_what_is_on_screen_is_fetched() -> None:
    app = make_app()
    async with app.run_test():
        table = await table_of(app)
        source = Samples(10_000_000)
        table.show(source)
        await until(lambda: table.settled)
        table.jump(7_654_321)
        await until(lambda: table.row is not None and table.settled)
        assert table.row is not None
        assert table.row.key == 7_654_322
        assert len(source.asked) <= 6
        assert "row 7,654,322 of 10,000,000" in lines(table)[-1]


async def test_a_row_asked_for_before_the_length_is_known_is_the_one_under_the_cursor() -> None:
    app = make_app()
    async with app.run_test():
        table = await table_of(app)
        table.show(Samples(5_000))
        table.jump(1_234)
        await until(lambda: table.cursor == 1_234 and table.settled)
        assert table.row is not None
        assert table.row.key == 1_235


async def test_rows_not_yet_here_are_dots_and_painting_never_waits() -> None:
    app = make_app()
    async with app.run_test():
        table = await table_of(app)
        gate = Event()
        table.show(Samples(5_000, gate))
        assert "······" in lines(table)[1]
        gate.set()
        await until(lambda: table.settled)
        assert "S-000000K" in lines(table)[1]


async def test_nothing_is_painted_until_the_first_rows_are_here_but_no_longer_than_a_moment() -> None:
    app = make_app()
    async with app.run_test():
        table = await table_of(app)
        gate = Event()
        table.show(Samples(5_000, gate))
        begun = monotonic()
        assert app._batch_count == 1
        await until(lambda: app._batch_count == 0)
        assert monotonic() - begun >= MOMENT * 0.9
        assert not table.settled
        gate.set()
        await until(lambda: table.settled)
        table.show(Samples(300))
        await until(lambda: table.settled and app._batch_count == 0)


async def test_a_row_chosen_before_it_is_here_is_chosen_once_it_is() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        chosen: list[int] = []
        table.app.screen.message_signal.subscribe(
            table, lambda told: chosen.append(told.row.key) if isinstance(told, RowTable.RowChosen) else None
        )
        gate = Event()
        table.show(Samples(5_000, gate))
        table.recount(5_000)
        await press(pilot, "enter")
        assert chosen == []
        gate.set()
        await until(lambda: chosen == [1])
        table.show(Samples(0))
        await until(lambda: table.settled)
        await press(pilot, "enter")
        assert chosen == [1]


async def test_a_stale_answer_never_overwrites_a_newer_one() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        gate = Event()
        old = Samples(500, gate, prefix="OLD")
        table.show(old)
        await until(lambda: old.asked)
        table.show(Samples(300, prefix="NEW"))
        await until(lambda: table.settled)
        gate.set()
        await app.workers.wait_for_complete([each for each in app.workers if each.group == "work:rows"])
        await pilot.pause()
        assert table.total == 300
        assert "NEW-000000K" in lines(table)[1]


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """By hand: each key after the last has been understood."""
    for key in keys:
        await pilot.press(key)
        await until(lambda: not pilot.app._cutter.holding)  # type: ignore[attr-defined]
    await pilot.pause()


async def test_the_cursor_goes_by_row_page_and_end() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        await press(pilot, "down", "down", "up")
        assert table.cursor == 1
        await press(pilot, "pagedown")
        assert table.cursor > 10
        await press(pilot, "end")
        assert table.cursor == 1_234_566
        await until(lambda: table.settled)
        await press(pilot, "down")
        assert table.cursor == 1_234_566
        assert "S-1234566K" in lines(table)[-2]
        await press(pilot, "home")
        assert table.cursor == 0


async def test_marks_stay_by_key_when_the_source_changes() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        await press(pilot, "space", "space")
        assert table.marks.keys == {1, 2}
        table.show(Samples(10))
        await until(lambda: table.settled)
        assert table.marks.keys == {1, 2}
        assert "2 marked" in lines(table)[-1]


async def test_a_range_is_marked_with_v_and_with_shift() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        await press(pilot, "v", "down", "down", "v", "down")
        assert table.marks.keys == {1, 2, 3}
        await press(pilot, "shift+down", "shift+down", "shift+up", "down")
        assert table.marks.keys == {1, 2, 3, 4, 5}
        await press(pilot, "v", "down", "escape")
        assert table.marks.keys == {1, 2, 3, 4, 5}


async def test_a_range_far_beyond_the_screen_is_fetched_whole() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        table.show(Samples(25_000))
        await until(lambda: table.settled)
        await press(pilot, "v", "end")
        await until(lambda: table.marked == 25_000)
        assert not table.marks.everything


async def test_mark_all_holds_no_keys() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        table = await table_of(app)
        await press(pilot, "ctrl+a")
        assert table.marked == 1_234_567
        assert not table.marks.keys
        await press(pilot, "space")
        assert table.marked == 1_234_566
        table.show(Samples(10))
        assert not table.marks


async def test_sorting_is_asked_for_by_column_and_turned_the_second_time() -> None:
    asked: list[tuple[str, bool]] = []

    class Sorting(SamplesView):
        def on_row_table_sort_asked(self, event: RowTable.SortAsked) -> None:
            asked.append((event.column, event.descending))
            event.table.show(Samples(50), sorted_by=(event.column, event.descending))

    app = make_app(views=views_with(samples=Sorting))
    async with app.run_test() as pilot:
        table = await table_of(app)
        await press(pilot, "s")
        await until(lambda: isinstance(app.screen, Choose))
        await press(pilot, "down", "enter")
        await until(lambda: asked)
        await pilot.click(RowTable, offset=(15, 0))
        await until(lambda: len(asked) == 2)
        assert asked == [("material", False), ("material", True)]
        assert "Material ↓" in lines(table)[0]


async def test_an_empty_source_says_so_in_words() -> None:
    app = make_app()
    async with app.run_test():
        table = await table_of(app)
        table.show(Samples(0))
        await until(lambda: table.settled)
        assert "No sample answers to this filter." in lines(table)[2]


async def test_a_bank_that_cannot_be_reached_becomes_a_sentence() -> None:
    class Gone(Samples):
        def window(self, start: int, n: int) -> list[Row]:
            raise Unreachable("bank.busy", "The bank is busy: try {what} again.", what="this")

    app = make_app()
    async with app.run_test():
        table = await table_of(app)
        table.show(Gone(5))
        message = app.message
        await until(lambda: message.verdict is not None)
        assert message.verdict is not None
        assert message.verdict.sentence == "The bank is busy: try this again."


def test_an_unknown_count_grows_until_the_end_is_seen() -> None:
    window, source = Window(), Samples(250)
    assert not window.settled
    for page in range(3):
        assert window.wanted(page * PAGE, page * PAGE) == page
        window.put(page, source.window(page * PAGE, PAGE), None)
    assert (window.extent, window.settled) == (250, True)


def test_few_pages_are_kept() -> None:
    window, source = Window(), Samples(1_000_000)
    for page in range(500):
        window.put(page, source.window(page * PAGE, PAGE), 1_000_000)
    assert not window.has_page(0)
    assert window.has_page(499)


def test_marks_count_what_is_marked_of_everything() -> None:
    marks = Marks(everything=True).toggled(3).toggled(4)
    assert 5 in marks
    assert 3 not in marks
    assert marks.count(100) == 98
    assert marks.count(None) is None
    assert marks.adding([3]).count(100) == 99


def test_everything_that_was_marked_stays_what_it_was_when_other_rows_come() -> None:
    marks = Marks(everything=True).toggled(3).kept(range(10))
    assert marks.count(None) == marks.count(4) == 9
    assert [key for key in range(8, 12) if key in marks] == [8, 9]
    more = marks.toggled(20).toggled(4).adding([3, 20, 30])
    assert {key for key in range(40) if key in more} == {*range(10), 20, 30} - {4}
    assert more.count(None) == 11
    assert more.kept(range(5)) == more
    assert not Marks(everything=True).kept(None)
    assert Marks(keys=frozenset({1})).kept(None).keys == {1}


def test_columns_go_by_their_drop_and_share_what_is_left() -> None:
    kept = [COLUMNS[index].key for index, _width in fit(COLUMNS, 60)]
    assert kept == ["code", "material", "amount", "status", "collected"] or "place" not in kept
    assert sum(width for _index, width in fit(COLUMNS, 200)) + 2 * 6 <= 200


def test_cells_are_cut_by_cells_not_characters() -> None:
    assert cut("血漿サンプル", 7) == "血漿サ…"
    assert cut("200 µL", 9, "right") == "   200 µL"
    assert tail("000123K", 4) == "…23K"


async def test_what_an_empty_table_says_is_read_whole_where_it_is_narrow() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)):
        table = await table_of(app)
        table.empty = "Only those who lead the bank read these rows; " * 3
        table.show(Samples(0))
        await until(lambda: table.settled)
        shown = " ".join(" ".join(lines(table)).split())
        assert "…" not in shown
        assert shown.count("read these rows;") == 3


def test_what_is_left_over_makes_titles_whole_before_it_widens_anything() -> None:
    columns = (
        Column("code", "Échantillon", 6),
        Column("title", "Titre", 10, grow=1),
        Column("n", "Demandés", 5, "right", drop=1),
    )
    assert fit(columns, 40) == [(0, 11), (1, 17), (2, 8)]
    assert fit(columns, 28) == [(0, 9), (1, 10), (2, 5)]
    assert fit(columns, 20) == [(0, 8), (1, 10)]
