"""The filter language as SQL: every field one index-backed condition where there is an index to back it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    and_,
    false,
    func,
    not_,
    or_,
    select,
    true,
    union,
    union_all,
)

from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    DIAGNOSIS,
    DONOR,
    EXTERNAL_IDENTIFIER,
    ORGANISATION,
    PROJECT,
    REQUEST,
    RESERVATION,
    SAMPLE,
    SAMPLE_TALLY,
    SHIPMENT,
    SHIPMENT_ITEM,
    STORAGE_UNIT,
)
from biobank_tui.queries.identifiers import names_a
from biobank_tui.queries.storage import under
from biobank_tui.rules import amounts
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.diseases import bounds
from biobank_tui.rules.query import Op, Query, Term
from biobank_tui.rules.spans import LAST

PART = 3
"""Letters from which on a word is sought anywhere in a text; a shorter one only at its beginning."""

TALLIED: dict[str, ColumnElement[Any]] = {
    "type": SAMPLE_TALLY.c.material,
    "status": SAMPLE_TALLY.c.status,
    "kind": SAMPLE_TALLY.c.kind,
    "dx": SAMPLE_TALLY.c.diagnosis,
    "site": SAMPLE_TALLY.c.custodian_id,
}
"""Fields whose counts are kept."""


def condition(connection: Connection, query: Query) -> ColumnElement[bool]:
    """The query as a condition on `sample`."""
    parts = [_negatable(connection, term) for term in query.terms]
    parts += [_word(word) for word in query.words]
    return and_(true(), *parts) if parts else true()


def tally_condition(connection: Connection, query: Query) -> ColumnElement[bool] | None:
    """The query as a condition on `sample_tally`; None where it asks for more than is tallied."""
    if query.words or any(not tallied(term) for term in query.terms):
        return None
    parts = []
    for term in query.terms:
        column = TALLIED[term.field]
        if term.field == "site":
            found: ColumnElement[bool] = column.in_(select(ORGANISATION.c.id).where(_texts(ORGANISATION.c.code, term)))
        elif term.field == "dx":
            found = and_(diseases_condition(column, term), column != "")
        else:
            found = _texts(column, term)
        parts.append(not_(found) if term.negated else found)
    return and_(true(), *parts) if parts else true()


def tallied(term: Term) -> bool:
    """Whether the kept counts can answer this term."""
    return term.field in TALLIED and not (term.field == "dx" and any("/" in value for value in term.values))


def term_condition(connection: Connection, term: Term) -> ColumnElement[bool]:
    """One term as a condition on `sample`, whether or not it is negated."""
    return _FIELDS[term.field](connection, term)


def _negatable(connection: Connection, term: Term) -> ColumnElement[bool]:
    found = term_condition(connection, term)
    return not_(func.coalesce(found, false())) if term.negated else found


def _texts(column: ColumnElement[Any], term: Term, fold: Callable[[str], str] = str) -> ColumnElement[bool]:
    values = [fold(value) for value in term.values]
    if term.op is Op.RANGE:
        low, high = values
        parts = ([column >= low] if low else []) + ([column < high + LAST] if high else [])
        return and_(*parts)
    if term.op is Op.PREFIX:
        return or_(*(_begins(column, value) for value in values))
    return column.in_(values) if len(values) > 1 else column == values[0]


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + LAST) if start else column.is_not(None)


def codes_condition(column: ColumnElement[Any], term: Term) -> ColumnElement[bool]:
    """Codes as written or in capitals, so that a typed one is found."""
    if term.op is Op.IS:
        return column.in_(sorted({form for value in term.values for form in (value, value.upper())}))
    if term.op is Op.PREFIX:
        return or_(*(_begins(column, form) for value in term.values for form in {value, value.upper()}))
    return _texts(column, term)


def diseases_condition(column: ColumnElement[Any], term: Term) -> ColumnElement[bool]:
    if term.op is Op.PREFIX:
        return column.is_not(None)
    return or_(*(and_(column >= low, column < high) for value in term.values for low, high in bounds(value)))


def _dx(_connection: Connection, term: Term) -> ColumnElement[bool]:
    plain = tuple(value for value in term.values if "/" not in value)
    morphologies = tuple(value for value in term.values if "/" in value)
    parts: list[ColumnElement[bool]] = []
    if plain:
        parts.append(diseases_condition(SAMPLE.c.diagnosis, Term("dx", term.op, plain)))
    if morphologies:
        donors = select(DIAGNOSIS.c.donor_id).where(
            diseases_condition(DIAGNOSIS.c.morphology, Term("dx", term.op, morphologies))
        )
        parts.append(SAMPLE.c.donor_id.in_(donors))
    return or_(*parts)


def _moment(column: ColumnElement[Any]) -> Callable[[Connection, Term], ColumnElement[bool]]:
    def compiled(_connection: Connection, term: Term) -> ColumnElement[bool]:
        if term.op is Op.IS:
            return or_(*(_begins(column, value) for value in term.values))
        return _texts(column, term)

    return compiled


def _plain(column: ColumnElement[Any]) -> Callable[[Connection, Term], ColumnElement[bool]]:
    return lambda _connection, term: _texts(column, term)


def _coded(column: ColumnElement[Any]) -> Callable[[Connection, Term], ColumnElement[bool]]:
    return lambda _connection, term: codes_condition(column, term)


def _linked(column: ColumnElement[Any], table: Table) -> Callable[[Connection, Term], ColumnElement[bool]]:
    def compiled(connection: Connection, term: Term) -> ColumnElement[bool]:
        if term.op is Op.PREFIX and term.values == ("",):
            return column.is_not(None)
        # The few rows a code names are fetched first: a list of ids is planned better than a subquery.
        ids = connection.scalars(select(table.c.id).where(codes_condition(table.c.code, term)).limit(1000)).all()
        return (
            column.in_(ids)
            if len(ids) < 1000
            else column.in_(select(table.c.id).where(codes_condition(table.c.code, term)))
        )

    return compiled


def _box(connection: Connection, term: Term) -> ColumnElement[bool]:
    if term.op is Op.PREFIX and term.values == ("",):
        return SAMPLE.c.unit_id.is_not(None)
    paths = connection.scalars(select(STORAGE_UNIT.c.path).where(codes_condition(STORAGE_UNIT.c.code, term))).all()
    return SAMPLE.c.unit_id.in_(select(STORAGE_UNIT.c.id).where(or_(false(), *(under(path) for path in paths))))


def _count(_connection: Connection, term: Term) -> ColumnElement[bool]:
    if term.op is Op.RANGE:
        low, high = term.values
        return and_(
            true(), *([SAMPLE.c.thaws >= int(low)] if low else []), *([SAMPLE.c.thaws <= int(high)] if high else [])
        )
    return SAMPLE.c.thaws.in_([int(value) for value in term.values])


def _amount(_connection: Connection, term: Term) -> ColumnElement[bool]:
    if term.op is Op.PREFIX:
        return SAMPLE.c.amount.is_not(None)
    limits = [amounts.parse(value) if value else None for value in term.values]
    dimension = next(limit for limit in limits if limit is not None).unit.dimension
    measured = SAMPLE.c.unit.in_([str(unit) for unit in Unit if unit.dimension is dimension])
    if term.op is Op.IS:
        return and_(measured, SAMPLE.c.amount.in_([limit.base for limit in limits if limit is not None]))
    low, high = limits
    parts = ([SAMPLE.c.amount >= low.base] if low else []) + ([SAMPLE.c.amount <= high.base] if high else [])
    return and_(measured, *parts)


def _held(_connection: Connection, term: Term) -> ColumnElement[bool]:
    wanted = set(term.values)
    if wanted == {"yes", "no"} or term.op is Op.PREFIX:
        return true()
    return SAMPLE.c.holds > 0 if wanted == {"yes"} else SAMPLE.c.holds == 0


def _site(connection: Connection, term: Term) -> ColumnElement[bool]:
    ids = connection.scalars(select(ORGANISATION.c.id).where(codes_condition(ORGANISATION.c.code, term))).all()
    return SAMPLE.c.custodian_id.in_(ids)


def _external(_connection: Connection, term: Term) -> ColumnElement[bool]:
    return SAMPLE.c.id.in_(
        select(EXTERNAL_IDENTIFIER.c.target_id).where(
            names_a("sample"), _texts(EXTERNAL_IDENTIFIER.c.folded, term, str.lower)
        )
    )


def asked_for(table: Table, term: Term) -> CompoundSelect[tuple[int]]:
    """Ids of samples that are reserved for or were sent on the requests, or the projects' requests, of these codes."""
    requests = select(REQUEST.c.id).select_from(REQUEST.join(PROJECT)).where(codes_condition(table.c.code, term))
    held = select(RESERVATION.c.sample_id).where(
        RESERVATION.c.request_id.in_(requests), RESERVATION.c.state.in_(["active", "picked"])
    )
    sent = select(SHIPMENT_ITEM.c.sample_id).where(
        SHIPMENT_ITEM.c.shipment_id.in_(select(SHIPMENT.c.id).where(SHIPMENT.c.request_id.in_(requests)))
    )
    return union_all(held, sent)


