"""A rack scan beside what the bank has in the box: position by position, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.dialects import among
from biobank_tui.exchange.racks import RackScan, Well
from biobank_tui.exchange.rackwords import Reading
from biobank_tui.model.tables import DONOR, EXTERNAL_IDENTIFIER, SAMPLE, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.identifiers import names_a
from biobank_tui.queries.storage import layout_of, position_label
from biobank_tui.rules import positions
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import TERMINAL, DonorState, SampleStatus
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.positions import Layout, Style

Spot = tuple[int, int]


class CellKind(StrEnum):
    """What a scan says of one position, against the bank."""

    SAME = "same"
    NEW = "new"  # a known tube that had no place
    MOVED = "moved"  # a known tube that the bank has elsewhere
    MISSING = "missing"  # a tube expected here that was not read anywhere in the rack
    EXTRA = "extra"  # a tube the bank does not know
    DUPLICATE = "duplicate"  # a tube read at several positions
    UNREAD = "unread"
    EMPTY = "empty"


class Notice(StrEnum):
    """What else is to be known of a position."""

    ON_HOLD = "on_hold"
    WITHDRAWN = "withdrawn"
    OUT = "out"  # the bank has it out, or on its way
    FOUND = "found"  # it was given up as missing
    ENDED = "ended"  # its life in this bank is over: it is not placed
    NOT_RECEIVED = "not_received"  # it is expected still: it is not placed
    DISPLACES = "displaces"  # the tube the bank has here was not read anywhere


KIND_WORDS: Final = {
    CellKind.SAME: mark("same"),
    CellKind.NEW: mark("new"),
    CellKind.MOVED: mark("moved"),
    CellKind.MISSING: mark("missing"),
    CellKind.EXTRA: mark("extra"),
    CellKind.DUPLICATE: mark("duplicate"),
    CellKind.UNREAD: mark("unread"),
    CellKind.EMPTY: mark("empty"),
}
NOTICE_WORDS: Final = {
    Notice.ON_HOLD: mark("on hold"),
    Notice.WITHDRAWN: mark("its donor withdrew"),
    Notice.OUT: mark("out, says the bank"),
    Notice.FOUND: mark("was missing"),
    Notice.ENDED: mark("ended, not placed"),
    Notice.NOT_RECEIVED: mark("not received yet, not placed"),
    Notice.DISPLACES: mark("where the bank has {tube}, which was not read"),
}
UNPLACEABLE: Final = frozenset({Notice.ENDED, Notice.NOT_RECEIVED})


@dataclass(frozen=True, slots=True)
class RackCell:
    """One position. barcode: as read. sample: the tube's code, of a missing one too. before: where the bank has it.

    expected: the tube the bank has at this position, whatever was read.
    """

    row: int
    col: int
    label: str
    kind: CellKind
    barcode: str | None = None
    sample: str | None = None
    before: str = ""
    expected: str | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def placeable(self) -> bool:
        """Whether applying the scan would place the tube."""
        return self.kind in (CellKind.NEW, CellKind.MOVED) and not UNPLACEABLE & set(self.notices)

    @property
    def lost(self) -> str | None:
        """The tube the bank has here that was read nowhere in the rack."""
        gone = self.kind is CellKind.MISSING or Notice.DISPLACES in self.notices
        return self.expected if gone else None


@dataclass(frozen=True, slots=True)
class RackComparison:
    """Every position of the box, row by row. rack: the scanned rack's barcode; other: the unit it names instead."""

    box: str
    file: str
    rack: str | None
    other: str | None
    rows: int
    columns: int
    cells: tuple[RackCell, ...]

    @property
    def counts(self) -> dict[CellKind, int]:
        """How many positions are of each kind; kinds without any are 0."""
        found = Counter(cell.kind for cell in self.cells)
        return {kind: found[kind] for kind in CellKind}

    @property
    def differences(self) -> tuple[RackCell, ...]:
        """The positions that are not as the bank has them, or of which something is to be known."""
        quiet = (CellKind.SAME, CellKind.EMPTY)
        return tuple(cell for cell in self.cells if cell.kind not in quiet or cell.notices)

    @property
    def agrees(self) -> bool:
        """Whether every tube the bank has here was read where it is, and no other."""
        return not self.differences and any(cell.kind is CellKind.SAME for cell in self.cells)

    @property
    def placeable(self) -> tuple[RackCell, ...]:
        """The positions whose tubes applying the scan would place."""
        return tuple(cell for cell in self.cells if cell.placeable)

    @property
    def lost(self) -> tuple[str, ...]:
        """Tubes the bank has in a position here, read nowhere in the rack."""
        return tuple(cell.lost for cell in self.cells if cell.lost is not None)


