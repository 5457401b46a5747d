"""What a project holds, in its own codes: the only ones its people see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, func, select

from biobank_tui.bank.linking import project_code
from biobank_tui.model.tables import (
    PROJECT,
    PROJECT_DONOR,
    PROJECT_SAMPLE,
    REQUEST,
    RESERVATION,
    SAMPLE,
    SERIAL,
)
from biobank_tui.queries import finding
from biobank_tui.queries.purposes import on_team
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.sight import Sight, sight_of
from biobank_tui.rules.codes import render_keyed
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.lifecycles import CAME_BACK, ReservationState


@dataclass(frozen=True, slots=True)
class GivenSample:
    """A sample of a project. code, donor: the project's own; donor is None for a pool. request, project: codes."""

    code: str
    donor: str | None
    material: str
    amount: str
    status: str
    request: str
    project: str = ""


def given_to(connection: Connection, project_id: int) -> ColumnElement[bool]:
    """SQL: samples set aside for a project now, or sent to it, come back or not."""
    held = select(RESERVATION.c.sample_id).where(
        RESERVATION.c.request_id.in_(select(REQUEST.c.id).where(REQUEST.c.project_id == project_id)),
        RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED)) | (RESERVATION.c.why == CAME_BACK),
    )
    return SAMPLE.c.id.in_(held)


def refuse_strangers(connection: Connection, project_id: int, person_id: int | None) -> None:
    """Denied to those who only lead projects, and not this one."""
    if not on_team(connection, project_id, person_id):
        raise Denied("project.others", "That project is led by others; you see your own.")


def samples_of(connection: Connection, address: str, project: str, *, limit: int = 10_000) -> tuple[GivenSample, ...]:
    """A project's samples under its own codes; those not written down yet are the ones it will be given."""
    found = finding.project(connection, project)
    rows = connection.execute(
        select(
            SAMPLE.c.id,
            SAMPLE.c.donor_id,
            SAMPLE.c.material,
            SAMPLE.c.amount,
            SAMPLE.c.unit,
            SAMPLE.c.status,
            func.max(REQUEST.c.code).label("request"),
            func.max(PROJECT_SAMPLE.c.code).label("code"),
            func.max(PROJECT_DONOR.c.code).label("donor"),
            func.max(case((RESERVATION.c.why == CAME_BACK, 1), else_=0)).label("back"),
        )
        .join(RESERVATION, RESERVATION.c.sample_id == SAMPLE.c.id)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .outerjoin(
            PROJECT_SAMPLE, (PROJECT_SAMPLE.c.sample_id == SAMPLE.c.id) & (PROJECT_SAMPLE.c.project_id == found["id"])
        )
        .outerjoin(
            PROJECT_DONOR,
            (PROJECT_DONOR.c.donor_id == SAMPLE.c.donor_id) & (PROJECT_DONOR.c.project_id == found["id"]),
        )
        .where(
            REQUEST.c.project_id == found["id"],
            RESERVATION.c.state.in_((ReservationState.ACTIVE, ReservationState.PICKED))
            | (RESERVATION.c.why == CAME_BACK),
        )
        .group_by(SAMPLE.c.id, SAMPLE.c.donor_id, SAMPLE.c.material, SAMPLE.c.amount, SAMPLE.c.unit, SAMPLE.c.status)
        .order_by(SAMPLE.c.id)
        .limit(limit)
    ).all()
    prefixes = prefixes_of(connection)
    listed = [
        GivenSample(
            row.code or keyed(address, found["id"], "sample_id", row.id, prefixes["project_sample"]),
            None
            if row.donor_id is None
            else row.donor or keyed(address, found["id"], "donor_id", row.donor_id, prefixes["project_donor"]),
            row.material,
            amount_in_words(row.amount, row.unit),
            # A tube that came back may be another project's by now, which is not theirs to see.
            "returned" if row.back else row.status,
            row.request,
            found["code"],
        )
        for row in rows
    ]
    return tuple(sorted(listed, key=lambda each: each.code))


def own_samples(connection: Connection, address: str, reader: int | None) -> tuple[GivenSample, ...]:
    """The samples of every project somebody leads or takes part in, under each project's own codes."""
    own = select(PROJECT.c.code).where(Sight(reader, False, sight_of(connection, reader).granted).projects())
    codes = connection.scalars(own.order_by(PROJECT.c.id)).all()
    return tuple(each for code in codes for each in samples_of(connection, address, code))


def prefixes_of(connection: Connection) -> Mapping[str, str]:
    """What the projects' own codes begin with, by noun."""
    rows = connection.execute(
        select(SERIAL.c.noun, SERIAL.c.prefix).where(SERIAL.c.noun.in_(("project_sample", "project_donor")))
    )
    return {row.noun: row.prefix for row in rows}


def keyed(address: str, project_id: int, column: str, number: int, prefix: str) -> str:
    """The code a project knows a sample ("sample_id") or donor ("donor_id") by, as it will be written down."""
    return render_keyed(prefix, project_code(address, str(project_id), column, number))
