"""Every form an export can take: which tables it can hold, how far a choice reaches, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection

from biobank_tui.exchange.fhir.files import write_bundle, write_ndjson
from biobank_tui.exchange.writing import FORMS, Rows, Write, write_csv
from biobank_tui.queries import exporting
from biobank_tui.queries.export_boxes import BOX_FORMS, box_extent, write_boxes
from biobank_tui.queries.export_fhir import SPECIMENS, STREAMS
from biobank_tui.queries.export_inventory import INVENTORY_FORMS, inventory_extent, write_inventory
from biobank_tui.queries.export_kinds import EXPORTABLE
from biobank_tui.queries.export_tables import MIABIS, OPENSPECIMEN
from biobank_tui.queries.exporting import Choice, Exportable
from biobank_tui.rules.errors import NotFound, Refused

Told = Callable[[int], None]
Extent = Callable[[Connection, Choice], tuple[int, frozenset[int | None]]]
TELL_EVERY: Final = 5_000
BOXES: Final = "boxes"
INVENTORY: Final = "inventory"


@dataclass(frozen=True, slots=True)
class Job:
    """One export, ready to be written.

    binary: no text. extent: how many rows, and whose. write: writes it, and says how many rows there were.
    left_out: how many of the chosen rows such a file passes over, because their donors withdrew.
    """

    binary: bool
    extent: Extent
    write: Callable[[Connection, BinaryIO, Choice, Told], int]
    left_out: Callable[[Connection, Choice], int] = lambda _connection, _choice: 0


def _counted(rows: Iterator[Any], told: Told) -> Iterator[Any]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % TELL_EVERY == 0:
            told(number)


def _table(kind: Exportable, write: Write, *, binary: bool) -> Job:
    def extent(connection: Connection, choice: Choice) -> tuple[int, frozenset[int | None]]:
        return exporting.extent(connection, kind, exporting.chosen(connection, kind, choice))

    def written(connection: Connection, out: BinaryIO, choice: Choice, told: Told) -> int:
        columns = kind.header(connection)
        rows: Rows = exporting.rows(connection, kind, exporting.chosen(connection, kind, choice), columns)
        return write(out, kind.name, columns, _counted(rows, told))

    return Job(binary, extent, written, lambda connection, choice: exporting.passed_over(connection, kind, choice))


def _resources(form: str, ending: str) -> Job:
    write = write_ndjson if ending in (".ndjson", ".jsonl") else write_bundle

    def extent(connection: Connection, choice: Choice) -> tuple[int, frozenset[int | None]]:
        return exporting.extent(connection, SPECIMENS, exporting.chosen(connection, SPECIMENS, choice))

    def written(connection: Connection, out: BinaryIO, choice: Choice, told: Told) -> int:
        return write(out, _counted(STREAMS[form](connection, choice), told))

    return Job(False, extent, written, lambda connection, choice: exporting.passed_over(connection, SPECIMENS, choice))


BINARY: Final = frozenset({"xlsx", "parquet", "pdf"})
STANDARDS: Final[dict[str, Mapping[str, Exportable]]] = {"miabis": MIABIS, "openspecimen": OPENSPECIMEN}
KINDS: Final = (*EXPORTABLE, BOXES, INVENTORY)
"""All that can be exported."""
ALL_FORMS: Final = (*FORMS, "pdf", "miabis-fhir", "mii-fhir", "miabis", "openspecimen")
"""All forms there are."""


def forms_of(kind: str) -> tuple[str, ...]:
    """The forms that kind can be written in; NotFound where there is no such kind."""
    if kind not in KINDS:
        raise NotFound(
            "export.unknown",
            "There is nothing called {kind} to export; take one of {kinds}.",
            kind=kind,
            kinds=", ".join(KINDS),
        )
    if kind == BOXES:
        return BOX_FORMS
    if kind == INVENTORY:
        return INVENTORY_FORMS
    standards = tuple(name for name, tables in STANDARDS.items() if kind in tables)
    return (*FORMS, *(STREAMS if kind == "samples" else ()), *standards)


def job(kind: str, form: str, ending: str = "") -> Job:
    """How to write that kind in that form. ending: of the file's name; .ndjson writes FHIR a resource a line."""
    allowed = forms_of(kind)
    if form not in allowed:
        raise Refused(
            "export.form",
            "{kind} cannot be written as {form}; take one of {forms}.",
            kind=kind,
            form=form,
            forms=", ".join(allowed),
        )
    binary = form in BINARY
    if kind == BOXES:
        return Job(binary, box_extent, lambda c, out, choice, told: write_boxes(c, out, form, choice, told))
    if kind == INVENTORY:
        return Job(binary, inventory_extent, lambda c, out, choice, _told: write_inventory(c, out, form, choice))
    if form in STREAMS:
        return _resources(form, ending)
    if form in STANDARDS:
        return _table(STANDARDS[form][kind], write_csv, binary=False)
    return _table(EXPORTABLE[kind], FORMS[form], binary=binary)
