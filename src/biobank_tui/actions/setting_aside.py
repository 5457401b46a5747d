"""What every way of setting samples aside shares: who may have them, which match, how many are still granted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from biobank_tui.bank.transaction import Transaction
from biobank_tui.model import LineKind
from biobank_tui.model.tables import PROJECT, REQUEST, REQUEST_LINE, REQUEST_SAMPLE, RESERVATION, SAMPLE
from biobank_tui.queries.barriers import Bar, Barred, barriers
from biobank_tui.queries.eligibility import usable_by
from biobank_tui.queries.filters import condition
from biobank_tui.queries.purposes import Judged, judged_for
from biobank_tui.queries.requests import TAKEN, granted_of, least_of
from biobank_tui.queries.standing import HOLDING
from biobank_tui.rules.errors import BiobankError, Conflict, Refused
from biobank_tui.rules.lifecycles import ProjectState, RequestState, ReservationState, SampleStatus
from biobank_tui.rules.query import parse

FILLING = (RequestState.APPROVED, RequestState.IN_FULFILMENT)
"""States in which a request gets samples."""

HELD = TAKEN | (RESERVATION.c.state == ReservationState.ACTIVE)
"""SQL: a reservation that counts as given, also once its tube was used and has come back."""


def require_fulfilling(tx: Transaction, request: RowMapping) -> RowMapping:
    """The project of a request that may be filled now: approved, and its project active."""
    project = tx.connection.execute(select(PROJECT).where(PROJECT.c.id == request["project_id"])).mappings().one()
    if request["state"] not in FILLING:
        raise Refused(
            "request.not_approved", "{request} is {state}; samples are set aside once it is approved.",
            request=request["code"], state=request["state"],
        )  # fmt: skip
    if project["state"] != ProjectState.ACTIVE:
        raise Refused(
            "project.not_active", "{project} is {state}; only an active project gets samples.",
            project=project["code"], state=project["state"],
        )  # fmt: skip
    return project


def require_judged(tx: Transaction, project: RowMapping) -> Judged:
    """What consent permits the project at this moment."""
    judged = judged_for(tx.connection, project["id"], tx.at)
    if judged.purpose is None:
        raise Refused(
            "purpose.uncoded", "{project} has no coded purpose, so no donor permits it; code its purpose first.",
            project=project["code"],
        )  # fmt: skip
    return judged


def raise_barred(barred: Barred) -> None:
    """Refuse a sample by its own sentence."""
    kind: type[BiobankError] = Conflict if barred.barrier.bar is Bar.RESERVED else Refused
    raise kind(barred.barrier.code, barred.barrier.sentence, sample=barred.code, **barred.barrier.facts)


def set_aside(tx: Transaction, request_id: int, line_id: int, ids: Sequence[int], expires: str) -> list[int]:
    """Reserve these samples for a line; the reservations' ids, in the same order."""
    if not ids:
        return []
    first, _prefix = tx.allocate(RESERVATION.name, len(ids))
    rows = [
        {
            "id": number,
            "sample_id": sample,
            "request_id": request_id,
            "line_id": line_id,
            "state": ReservationState.ACTIVE,
            "made": tx.at,
            "expires": expires,
        }
        for number, sample in enumerate(ids, first)
    ]
    tx.insert(RESERVATION, rows)
    tx.update_all(SAMPLE, ids, status=SampleStatus.RESERVED)
    return list(range(first, first + len(ids)))


def lines_of(tx: Transaction, request_id: int) -> list[RowMapping]:
    """The lines of a request in their order."""
    rows = tx.connection.execute(
        select(REQUEST_LINE).where(REQUEST_LINE.c.request_id == request_id).order_by(REQUEST_LINE.c.place)
    )
    return list(rows.mappings())


def held_by_line(tx: Transaction, line: RowMapping) -> int:
    """How many samples a line holds or has had."""
    return tx.count(RESERVATION, RESERVATION.c.line_id == line["id"], HELD)


def still_granted(tx: Transaction, line: RowMapping) -> int:
    """How many more samples a line is granted than it has."""
    return max(granted_of(line) - held_by_line(tx, line), 0)


def matching(tx: Transaction, line: RowMapping, judged: Judged, wanted: int) -> list[int]:
    """Up to so many eligible samples for a line of criteria, those longest in the bank first."""
    asked = condition(tx.connection, parse(line["criteria"] or ""))
    return list(
        tx.connection.scalars(
            select(SAMPLE.c.id)
            .where(usable_by(tx.connection, judged, asked, least_of(line)))
            .order_by(SAMPLE.c.id)
            .limit(wanted)
        )
    )


def named(tx: Transaction, line: RowMapping, judged: Judged) -> tuple[list[int], dict[int, Barred]]:
    """The samples a line names and does not have yet, in its order, and what keeps some of them."""
    held = select(RESERVATION.c.sample_id).where(RESERVATION.c.line_id == line["id"], RESERVATION.c.state.in_(HOLDING))
    ids = list(
        tx.connection.scalars(
            select(REQUEST_SAMPLE.c.sample_id)
            .where(REQUEST_SAMPLE.c.line_id == line["id"], REQUEST_SAMPLE.c.sample_id.not_in(held))
            .order_by(REQUEST_SAMPLE.c.id)
        )
    )
    return ids, barriers(tx.connection, judged, ids, least=least_of(line))


def eligible_for(tx: Transaction, line: RowMapping, judged: Judged, wanted: int) -> list[int]:
    """Up to so many samples a line may have now, by its criteria or by name."""
    if line["kind"] == LineKind.CRITERIA:
        return matching(tx, line, judged, wanted)
    ids, barred = named(tx, line, judged)
    return [number for number in ids if number not in barred][:wanted]


def held_by_project(tx: Transaction, project: RowMapping) -> int:
    """How many samples a project holds or has received."""
    requests = select(REQUEST.c.id).where(REQUEST.c.project_id == project["id"])
    return tx.count(RESERVATION, RESERVATION.c.request_id.in_(requests), HELD)


def refuse_over_quota(tx: Transaction, project: RowMapping) -> None:
    """Refused where what is set aside now goes beyond the project's quota."""
    if project["quota"] is None:
        return
    held = held_by_project(tx, project)
    if held > project["quota"]:
        raise Refused(
            "project.over_quota", "{project} may hold {quota} {quota:sample|samples}; this would make it {held}.",
            project=project["code"], quota=project["quota"], held=held,
        )  # fmt: skip
