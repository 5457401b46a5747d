"""One sample whole: its facts, its lineage, its place, and its life as the ledger tells it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from biobank_tui.bank.dialects import among
from biobank_tui.model.tables import (
    CHECKOUT,
    CONSENT,
    CONSENT_FORM,
    DONOR,
    EXTERNAL_IDENTIFIER,
    HOLD,
    HOLD_SAMPLE,
    LEDGER_ENTRY,
    LEDGER_RECORD,
    ORGANISATION,
    PERSON,
    PRINTED_LABEL,
    PROJECT,
    REQUEST,
    RESERVATION,
    SAMPLE,
    SHIPMENT,
    SHIPMENT_ITEM,
    STORAGE_UNIT,
)
from biobank_tui.queries import finding
from biobank_tui.queries.storage import position_label, trail
from biobank_tui.rules import amounts
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.lifecycles import SENT_ITEM
from biobank_tui.rules.printing import LabelState


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tube is. trail: names of the units, outermost first."""

    unit: str
    position: str
    trail: tuple[str, ...]

    def __str__(self) -> str:
        return " › ".join((*self.trail, self.position) if self.position else self.trail)


@dataclass(frozen=True, slots=True)
class StandingHold:
    kind: str
    reason: str
    by: str
    since: str
    scope: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A reservation that stands."""

    request: str
    project: str
    title: str
    expires: str | None
    state: str


@dataclass(frozen=True, slots=True)
class SampleDetail:
    """A sample with everything a technician asks of it. amounts are in words ("200 µL"), empty where unknown."""

    id: int
    code: str
    barcode: str | None
    kind: str
    material: str
    status: str
    amount: str
    amount_initial: str
    concentration: str
    donor: str | None
    donor_state: str | None
    custodian: str
    topography: str | None
    diagnosis: str | None
    collected: str | None
    received: str | None
    processed: str | None
    frozen: str | None
    thaws: int
    sprec: str | None
    note: str | None
    parent: str | None
    place: Place | None
    holds: tuple[StandingHold, ...]
    reservation: Standing | None
    out: tuple[str, str] | None
    shipment: tuple[str, str, str | None] | None
    external: tuple[tuple[str, str], ...]
    consents: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """A tube of the same lineage. depth: 0 for the outermost ancestor. amount: what is left, in words."""

    id: int
    code: str
    parent_id: int | None
    depth: int
    kind: str
    material: str
    status: str
    amount: str
    thaws: int


@dataclass(frozen=True, slots=True)
class Event:
    """One ledger entry that touched a thing. changes: field → (before, after); before is None where the row was new.

    noun, target_id: the row; a label of a tube is a row of its own.
    """

    number: int
    at: str
    actor: str
    role: str
    verb: str
    reason: str | None
    changes: tuple[tuple[str, Any, Any], ...]
    noun: str
    target_id: int

    @property
    def by_column(self) -> dict[str, tuple[Any, Any]]:
        """The changes by their column."""
        return {name: (before, after) for name, before, after in self.changes}


def amount_in_words(base: int | None, unit: str | None) -> str:
    """An amount as it is shown; empty where unknown."""
    return amounts.show(base, Unit(unit)) if base is not None and unit else ""


def detail(connection: Connection, code: str) -> SampleDetail:
    """A sample by code, barcode or external identifier."""
    tube = finding.sample(connection, code)
    donor = (
        connection.execute(select(DONOR.c.code, DONOR.c.state).where(DONOR.c.id == tube["donor_id"])).one()
        if tube["donor_id"]
        else None
    )
    parent = (
        connection.scalar(select(SAMPLE.c.code).where(SAMPLE.c.id == tube["parent_id"])) if tube["parent_id"] else None
    )
    custodian = connection.scalar(select(ORGANISATION.c.code).where(ORGANISATION.c.id == tube["custodian_id"]))
    concentration = (
        f"{tube['concentration']:g} {tube['concentration_unit'] or ''}" if tube["concentration"] is not None else ""
    )
    return SampleDetail(
        id=tube["id"],
        code=tube["code"],
        barcode=tube["barcode"],
        kind=tube["kind"],
        material=tube["material"],
        status=tube["status"],
        amount=amount_in_words(tube["amount"], tube["unit"]),
        amount_initial=amount_in_words(tube["amount_initial"], tube["unit"]),
        concentration=concentration.strip(),
        donor=donor.code if donor else None,
        donor_state=donor.state if donor else None,
        custodian=custodian or "",
        **{
            name: tube[name]
            for name in (
                "topography",
                "diagnosis",
                "collected",
                "received",
                "processed",
                "frozen",
                "thaws",
                "sprec",
                "note",
            )
        },
        parent=parent,
        place=_place(connection, tube["unit_id"], tube["row"], tube["col"]),
        holds=standing_holds(connection, tube["id"]),
        reservation=_standing(connection, tube["id"]),
        out=_out(connection, tube["id"]),
        shipment=_shipment(connection, tube["id"]),
        external=tuple(
            (row.system, row.value)
            for row in connection.execute(
                select(EXTERNAL_IDENTIFIER.c.system, EXTERNAL_IDENTIFIER.c.value).where(
                    EXTERNAL_IDENTIFIER.c.noun == "sample", EXTERNAL_IDENTIFIER.c.target_id == tube["id"]
                )
            )
        ),
        consents=_consents(connection, tube["donor_id"]),
    )


def lineage(connection: Connection, sample_id: int) -> tuple[Relative, ...]:
    """The tree a sample belongs to, each tube before its children, from its outermost ancestor."""
    up = select(SAMPLE.c.id, SAMPLE.c.parent_id).where(SAMPLE.c.id == sample_id).cte("up", recursive=True)
    up = up.union_all(select(SAMPLE.c.id, SAMPLE.c.parent_id).where(SAMPLE.c.id == up.c.parent_id))
    root = connection.scalar(select(up.c.id).where(up.c.parent_id.is_(None)))
    down = select(SAMPLE.c.id).where(SAMPLE.c.id == root).cte("down", recursive=True)
    down = down.union_all(select(SAMPLE.c.id).where(SAMPLE.c.parent_id == down.c.id))
    rows = connection.execute(
        select(
            SAMPLE.c.id,
            SAMPLE.c.code,
            SAMPLE.c.parent_id,
            SAMPLE.c.kind,
            SAMPLE.c.material,
            SAMPLE.c.status,
            SAMPLE.c.amount,
            SAMPLE.c.unit,
            SAMPLE.c.thaws,
        )
        .where(SAMPLE.c.id.in_(select(down.c.id)))
        .order_by(SAMPLE.c.id)
    ).all()
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[Relative] = []
    stack = [(row, 0) for row in rows if row.id == root]
    while stack:
        row, depth = stack.pop()
        words = amount_in_words(row.amount, row.unit)
        found.append(
            Relative(row.id, row.code, row.parent_id, depth, row.kind, row.material, row.status, words, row.thaws)
        )
        stack.extend((child, depth + 1) for child in reversed(below.get(row.id, [])))
    return tuple(found)


def history(connection: Connection, noun: str, target_id: int, limit: int = 500) -> tuple[Event, ...]:
    """What the ledger says was done to a thing, newest first; to a tube, with the labels that came out for it."""
    found = _events(connection, noun, [target_id], limit)
    if noun != "sample":
        return tuple(found)
    code = select(SAMPLE.c.code).where(SAMPLE.c.id == target_id).scalar_subquery()
    labels = connection.scalars(select(PRINTED_LABEL.c.id).where(PRINTED_LABEL.c.code == code)).all()
    if labels:
        printed = (each for each in _events(connection, "printed_label", labels, limit) if _came_out(each))
        found = sorted([*found, *printed], key=lambda each: -each.number)[:limit]
    return tuple(found)


def _came_out(event: Event) -> bool:
    return any(name == "state" and after == LabelState.PRINTED for name, _before, after in event.changes)


def _events(connection: Connection, noun: str, targets: Sequence[int], limit: int) -> list[Event]:
    rows = connection.execute(
        select(
            LEDGER_ENTRY.c.number,
            LEDGER_ENTRY.c.at,
            LEDGER_ENTRY.c.actor,
            LEDGER_ENTRY.c.role,
            LEDGER_ENTRY.c.verb,
            LEDGER_ENTRY.c.reason,
            LEDGER_RECORD.c.change,
            LEDGER_RECORD.c.target_id,
        )
        .select_from(LEDGER_RECORD.join(LEDGER_ENTRY, LEDGER_ENTRY.c.number == LEDGER_RECORD.c.entry))
        .where(LEDGER_RECORD.c.noun == noun, LEDGER_RECORD.c.target_id.in_(targets))
        .order_by(LEDGER_RECORD.c.entry.desc(), LEDGER_RECORD.c.seq.desc())
        .limit(limit)
    )
    return [Event(*row[:6], _changes(row.change), noun, row.target_id) for row in rows]


def standing_holds(connection: Connection, sample_id: int) -> tuple[StandingHold, ...]:
    """The holds a sample is under."""
    rows = connection.execute(
        select(HOLD.c.kind, HOLD.c.reason, PERSON.c.name, HOLD.c.laid, HOLD.c.noun)
        .select_from(
            HOLD_SAMPLE.join(HOLD, HOLD.c.id == HOLD_SAMPLE.c.hold_id).join(PERSON, PERSON.c.id == HOLD.c.person_id)
        )
        .where(HOLD_SAMPLE.c.sample_id == sample_id, HOLD.c.released.is_(None))
        .order_by(HOLD.c.id)
    )
    return tuple(StandingHold(*tuple(row)) for row in rows)


def _changes(text: str) -> tuple[tuple[str, Any, Any], ...]:
    found: dict[str, Any] = json.loads(text)
    return tuple(
        (name, value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (name, None, value)
        for name, value in found.items()
    )


def _place(connection: Connection, unit_id: int | None, row: int | None, col: int | None) -> Place | None:
    if unit_id is None:
        return None
    unit = connection.execute(select(STORAGE_UNIT).where(STORAGE_UNIT.c.id == unit_id)).mappings().one()
    return Place(unit["code"], position_label(unit, row, col), trail(connection, unit["path"]))


def _standing(connection: Connection, sample_id: int) -> Standing | None:
    row = connection.execute(
        select(REQUEST.c.code, PROJECT.c.code, REQUEST.c.title, RESERVATION.c.expires, RESERVATION.c.state)
        .select_from(RESERVATION.join(REQUEST).join(PROJECT))
        .where(RESERVATION.c.sample_id == sample_id, RESERVATION.c.state.in_(["active", "picked"]))
        .order_by(RESERVATION.c.id.desc())
    ).first()
    return Standing(*tuple(row)) if row else None


def _out(connection: Connection, sample_id: int) -> tuple[str, str] | None:
    row = connection.execute(
        select(PERSON.c.name, CHECKOUT.c.taken)
        .select_from(CHECKOUT.join(PERSON))
        .where(CHECKOUT.c.sample_id == sample_id, CHECKOUT.c.returned.is_(None))
    ).first()
    return (row.name, row.taken) if row else None


def _shipment(connection: Connection, sample_id: int) -> tuple[str, str, str | None] | None:
    row = connection.execute(
        select(SHIPMENT.c.code, ORGANISATION.c.code.label("recipient"), SHIPMENT.c.dispatched)
        .select_from(SHIPMENT_ITEM.join(SHIPMENT).join(ORGANISATION, ORGANISATION.c.id == SHIPMENT.c.recipient_id))
        .where(SHIPMENT_ITEM.c.sample_id == sample_id, SHIPMENT_ITEM.c.state.in_(SENT_ITEM))
        .order_by(SHIPMENT_ITEM.c.id.desc())
    ).first()
    return (row.code, row.recipient, row.dispatched) if row else None


def _consents(connection: Connection, donor_id: int | None) -> tuple[tuple[str, str, str], ...]:
    rows = connection.execute(
        select(CONSENT_FORM.c.code, CONSENT_FORM.c.version, CONSENT.c.given, CONSENT.c.state)
        .select_from(CONSENT.join(CONSENT_FORM))
        .where(CONSENT.c.donor_id == donor_id)
        .order_by(CONSENT.c.given.desc())
    )
    return tuple((f"{row.code} {row.version}", row.given, row.state) for row in rows)


def codes_of(connection: Connection, ids: list[int]) -> dict[int, str]:
    """Codes of many samples by id."""
    rows = connection.execute(select(SAMPLE.c.id, SAMPLE.c.code).where(among(connection, SAMPLE.c.id, ids)))
    return {row.id: row.code for row in rows}
