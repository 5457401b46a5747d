"""The bank's figures, each a small table: what there is, how full the freezers are, what donors permit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

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
    STORAGE_UNIT,
)
from biobank_tui.rules.errors import NotFound


@dataclass(frozen=True, slots=True)
class Report:
    """A table of figures. about: one line. columns: titles."""

    name: str
    about: str
    columns: tuple[str, ...]
    figures: Callable[[Connection], list[tuple[Any, ...]]]


def _inventory(connection: Connection) -> list[tuple[Any, ...]]:
    tally = SAMPLE_TALLY.c
    n = func.sum(tally.n)
    return _rows(
        connection.execute(
            select(tally.material, tally.status, n)
            .where(tally.n > 0)
            .group_by(tally.material, tally.status)
            .order_by(tally.material, n.desc())
        )
    )


def _occupancy(connection: Connection) -> list[tuple[Any, ...]]:
    unit = STORAGE_UNIT.c
    found = connection.execute(
        select(unit.code, unit.kind, unit.temperature, unit.service, unit.tubes, unit.places)
        .where(unit.kind.in_(("freezer", "tank")))
        .order_by(unit.path)
    )
    return [(*row, round(100 * row.tubes / row.places, 1) if row.places else None) for row in found]


def _consent(connection: Connection) -> list[tuple[Any, ...]]:
    n = func.count()
    return _rows(
        connection.execute(
            select(CONSENT_FORM.c.code, CONSENT_FORM.c.version, CONSENT.c.state, n)
            .select_from(CONSENT.join(CONSENT_FORM, CONSENT_FORM.c.id == CONSENT.c.form_id))
            .group_by(CONSENT_FORM.c.code, CONSENT_FORM.c.version, CONSENT.c.state)
            .order_by(CONSENT_FORM.c.code, CONSENT_FORM.c.version, CONSENT.c.state)
        )
    )


def _donors(connection: Connection) -> list[tuple[Any, ...]]:
    chapter = func.substr(DONOR.c.diagnosis, 1, 3)
    n = func.count()
    return _rows(
        connection.execute(select(chapter, DONOR.c.state, n).group_by(chapter, DONOR.c.state).order_by(n.desc()))
    )


def _accrual(connection: Connection) -> list[tuple[Any, ...]]:
    year = func.substr(SAMPLE.c.collected, 1, 4)
    n = func.count()
    return _rows(
        connection.execute(
            select(year, SAMPLE.c.material, n)
            .where(SAMPLE.c.collected.is_not(None), SAMPLE.c.kind == "primary")
            .group_by(year, SAMPLE.c.material)
            .order_by(year, SAMPLE.c.material)
        )
    )


def _projects(connection: Connection) -> list[tuple[Any, ...]]:
    asked = (
        select(func.coalesce(func.sum(REQUEST_LINE.c.asked), 0))
        .join(REQUEST, REQUEST.c.id == REQUEST_LINE.c.request_id)
        .where(REQUEST.c.project_id == PROJECT.c.id)
        .scalar_subquery()
    )

    def given(state: str) -> Any:
        return (
            select(func.count())
            .select_from(RESERVATION.join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id))
            .where(REQUEST.c.project_id == PROJECT.c.id, RESERVATION.c.state == state)
            .scalar_subquery()
        )

    return _rows(
        connection.execute(
            select(PROJECT.c.code, PROJECT.c.title, PROJECT.c.state, asked, given("active"), given("picked")).order_by(
                PROJECT.c.code
            )
        )
    )


def _rows(found: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in found]


REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        Report("inventory", "Samples by material and status.", ("Material", "Status", "Samples"), _inventory),
        Report(
            "occupancy",
            "How full each freezer and tank is.",
            ("Unit", "Kind", "Temperature", "Service", "Tubes", "Places", "Percent"),
            _occupancy,
        ),
        Report("consent", "Consents by form and state.", ("Form", "Version", "State", "Donors"), _consent),
        Report("donors", "Donors by disease (three characters) and state.", ("Disease", "State", "Donors"), _donors),
        Report("accrual", "Primary samples by year of collection.", ("Year", "Material", "Samples"), _accrual),
        Report(
            "projects",
            "What each project asked for, and got.",
            ("Project", "Title", "State", "Asked", "Reserved", "Picked"),
            _projects,
        ),
    )
}
"""Every report by name."""


def report(name: str) -> Report:
    """The report of that name; NotFound lists the others."""
    if name not in REPORTS:
        raise NotFound("report.unknown", "There is no report {name}; there are {names}.", name=name,
                       names=", ".join(REPORTS))  # fmt: skip
    return REPORTS[name]
