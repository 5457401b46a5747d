"""A filter answered by the index: one bit for every sample, whether it matches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np
from sqlalchemy import CompoundSelect, Connection, Select, Table, false, func, not_, select

from biobank_tui.bank.dialects import among, is_sqlite
from biobank_tui.bank.index.shelf import View
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    DIAGNOSIS,
    DONOR,
    EXTERNAL_IDENTIFIER,
    ORGANISATION,
    PROJECT,
    REQUEST,
    SAMPLE,
    STORAGE_UNIT,
)
from biobank_tui.queries import bits, filters
from biobank_tui.queries.bits import Bits, Flags, Ids
from biobank_tui.queries.storage import under
from biobank_tui.rules import amounts, spans
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.query import Op, Query, Term
from biobank_tui.rules.spans import Span

FEW = 16
"""Where one sample in so many matches, or fewer, the matches are gone through one by one."""

SCARCE = 100_000
"""Where there are so many samples for each donor or box that is asked for, the bank is asked what is theirs."""

MOST = 20_000
"""Samples of such donors or boxes; where they have more, the index is asked after all."""


class Selection:
    """The samples that match. length: one more than the greatest id; count: how many match."""

    def __init__(self, matching: Bits, length: int) -> None:
        self.bits = matching
        self.length = length
        self.count = bits.count(matching)

    @property
    def few(self) -> bool:
        """Whether it is quicker to go through the matches than through all samples."""
        return self.count * FEW <= self.length

    @cached_property
    def ids(self) -> Ids:
        """The matches, by id."""
        return bits.ids_of(self.bits)

    def flags(self, start: int, end: int) -> Flags:
        """Whether samples start … end−1 match; start is a whole number of bytes."""
        return bits.flags(self.bits, start, end)

    def __contains__(self, number: int) -> bool:
        return 0 <= number < self.length and bool(self.bits[number // 8] >> (7 - number % 8) & 1)


def selection(connection: Connection, view: View, query: Query) -> Selection:
    """The samples that match a query; what answers to each of its terms is kept for the next question."""
    matching = _everything(view)
    for term in query.terms:
        found = view.kept(replace(term, negated=False), partial(_of_term, connection, view))
        matching = matching & (~found if term.negated else found)
    for word in query.words:
        matching = matching & view.kept(word, partial(_of_word, connection, view))
    return Selection(matching, view.length)


def counted(view: View, chosen: Selection, names: Iterable[str]) -> dict[str, Counter[Any]]:
    """How many of the chosen samples have each word of these columns."""
    return {name: _counted(view, chosen, name) for name in names}


def _counted(view: View, chosen: Selection, name: str) -> Counter[Any]:
    words, codes = view.words(name), view.codes(name)

    def within(start: int, end: int) -> Ids:
        return np.bincount(codes[start:end][chosen.flags(start, end)], minlength=len(words))

    if chosen.few:
        counts = np.bincount(codes[chosen.ids], minlength=len(words))
    else:
        counts = bits.summed(chosen.length, len(words), within)
    return Counter({word: int(n) for word, n in zip(words[1:], counts[1:], strict=True)})


def _everything(view: View) -> Bits:
    return view.kept("", lambda _nothing: bits.known(view.codes("material")))


def _of_term(connection: Connection, view: View, term: Term) -> Bits:
    return _TERMS.get(term.field, _asked)(connection, view, term)


def _worded(name: str, spans_of: Callable[[Term], Sequence[Span]]) -> Callable[[Connection, View, Term], Bits]:
    def of(_connection: Connection, view: View, term: Term) -> Bits:
        return by_words(view, name, spans_of(term))

    return of


def by_words(view: View, name: str, wanted: Sequence[Span]) -> Bits:
    """The samples whose word lies in one of the spans."""
    words = view.words(name)
    table = np.zeros(max(len(words), 1), np.bool_)
    for code, word in enumerate(words):
        table[code] = code > 0 and any(word in span for span in wanted)
    return bits.coded(view.codes(name), table)


def _fenced(name: str, spans_of: Callable[[Term], Sequence[Span]]) -> Callable[[Connection, View, Term], Bits]:
    def of(connection: Connection, view: View, term: Term) -> Bits:
        return by_fences(connection, view, name, spans_of(term), term)

    return of


def by_fences(connection: Connection, view: View, name: str, wanted: Sequence[Span], term: Term) -> Bits:
    """The samples whose value lies in one of the spans: whole buckets, and what the bank says of those a span cuts."""
    keys = view.fence_keys(name)
    within, cut = np.zeros(len(keys) + 1, np.bool_), np.zeros(len(keys) + 1, np.bool_)
    for span in wanted:
        # Buckets that begin within the span are whole, but for the last; what lies before them may reach into it.
        first = bisect_left(keys, (True,) if span.low is None else (True, span.low))
        if span.high is None:
            last = len(keys)
        else:
            last = max((bisect_right if span.closed else bisect_left)(keys, (True, span.high)) - 1, first - 1)
            cut[max(last, 0)] = True
        within[first : max(last, 0)] = True
        cut[max(first - 1, 0)] = True
    within[len(keys) :] = cut[len(keys) :] = False
    cut &= ~within
    codes = view.codes(name)
    whole = bits.coded(codes, within)
    if not cut.any():
        return whole
    edges = bits.ids_of(bits.coded(codes, cut)).tolist()
    known = select(SAMPLE.c.id).where(among(connection, SAMPLE.c.id, edges), filters.term_condition(connection, term))
    return whole | bits.listed(_numbers(connection, known), view.length)


def _numbered(
    name: str, ids_for: Callable[[Connection, Term], Iterable[int]]
) -> Callable[[Connection, View, Term], Bits]:
    def of(connection: Connection, view: View, term: Term) -> Bits:
        if term.op is Op.PREFIX and term.values == ("",):
            return bits.known(view.codes(name))
        return _pointing(connection, view, name, ids_for(connection, term))

    return of


def _pointing(connection: Connection, view: View, name: str, ids: Iterable[int]) -> Bits:
    """The samples of these donors, or in these boxes."""
    wanted = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64)
    if len(wanted) * SCARCE <= view.length:
        theirs = select(SAMPLE.c.id).where(among(connection, _OWNERS[name], wanted.tolist()))
        found = _numbers(connection, theirs.limit(MOST + 1)) if len(wanted) else wanted
        if len(found) <= MOST:
            return bits.listed(found, view.length)
    return bits.pointing(view.codes(name), wanted)


def _asked(connection: Connection, view: View, term: Term) -> Bits:
    """What the index does not keep is asked of the bank, which has an index of its own for it."""
    known = select(SAMPLE.c.id).where(filters.term_condition(connection, term))
    return bits.listed(_numbers(connection, known), view.length)


def _custodians(connection: Connection, term: Term) -> Sequence[Span]:
    found = connection.scalars(select(ORGANISATION.c.id).where(filters.codes_condition(ORGANISATION.c.code, term)))
    return [Span(number, number, closed=True) for number in found]


def _site(connection: Connection, view: View, term: Term) -> Bits:
    return by_words(view, "custodian", _custodians(connection, term))


def _held(_connection: Connection, view: View, term: Term) -> Bits:
    if term.op is Op.PREFIX:
        return _everything(view)
    wanted = [value == "yes" for value in term.values]
    return by_words(view, "held", [Span(int(value), int(value), closed=True) for value in wanted])


def _amount(connection: Connection, view: View, term: Term) -> Bits:
    plain = Term(term.field, term.op, term.values)
    sized = by_fences(connection, view, "amount", spans.measures(term), plain)
    if term.op is Op.PREFIX:
        return sized
    dimension = next(amounts.parse(value).unit.dimension for value in term.values if value)
    units = [Span(str(unit), str(unit), closed=True) for unit in Unit if unit.dimension is dimension]
    measured = by_words(view, "unit", units)
    return sized & measured


def _dx(connection: Connection, view: View, term: Term) -> Bits:
    plain = tuple(value for value in term.values if "/" not in value)
    morphologies = tuple(value for value in term.values if "/" in value)
    found = [by_words(view, "diagnosis", spans.diseases(Term("dx", term.op, plain)))] if plain else []
    if morphologies:
        condition = filters.diseases_condition(DIAGNOSIS.c.morphology, Term("dx", term.op, morphologies))
        theirs = _numbers(connection, select(DIAGNOSIS.c.donor_id).where(condition))
        found.append(_pointing(connection, view, "donor", theirs))
    return reduce(np.bitwise_or, found)


def _donors(connection: Connection, term: Term) -> Iterable[int]:
    return _numbers(connection, select(DONOR.c.id).where(filters.codes_condition(DONOR.c.code, term)))


def _boxes(connection: Connection, term: Term) -> Iterable[int]:
    condition = filters.codes_condition(STORAGE_UNIT.c.code, term)
    paths = connection.scalars(select(STORAGE_UNIT.c.path).where(condition)).all()
    found: set[int] = set()
    for path in paths:
        found.update(connection.scalars(select(STORAGE_UNIT.c.id).where(under(path))))
    return found


def _parent(connection: Connection, view: View, term: Term) -> Bits:
    """Samples made from those whose code fits; many fit a beginning, and are told by the index too."""
    codes = view.codes("parent")
    if term.op is Op.PREFIX and term.values == ("",):
        return bits.known(codes)
    own = Term("code", term.op, term.values)
    return bits.pointing(codes, bits.ids_of(by_fences(connection, view, "code", spans.codes(own), own)))


def _external(connection: Connection, view: View, term: Term) -> Bits:
    if term.op is Op.PREFIX and "" in term.values:
        return by_words(view, "identified", [Span(1, 1, closed=True)])
    return _asked(connection, view, term)


def _asked_for(table: Table) -> Callable[[Connection, View, Term], Bits]:
    def of(connection: Connection, view: View, term: Term) -> Bits:
        return bits.listed(_numbers(connection, filters.asked_for(table, term)), view.length)

    return of


def _forms(connection: Connection, term: Term) -> Iterable[int]:
    return _numbers(
        connection,
        select(CONSENT.c.donor_id)
        .select_from(CONSENT.join(CONSENT_FORM))
        .where(CONSENT.c.state == "active", filters.codes_condition(CONSENT_FORM.c.code, term)),
    )


def _numbers(connection: Connection, wanted: Select[tuple[int]] | CompoundSelect[tuple[int]]) -> Ids:
    """The whole numbers of a statement's one column. As one value: row by row, a hundred thousand take far longer."""
    column = wanted.subquery().c[0]
    if not is_sqlite(connection):
        return np.array(connection.scalar(select(func.array_agg(column))) or (), np.int64)
    told = connection.scalar(select(func.group_concat(column)))
    return np.fromstring(told, np.int64, sep=",") if told else np.empty(0, np.int64)