def compare(connection: Connection, scan: RackScan, box_code: str) -> RackComparison:
    """What the scan says of the box. Refused whole where the scanned rack has another grid than the box."""
    box = finding.unit(connection, box_code)
    layout = layout_of(box)
    if layout is None:
        raise Refused("unit.no_grid", "{unit} has no numbered positions.", unit=box["code"])
    wells = _placed(scan, layout, str(box["code"]))
    here = _inside(connection, int(box["id"]))
    tubes = _known(connection, [well.tube for well in scan.tubes if well.tube])
    read = Counter(_identity(well, tubes) for well in scan.tubes)
    places = _places(connection, tubes.values())
    expected = {(row["row"], row["col"]): row for row in here if row["row"] is not None}
    seen = {row["id"] for row in tubes.values()}
    cells = []
    for row in range(layout.rows):
        for col in range(layout.columns):
            spot = (row, col)
            well, held = wells.get(spot), expected.get(spot)
            label = positions.label(layout, row, col)
            tube = tubes.get(well.tube) if well is not None and well.tube else None
            absent = held is not None and held["id"] not in seen
            lost = absent and held is not None and not _is_out(held)
            kind = _kind(well, tube, held, read, lost)
            # What the notices are about: the tube read, else the one that is not there.
            about = tube if tube is not None else held if kind is CellKind.MISSING or absent else None
            notices = _notices(about, kind, lost)
            cells.append(
                RackCell(
                    row,
                    col,
                    label,
                    kind,
                    well.tube if well is not None else None,
                    about["code"] if about is not None and (tube is not None or kind is CellKind.MISSING) else None,
                    places.get(tube["id"], "") if tube is not None and kind is not CellKind.SAME else "",
                    held["code"] if held is not None else None,
                    notices,
                )
            )
    return RackComparison(
        box["code"],
        scan.file,
        scan.rack,
        _other_unit(connection, scan.rack, int(box["id"])),
        layout.rows,
        layout.columns,
        tuple(cells),
    )


def chosen(connection: Connection, found: RackComparison, labels: Sequence[str]) -> tuple[RackCell, ...]:
    """The cells at these positions, as the box labels them; Refused where it has no such position."""
    layout = layout_of(finding.unit(connection, found.box))
    assert layout is not None
    wanted = {positions.ordinal(layout, label) for label in labels}
    return tuple(cell for cell in found.cells if (cell.row, cell.col) in wanted)


def _kind(
    well: Well | None,
    tube: RowMapping | None,
    held: RowMapping | None,
    read: Mapping[object, int],
    lost: bool,
) -> CellKind:
    if well is not None and well.reading is Reading.UNREAD:
        return CellKind.UNREAD
    if well is None or well.reading is Reading.EMPTY:
        return CellKind.MISSING if lost else CellKind.EMPTY
    if read[tube["id"] if tube is not None else well.tube] > 1:
        return CellKind.DUPLICATE
    if tube is None:
        return CellKind.EXTRA
    if held is not None and held["id"] == tube["id"]:
        return CellKind.SAME
    return CellKind.NEW if tube["unit_id"] is None else CellKind.MOVED


def _notices(about: RowMapping | None, kind: CellKind, lost: bool) -> tuple[Notice, ...]:
    found: list[Notice] = []
    if about is not None and kind not in (CellKind.EXTRA, CellKind.UNREAD):
        facts = (
            (about["holds"] > 0, Notice.ON_HOLD),
            (about["donor_state"] == DonorState.WITHDRAWN, Notice.WITHDRAWN),
            (_is_out(about), Notice.OUT),
            (about["status"] == SampleStatus.MISSING, Notice.FOUND),
            (about["status"] in TERMINAL, Notice.ENDED),
            (about["status"] == SampleStatus.EXPECTED, Notice.NOT_RECEIVED),
        )
        found = [notice for true, notice in facts if true]
    if lost and kind in (CellKind.NEW, CellKind.MOVED, CellKind.EXTRA, CellKind.DUPLICATE):
        found.append(Notice.DISPLACES)
    return tuple(found)


def _is_out(tube: RowMapping) -> bool:
    """Whether the bank has the tube out of its place: that it is not read is no surprise."""
    return tube["status"] in (SampleStatus.CHECKED_OUT, SampleStatus.IN_TRANSIT)


def _identity(well: Well, tubes: Mapping[str, RowMapping]) -> object:
    tube = tubes.get(well.tube or "")
    return tube["id"] if tube is not None else well.tube