def _asked_by(table: Table) -> Callable[[Connection, Term], ColumnElement[bool]]:
    return lambda _connection, term: SAMPLE.c.id.in_(asked_for(table, term).subquery().select())


def _form(_connection: Connection, term: Term) -> ColumnElement[bool]:
    return SAMPLE.c.donor_id.in_(
        select(CONSENT.c.donor_id)
        .select_from(CONSENT.join(CONSENT_FORM))
        .where(CONSENT.c.state == "active", codes_condition(CONSENT_FORM.c.code, term))
    )


def _parent(connection: Connection, term: Term) -> ColumnElement[bool]:
    return _linked(SAMPLE.c.parent_id, SAMPLE)(connection, term)


_FIELDS: dict[str, Callable[[Connection, Term], ColumnElement[bool]]] = {
    "code": _coded(SAMPLE.c.code),
    "barcode": _plain(SAMPLE.c.barcode),
    "external": _external,
    "type": _plain(SAMPLE.c.material),
    "kind": _plain(SAMPLE.c.kind),
    "status": _plain(SAMPLE.c.status),
    "dx": _dx,
    "topo": lambda _connection, term: diseases_condition(SAMPLE.c.topography, term),
    "site": _site,
    "donor": _linked(SAMPLE.c.donor_id, DONOR),
    "project": _asked_by(PROJECT),
    "request": _asked_by(REQUEST),
    "box": _box,
    "form": _form,
    "collected": _moment(SAMPLE.c.collected),
    "received": _moment(SAMPLE.c.received),
    "processed": _moment(SAMPLE.c.processed),
    "frozen": _moment(SAMPLE.c.frozen),
    "thaws": _count,
    "amount": _amount,
    "held": _held,
    "parent": _parent,
}


