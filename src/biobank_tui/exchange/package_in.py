"""A package comes into an empty bank: every row under its own number, in one transaction, with the ledger."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select

from biobank_tui.bank import ledger
from biobank_tui.bank.dialects import is_sqlite, load
from biobank_tui.bank.tallies import Census, census_of_all, settle
from biobank_tui.bank.transaction import Transaction
from biobank_tui.exchange.package import MATCHED, NAME, NOUNS, TABLES, columns_of, kind_of, target_of
from biobank_tui.model.tables import DONOR, SAMPLE, SERIAL, STORAGE_UNIT
from biobank_tui.rules.errors import BadData, Refused, Unreachable
from biobank_tui.rules.text import controls, unsheet_cell

AT_ONCE: Final = 10_000
LONGEST: Final = 1 << 20
Told = Callable[[str, int], None]


class Unpacking:
    """One package on its way in. made: how many rows of each table are new."""

    def __init__(self, tx: Transaction, folder: Path, told: Told) -> None:
        self.tx, self.folder, self.told = tx, folder, told
        self.connection = tx.connection
        self.ids: dict[str, dict[int, int]] = {}
        """New ids of the rows that do not keep their own, by table."""
        self.made: dict[str, int] = {}

    def run(self) -> None:
        """Write everything, then bring the counts and the numbers up."""
        described = _described(self.folder)
        _refuse_full(self.connection)
        if is_sqlite(self.connection):
            # A sample may stand before its parent; the references are checked when all is there.
            self.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        csv.field_size_limit(LONGEST)
        for table in TABLES:
            self._take(table)
        settle(self.connection, Census(), census_of_all(self.connection))
        for noun, after in described["serials"].items():
            self._number(noun, after)

    def _number(self, noun: str, after: int) -> None:
        now = self.connection.scalar(select(SERIAL.c.next).where(SERIAL.c.noun == noun))
        if now is not None and after > now:
            self.tx.allocate(noun, after - now)

    def _take(self, table: Table) -> None:
        columns = columns_of(table)
        names, identity = [column.name for column in columns], next(iter(table.primary_key.columns)).name
        rows = self._rows(table, columns)
        if table.name in MATCHED:
            rows = self._matched(table, names, rows)
        # PostgreSQL checks at the end of a statement: a table that refers to itself goes in as one.
        own = any(target_of(column) == table.name for column in columns)
        most = None if own and not is_sqlite(self.connection) else AT_ONCE
        count = 0
        # Read first, then written: a connection that takes rows in answers no question meanwhile.
        while part := list(islice(rows, most)):
            load(self.connection, table, names, part)
            for row in part:
                values = dict(zip(names, row, strict=True))
                number = values.pop(identity)
                said = {name: value for name, value in values.items() if value is not None}
                self.tx.record_text(table.name, number, ledger.canonical(said))
            count += len(part)
        self.made[table.name] = count
        self.told(table.name, count)

    def _matched(self, table: Table, names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """The rows that are not there yet, by code; each under its own number where that is free."""
        key = MATCHED[table.name]
        here = {row[1]: row[0] for row in self.connection.execute(select(table.c.id, table.c[key]))}
        taken = set(here.values())
        moved = self.ids.setdefault(table.name, {})
        place, own = names.index(key), names.index("id")
        for row in list(rows):
            cells = list(row)
            if row[place] in here:
                moved[row[own]] = here[row[place]]
                continue
            if row[own] in taken:
                cells[own] = moved[row[own]] = self.tx.allocate(table.name)[0]
            taken.add(cells[own])
            yield tuple(cells)

    def _rows(self, table: Table, columns: list[Column[Any]]) -> Iterator[tuple[Any, ...]]:
        path = self.folder / f"{table.name}.csv"
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                header = next(reader, [])
                names = [column.name for column in columns]
                if header != names:
                    raise BadData(
                        "package.columns",
                        "{file} should have the columns {columns}.",
                        file=path.name,
                        columns=", ".join(names),
                    )
                for row in reader:
                    yield self._row(table, columns, row, f"{path.name}:{reader.line_num}")
        except (UnicodeDecodeError, csv.Error) as fault:
            raise BadData("package.unreadable", "{file} is no CSV file in UTF-8.", file=path.name) from fault
        except FileNotFoundError as fault:
            raise BadData("package.absent", "The package has no {file}.", file=path.name) from fault

    def _row(self, table: Table, columns: list[Column[Any]], row: list[str], where: str) -> tuple[Any, ...]:
        if len(row) != len(columns):
            raise BadData("package.ragged", "{where}: the row has another number of cells.", where=where)
        values = [self._value(column, text, where) for column, text in zip(columns, row, strict=True)]
        names = [column.name for column in columns]
        if "target_id" in names and "noun" in names:
            noun, place = str(values[names.index("noun")]), names.index("target_id")
            if noun not in NOUNS:
                raise BadData("package.noun", "{where}: there is no noun {noun}.", where=where, noun=noun)
            values[place] = self.ids.get(noun, {}).get(values[place], values[place])
        if table is STORAGE_UNIT:
            values[names.index("tubes")] = 0
        return tuple(values)

    def _value(self, column: Column[Any], text: str, where: str) -> Any:
        kind = kind_of(column)
        if text == "":
            return None if column.nullable or kind is not str else ""
        if kind is not str:
            try:
                value = kind(text)
            except ValueError as fault:
                raise BadData(
                    "package.number",
                    "{where}: “{value}” in {column} is no number.",
                    where=where,
                    value=text,
                    column=column.name,
                ) from fault
            target = target_of(column)
            return self.ids.get(target, {}).get(value, value) if target is not None else value
        plain = unsheet_cell(text)
        found = controls(plain, "\n\r\t")
        if found:
            raise BadData(
                "package.control", "{where}: {column} holds a {kind}.", where=where, column=column.name, kind=found
            )
        return plain


def _described(folder: Path) -> dict[str, Any]:
    try:
        described = json.loads((folder / NAME).read_text(encoding="utf-8"))
        serials = {str(noun): int(number) for noun, number in described["serials"].items()}
    except FileNotFoundError as fault:
        raise Unreachable("package.none", "There is no {file} in {folder}.", file=NAME, folder=str(folder)) from fault
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise BadData(
            "package.described", "{file} in {folder} is not a bank's.", file=NAME, folder=str(folder)
        ) from fault
    return {**described, "serials": serials}


def _refuse_full(connection: Connection) -> None:
    for table in (DONOR, SAMPLE, STORAGE_UNIT):
        if connection.scalar(select(table.c.id).limit(1)) is not None:
            raise Refused("package.full", "A package comes into an empty bank; this one has rows. Take `biobank init`.")
