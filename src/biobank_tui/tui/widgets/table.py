"""A table over as many rows as there are: only what is on screen is fetched, in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from textwrap import wrap
from typing import ClassVar, TypeAlias

from textual import events
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.ports import Column, Row, RowSource
from biobank_tui.tui.theme import inks
from biobank_tui.tui.widgets import tablemessages
from biobank_tui.tui.widgets.columns import MARGIN, fit
from biobank_tui.tui.widgets.marks import Marks
from biobank_tui.tui.widgets.rowpaint import RowPainter, whereabouts
from biobank_tui.tui.widgets.stillness import Stillness
from biobank_tui.tui.widgets.window import PAGE, Window
from biobank_tui.words import _


class RowTable(ScrollView, can_focus=True):
    """A virtual table with a cursor, marks and sorting.

    Feed it with `show(source)`; call `reload()` after a write. It never waits for the source while painting:
    rows not yet here are shown as dots. Marks stay by key when the source changes.
    """

    command_group: ClassVar[str] = "table"

    DEFAULT_CSS = """
    RowTable { height: 1fr; width: 1fr; background: $background; scrollbar-size: 1 1; overflow-x: hidden; }
    """

    cursor: reactive[int] = reactive(0, init=False)

    RowHighlighted: TypeAlias = tablemessages.RowHighlighted
    RowChosen: TypeAlias = tablemessages.RowChosen
    MarksChanged: TypeAlias = tablemessages.MarksChanged
    SortAsked: TypeAlias = tablemessages.SortAsked

    def __init__(self, *, empty: str = "", id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self.marks = Marks()
        self.source: RowSource | None = None
        self.sorted_by: tuple[str, bool] | None = None
        self._window = Window()
        self._fetching: int | None = None
        self._anchor: int | None = None
        self._by_shift = False
        self._before_range = Marks()
        self._columns: Sequence[Column] = ()
        self._painter: RowPainter | None = None
        self._stillness = Stillness(self)
        self._ahead: int | None = None  # where the cursor goes as soon as the length is known
        self._choosing = False  # the row under the cursor is chosen as soon as it is here

    # -- what views call ---------------------------------------------------------------------------

    def show(self, source: RowSource, sorted_by: tuple[str, bool] | None = None) -> None:
        """Show these rows from the top. sorted_by: (column key, descending), for the arrow in the header."""
        self._stillness.begin()
        marks = self.marks.kept(self.source.members() if self.source is not None else None)
        self.source = source
        self.sorted_by = sorted_by
        self._columns = source.columns
        self._end_range()
        self._ahead, self._choosing = None, False
        self._set_marks(marks)
        self._restart()
        self.scroll_to(y=0, animate=False, force=True)
        self.set_reactive(RowTable.cursor, 0)

    def reload(self) -> None:
        """Fetch again what is on screen; the cursor and the scroll stay at their place."""
        self._window.renew()
        self._fetching = None
        self._fetch()

    def recount(self, total: int) -> None:
        """The source knows its length by now: scroll over all of it; what is on screen stays."""
        self._window.total = total
        self._resize_content()
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()
        self._fetch()

    @property
    def row(self) -> Row | None:
        """The row under the cursor, where it is fetched."""
        return self._window.row(self.cursor)

    @property
    def total(self) -> int | None:
        """How many rows the source has, once it has said so."""
        return self._window.total

    @property
    def marked(self) -> int | None:
        """How many rows are marked; None while that is not known."""
        return self.marks.count(self.total)

    @property
    def settled(self) -> bool:
        """Whether all that is on screen has arrived."""
        first, last = self._span()
        return self.source is not None and self._fetching is None and self._window.wanted(first, last) is None

    def jump(self, ordinal: int) -> None:
        """Put the cursor on a row (0-based), once the length is known; beyond the end it goes to the last."""
        if ordinal >= self._window.extent and not self._window.settled:
            self._ahead = ordinal
        else:
            self.cursor = max(0, min(ordinal, self._window.extent - 1))

    def clear_marks(self) -> None:
        """Unmark everything."""
        self._end_range()
        self._set_marks(Marks())

    # -- fetching ----------------------------------------------------------------------------------

    def _restart(self) -> None:
        self._window.forget()
        self._fetching = None
        self._resize_content()
        self._fetch()

    def _span(self) -> tuple[int, int]:
        """First and last ordinal on screen."""
        first = self.scroll_offset.y
        return first, min(first + max(self._rows_shown, 1), max(self._window.extent, 1)) - 1

    @property
    def _rows_shown(self) -> int:
        return max(self.scrollable_content_region.height - 2, 0)

    def _fetch(self) -> None:
        source = self.source
        if source is None or self._fetching is not None or not self.is_attached:
            return
        page = self._window.wanted(*self._span())
        if page is None:
            return
        generation = self._fetching = self._window.generation
        known = None if self._window.stale else self._window.total

        def read() -> tuple[Sequence[Row], int | None]:
            rows = source.window(page * PAGE, PAGE)
            return rows, source.count() if known is None else known

        work.run(self, "rows", read, partial(self._arrived, generation, page), partial(self._failed, generation))

    def _arrived(self, generation: int, page: int, answer: tuple[Sequence[Row], int | None]) -> None:
        if generation != self._window.generation:
            return
        rows, total = answer
        first = not self._window.has_page(self.cursor // PAGE)
        self._window.put(page, rows, total)
        self._fetching = None
        self._resize_content()
        if self._window.settled and self._ahead is not None:
            self.cursor = self._ahead
        elif self.cursor >= self._window.extent > 0 and self._window.settled:
            self.cursor = self._window.extent - 1
        if first:
            self.post_message(self.RowHighlighted(self, self.cursor, self.row))
        if self._choosing:
            self._choose()
        self.refresh()
        self._stillness.end()
        if all(self._window.has_page(at // PAGE) for at in self._span()):
            # What lies around the screen is fetched once the screen is painted.
            self.call_after_refresh(self._fetch)
        else:
            self._fetch()

    def _failed(self, generation: int, error: BiobankError) -> None:
        if generation == self._window.generation:
            self._window.put(0, (), None)
            self._fetching = None
            self.refresh()
            self._stillness.end()
        work.app_of(self).say_error(error)

    def _resize_content(self) -> None:
        size = Size(self.scrollable_content_region.width, self._window.extent + 2)
        if size != self.virtual_size:
            # Set outright, it would have the whole screen laid out; a scrollbar that comes or goes still does.
            self.set_reactive(RowTable.virtual_size, size)
            self._scroll_update(size)
            self.refresh()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._forget_painter())
        self._fetch()

    def on_resize(self) -> None:
        self._resize_content()
        self._keep_in_view()
        self._fetch()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._fetch()

    # -- painting ----------------------------------------------------------------------------------

    def on_unmount(self) -> None:
        self._stillness.end()

    def _forget_painter(self) -> None:
        self._painter = None
        self.refresh()

    def _paint_with(self) -> RowPainter:
        width = self.scrollable_content_region.width
        if self._painter is None or (self._painter.width, self._painter.columns) != (width, self._columns):
            layout = fit(self._columns, max(width - MARGIN, 0))
            self._painter = RowPainter(self._columns, layout, width, inks(self.app))
        return self._painter

    def render_line(self, y: int) -> Strip:
        painter = self._paint_with()
        base = self.rich_style
        if y == 0:
            return painter.header(self.sorted_by).apply_style(base)
        if y == self.scrollable_content_region.height - 1:
            return painter.tally(self._tally()).apply_style(base)
        ordinal = self.scroll_offset.y + y - 1
        if self.source is not None and self._window.settled and self._window.extent == 0:
            lines = wrap(self.empty or _("Nothing here."), max(painter.width - 4, 20))
            strip = painter.sentence(lines[y - 2] if 2 <= y < 2 + len(lines) else "")
        elif self.source is None or ordinal >= self._window.extent:
            strip = painter.sentence("")
        elif (row := self._window.row(ordinal)) is None:
            strip = painter.placeholder(ordinal == self.cursor)
        else:
            strip = painter.row(row, row.key in self.marks, ordinal == self.cursor, self.has_focus)
        return strip.apply_style(base)

    def _tally(self) -> str:
        """What stands under the rows: where the cursor is, of how many, and the marks."""
        total = self.total
        if self.source is None or (total is None and not self._window.settled and not self.row):
            return ""
        count = total if total is not None else self._window.extent if self._window.settled else None
        marked = self.marked if self.marks else 0
        return whereabouts(self.cursor, count, ranging=self._anchor is not None, marked=marked)

    def on_click(self, event: events.Click) -> None:
        """Choose a row or, in the header, an order."""
        x, y = event.x, event.y
        if y == 0:
            index = self._paint_with().column_at(x)
            if index is not None and self._columns[index].sortable:
                self.ask_sort(self._columns[index].key)
        elif y < self.scrollable_content_region.height - 1:
            ordinal = self.scroll_offset.y + y - 1
            if ordinal < self._window.extent:
                self.cursor = ordinal
                if event.chain == 2 and (row := self.row) is not None:
                    self.post_message(self.RowChosen(self, ordinal, row))

    # -- the cursor --------------------------------------------------------------------------------

    def _choose(self) -> None:
        """Choose the row under the cursor; one that is not here yet, as soon as it is."""
        row = self.row
        self._choosing = row is None and not self.settled
        if row is not None:
            self.post_message(self.RowChosen(self, self.cursor, row))

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self._window.extent - 1))

    def watch_cursor(self) -> None:
        self._ahead, self._choosing = None, False
        self._keep_in_view()
        self.refresh()
        self.post_message(self.RowHighlighted(self, self.cursor, self.row))

    def _keep_in_view(self) -> None:
        top, shown = self.scroll_offset.y, self._rows_shown
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif shown and self.cursor >= top + shown:
            self.scroll_to(y=self.cursor - shown + 1, animate=False, force=True)

    def _target(self, key: str) -> int | None:
        page = max(self._rows_shown - 1, 1)
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if key in moves:
            return self.cursor + moves[key]
        ends = {"home": 0, "ctrl+home": 0, "end": self._window.extent - 1, "ctrl+end": self._window.extent - 1}
        return ends.get(key)

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        key = event.key
        held = key.startswith("shift+")
        target = self._target(key.removeprefix("shift+"))
        if target is not None:
            if held and self._anchor is None:
                self._begin_range()
                self._by_shift = True
            elif not held and self._by_shift:
                self._end_range()
            self.cursor = target
            if self._anchor is not None:
                self._mark_range(self._anchor, self.cursor)
        elif key == "enter":
            self._choose()
        elif key == "escape" and self._anchor is not None:
            self._end_range()
            self._set_marks(self._before_range)
        else:
            return
        event.stop()
        event.prevent_default()

    # -- marks -------------------------------------------------------------------------------------

    def do_mark(self) -> None:
        """Turn the mark of the row under the cursor and go down one."""
        if (row := self.row) is not None:
            self._end_range()
            self._set_marks(self.marks.toggled(row.key))
            self.cursor += 1

    def do_range(self) -> None:
        """Begin a range of marks at the cursor, or end it."""
        if self._anchor is None:
            self._begin_range()
            self._mark_range(self.cursor, self.cursor)
        else:
            self._end_range()
            self.refresh()

    def do_mark_all(self) -> None:
        """Mark every row of the source, also those never fetched; again unmarks all."""
        self._end_range()
        self._set_marks(Marks() if self.marks.everything else Marks(everything=True))

    def do_sort(self) -> None:
        """Let the person choose the column to sort by."""
        options = [Option(column.key, column.title) for column in self._columns if column.sortable]
        if options:
            self.app.push_screen(Choose(_("Sort by"), options), self._sort_chosen)

    def _sort_chosen(self, key: str | None) -> None:
        if key is not None:
            self.ask_sort(key)

    def ask_sort(self, key: str) -> None:
        """Ask for this order; the other way round where it is the one shown."""
        descending = self.sorted_by == (key, False)
        self.post_message(self.SortAsked(self, key, descending))

    def _begin_range(self) -> None:
        self._anchor = self.cursor
        self._before_range = self.marks

    def _end_range(self) -> None:
        self._anchor = None
        self._by_shift = False

    def _mark_range(self, one: int, other: int) -> None:
        first, last = sorted((one, other))
        rows = [self._window.row(ordinal) for ordinal in range(first, min(last + 1, first + 10 * PAGE))]
        if last - first < 10 * PAGE and all(rows):
            work.forget(self, "range")
            self._set_marks(self._before_range.adding(row.key for row in rows if row))
            return
        source = self.source
        if source is None:
            return

        def keys() -> list[int]:
            starts = range(first, last + 1, 10 * PAGE)
            return [row.key for at in starts for row in source.window(at, min(10 * PAGE, last + 1 - at))]

        before = self._before_range
        work.run(self, "range", keys, lambda found: self._set_marks(before.adding(found)))

    def _set_marks(self, marks: Marks) -> None:
        if marks != self.marks:
            self.marks = marks
            self.post_message(self.MarksChanged(self, marks, self.marked))
        self.refresh()
