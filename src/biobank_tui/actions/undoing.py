"""An act is undone: a new entry takes back what the ledger says it did, where nothing has happened since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Table, select
from sqlmodel import SQLModel

from biobank_tui.actions.setting_aside import raise_barred
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction, grants_of
from biobank_tui.model.tables import PICK_ITEM, REQUEST, RESERVATION, SAMPLE
from biobank_tui.queries.barriers import barriers
from biobank_tui.queries.purposes import judged_for
from biobank_tui.queries.undo_bars import Touched, undo_key
from biobank_tui.queries.undoing import Effect, UndoPlan, last_act, plan
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.lifecycles import ReservationState
from biobank_tui.rules.permissions import Grant, Role, Verb, roles_for
from biobank_tui.rules.undoing import FREED, MADE, SUMMED


@dataclass(frozen=True, slots=True)
class Undone:
    """entry: the new entry. undoes, verb, subject: the act taken back. effects: what that did, counted."""

    entry: int
    undoes: int
    verb: str
    subject: str | None
    effects: tuple[Effect, ...]


def foresee(bank: Bank, actor: Actor, number: int | None = None) -> UndoPlan:
    """What undoing an entry, or the actor's last act, would do now; the same refusals as by `undo`."""
    with bank.read() as connection:
        found = plan(connection, last_act(connection, actor.login) if number is None else number)
        grants = grants_of(connection, actor.person_id) if actor.person_id is not None else ()
    roles_for(Verb.UNDO, grants)
    _permit(actor, found, grants)
    return found


def undo(bank: Bank, actor: Actor, number: int | None = None, *, reason: str | None = None) -> Undone:
    """Undo an entry, or the actor's last act. Refused where the domain forbids it or something happened since."""
    if number is None:
        with bank.read() as connection:
            number = last_act(connection, actor.login)
    foresee(bank, actor, number)
    with bank.transaction(actor, Verb.UNDO, reason=reason, key=undo_key(number)) as tx:
        found = plan(tx.connection, number)
        grants = grants_of(tx.connection, actor.person_id) if actor.person_id is not None else ()
        _permit(actor, found, grants)
        tx.permit(_custodians(tx, found.rows))
        _take_back(tx, found.rows)
        tx.subject = found.act.subject
        tx.facts = {"undoes": number, "verb": found.act.verb}
        return Undone(tx.number, number, found.act.verb, found.act.subject, found.effects)


def _permit(actor: Actor, found: UndoPlan, grants: tuple[Grant, ...]) -> None:
    """One's own acts, or a manager anybody's; and only what one might have done oneself."""
    fitting = {grant.role for grant in grants}
    if found.act.actor != actor.login and Role.MANAGER not in fitting:
        raise Denied(
            "undo.others", "This act is {who}'s; they undo it themselves, or a manager does.", who=found.act.actor
        )
    roles_for(Verb(found.act.verb), grants)


def _custodians(tx: Transaction, rows: Iterable[Touched]) -> set[int | None]:
    tubes = [row.id for row in rows if row.noun == "sample"]
    return set(
        tx.connection.scalars(select(SAMPLE.c.custodian_id).where(among(tx.connection, SAMPLE.c.id, tubes)).distinct())
    )


def _take_back(tx: Transaction, rows: tuple[Touched, ...]) -> None:
    # Tubes that changed places with each other are lifted first, so that each finds its old place free.
    lifted = [row.id for row in rows if row.noun == "sample" and not row.made and "unit_id" in row.before | row.after]
    moved = [row.id for row in rows if row.noun == "sample" and not row.made and {"row", "col"} & row.before.keys()]
    before = {
        tube.id: {"unit_id": tube.unit_id, "row": tube.row, "col": tube.col}
        for tube in tx.connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.unit_id, SAMPLE.c.row, SAMPLE.c.col).where(
                among(tx.connection, SAMPLE.c.id, {*lifted, *moved})
            )
        )
    }
    if len(before) > 1:
        tx.update_all(SAMPLE, before, **FREED)
    changes: dict[str, dict[int, dict[str, Any]]] = {}
    for row in rows:
        values = _ending(tx, row) if row.made else _former(tx, row)
        if row.noun == "sample" and not row.made and row.id in before:
            values = before[row.id] | values
        if values:
            changes.setdefault(row.noun, {})[row.id] = values
    again = [row for row in rows if _stands_again(row)]
    for row in again:
        changes["reservation"].pop(row.id)
    # Judged while the samples are free: a reservation stands on an available one.
    _reserve_again(tx, again)
    for noun, of_noun in changes.items():
        tx.update(SQLModel.metadata.tables[noun], of_noun)


def _ending(tx: Transaction, row: Touched) -> dict[str, Any]:
    values: dict[str, Any] = {}
    ending = MADE[row.noun]
    if "*" in ending:
        return dict.fromkeys(row.after)
    for name, value in ending.items():
        told = {"@": tx.at, "#": f"{row.after.get(name)} #{row.id}"} if isinstance(value, str) else {}
        values[name] = told.get(str(value), value)
    return values


def _former(tx: Transaction, row: Touched) -> dict[str, Any]:
    table: Table = SQLModel.metadata.tables[row.noun]
    values = dict(row.before)
    summed = [name for name in values if (row.noun, name) in SUMMED]
    if summed:
        now = tx.connection.execute(select(table).where(table.c.id == row.id)).mappings().one()
        for name in summed:
            values[name] = now[name] - (row.after[name] - row.before[name])
    return values


def _stands_again(row: Touched) -> bool:
    return (
        row.noun == "reservation"
        and not row.made
        and row.before.get("state") == ReservationState.ACTIVE
        and (row.after.get("state") in (ReservationState.RELEASED, ReservationState.EXPIRED))
    )


def _reserve_again(tx: Transaction, ended: list[Touched]) -> None:
    """Reservations that ended stay so: new ones take their place, where consent still permits them at this moment."""
    by_request: dict[int, list[RowMapping]] = {}
    for old in tx.connection.execute(
        select(RESERVATION)
        .where(among(tx.connection, RESERVATION.c.id, [row.id for row in ended]))
        .order_by(RESERVATION.c.id)
    ).mappings():
        by_request.setdefault(old["request_id"], []).append(old)
    for request, rows in by_request.items():
        project = tx.connection.scalar(select(REQUEST.c.project_id).where(REQUEST.c.id == request))
        assert project is not None
        judged = judged_for(tx.connection, project, tx.at)
        barred = barriers(tx.connection, judged, [old["sample_id"] for old in rows], own_request=request)
        if barred:
            raise_barred(next(iter(barred.values())))
        first, _prefix = tx.allocate(RESERVATION.name, len(rows))
        made = dict(zip((old["id"] for old in rows), range(first, first + len(rows)), strict=True))
        kept = ("sample_id", "request_id", "line_id", "expires")
        tx.insert(
            RESERVATION,
            [
                {name: old[name] for name in kept}
                | {"id": made[old["id"]], "state": ReservationState.ACTIVE, "made": tx.at}
                for old in rows
            ],
        )
        items = tx.connection.execute(
            select(PICK_ITEM.c.id, PICK_ITEM.c.reservation_id).where(
                among(tx.connection, PICK_ITEM.c.reservation_id, made)
            )
        ).all()
        tx.update(PICK_ITEM, {item.id: {"reservation_id": made[item.reservation_id]} for item in items})
