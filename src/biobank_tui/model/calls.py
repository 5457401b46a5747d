"""The call of a year, and the lines of requests that wait for samples to come free."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, text, whole


class ProposalCall(SQLModel, table=True):
    """The call of a year: from which day to which proposals come in, and what they are scored by.

    target: projects to be selected; the bank's setting where nothing is said. criteria: rules.scoring.Criterion as
    JSON; the usual ones where nothing is said.
    """

    __tablename__ = "proposal_call"
    __table_args__ = (
        CheckConstraint("closes IS NULL OR opens IS NULL OR opens <= closes", name="opens_before_closes"),
        STRICT,
    )

    id: int = key()
    year: int = whole(unique=True)
    opens: str | None = text(nullable=True)
    closes: str | None = text(nullable=True)
    target: int | None = whole(nullable=True)
    criteria: str | None = text(nullable=True)


class WaitingLine(SQLModel, table=True):
    """A line that waits for samples to come free, first come first served. why: of its end."""

    __tablename__ = "waiting_line"
    __table_args__ = (
        Index(
            "waiting_line_open",
            "line_id",
            unique=True,
            sqlite_where=sql("ended IS NULL"),
            postgresql_where=sql("ended IS NULL"),
        ),
        STRICT,
    )

    id: int = key()
    line_id: int = link("request_line.id")
    since: str = text()
    ended: str | None = text(nullable=True)
    why: str | None = text(nullable=True)
