"""Labels on their way to paper: print jobs, and each label of theirs."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole
from biobank_tui.rules.printing import JobState, LabelState

_OPEN = sql(f"state <> '{JobState.DONE}' AND state <> '{JobState.CANCELLED}'")


class PrintJob(SQLModel, table=True):
    """Labels sent to a file or a printer.

    labels: with copies. layout: a layout's name or TOML file; the stock's own where empty. dpi: the printer's.
    reason: why they were printed again. run: how often it was begun; whoever prints an older run stops.
    seen: when the printer last took labels. said: why it stopped, in the printer's or the network's words.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        one_of("state", JobState),
        CheckConstraint("copies > 0 AND labels > 0", name="labels_positive"),
        Index("print_job_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        STRICT,
    )

    id: int = key()
    stock: str = text()
    target: str = text()
    layout: str | None = text(nullable=True)
    copies: int = whole(default=1)
    dpi: int = whole(default=203)
    labels: int = whole()
    made: str = text()
    person_id: int | None = link("person.id", nullable=True)
    reason: str | None = text(nullable=True)
    state: JobState = text(default=JobState.DONE)
    run: int = whole(default=0)
    seen: str | None = text(nullable=True)
    said: str | None = text(nullable=True)


class PrintedLabel(SQLModel, table=True):
    """One label of a print job, by its place in it, so that a second one is known for a reprint."""

    __tablename__ = "printed_label"
    __table_args__ = (
        one_of("state", LabelState),
        UniqueConstraint("job_id", "place", name="printed_label_place"),
        Index("printed_label_code", "code"),
        STRICT,
    )

    id: int = key()
    job_id: int = link("print_job.id")
    place: int = whole()
    code: str = text()
    state: LabelState = text(default=LabelState.PRINTED)
