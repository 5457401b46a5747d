"""Donors' withdrawals and what they chose, and the notices to projects whose samples were taken back."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, text, whole
from biobank_tui.rules.withdrawing import Affected, Cause, Outcome, PoolPolicy


class Withdrawal(SQLModel, table=True):
    """One withdrawal. hold_id: the hold its samples stand under, late ones too: what is under it is the work-list.

    profile_id: the answers that stood before, for what is anonymised. entry: the ledger's. settled: when the last
    sample was destroyed, returned or anonymised.
    """

    __table_args__ = (
        one_of("outcome", Outcome),
        one_of("pools", PoolPolicy),
        Index("withdrawal_donor", "donor_id"),
        STRICT,
    )

    id: int = key()
    donor_id: int = link("donor.id")
    made: str = text()
    outcome: Outcome = text(default=Outcome.DESTROY)
    pools: PoolPolicy = text(default=PoolPolicy.HOLD)
    hold_id: int = link("hold.id")
    profile_id: int | None = link("consent_profile.id", nullable=True)
    entry: int = whole()
    settled: str | None = text(nullable=True)


class Notice(SQLModel, table=True):
    """What a project is told of samples it no longer may have. entry: the ledger's, of the act that took them."""

    __table_args__ = (one_of("cause", Cause), Index("notice_project", "project_id"), STRICT)

    id: int = key()
    project_id: int = link("project.id")
    cause: Cause = text()
    made: str = text()
    entry: int = whole()


class NoticeSample(SQLModel, table=True):
    """A sample of a notice, how far it was on its way, and the reason (rules.consent.Reason as JSON)."""

    __tablename__ = "notice_sample"
    __table_args__ = (
        one_of("affected", Affected),
        UniqueConstraint("notice_id", "sample_id", name="notice_sample_once"),
        STRICT,
    )

    id: int = key()
    notice_id: int = link("notice.id")
    sample_id: int = link("sample.id")
    request_id: int | None = link("request.id", nullable=True)
    affected: Affected = text()
    reason: str | None = text(nullable=True)
