"""A box of the store as the grid shows it, and as words around it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from textual.content import Content

from biobank_tui.queries.sample_detail import SampleDetail
from biobank_tui.queries.storage import Box, Unit
from biobank_tui.queries.storage import Cell as Tube
from biobank_tui.rules import positions
from biobank_tui.rules.positions import FillOrder, Layout
from biobank_tui.rules.temperatures import TEMPERATURES
from biobank_tui.tui.ports import Cell, CellGrid
from biobank_tui.tui.safe import plain
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import look
from biobank_tui.tui.when import ago, day, days_since
from biobank_tui.tui.widgets.bars import bar, percent
from biobank_tui.tui.widgets.boxgrid import Position
from biobank_tui.wall import clock
from biobank_tui.words import _, figure, mark, pair, phrase

DAYS_OF_YEAR = 365
OLDEST = 4
"""The last of the five age colours: four years and more in the freezer."""

FILL_WORDS = {
    FillOrder.ROWS_FROM_TOP_LEFT: mark("rows, from top left"),
    FillOrder.ROWS_FROM_TOP_RIGHT: mark("rows, from top right"),
    FillOrder.ROWS_FROM_BOTTOM_LEFT: mark("rows, from bottom left"),
    FillOrder.ROWS_FROM_BOTTOM_RIGHT: mark("rows, from bottom right"),
    FillOrder.COLUMNS_FROM_TOP_LEFT: mark("columns, from top left"),
    FillOrder.COLUMNS_FROM_TOP_RIGHT: mark("columns, from top right"),
    FillOrder.COLUMNS_FROM_BOTTOM_LEFT: mark("columns, from bottom left"),
    FillOrder.COLUMNS_FROM_BOTTOM_RIGHT: mark("columns, from bottom right"),
    FillOrder.SNAKE_ROWS: mark("rows, there and back"),
    FillOrder.SNAKE_COLUMNS: mark("columns, there and back"),
}


def shown_status(tube: Tube) -> str:
    """The status a tube is drawn with: a hold stands before everything else."""
    return "held" if tube.holds else tube.status


def grid_of(box: Box, today: date) -> CellGrid:
    """The box for a BoxGrid: statuses, projects by their ids, ages in years since freezing."""
    cells = {}
    for tube in box.cells:
        days = days_since(tube.frozen, today)
        age = None if days is None else min(max(days, 0) // DAYS_OF_YEAR, OLDEST)
        cells[tube.row, tube.col] = Cell(
            tube.sample_id, shown_status(tube), tube.code, project=tube.project_id, age=age
        )
    rows, cols = labels(box.layout)
    return CellGrid(rows, cols, cells)


def labels(layout: Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands at the left of the rows and above the columns."""
    return (
        tuple(positions.row_label(layout, row) for row in range(layout.rows)),
        tuple(positions.column_label(layout, col) for col in range(layout.columns)),
    )


def temperature_word(code: str | None) -> str:
    """A temperature class in words; empty where it is not known."""
    known = TEMPERATURES.get(code or "")
    return _(known.label) if known else (code or "")


def unit_facts(unit: Unit) -> Content:
    """One line: how full, how cold, in service or not."""
    filled, rest = bar(unit.tubes / unit.places if unit.places else 0.0, 10)
    service = look("service", unit.service)
    parts: list[Content | tuple[str, str]] = [
        (filled, "$accent on $panel"),
        (rest, "on $panel"),
        plain(" " + _("{tubes} of {places}").format(tubes=figure(unit.tubes), places=figure(unit.places))),
        plain(f" · {percent(unit.tubes, unit.places) or '—'}", "$quiet"),
    ]
    if unit.temperature:
        parts.append(plain(f" · {temperature_word(unit.temperature)}"))
    if unit.service != "active":
        parts.append(plain(f" · {service.glyph} {service.word}", f"${service.tone}"))
    return Content.assemble(*parts)


