"""A filter answered by the index: one bit for every sample, whether it matches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, false, func, not_, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.index.coding import place_of
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
from biobank_tui.queries import filters
from biobank_tui.queries.sieves import Flags, Sieve, by_numbers, each_slice, either, ids_of, listed, looked_up, summed
from biobank_tui.queries.storage import under
from biobank_tui.rules import amounts, spans
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.query import Op, Query, Term
from biobank_tui.rules.spans import Span

Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Selection:
    """The samples that match: a bit each, from id 0. count: how many."""

    bits: Bits
    length: int
    count: int

    def flags(self, start: int, end: int) -> Flags:
        """Whether samples start … end−1 match; start is a whole number of bytes."""
        return np.unpackbits(self.bits[start // 8 : (end + 7) // 8], count=end - start).view(np.bool_)

    def __contains__(self, number: int) -> bool:
        return 0 <= number < self.length and bool(self.bits[number // 8] >> (7 - number % 8) & 1)


def selection(connection: Connection, view: View, query: Query) -> Selection:
    """The samples that match a query."""
    sieves = [_everything(view)]
    sieves += [_sieve(connection, view, term) for term in query.terms]
    sieves += [_word(connection, view, word) for word in query.words]

    def sift(start: int, end: int) -> tuple[Bits, int]:
        flags = sieves[0](start, end)
        for sieve in sieves[1:]:
            flags &= sieve(start, end)
        return np.packbits(flags), int(np.count_nonzero(flags))

    parts = [part for _start, part in each_slice(0, view.length, sift)]
    bits = np.concatenate([part for part, _count in parts]) if parts else np.zeros(0, np.uint8)
    return Selection(bits, view.length, sum(count for _part, count in parts))


def counted(view: View, chosen: Selection, name: str) -> Counter[Any]:
    """How many of the chosen samples have each word of a column."""
    words, codes = view.words(name), view.codes(name)

    def within(start: int, end: int) -> NDArray[np.int64]:
        return np.bincount(codes[start:end][chosen.flags(start, end)], minlength=len(words))

    counts = summed(chosen.length, len(words), within)
    return Counter({word: int(n) for word, n in zip(words[1:], counts[1:], strict=True)})


def _everything(view: View) -> Sieve:
    material = view.codes("material")
    return lambda start, end: material[start:end] != 0


def _sieve(connection: Connection, view: View, term: Term) -> Sieve:
    found = _SIEVES[term.field](connection, view, term) if term.field in _SIEVES else _asked(connection, view, term)
    if not term.negated:
        return found
    return lambda start, end: ~found(start, end)


def _worded(name: str, spans_of: Callable[[Term], Sequence[Span]]) -> Callable[[Connection, View, Term], Sieve]:
    def of(_connection: Connection, view: View, term: Term) -> Sieve:
        return by_words(view, name, spans_of(term))

    return of


def by_words(view: View, name: str, wanted: Sequence[Span]) -> Sieve:
    """The samples whose word lies in one of the spans."""
    words = view.words(name)
    table = np.zeros(max(len(words), 1), np.bool_)
    for code, word in enumerate(words):
        table[code] = code > 0 and any(word in span for span in wanted)
    return looked_up(view.codes(name), table)


def _fenced(name: str, spans_of: Callable[[Term], Sequence[Span]]) -> Callable[[Connection, View, Term], Sieve]:
    def of(connection: Connection, view: View, term: Term) -> Sieve:
        return by_fences(connection, view, name, spans_of(term), term)

    return of


def by_fences(connection: Connection, view: View, name: str, wanted: Sequence[Span], term: Term) -> Sieve:
    """The samples whose value lies in one of the spans: whole buckets, and what the bank says of those a span cuts."""
    keys = [place_of(value, 0)[:2] for value, _number in view.fences(name)]
    # What came before the first fence since it was set lies in the first bucket too.
    keys[:1] = [place_of(None, 0)[:2]] * bool(keys)
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
    whole = looked_up(codes, within)
    if not cut.any():
        return whole
    edges = ids_of(looked_up(codes, cut), view.length)
    known = connection.scalars(
        select(SAMPLE.c.id).where(
            among(connection, SAMPLE.c.id, edges.tolist()), filters.term_condition(connection, term)
        )
    )
    return either(whole, listed(known))


def _numbered(
    name: str, ids_for: Callable[[Connection, Term], Iterable[int]]
) -> Callable[[Connection, View, Term], Sieve]:
    def of(connection: Connection, view: View, term: Term) -> Sieve:
        codes = view.codes(name)
        if term.op is Op.PREFIX and term.values == ("",):
            return lambda start, end: codes[start:end] != 0
        return by_numbers(codes, ids_for(connection, term))

    return of


def _asked(connection: Connection, _view: View, term: Term) -> Sieve:
    """What the index does not keep is asked of the bank, which has an index of its own for it."""
    plain = Term(term.field, term.op, term.values)
    return listed(connection.scalars(select(SAMPLE.c.id).where(filters.term_condition(connection, plain))))


def _custodians(connection: Connection, term: Term) -> Sequence[Span]:
    found = connection.scalars(select(ORGANISATION.c.id).where(filters.codes_condition(ORGANISATION.c.code, term)))
    return [Span(number, number, closed=True) for number in found]


def _site(connection: Connection, view: View, term: Term) -> Sieve:
    return by_words(view, "custodian", _custodians(connection, term))


def _held(_connection: Connection, view: View, term: Term) -> Sieve:
    if term.op is Op.PREFIX:
        return _everything(view)
    wanted = [value == "yes" for value in term.values]
    return by_words(view, "held", [Span(int(value), int(value), closed=True) for value in wanted])


def _amount(connection: Connection, view: View, term: Term) -> Sieve:
    plain = Term(term.field, term.op, term.values)
    sized = by_fences(connection, view, "amount", spans.measures(term), plain)
    if term.op is Op.PREFIX:
        return sized
    dimension = next(amounts.parse(value).unit.dimension for value in term.values if value)
    units = [Span(str(unit), str(unit), closed=True) for unit in Unit if unit.dimension is dimension]
    measured = by_words(view, "unit", units)
    return lambda start, end: sized(start, end) & measured(start, end)


def _dx(connection: Connection, view: View, term: Term) -> Sieve:
    plain = tuple(value for value in term.values if "/" not in value)
    morphologies = tuple(value for value in term.values if "/" in value)
    found = [by_words(view, "diagnosis", spans.diseases(Term("dx", term.op, plain)))] if plain else []
    if morphologies:
        condition = filters.diseases_condition(DIAGNOSIS.c.morphology, Term("dx", term.op, morphologies))
        found.append(by_numbers(view.codes("donor"), connection.scalars(select(DIAGNOSIS.c.donor_id).where(condition))))
    return either(*found)


def _donors(connection: Connection, term: Term) -> Iterable[int]:
    return connection.scalars(select(DONOR.c.id).where(filters.codes_condition(DONOR.c.code, term)))


def _boxes(connection: Connection, term: Term) -> Iterable[int]:
    condition = filters.codes_condition(STORAGE_UNIT.c.code, term)
    paths = connection.scalars(select(STORAGE_UNIT.c.path).where(condition)).all()
    found: set[int] = set()
    for path in paths:
        found.update(connection.scalars(select(STORAGE_UNIT.c.id).where(under(path))))
    return found


def _parent(connection: Connection, view: View, term: Term) -> Sieve:
    """Samples made from those whose code fits; many fit a beginning, and are told by the index too."""
    codes = view.codes("parent")
    if term.op is Op.PREFIX and term.values == ("",):
        return lambda start, end: codes[start:end] != 0
    own = Term("code", term.op, term.values)
    return by_numbers(codes, ids_of(by_fences(connection, view, "code", spans.codes(own), own), view.length))


def _external(connection: Connection, view: View, term: Term) -> Sieve:
    if term.op is Op.PREFIX and "" in term.values:
        return by_words(view, "identified", [Span(1, 1, closed=True)])
    return _asked(connection, view, term)


def _asked_for(table: Table) -> Callable[[Connection, View, Term], Sieve]:
    return lambda connection, _view, term: listed(connection.scalars(filters.asked_for(table, term)))


def _forms(connection: Connection, term: Term) -> Iterable[int]:
    return connection.scalars(
        select(CONSENT.c.donor_id)
        .select_from(CONSENT.join(CONSENT_FORM))
        .where(CONSENT.c.state == "active", filters.codes_condition(CONSENT_FORM.c.code, term))
    )


def _word(connection: Connection, view: View, word: str) -> Sieve:
    """Free text stands in a sample's code, barcode, note or other identifiers, or begins its donor's code."""
    begun = Term("donor", Op.PREFIX, (word,))
    donors = by_numbers(view.codes("donor"), _donors(connection, begun))
    if len(word) < filters.PART:
        begun = replace(begun, field="code")
        return either(
            donors,
            by_fences(connection, view, "code", spans.codes(begun), begun),
            by_fences(connection, view, "barcode", spans.texts(begun), replace(begun, field="barcode")),
            listed(connection.scalars(filters.identified(word))),
        )
    holding = view.holding(word)
    if len(word) > filters.PART or not word.isascii():
        holding = [number for part in batches(holding) for number in _really_holding(connection, word, part)]
    return either(donors, listed(holding))


def batches(ids: Sequence[int], size: int = 50_000) -> Iterator[Sequence[int]]:
    """Ids a part at a time."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _really_holding(connection: Connection, word: str, ids: Sequence[int]) -> Iterable[int]:
    """Of samples that hold every three letters of a word, those that hold it whole.

    Nearly all do, in a text of their own: only the others are told, and only of these the other identifiers are read.
    """
    own = func.coalesce(filters.says_word(word), false())
    lacking = set(connection.scalars(select(SAMPLE.c.id).where(among(connection, SAMPLE.c.id, ids), not_(own))))
    if lacking:
        its = (EXTERNAL_IDENTIFIER.c.noun == "sample") & among(connection, EXTERNAL_IDENTIFIER.c.target_id, lacking)
        lacking.difference_update(connection.scalars(filters.named_with(word, its)))
    return [number for number in ids if number not in lacking] if lacking else ids


_SIEVES: dict[str, Callable[[Connection, View, Term], Sieve]] = {
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
