"""A rack scan on the box's grid: what differs, seen before anything is written, then all of it or what is marked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from biobank_tui.actions import racking
from biobank_tui.actions.racking import ApplyScan, Unfound
from biobank_tui.exchange.rackmaps import read_rack_map
from biobank_tui.exchange.racks import RackScan, read_rack
from biobank_tui.queries.rackscan import NOTICE_WORDS, CellKind, Notice, RackCell, RackComparison, compare
from biobank_tui.queries.storage import Box
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Change, Confirm, Dialog, counted
from biobank_tui.tui.fields import Field
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Cell, CellGrid
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.storage_box import labels
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.words import _, figure, ngettext, phrase

if TYPE_CHECKING:
    from biobank_tui.tui.screens.storage import Storage


@dataclass(frozen=True, slots=True)
class Wish:
    """What to take over. cells: labels of the marked positions; None for all."""

    cells: tuple[str, ...] | None
    unfound: Unfound


class RackLook(Dialog[Wish | None]):
    """The scan against the box. Answers what to take over."""

    def __init__(self, box: Box, found: RackComparison) -> None:
        super().__init__()
        self.box = box
        self.found = found
        self.unfound = Unfound.LEAVE
        self._cells = {(cell.row, cell.col): cell for cell in found.cells}

    def compose(self) -> ComposeResult:
        title = _("{file} against {box}").format(file=self.found.file, box=self.found.box)
        with Vertical(classes="dialog"):
            yield Static(plain(title), classes="dialog-title")
            if self.found.other is not None:
                yield Static(plain(_other(self.found), "$bad"), id="rack-other")
            yield BoxGrid(id="rack-grid")
            yield Static(tally(self.found), id="rack-tally")
            yield Static("", id="rack-cell", markup=False)
            yield Static("", id="rack-keys", classes="dialog-keys", markup=False)

    @property
    def grid(self) -> BoxGrid:
        return self.query_one(BoxGrid)

    def on_mount(self) -> None:
        self.grid.show(grid_of(self.box, self.found))
        first = next(iter(self.found.differences), None)
        if first is not None:
            self.grid.cursor = (first.row, first.col)
        self.grid.focus()
        self._show_keys()

    @on(BoxGrid.CellHighlighted)
    def _cell_highlighted(self, event: BoxGrid.CellHighlighted) -> None:
        self.query_one("#rack-cell", Static).update(cell_line(self._cells[event.position]))

    @on(BoxGrid.MarksChanged)
    def _marks_changed(self) -> None:
        self._show_keys()

    @on(BoxGrid.CellChosen)
    def _cell_chosen(self) -> None:
        self._take()

    def _show_keys(self) -> None:
        marked = len(self.grid.marks)
        act = ngettext("⏎ apply {count} position", "⏎ apply {count} positions", marked) if marked else _("⏎ apply all")
        parts = [act.format(count=figure(marked)), _("Space mark")]
        if self.found.lost:
            left = self.unfound is Unfound.LEAVE
            parts.append(_("g give up the missing") if left else _("g leave the missing"))
        self.query_one("#rack-keys", Static).update(plain(" · ".join([*parts, _("Esc leave")])))

    def on_key(self, event: events.Key) -> None:
        """Space marks the position; g turns what becomes of tubes that were not read."""
        if event.key == "space":
            self.grid.do_mark()
        elif event.key == "g" and self.found.lost:
            self.unfound = Unfound.MISSING if self.unfound is Unfound.LEAVE else Unfound.LEAVE
            self._show_keys()
        else:
            return
        event.stop()

    def _take(self) -> None:
        marks = self.grid.marks
        cells = tuple(cell.label for cell in self.found.cells if (cell.row, cell.col) in marks) if marks else None
        self.dismiss(Wish(cells, self.unfound))


async def take_rack_scan(view: Storage, box: Box) -> bool:
    """Ask for a reader's file, show how it differs from the box, and write what is agreed to."""
    session = view.session

    def read(answer: Answer) -> tuple[RackScan, RackComparison]:
        by = read_rack_map(Path(answer["map"]).expanduser()) if answer["map"] else None
        scan = read_rack(Path(answer["file"]).expanduser(), by)
        with session.bank.read() as connection:
            return scan, compare(connection, scan, box.unit.code)

    form = ActForm(
        _("Scan of {box}").format(box=box.unit.code),
        [
            Field("file", _("Rack reader's file"), value=_newest(view.scans)),
            Field("map", _("Column map"), required=False, hint=_("for a reader not known here")),
        ],
        read,
        places={"rackmap.": "map", "rack.column": "map"},
        submit=_("Compare"),
    )
    answer = await view.app.push_screen_wait(form)
    if answer is None:
        return False
    scan, found = form.result
    view.scans = Path(answer["file"]).expanduser().parent
    if found.agrees:
        seen = await work.ask(view, lambda: racking.verify(session.bank, session.actor, ApplyScan(found.box, scan)))
        told = phrase(
            "{box}: {count} {count:tube, and it is where the bank has it|tubes, all where the bank has"
            " them}; the ledger says so.",
            box=seen.box,
            count=seen.tubes,
        )
        view.shell.done(told)
        return False
    wish = await view.app.push_screen_wait(RackLook(box, found))
    if wish is None or not await view.app.push_screen_wait(_question(found, wish)):
        return False
    what = ApplyScan(found.box, scan, wish.cells, wish.unfound, found)
    done = await work.ask(view, lambda: racking.apply(session.bank, session.actor, what))
    told = ngettext("{count} tube placed by the scan.", "{count} tubes placed by the scan.", len(done.placed))
    sentence = told.format(count=figure(len(done.placed)))
    if done.missing:
        lost = ngettext("{count} is missing now.", "{count} are missing now.", len(done.missing))
        sentence += " " + lost.format(count=figure(len(done.missing)))
    view.shell.done(sentence)
    return True


