"""The box as a grid."""

from __future__ import annotations

from bench_bank import StorageView, box, make_app, opened, until, views_with

from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.ports import Cell, CellGrid
from biobank_tui.tui.status import Tone
from biobank_tui.tui.widgets.boxgrid import BoxGrid, ColourBy


async def grid_of(app: BiobankApp) -> BoxGrid:
    view = await opened(app, "storage")
    return view.query_one(BoxGrid)


def lines(grid: BoxGrid) -> list[str]:
    return [grid.render_line(y).text for y in range(grid.size.height)]


async def test_every_geometry_shows_all_its_rows_and_columns_on_eighty_by_twenty_four() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)):
        grid = await grid_of(app)
        for rows, cols in ((9, 9), (8, 12), (16, 24)):
            grid.show(box(rows, cols, filled=1.0))
            painted = [line for line in lines(grid)[1:] if line.strip()]
            assert len(painted) == rows
            assert lines(grid)[0].split()[-1] in (str(cols), str(cols - 1))


async def test_the_cursor_advances_to_the_next_empty_position_of_the_order() -> None:
    app = make_app()
    async with app.run_test():
        grid = await grid_of(app)
        taken = {(0, 0): Cell(1, "available"), (0, 2): Cell(2, "reserved")}
        grid.show(CellGrid(("A", "B"), ("1", "2", "3"), taken))
        order = [(row, col) for row in range(2) for col in range(3)]
        assert grid.first_free(order) == (0, 1)
        assert [grid.advance(order) for _ in range(4)] == [(1, 0), (1, 1), (1, 2), None]
        assert grid.label(grid.cursor) == "B3"


async def test_a_larger_box_scrolls_to_the_cursor() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        grid = await grid_of(app)
        labels = tuple(f"R{row:02d}" for row in range(32)), tuple(str(col + 1) for col in range(48))
        grid.show(CellGrid(*labels, {(31, 47): Cell(1, "missing")}))
        await pilot.press("ctrl+end")
        await until(lambda: grid.cursor == (31, 47))
        await pilot.pause()
        assert any("R31" in line and "?" in line for line in lines(grid))


async def test_colour_is_never_the_only_sign() -> None:
    app = make_app()
    async with app.run_test():
        grid = await grid_of(app)
        row = {(0, at): Cell(at, status) for at, status in enumerate(("available", "missing", "reserved"))}
        grid.show(CellGrid(("A",), ("1", "2", "3"), row))
        assert [glyph for glyph in lines(grid)[1] if glyph in "●?◐"] == ["●", "?", "◐"]


async def test_a_rack_scan_colours_over_the_status() -> None:
    app = make_app()
    async with app.run_test():
        grid = await grid_of(app)
        cells = {(0, 0): Cell(1, "available"), (0, 1): Cell(2, "available")}
        grid.show(CellGrid(("A",), ("1", "2"), cells), tones={(0, 1): Tone.BAD})
        assert grid._ink_of(cells[0, 1], (0, 1)) == Tone.BAD
        assert grid._ink_of(cells[0, 0], (0, 0)) == Tone.GOOD


async def test_c_turns_the_colours_and_space_marks() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        grid = await grid_of(app)
        await pilot.press("c")
        await until(lambda: grid.colour_by is ColourBy.PROJECT)
        await pilot.press("space")
        await until(lambda: grid.marks == {(0, 0)})


async def test_a_double_click_chooses_a_position() -> None:
    chosen: list[tuple[int, int]] = []

    class Choosing(StorageView):
        def on_box_grid_cell_chosen(self, event: BoxGrid.CellChosen) -> None:
            chosen.append(event.position)

    app = make_app(views=views_with(storage=Choosing))
    async with app.run_test() as pilot:
        grid = await grid_of(app)
        await pilot.double_click(grid, offset=(grid._margin + grid._width * 2, 1))
        await until(lambda: chosen == [(0, 2)])
