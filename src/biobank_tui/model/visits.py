"""Templates of visits that the bank keeps."""

from __future__ import annotations

from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, text


class VisitTemplate(SQLModel, table=True):
    """Which tubes a visit yields. written: as its author wrote it, one line or TOML. retired: when, or empty."""

    __tablename__ = "visit_template"
    __table_args__ = (STRICT,)

    id: int = key()
    name: str = text(unique=True)
    title: str = text()
    written: str = text()
    retired: str | None = text(nullable=True)
