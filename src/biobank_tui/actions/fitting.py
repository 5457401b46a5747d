"""Tubes held against what a place takes; and how far a manager's word reaches who lets them in all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Transaction, grants_of
from biobank_tui.model.tables import PROJECT, REQUEST, RESERVATION, SAMPLE, STORAGE_UNIT
from biobank_tui.queries.storage import UnitRow, under
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.lifecycles import PLACELESS, ReservationState, SampleKind
from biobank_tui.rules.permissions import Role, reaches
from biobank_tui.rules.storing import Content, Place, misfit, refuse_closed


class Fitting:
    """The tubes of one act: where they come from and what they are reserved for, read once."""

    def __init__(self, tx: Transaction, tubes: Sequence[RowMapping], override: str | None) -> None:
        self.tx = tx
        self.override = override
        if override:
            require_reach(tx, {tube["custodian_id"] for tube in tubes})
        self._ids = [tube["id"] for tube in tubes]
        self._projects: dict[int, frozenset[int]] | None = None
        units = {tube["unit_id"] for tube in tubes if tube["unit_id"] is not None}
        rows = tx.connection.execute(
            select(STORAGE_UNIT).where(among(tx.connection, STORAGE_UNIT.c.id, units))
        ).mappings()
        self.origins: dict[int, RowMapping] = {row["id"]: row for row in rows}

    def refuse(self, tube: RowMapping, unit: RowMapping) -> None:
        """Raise Refused where the tube may not lie in the unit."""
        if tube["status"] in PLACELESS:
            raise Refused(
                "sample.gone", "{code} is {status}; it has no place here.", code=tube["code"], status=tube["status"]
            )
        refuse_closed(unit["code"], unit["service"])
        if self.override:
            return
        origin = self.origins.get(tube["unit_id"])
        wanted = self.projects_of(tube["id"]) if unit["project_id"] else frozenset[int]()
        content = content_of(tube, origin["temperature"] if origin is not None else None, wanted)
        wrong = misfit(place_of(self.tx, unit), content)
        if wrong is not None:
            raise wrong

    def projects_of(self, sample_id: int) -> frozenset[int]:
        """The projects a tube is reserved or picked for."""
        if self._projects is None:
            self._projects = projects_of(self.tx, self._ids)
        return self._projects.get(sample_id, frozenset())


def place_of(tx: Transaction, unit: UnitRow) -> Place:
    """What a unit's row says of what it takes."""
    kept_for = select(PROJECT.c.code).where(PROJECT.c.id == unit["project_id"])
    project = tx.connection.scalar(kept_for) if unit["project_id"] else None
    return Place(
        unit["code"],
        unit["service"],
        unit["temperature"],
        unit["materials"],
        unit["organisation_id"],
        unit["project_id"],
        project,
    )


def content_of(tube: UnitRow, temperature: str | None, projects: frozenset[int]) -> Content:
    """A tube as the rules look at it. A derivative made of a frozen tube need not be frozen itself."""
    frozen = tube["frozen"] is not None and tube["kind"] != SampleKind.DERIVATIVE
    return Content(tube["code"], tube["material"], tube["custodian_id"], temperature, frozen, projects)


def projects_of(tx: Transaction, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The projects each tube is reserved or picked for."""
    rows = tx.connection.execute(
        select(RESERVATION.c.sample_id, REQUEST.c.project_id)
        .join(REQUEST, REQUEST.c.id == RESERVATION.c.request_id)
        .where(
            among(tx.connection, RESERVATION.c.sample_id, ids),
            RESERVATION.c.state.in_([ReservationState.ACTIVE, ReservationState.PICKED]),
        )
    )
    found: dict[int, set[int]] = {}
    for sample_id, project_id in rows:
        found.setdefault(sample_id, set()).add(project_id)
    return {sample_id: frozenset(projects) for sample_id, projects in found.items()}


def refuse_misfits(tx: Transaction, unit: UnitRow, path: str) -> None:
    """Raise the first Refused for what lies in the unit of this path and below, held against what `unit` takes."""
    place = place_of(tx, unit)
    inside = tubes_under(tx, path)
    projects = projects_of(tx, [tube["id"] for tube in inside]) if place.project_id else {}
    for tube in inside:
        wrong = misfit(place, content_of(tube, tube["temperature"], projects.get(tube["id"], frozenset())))
        if wrong is not None:
            raise wrong


def tubes_under(tx: Transaction, path: str) -> Sequence[RowMapping]:
    """What the rules ask of every tube in the unit of this path and below, with the temperature of its place."""
    return (
        tx.connection.execute(
            select(
                SAMPLE.c.id,
                SAMPLE.c.code,
                SAMPLE.c.material,
                SAMPLE.c.custodian_id,
                SAMPLE.c.frozen,
                SAMPLE.c.kind,
                STORAGE_UNIT.c.temperature,
            )
            .join(STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id)
            .where(under(path))
            .order_by(STORAGE_UNIT.c.path, SAMPLE.c.row, SAMPLE.c.col)
        )
        .mappings()
        .all()
    )


def require_reach(tx: Transaction, custodians: Iterable[int]) -> None:
    """Raise Denied unless the actor is a manager whose grant reaches these organisations' samples."""
    person = tx.actor.person_id
    held = [grant for grant in grants_of(tx.connection, person) if grant.role is Role.MANAGER] if person else []
    if not held:
        raise Denied("place.override", "Only a manager can override what a unit may hold.")
    if not reaches(held, frozenset(custodians)):
        raise Denied(
            "place.override_reach",
            "Only a manager of the organisation a tube belongs to can override what a unit may hold for it.",
        )