def _word(word: str) -> ColumnElement[bool]:
    """Free text stands in a sample's code, barcode, note or other identifiers, or begins its donor's code."""
    forms = sorted({word, word.upper()})
    donors = select(DONOR.c.id).where(or_(*(_begins(DONOR.c.code, form) for form in forms)))
    own = _short_word(word) if len(word) < PART else holds_word(word, EXTERNAL_IDENTIFIER.c.noun == "sample")
    return or_(own, SAMPLE.c.donor_id.in_(donors))


def _short_word(word: str) -> ColumnElement[bool]:
    """Samples whose code, barcode or other identifier begins with a word."""
    found = union(
        *(select(SAMPLE.c.id).where(_begins(SAMPLE.c.code, form)) for form in sorted({word, word.upper()})),
        select(SAMPLE.c.id).where(_begins(SAMPLE.c.barcode, word)),
        identified(word),
    )
    return SAMPLE.c.id.in_(found.subquery().select())


def identified(word: str) -> Select[tuple[int]]:
    """Ids of samples of which another identifier begins with a word."""
    return select(EXTERNAL_IDENTIFIER.c.target_id).where(
        names_a("sample"), _begins(EXTERNAL_IDENTIFIER.c.folded, word.lower())
    )


def holds_word(word: str, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Samples that hold a word in a text of theirs; every sample is looked at. which: identifiers looked at."""
    return or_(says_word(word), SAMPLE.c.id.in_(named_with(word, which)))


def says_word(word: str) -> ColumnElement[bool]:
    """Samples that hold a word in a text of their own: the note first, where a word most often stands."""
    own = (SAMPLE.c.note, SAMPLE.c.code, SAMPLE.c.barcode)
    return or_(*(column.icontains(word, autoescape=True) for column in own))


def named_with(word: str, which: ColumnElement[bool]) -> Select[tuple[int]]:
    """Ids of what another identifier holds a word of. which: identifiers looked at."""
    return select(EXTERNAL_IDENTIFIER.c.target_id).where(
        which, EXTERNAL_IDENTIFIER.c.folded.contains(word.lower(), autoescape=True)
    )
