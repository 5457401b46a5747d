"""The walk through a pick list: its boxes at the left, the one at hand with its holes lit at the right."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from biobank_tui.queries.barriers import Barrier
from biobank_tui.queries.picklists import Hole, PickBox
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Row
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.work_picking import BARRED, HOLES, Walk, grid_of, kept_by
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure

LONGEST_BAR = 16
HOLE_LINES = 3
"""Tubes of a box told in words under the grid, on a low screen."""


class WalkPane(Vertical):
    """Shows a Walk. known: the one shown."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.known: Walk | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="walk-head", markup=False)
        with Horizontal():
            with Vertical(id="walk-left"):
                yield RowTable(id="walk-boxes")
            with Vertical(id="walk-right"):
                yield Static("", id="walk-place", markup=False)
                yield BoxGrid(id="walk-grid")
                yield Static("", id="walk-holes", markup=False)

    @property
    def grid(self) -> BoxGrid:
        return self.query_one(BoxGrid)

    @property
    def boxes(self) -> RowTable:
        return self.query_one("#walk-boxes", RowTable)

    def show(self, walk: Walk, sample: str | None = None) -> None:
        """Show it; the cursor goes to this tube, else to the first to pick."""
        other = (
            self.known is None or self.known.here is None or walk.here is None or self.known.here.unit != walk.here.unit
        )
        self.known = walk
        self.query_one("#walk-head", Static).update(_head(walk, self.size.width or self.app.size.width))
        self.boxes.show(Listed(_columns(), tuple(_row(at, each) for at, each in enumerate(walk.boxes))))
        self.boxes.jump(walk.at)
        here = walk.here
        place = plain(here.trail or _("Without a place"), "bold $accent") if here is not None else Content("")
        self.query_one("#walk-place", Static).update(place)
        self.grid.display = walk.box is not None
        self.grid.show(grid_of(walk))
        holes = [hole for hole in here.holes if hole.row is not None] if here is not None else []
        target = next((hole for hole in holes if hole.code == sample), None)
        if target is None or target.state != "to_pick":
            target = next((hole for hole in holes if hole.state == "to_pick"), target)
        if target is not None and (other or sample is not None):
            self.grid.cursor = (target.row or 0, target.col or 0)
        self.show_holes()

    @property
    def hole(self) -> Hole | None:
        """The tube of the list under the cursor; of a list without places, the first that is still to pick."""
        if self.known is None or self.known.here is None:
            return None
        if self.known.box is None:
            return next((hole for hole in self.known.here.holes if hole.state == "to_pick"), None)
        return self.known.hole_at(self.grid.cursor)

    def show_holes(self) -> None:
        """Tell the tubes of the box: the one under the cursor first, then those to pick."""
        here = self.known.here if self.known is not None else None
        if here is None:
            return
        under = self.hole
        order = sorted(here.holes, key=lambda hole: (hole is not under, hole.state != "to_pick", hole.place))
        most = HOLE_LINES if self.app.size.height < 34 else 8
        if self.known is not None and self.known.box is None:
            most = max(self.size.height - 4, most)
        barred = self.known.barred if self.known is not None else {}
        lines = [_hole_line(hole, hole is under, barred.get(hole.sample_id)) for hole in order[:most]]
        if len(order) > most:
            lines.append(
                plain("  " + _("… and {count} more in this box").format(count=figure(len(order) - most)), "$quiet")
            )
        self.query_one("#walk-holes", Static).update(Content("\n").join(lines))


def _head(walk: Walk, width: int) -> Content:
    """The list and how far it is; the bar takes what room the words leave."""
    row = walk.row
    facts = [
        _("{count} to pick").format(count=figure(row.to_pick)),
        _("{count} picked").format(count=figure(row.picked)),
    ]
    if row.missing:
        facts.append(_("{count} missing").format(count=figure(row.missing)))
    if walk.barred:
        facts.append(_("{count} to leave there").format(count=figure(len(walk.barred))))
    closed = plain("  " + _("closed {day}").format(day=row.closed[:10]), "$warn") if row.closed else Content("")
    first = plain(f" {row.code}", "bold $accent")
    whose = plain("  " + _("for {request} of {project}").format(request=row.request, project=row.project), "$quiet")
    told = plain("  " + " · ".join(facts), "bold")
    words = first.cell_length + whose.cell_length + told.cell_length + closed.cell_length
    size = min(max(width - words - 3, 0), LONGEST_BAR)
    if words > width:
        whose = Content("")
    filled = size * (row.items - row.to_pick) // max(row.items, 1)
    drawn = Content.assemble("  ", ("█" * filled, "$good on $panel"), (" " * (size - filled), "on $panel"))
    return Content.assemble(first, whose, drawn if size else "", told, closed)


def _columns() -> tuple[Column, ...]:
    return (Column("box", _("Box"), 12, grow=1), Column("left", _("Left"), 5, "right"))


def _row(at: int, box: PickBox) -> Row:
    done = not box.to_pick
    left = "✓" if done else f"{box.to_pick}/{len(box.holes)}"
    return Row(at, (box.unit or _("no place"), left), Tone.QUIET if done else Tone.PLAIN)


def _hole_line(hole: Hole, under: bool, barrier: Barrier | None) -> Content:
    glyph, tone, word = HOLES.get(hole.state, ("?", Tone.BAD, ""))
    if barrier is not None:
        why = kept_by(barrier)
        return Content.assemble(
            plain("▌" if under else " ", "$accent"),
            plain(f"{BARRED[0]} {hole.label:<4}", f"bold ${BARRED[1]}"),
            plain(hole.code, "bold" if under else ""),
            plain("  " + _("leave it there: {why}").format(why=why), "$bad"),
        )
    note = f" · {hole.note}" if hole.note else ""
    return Content.assemble(
        plain("▌" if under else " ", "$accent"),
        plain(f"{glyph} {hole.label:<4}", f"bold ${tone}"),
        plain(hole.code, "bold" if under else ""),
        plain(f"  {material_word(hole.material)}  {hole.amount}"),
        plain(f"  {_(word)}{note}" if hole.state != "to_pick" else f"  {hole.barcode or ''}", "$quiet"),
    )
