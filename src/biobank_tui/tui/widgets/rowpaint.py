"""Paints the lines of a RowTable: values in, strips out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.widgets.columns import GAP, MARGIN, cut
from biobank_tui.words import _, figure, ngettext

CURSOR, MARK = "▌", "▪"
BOLD = Style(bold=True)


class RowPainter:
    """One layout of one set of columns. layout: (index, width) as `fit` gives it; inks: as `theme.inks` does."""

    def __init__(
        self,
        columns: Sequence[Column],
        layout: Sequence[tuple[int, int]],
        width: int,
        inks: Mapping[str, Style],
    ) -> None:
        self.columns = columns
        self.layout = layout
        self.width = width
        self.inks = inks

    def column_at(self, x: int) -> int | None:
        """The index of the column at this cell of the line."""
        at = MARGIN
        for index, width in self.layout:
            if at <= x < at + width + GAP:
                return index
            at += width + GAP
        return None

    def header(self, sorted_by: tuple[str, bool] | None) -> Strip:
        """The titles; the column sorted by has an arrow."""
        quiet = self.inks[Tone.QUIET]
        segments = [Segment(" " * MARGIN)]
        for index, width in self.layout:
            column = self.columns[index]
            title, style = column.title, quiet
            if sorted_by is not None and sorted_by[0] == column.key:
                title, style = f"{title} {'↓' if sorted_by[1] else '↑'}", self.inks[Tone.ACCENT]
            segments.append(Segment(cut(title, width, column.align) + " " * GAP, style))
        return self._whole(segments)

    def row(self, row: Row, marked: bool, under_cursor: bool, focused: bool) -> Strip:
        """One row; the cursor is a bar and a ground, a mark is a square and a ground."""
        accent = self.inks[Tone.ACCENT]
        segments = [
            Segment(CURSOR if under_cursor else " ", accent if focused else self.inks[Tone.QUIET]),
            Segment(MARK if marked else " ", accent),
        ]
        for index, width in self.layout:
            column = self.columns[index]
            value = row.cells[index] if index < len(row.cells) else ""
            tone = row.tone if row.tone is not Tone.PLAIN else column.tone
            if column.family:
                seen = look(column.family, value)
                value = f"{seen.glyph} {seen.word}" if value else ""
                tone = seen.tone
            segments.append(Segment(cut(value, width, column.align) + " " * GAP, self.inks[tone]))
        strip = self._whole(segments)
        if under_cursor:
            ground = self.inks["on-cursor"] + BOLD if focused else self.inks["on-mark"]
            return strip.apply_style(ground)
        return strip.apply_style(self.inks["on-mark"]) if marked else strip

    def placeholder(self, under_cursor: bool) -> Strip:
        """A row that is not here yet."""
        segments = [Segment(CURSOR if under_cursor else " ", self.inks[Tone.ACCENT]), Segment(" ")]
        for _index, width in self.layout:
            segments.append(Segment("·" * min(width, 6) + " " * (width - min(width, 6) + GAP), self.inks["rule"]))
        return self._whole(segments)

    def sentence(self, text: str) -> Strip:
        """A line of words across the table."""
        return self._whole(
            [Segment(" " * MARGIN), Segment(cut(text, max(self.width - MARGIN, 0)), self.inks[Tone.QUIET])]
        )

    def tally(self, text: str) -> Strip:
        """The line under the rows: a rule, and the words at its right end."""
        words = f" {text} " if text else ""
        rule = max(self.width - cell_len(words), 0)
        return self._whole([Segment("─" * rule, self.inks["rule"]), Segment(words, self.inks[Tone.QUIET])])

    def _whole(self, segments: list[Segment]) -> Strip:
        return Strip(segments).adjust_cell_length(self.width)


def whereabouts(cursor: int, count: int | None, *, ranging: bool, marked: int | None) -> str:
    """Where the cursor is, of how many rows, and the marks. count, marked: None where that is not known yet."""
    parts = []
    if count is None:
        parts.append(_("row {row} of …").format(row=figure(cursor + 1)))
    elif count:
        parts.append(_("row {row} of {total}").format(row=figure(cursor + 1), total=figure(count)))
    if ranging:
        parts.append(_("range: move, then v"))
    if marked != 0:
        word = ngettext("{count} marked", "{count} marked", marked or 2)
        parts.append(word.format(count="…" if marked is None else figure(marked)))
    return "  ·  ".join(parts)