def _newest(folder: Path | None) -> str:
    """The file written last where the last scan came from: most likely the one meant now."""
    try:
        files = [file for file in folder.iterdir() if file.is_file()] if folder is not None else []
        return str(max(files, key=lambda file: file.stat().st_mtime)) if files else ""
    except OSError:
        return ""


def _question(found: RackComparison, wish: Wish) -> Confirm:
    """What would be written, counted, and what would not."""
    cells = [cell for cell in found.cells if wish.cells is None or cell.label in wish.cells]
    placed = [cell for cell in cells if cell.placeable]
    lost = [cell for cell in cells if cell.lost is not None]
    giving_up = wish.unfound is Unfound.MISSING
    stay = [cell for cell in cells if cell.kind in (CellKind.EXTRA, CellKind.DUPLICATE, CellKind.UNREAD)]
    barred = [cell for cell in cells if cell.kind in (CellKind.NEW, CellKind.MOVED) and not cell.placeable]
    warned = [cell for cell in placed if {Notice.ON_HOLD, Notice.WITHDRAWN} & set(cell.notices)]
    changes = [
        counted(sum(cell.kind is CellKind.NEW for cell in placed), "{count:tube is|tubes are} placed"),
        counted(sum(cell.kind is CellKind.MOVED for cell in placed), "{count:tube is|tubes are} moved here"),
        counted(len(warned), "of them {count:is|are} on hold, or their donor withdrew", Tone.WARN),
        counted(len(lost), "{count:tube becomes|tubes become} missing", Tone.BAD) if giving_up else
        counted(len(lost), "{count:tube not read stays|tubes not read stay} where the bank has {count:it|them}",
                Tone.QUIET),
        counted(len(barred), "{count:tube|tubes} cannot be placed: ended, or not received yet", Tone.WARN),
        counted(len(stay), "{count:position stays as it is|positions stay as they are}: unknown, read twice, or unread",
                Tone.QUIET),
    ]  # fmt: skip
    shown = [change for change in changes if change.count]
    if found.other is not None:
        shown.append(Change(None, _other(found), Tone.BAD))
    question = _("Take the scan over in {box}?").format(box=found.box)
    return Confirm(question, shown, yes=_("Apply"), tone=Tone.BAD if found.other is not None else Tone.ACCENT)


def _other(found: RackComparison) -> str:
    sentence = _("The rack's barcode is that of {other}, not of {box}.")
    return sentence.format(other=found.other, box=found.box)


def grid_of(box: Box, found: RackComparison) -> CellGrid:
    """The comparison as the grid paints it: glyph and tone by kind, the tube's code beside."""
    cells = {}
    for cell in found.cells:
        seen = look("rack", cell.kind)
        if cell.kind is CellKind.EMPTY and not cell.notices:
            continue
        text = cell.sample or cell.barcode or cell.expected or ""
        cells[cell.row, cell.col] = Cell(0, str(cell.kind), text, glyph=seen.glyph, tone=seen.tone)
    return CellGrid(*labels(box.layout), cells)


def tally(found: RackComparison) -> Content:
    """How many positions of each kind, as glyphs with words."""
    parts: list[Content | tuple[str, str]] = []
    for kind, count in found.counts.items():
        if count:
            seen = look("rack", kind)
            parts += [(f"{seen.glyph} ", f"${seen.tone}"), plain(f"{count} {seen.word}  ", "$quiet")]
    return Content.assemble(*parts)


def cell_line(cell: RackCell) -> Content:
    """What is under the cursor: the kind in a word, the tube, where it was, and what is to be heeded."""
    seen = look("rack", cell.kind)
    told = [_(NOTICE_WORDS[notice]).format(tube=cell.expected) for notice in cell.notices]
    facts = [cell.barcode if cell.barcode != cell.sample else None]
    if cell.before:
        facts.append(_("from {place}").format(place=cell.before))
    if cell.expected and cell.expected != cell.sample and Notice.DISPLACES not in cell.notices:
        facts.append(_("the bank has {code} here").format(code=cell.expected))
    return Content.assemble(
        plain(f"{cell.label}  ", "bold $accent"),
        plain(f"{seen.glyph} {seen.word}  ", f"${seen.tone}"),
        plain(cell.sample or "", "bold"),
        plain("".join(f" · {fact}" for fact in facts if fact), "$quiet"),
        "\n",
        plain(" · ".join(told), "$warn"),
    )