def _placed(scan: RackScan, layout: Layout, box: str) -> dict[Spot, Well]:
    """The wells by their ordinals; Refused where one lies outside the box, or the rack has another grid."""
    if scan.grid is not None and scan.grid != (layout.rows, layout.columns):
        raise Refused(
            "rack.geometry",
            "{file} is the scan of a rack of {rows} × {columns}; {box} is {box_rows} × {box_columns}."
            " Nothing of it is taken.",
            file=scan.file,
            rows=scan.grid[0],
            columns=scan.grid[1],
            box=box,
            box_rows=layout.rows,
            box_columns=layout.columns,
        )
    outside: Well | None = None
    for way in _ways(layout):
        found: dict[Spot, Well] = {}
        for well in scan.wells:
            spot = _ordinal(way, well.position)
            if spot is None or spot in found:
                outside = outside or well
                break
            found[spot] = well
        else:
            return found
    assert outside is not None
    raise Refused(
        "rack.outside",
        "{file} speaks of position {position}, which {box} does not have: it is {box_rows} × {box_columns}."
        " Nothing of it is taken.",
        file=scan.file,
        position=outside.position,
        box=box,
        box_rows=layout.rows,
        box_columns=layout.columns,
    )


def _ways(layout: Layout) -> Iterable[Layout]:
    """How a reader may call the positions: as the box is labelled, else as racks are (A1), else counted along rows."""
    yield layout
    yield Layout(layout.rows, layout.columns)
    yield Layout(layout.rows, layout.columns, style=Style.SERIAL)


def _ordinal(layout: Layout, position: str) -> Spot | None:
    try:
        return positions.ordinal(layout, position)
    except Refused:
        return None


_COLUMNS = (
    SAMPLE.c.id,
    SAMPLE.c.code,
    SAMPLE.c.barcode,
    SAMPLE.c.status,
    SAMPLE.c.holds,
    SAMPLE.c.unit_id,
    SAMPLE.c.row,
    SAMPLE.c.col,
    DONOR.c.state.label("donor_state"),
)
_TUBES = select(*_COLUMNS).select_from(SAMPLE.outerjoin(DONOR, DONOR.c.id == SAMPLE.c.donor_id))


def _inside(connection: Connection, unit_id: int) -> Sequence[RowMapping]:
    return connection.execute(_TUBES.where(SAMPLE.c.unit_id == unit_id).order_by(SAMPLE.c.id)).mappings().all()


def _known(connection: Connection, barcodes: Sequence[str]) -> dict[str, RowMapping]:
    """The tubes by what was read: a sample's code, else a tube's barcode, else another system's number."""
    wanted = set(barcodes)
    found: dict[str, RowMapping] = {}
    names = {text.lower(): text for text in sorted(wanted)}
    outside = connection.execute(
        select(EXTERNAL_IDENTIFIER.c.folded, EXTERNAL_IDENTIFIER.c.target_id).where(
            names_a(SAMPLE.name), EXTERNAL_IDENTIFIER.c.folded.in_(names)
        )
    ).all()
    by_id = {
        row["id"]: row
        for row in connection.execute(
            _TUBES.where(among(connection, SAMPLE.c.id, [row.target_id for row in outside]))
        ).mappings()
    }
    found |= {names[row.folded]: by_id[row.target_id] for row in outside if row.target_id in by_id}
    for column in (SAMPLE.c.barcode, SAMPLE.c.code):
        rows = connection.execute(_TUBES.where(column.in_(wanted))).mappings()
        found |= {row[column.name]: row for row in rows}
    return found


def _places(connection: Connection, tubes: Iterable[RowMapping]) -> dict[int, str]:
    """Where the bank has each tube, as unit and position."""
    standing = [tube for tube in tubes if tube["unit_id"] is not None]
    units = {
        row["id"]: row
        for row in connection.execute(
            select(STORAGE_UNIT).where(among(connection, STORAGE_UNIT.c.id, {tube["unit_id"] for tube in standing}))
        ).mappings()
    }
    return {
        tube["id"]: f"{unit['code']} {position_label(unit, tube['row'], tube['col'])}".strip()
        for tube in standing
        if (unit := units.get(tube["unit_id"])) is not None
    }


def _other_unit(connection: Connection, rack: str | None, box_id: int) -> str | None:
    """The storage unit that goes by the rack's barcode, where that is not the box."""
    if rack is None:
        return None
    named = connection.execute(
        select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.code).where(STORAGE_UNIT.c.code.in_({rack, rack.upper()}))
    ).first()
    if named is None:
        named = connection.execute(
            select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.code).join(
                EXTERNAL_IDENTIFIER,
                names_a(STORAGE_UNIT.name)
                & (EXTERNAL_IDENTIFIER.c.target_id == STORAGE_UNIT.c.id)
                & (EXTERNAL_IDENTIFIER.c.folded == rack.lower()),
            )
        ).first()
    return named.code if named is not None and named.id != box_id else None
