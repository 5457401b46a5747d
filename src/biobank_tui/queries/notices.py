"""Notices to projects: which samples they no longer may have or use, and why; never whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from biobank_tui.model.tables import NOTICE, NOTICE_SAMPLE, PERSON, PROJECT, PROJECT_SAMPLE, REQUEST
from biobank_tui.queries import finding
from biobank_tui.reports.letters import Letter
from biobank_tui.reports.notices import Facts, Say, TakenSample, notice_letter
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.withdrawing import Affected, Cause


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """sample: the project's own code of it, None where it had none yet. affected: how far it was on its way.

    reason: why.
    """

    sample: str | None
    request: str | None
    affected: Affected
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice whole. entry: the ledger's, by which it is known. lead: who leads the project."""

    id: int
    project: str
    title: str
    lead: str
    cause: Cause
    made: str
    entry: int
    samples: tuple[NoticeLine, ...]

    @property
    def count(self) -> int:
        """How many samples it speaks of."""
        return len(self.samples)

    def letter(self, say: Say, bank: str) -> Letter:
        """The notice on paper. say: sentences in the reader's language."""
        facts = Facts(bank, self.project, self.title, self.lead, self.made[:10], self.entry)
        samples = [TakenSample(each.sample, each.request or "", each.affected, each.reason) for each in self.samples]
        return notice_letter(say, facts, self.cause, samples)

    @property
    def sent(self) -> tuple[NoticeLine, ...]:
        """What the project holds already."""
        return tuple(line for line in self.samples if line.affected == Affected.SENT)

    @property
    def unsent(self) -> tuple[NoticeLine, ...]:
        """What the project will not get."""
        return tuple(line for line in self.samples if line.affected != Affected.SENT)


def notices(
    connection: Connection, project: str | None = None, *, entry: int | None = None, limit: int = 200
) -> tuple[NoticeRow, ...]:
    """Notices, the newest first: all, those to one project (code), or those of one act (ledger number)."""
    query = (
        select(
            NOTICE.c.id, PROJECT.c.code, PROJECT.c.title, PERSON.c.name, NOTICE.c.cause, NOTICE.c.made, NOTICE.c.entry
        )
        .join(PROJECT, PROJECT.c.id == NOTICE.c.project_id)
        .join(PERSON, PERSON.c.id == PROJECT.c.lead_id)
        .order_by(NOTICE.c.id.desc())
        .limit(limit)
    )
    if project is not None:
        query = query.where(NOTICE.c.project_id == finding.project(connection, project)["id"])
    if entry is not None:
        query = query.where(NOTICE.c.entry == entry)
    return tuple(
        NoticeRow(*row[:4], Cause(row[4]), *row[5:7], _lines(connection, row.id))
        for row in connection.execute(query).all()
    )


def _lines(connection: Connection, notice: int) -> tuple[NoticeLine, ...]:
    rows = connection.execute(
        select(
            PROJECT_SAMPLE.c.code,
            REQUEST.c.code,
            NOTICE_SAMPLE.c.affected,
            NOTICE_SAMPLE.c.reason,
        )
        .select_from(
            NOTICE_SAMPLE.join(NOTICE, NOTICE.c.id == NOTICE_SAMPLE.c.notice_id).outerjoin(
                PROJECT_SAMPLE,
                (PROJECT_SAMPLE.c.sample_id == NOTICE_SAMPLE.c.sample_id)
                & (PROJECT_SAMPLE.c.project_id == NOTICE.c.project_id),
            )
        )
        .outerjoin(REQUEST, REQUEST.c.id == NOTICE_SAMPLE.c.request_id)
        .where(NOTICE_SAMPLE.c.notice_id == notice)
        .order_by(PROJECT_SAMPLE.c.code.is_(None), NOTICE_SAMPLE.c.id)
    )
    return tuple(NoticeLine(row[0], row[1], Affected(row[2]), _reason(row[3])) for row in rows)


def _reason(said: str | None) -> Reason | None:
    return Reason.from_json(said) if said else None