def _of_word(connection: Connection, view: View, word: str) -> Bits:
    """Free text stands in a sample's code, barcode, note or other identifiers, or begins its donor's code."""
    begun = Term("donor", Op.PREFIX, (word,))
    donors = _pointing(connection, view, "donor", _donors(connection, begun))
    if len(word) < filters.PART:
        begun = replace(begun, field="code")
        return (
            donors
            | by_fences(connection, view, "code", spans.codes(begun), begun)
            | by_fences(connection, view, "barcode", spans.texts(begun), replace(begun, field="barcode"))
            | bits.listed(_numbers(connection, filters.identified(word)), view.length)
        )
    holding = view.holding(word)
    if not word.isascii():
        holding = [number for part in batches(holding) for number in _really_holding(connection, word, part)]
    return donors | bits.listed(holding, view.length)


def batches(ids: Sequence[int], size: int = 50_000) -> Iterator[Sequence[int]]:
    """Ids a part at a time."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _really_holding(connection: Connection, word: str, ids: Sequence[int]) -> Iterable[int]:
    """Of samples that hold a word in letters with a folded form of their own, those that hold it as the bank says so.

    Nearly all do, in a text of their own: only the others are told, and only of these the other identifiers are read.
    """
    own = func.coalesce(filters.says_word(word), false())
    lacking = set(connection.scalars(select(SAMPLE.c.id).where(among(connection, SAMPLE.c.id, ids), not_(own))))
    if lacking:
        its = (EXTERNAL_IDENTIFIER.c.noun == "sample") & among(connection, EXTERNAL_IDENTIFIER.c.target_id, lacking)
        lacking.difference_update(connection.scalars(filters.named_with(word, its)))
    return [number for number in ids if number not in lacking] if lacking else ids


_OWNERS = {"donor": SAMPLE.c.donor_id, "box": SAMPLE.c.unit_id}
_TERMS: dict[str, Callable[[Connection, View, Term], Bits]] = {
    "type": _worded("material", spans.texts),
    "kind": _worded("kind", spans.texts),
    "status": _worded("status", spans.texts),
    "topo": _worded("topography", spans.diseases),
    "thaws": _worded("thaws", spans.counts),
    "site": _site,
    "held": _held,
    "dx": _dx,
    "donor": _numbered("donor", _donors),
    "box": _numbered("box", _boxes),
    "form": _numbered("donor", _forms),
    "code": _fenced("code", spans.codes),
    "barcode": _fenced("barcode", spans.texts),
    "collected": _fenced("collected", spans.moments),
    "received": _fenced("received", spans.moments),
    "processed": _fenced("processed", spans.moments),
    "frozen": _fenced("frozen", spans.moments),
    "amount": _amount,
    "parent": _parent,
    "project": _asked_for(PROJECT),
    "request": _asked_for(REQUEST),
    "external": _external,
}
"""Fields the index answers; the others are asked of the bank."""
