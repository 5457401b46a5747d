"""The schema as statements, drawn from the models and the guards; `python -m biobank_tui.bank.ddl` writes the files."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

import biobank_tui.model  # noqa: F401  (fills the metadata)
from biobank_tui.bank import guards
from biobank_tui.paths import schema_dir

BREAK = "\n--;\n"


def statements(dialect: str) -> list[str]:
    """Every CREATE statement of the schema: tables in the order of their references, indexes, triggers."""
    compiler: Dialect = sqlite.dialect() if dialect == "sqlite" else postgresql.dialect()  # type: ignore[no-untyped-call]
    found: list[str] = []
    for table in SQLModel.metadata.sorted_tables:
        found.append(str(CreateTable(table).compile(dialect=compiler)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found.extend(str(CreateIndex(index).compile(dialect=compiler)).strip() for index in indexes)
    lines = ["\n".join(line.rstrip() for line in statement.splitlines()) for statement in found]
    return lines + guards.statements(dialect)


def script(dialect: str) -> str:
    """The statements as one text, parted by `--;` lines."""
    return BREAK.join(statements(dialect)) + BREAK


def main() -> None:
    """Write the schema as it stands; with "freeze NNNN", also as the statements of that first revision."""
    folder = schema_dir()
    targets = {"sqlite": folder / "biobank.sql", "postgresql": folder / "biobank.postgresql.sql"}
    for dialect, path in targets.items():
        path.write_text(script(dialect), encoding="utf-8")
        if sys.argv[1:2] == ["freeze"]:
            frozen: Path = folder / "migrations" / "versions" / f"{sys.argv[2]}_{dialect}.sql"
            frozen.write_text(script(dialect), encoding="utf-8")


if __name__ == "__main__":
    main()
