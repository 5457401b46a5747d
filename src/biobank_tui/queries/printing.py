"""The print queue: jobs that wait or stopped, how far each is, and its labels."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, case, func, select

from biobank_tui.model.tables import PERSON, PRINT_JOB, PRINTED_LABEL
from biobank_tui.rules.errors import NotFound
from biobank_tui.rules.printing import OPEN_JOBS, LabelState


@dataclass(frozen=True, slots=True)
class JobRow:
    """A print job and how far it is; labels and what follows count tubes, whatever the copies.

    next_place, next_code: the label that comes next. said: why it stopped. seen: when it last went on.
    """

    id: int
    state: str
    stock: str
    target: str
    copies: int
    made: str
    seen: str | None
    said: str | None
    reason: str | None
    by: str
    labels: int
    printed: int
    waiting: int
    doubtful: int
    refused: int
    next_place: int | None
    next_code: str | None


@dataclass(frozen=True, slots=True)
class JobLabel:
    """One label of a job, by its place in it from 1."""

    place: int
    code: str
    state: str


def jobs(connection: Connection, *, everything: bool = False) -> tuple[JobRow, ...]:
    """The jobs that are not at their end, the oldest first; with the ended ones, the newest 500 of all, if asked."""
    if not everything:
        return _rows(connection, PRINT_JOB.c.state.in_(OPEN_JOBS))
    newest = select(PRINT_JOB.c.id).order_by(PRINT_JOB.c.id.desc()).limit(500).subquery()
    return _rows(connection, PRINT_JOB.c.id.in_(select(newest.c.id)))


def job(connection: Connection, number: int) -> JobRow:
    """One job. NotFound."""
    row(connection, number)
    return _rows(connection, PRINT_JOB.c.id == number)[0]


def row(connection: Connection, number: int) -> RowMapping:
    """A job as it is stored. NotFound."""
    found = connection.execute(select(PRINT_JOB).where(PRINT_JOB.c.id == number)).mappings().first()
    if found is None:
        raise NotFound("print.unknown", "There is no print job {job}.", job=number)
    return found


def labels_in(connection: Connection, number: int, *states: LabelState) -> tuple[JobLabel, ...]:
    """The labels of a job in their order; those in these states where some are named."""
    rows = connection.execute(
        select(PRINTED_LABEL.c.place, PRINTED_LABEL.c.code, PRINTED_LABEL.c.state)
        .where(PRINTED_LABEL.c.job_id == number, *([PRINTED_LABEL.c.state.in_(states)] if states else []))
        .order_by(PRINTED_LABEL.c.place)
    )
    return tuple(JobLabel(*tuple(each)) for each in rows)


def _counted(*states: LabelState) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((PRINTED_LABEL.c.state.in_(states), 1), else_=0)), 0)


def _rows(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[JobRow, ...]:
    facts = (
        select(
            PRINT_JOB.c.id,
            func.count(PRINTED_LABEL.c.id).label("labels"),
            _counted(LabelState.PRINTED).label("printed"),
            _counted(LabelState.WAITING).label("waiting"),
            _counted(LabelState.DOUBTFUL, LabelState.SENT).label("doubtful"),
            _counted(LabelState.REFUSED).label("refused"),
            func.min(case((PRINTED_LABEL.c.state == LabelState.WAITING, PRINTED_LABEL.c.place))).label("next_place"),
        )
        .outerjoin(PRINTED_LABEL, PRINTED_LABEL.c.job_id == PRINT_JOB.c.id)
        .where(*conditions)
        .group_by(PRINT_JOB.c.id)
        .subquery()
    )
    rows = connection.execute(
        select(
            PRINT_JOB.c.id, PRINT_JOB.c.state, PRINT_JOB.c.stock, PRINT_JOB.c.target, PRINT_JOB.c.copies,
            PRINT_JOB.c.made, PRINT_JOB.c.seen, PRINT_JOB.c.said, PRINT_JOB.c.reason, PERSON.c.login.label("by"),
            facts.c.labels, facts.c.printed, facts.c.waiting, facts.c.doubtful, facts.c.refused,
            facts.c.next_place, PRINTED_LABEL.c.code.label("next_code"),
        )
        .select_from(PRINT_JOB)
        .join(facts, facts.c.id == PRINT_JOB.c.id)
        .outerjoin(PERSON, PERSON.c.id == PRINT_JOB.c.person_id)
        .outerjoin(
            PRINTED_LABEL,
            (PRINTED_LABEL.c.job_id == PRINT_JOB.c.id) & (PRINTED_LABEL.c.place == facts.c.next_place),
        )
        .order_by(PRINT_JOB.c.id)
    )  # fmt: skip
    return tuple(JobRow(**{**each, "by": each["by"] or ""}) for each in rows.mappings())
