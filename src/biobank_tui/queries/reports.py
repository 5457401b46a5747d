"""The bank in figures: inventory, occupancy, accrual, consent and project use, each as one plain table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, case, func, select

from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    DONOR,
    PROJECT,
    REQUEST,
    REQUEST_LINE,
    RESERVATION,
    SAMPLE,
    SAMPLE_TALLY,
    SHIPMENT,
    SHIPMENT_ITEM,
    STORAGE_UNIT,
)
from biobank_tui.queries.purposes import OPEN_REQUESTS
from biobank_tui.queries.requests import TAKEN
from biobank_tui.queries.storage import places_in_words
from biobank_tui.rules.lifecycles import SENT_ITEM, ConsentState, DonorState, ReservationState, SampleStatus
from biobank_tui.rules.moments import today

MONTHS: Final = 24
"""Months that the accrual goes back."""

Value = str | int | None


class Kind(StrEnum):
    """What a column holds: text as it is, a coded word of the bank, or a number."""

    TEXT = "text"
    MATERIAL = "material"
    TEMPERATURE = "temperature"
    SERVICE = "service"
    PROJECT = "project"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """title: an English msgid."""

    key: str
    title: str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Report:
    """One table of figures. title, note: English msgids.

    bar: the number drawn beside it. of: the number it is a share of; else of the largest. total: a row of sums, or
    nothing. personal: counts donors or samples, so that small cells are hidden from those who may not see them.
    """

    name: str
    title: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    bar: str
    of: str = ""
    total: tuple[Value, ...] | None = None
    personal: bool = True
    note: str = ""


HERE = (SampleStatus.AVAILABLE, SampleStatus.RESERVED, SampleStatus.CHECKED_OUT)
GONE = (SampleStatus.DISTRIBUTED, SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.REJECTED)


def inventory(connection: Connection) -> Report:
    """Samples by material and status, from the kept counts; on hold are counted among the others too."""
    counts: dict[str, Counter[str]] = {}
    for material, status, n in connection.execute(
        select(SAMPLE_TALLY.c.material, SAMPLE_TALLY.c.status, func.sum(SAMPLE_TALLY.c.n)).group_by(
            SAMPLE_TALLY.c.material, SAMPLE_TALLY.c.status
        )
    ):
        counts.setdefault(material, Counter())[status] += int(n)
    held = {
        row[0]: int(row[1])
        for row in connection.execute(
            select(SAMPLE.c.material, func.count())
            .where(SAMPLE.c.holds > 0, SAMPLE.c.status.not_in(GONE))
            .group_by(SAMPLE.c.material)
        )
    }

    def row(material: str, found: Counter[str], holds: int) -> tuple[Value, ...]:
        return (
            material,
            sum(found[status] for status in HERE),
            *(found[status] for status in (*HERE, SampleStatus.EXPECTED, SampleStatus.IN_TRANSIT)),
            holds,
            found[SampleStatus.MISSING],
            sum(found[status] for status in GONE),
        )

    rows = [row(material, found, held.get(material, 0)) for material, found in counts.items() if found.total()]
    rows.sort(key=lambda each: (-int(each[1] or 0), str(each[0])))
    return Report(
        "inventory",
        "Inventory",
        (
            ReportColumn("material", "Material", Kind.MATERIAL),
            ReportColumn("here", "In the bank"),
            ReportColumn("available", "Available"),
            ReportColumn("reserved", "Reserved"),
            ReportColumn("out", "Out"),
            ReportColumn("expected", "Expected"),
            ReportColumn("transit", "In transit"),
            ReportColumn("held", "On hold"),
            ReportColumn("missing", "Missing"),
            ReportColumn("gone", "Gone"),
        ),
        tuple(rows),
        "here",
        total=_sums("", rows, 1),
        note="On hold counts samples that are counted under their status too.",
    )


def occupancy(connection: Connection) -> Report:
    """How full each freezer and tank is; a bank without any shows its outermost units."""
    columns = (
        STORAGE_UNIT.c.id,
        STORAGE_UNIT.c.code,
        STORAGE_UNIT.c.temperature,
        STORAGE_UNIT.c.service,
        STORAGE_UNIT.c.places,
        STORAGE_UNIT.c.tubes,
    )
    query = select(*columns).order_by(STORAGE_UNIT.c.path)
    found = connection.execute(query.where(STORAGE_UNIT.c.kind.in_(("freezer", "tank")))).all()
    found = found or connection.execute(query.where(STORAGE_UNIT.c.parent_id.is_(None))).all()
    words = places_in_words(connection, [row.id for row in found])
    rows: list[tuple[Value, ...]] = [
        (row.code, words[row.id], row.temperature, row.service, row.places, row.tubes, row.places - row.tubes)
        for row in found
    ]
    return Report(
        "occupancy",
        "Occupancy",
        (
            ReportColumn("code", "Unit", Kind.TEXT),
            ReportColumn("place", "Place", Kind.TEXT),
            ReportColumn("temperature", "Temperature", Kind.TEMPERATURE),
            ReportColumn("service", "Service", Kind.SERVICE),
            ReportColumn("places", "Places"),
            ReportColumn("tubes", "Tubes"),
            ReportColumn("free", "Free"),
        ),
        tuple(rows),
        "tubes",
        of="places",
        total=_sums("", rows, 4, texts=("", None, None)),
        personal=False,
    )


def accrual(connection: Connection) -> Report:
    """Samples collected and consents given in each of the last months, the newest first."""
    months = _last_months(today(), MONTHS)
    first = months[-1]
    collected = _by_month(connection, SAMPLE.c.collected, first)
    consents = _by_month(connection, CONSENT.c.given, first)
    rows: list[tuple[Value, ...]] = [(month, collected[month], consents[month]) for month in months]
    return Report(
        "accrual",
        "Accrual",
        (
            ReportColumn("month", "Month", Kind.TEXT),
            ReportColumn("samples", "Samples collected"),
            ReportColumn("consents", "Consents given"),
        ),
        tuple(rows),
        "samples",
        total=_sums("", rows, 1),
        note="What is dated by its year alone is in no month.",
    )


def consent(connection: Connection) -> Report:
    """Consent records by form and state, and the donors without any in force."""
    counts: dict[str, Counter[str]] = {}
    for code, version, state, n in connection.execute(
        select(CONSENT_FORM.c.code, CONSENT_FORM.c.version, CONSENT.c.state, func.count())
        .select_from(CONSENT.join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id))
        .group_by(CONSENT_FORM.c.code, CONSENT_FORM.c.version, CONSENT.c.state)
        .order_by(CONSENT_FORM.c.code, CONSENT_FORM.c.version)
    ):
        counts.setdefault(f"{code} {version}", Counter())[state] += n
    states = (ConsentState.ACTIVE, ConsentState.EXPIRED, ConsentState.WITHDRAWN, ConsentState.SUPERSEDED)
    rows: list[tuple[Value, ...]] = [
        (form, found.total(), *(found[state] for state in states)) for form, found in counts.items()
    ]
    return Report(
        "consent",
        "Consent",
        (
            ReportColumn("form", "Form", Kind.TEXT),
            ReportColumn("all", "Records"),
            ReportColumn("active", "Active"),
            ReportColumn("expired", "Expired"),
            ReportColumn("withdrawn", "Withdrawn"),
            ReportColumn("superseded", "Superseded"),
        ),
        tuple(rows),
        "active",
        of="all",
        total=_sums("", rows, 1),
    )


@dataclass(frozen=True, slots=True)
class DonorCounts:
    """Donors in all, those without consent in force, and those who have withdrawn."""

    all: int
    without: int
    withdrawn: int


def donor_counts(connection: Connection) -> DonorCounts:
    """The donors by whether their samples may be used at all."""
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((DONOR.c.profile_id.is_(None), 1), else_=0)), 0),
            func.coalesce(func.sum(case((DONOR.c.state == DonorState.WITHDRAWN, 1), else_=0)), 0),
        ).select_from(DONOR)
    ).one()
    return DonorCounts(int(row[0]), int(row[1]), int(row[2]))


def project_use(connection: Connection) -> Report:
    """What each project has asked for, holds and has received."""
    asked = {
        row[0]: int(row[1])
        for row in connection.execute(
            select(REQUEST.c.project_id, func.sum(REQUEST_LINE.c.asked))
            .select_from(REQUEST.join(REQUEST_LINE, REQUEST_LINE.c.request_id == REQUEST.c.id))
            .group_by(REQUEST.c.project_id)
        )
    }
    opened = {
        row[0]: row[1]
        for row in connection.execute(
            select(REQUEST.c.project_id, func.count())
            .where(REQUEST.c.state.in_(OPEN_REQUESTS))
            .group_by(REQUEST.c.project_id)
        )
    }
    taken = case((TAKEN, ReservationState.PICKED), else_=RESERVATION.c.state)
    held = {
        (row[0], row[1]): row[2]
        for row in connection.execute(
            select(REQUEST.c.project_id, taken, func.count())
            .select_from(RESERVATION.join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id))
            .group_by(REQUEST.c.project_id, taken)
        )
    }
    shipped = {
        row[0]: (int(row[1]), int(row[2]))
        for row in connection.execute(
            select(REQUEST.c.project_id, func.count(), func.count(SHIPMENT_ITEM.c.returned))
            .select_from(
                SHIPMENT_ITEM.join(SHIPMENT, SHIPMENT.c.id == SHIPMENT_ITEM.c.shipment_id).join(
                    REQUEST, REQUEST.c.id == SHIPMENT.c.request_id
                )
            )
            .where(SHIPMENT.c.dispatched.is_not(None), SHIPMENT_ITEM.c.state.in_(SENT_ITEM))
            .group_by(REQUEST.c.project_id)
        )
    }
    projects = connection.execute(
        select(PROJECT.c.id, PROJECT.c.code, PROJECT.c.title, PROJECT.c.state, PROJECT.c.quota).order_by(
            PROJECT.c.id.desc()
        )
    )
    rows: list[tuple[Value, ...]] = [
        (
            row.code,
            row.title,
            row.state,
            asked.get(row.id, 0),
            held.get((row.id, ReservationState.ACTIVE), 0),
            held.get((row.id, ReservationState.PICKED), 0),
            *shipped.get(row.id, (0, 0)),
            opened.get(row.id, 0),
            row.quota,
        )
        for row in projects
    ]
    return Report(
        "projects",
        "Project use",
        (
            ReportColumn("code", "Project", Kind.TEXT),
            ReportColumn("title", "Title", Kind.TEXT),
            ReportColumn("state", "State", Kind.PROJECT),
            ReportColumn("asked", "Asked"),
            ReportColumn("reserved", "Reserved"),
            ReportColumn("picked", "Picked"),
            ReportColumn("shipped", "Shipped"),
            ReportColumn("returned", "Returned"),
            ReportColumn("open", "Open requests"),
            ReportColumn("quota", "Quota"),
        ),
        tuple(rows),
        "picked",
        of="asked",
        personal=False,
    )


REPORTS: dict[str, Callable[[Connection], Report]] = {
    "inventory": inventory,
    "occupancy": occupancy,
    "accrual": accrual,
    "consent": consent,
    "projects": project_use,
}
"""Every report by its name, in the order they are shown."""


def _sums(
    label: str, rows: list[tuple[Value, ...]], start: int, texts: tuple[Value, ...] = ()
) -> tuple[Value, ...] | None:
    """A row of sums of the numbers from column `start` on; nothing under no rows."""
    if not rows:
        return None
    width = len(rows[0])
    sums = [sum(int(row[place] or 0) for row in rows) for place in range(start, width)]
    return (label, *texts, *sums)


def _by_month(connection: Connection, column: object, first: str) -> Counter[str]:
    month = func.substr(column, 1, 7)
    found = connection.execute(
        select(month, func.count()).where(column >= first, func.length(column) >= 7).group_by(month)  # type: ignore[operator,arg-type]
    )
    return Counter({row[0]: row[1] for row in found})


def _last_months(day: date, n: int) -> list[str]:
    """The last n months, "2026-03", the newest first."""
    newest = day.year * 12 + day.month - 1
    return [f"{at // 12}-{at % 12 + 1:02d}" for at in range(newest, newest - n, -1)]