def unit_card(unit: Unit, trail: tuple[str, ...], below: tuple[Unit, ...], width: int) -> Content:
    """A unit that holds others: its place, its figures, and each of what it holds with a bar."""
    lines = [
        plain(" › ".join(trail) or unit.name, "bold $accent"),
        Content.assemble(plain(_(unit.kind).capitalize()), plain(f"  {unit.code}", "$quiet")),
        unit_facts(unit),
        plain(phrase("{free} {free:place|places} free", free=unit.free), "$quiet"),
        Content(""),
    ]
    name_width = min(max((len(each.name) for each in below), default=4), 20)
    size = max(min(width - name_width - 18, 40), 8)
    for each in below:
        filled, rest = bar(each.tubes / each.places if each.places else 0.0, size)
        lines.append(
            Content.assemble(
                plain(each.name[:name_width].ljust(name_width) + " "),
                (filled, "$accent on $panel"),
                (rest, "on $panel"),
                plain(percent(each.tubes, each.places).rjust(5), "bold"),
                plain(figure(each.free).rjust(9), "$quiet"),
            )
        )
    if below:
        lines.insert(5, plain(_("free").rjust(name_width + size + 15), "$quiet"))
    return Content("\n").join(lines)


def box_tally(box: Box) -> Content:
    """How many tubes of each status, as glyphs with words."""
    counts = Counter(shown_status(tube) for tube in box.cells)
    parts: list[Content | tuple[str, str]] = []
    for status, n in counts.most_common():
        seen = look("sample", status)
        parts += [(f"{seen.glyph} ", f"${seen.tone}"), plain(f"{n} {seen.word}  ", "$quiet")]
    parts.append(plain(_("{count} free").format(count=box.unit.places - len(box.cells)), "$quiet"))
    if box.loose:
        parts.append(plain("  " + _("{count} without a position").format(count=figure(box.loose)), "$warn"))
    return Content.assemble(*parts)


def tube_lines(label: str, tube: Tube | None, detail: SampleDetail | None, today: date) -> Content:
    """What is under the cursor, in two or three lines; detail: fetched a moment later."""
    if tube is None:
        return plain(f"{label}  " + _("empty"), "$quiet")
    seen = look("sample", shown_status(tube))
    first = Content.assemble(
        plain(f"{label}  ", "bold $accent"),
        plain(tube.code, "bold"),
        plain(f"  {seen.glyph} {seen.word}", f"${seen.tone}"),
        plain(f"  {material_word(tube.material)}"),
        plain(f"  {detail.amount}" if detail else ""),
    )
    facts = [tube.barcode or "", _("donor {code}").format(code=tube.donor) if tube.donor else ""]
    if tube.frozen:
        facts.append(_("frozen {day}, {ago}").format(day=day(tube.frozen), ago=ago(tube.frozen, today)).rstrip(", "))
    lines = [first, plain(" · ".join(fact for fact in facts if fact), "$quiet")]
    if detail is not None and (standing := standing_line(detail)) is not None:
        lines.append(standing)
    return Content("\n").join(lines)


def standing_line(detail: SampleDetail) -> Content | None:
    """What stands about a tube: who has it, a hold, a reservation; the gravest only."""
    if detail.out is not None:
        who, since = detail.out
        return plain(_("Out with {who} since {since}").format(who=who, since=clock(since)), "$warn")
    if detail.holds:
        hold = detail.holds[0]
        return plain(pair(look("hold", hold.kind).word, hold.reason), "$bad")
    if detail.reservation is not None:
        reserved = detail.reservation
        sentence = _("Reserved for {request} of {project}, until {day}")
        facts = {"request": reserved.request, "project": reserved.project, "day": day(reserved.expires)}
        return plain(sentence.format(**facts), "$accent")
    return None


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the next scanned tube goes. position: under the cursor; None: the box has no place left."""

    unit: str
    layout: Layout
    order: FillOrder
    position: Position | None

    @property
    def label(self) -> str:
        return "" if self.position is None else positions.label(self.layout, *self.position)
