"""A package is written: each table as it is read, then the description; the folder has its name when it is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select

from biobank_tui.bank.settings import setting
from biobank_tui.exchange import package, writing
from biobank_tui.exchange.destinations import refuse_taken
from biobank_tui.exchange.package import GONE, NAME, STATES, TABLES, columns_of, kind_of
from biobank_tui.model.tables import SERIAL
from biobank_tui.rules.errors import Unreachable

AT_ONCE: Final = 10_000
Told = Callable[[str, int], None]


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    columns = columns_of(table)
    query = select(*columns).order_by(*table.primary_key.columns)
    found = connection.execute(query.execution_options(yield_per=AT_ONCE))
    if table.name != "sample":
        yield from (tuple(row) for row in found)
        return
    names = [column.name for column in columns]
    status, places = names.index("status"), [names.index(name) for name in ("unit_id", "row", "col")]
    for row in found:
        cells = list(row)
        cells[status] = STATES.get(cells[status], cells[status])
        if cells[status] in GONE:
            for place in places:
                cells[place] = None
        yield tuple(cells)


def write(connection: Connection, folder: Path, made: str, told: Told) -> dict[str, int]:
    """Write a new folder; how many rows of each table."""
    refuse_taken(folder)
    part = folder.with_name(f".{folder.name}.part")
    counts: dict[str, int] = {}
    kinds = {int: writing.Type.INTEGER, float: writing.Type.NUMBER, str: writing.Type.TEXT}
    try:
        part.mkdir()
        for table in TABLES:
            columns = tuple(writing.Column(column.name, kinds[kind_of(column)]) for column in columns_of(table))
            with (part / f"{table.name}.csv").open("wb") as out:
                counts[table.name] = writing.write_csv(out, table.name, columns, _rows(connection, table))
            told(table.name, counts[table.name])
        described = package.descriptor(setting(connection, "name"), _serials(connection), counts, made)
        (part / NAME).write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        part.replace(folder)
    except OSError as fault:
        raise Unreachable(
            "file.unwritable", "{file} cannot be written: {detail}", file=str(folder), detail=fault.strerror or ""
        ) from fault
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return counts


def _serials(connection: Connection) -> dict[str, int]:
    nouns = [table.name for table in TABLES]
    found = connection.execute(select(SERIAL.c.noun, SERIAL.c.next).where(SERIAL.c.noun.in_(nouns)))
    return {row.noun: row.next for row in found}


def size(connection: Connection) -> int:
    """How many rows a package would hold."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES)
