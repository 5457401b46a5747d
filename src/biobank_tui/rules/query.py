"""The filter language of the sample list: `type:plasma dx:C50 status:available collected:2021..2023 free text`.

Terms stand together (and); a comma means or; a leading minus means not; a..b, a.. and ..b are ranges with both
ends in; >=, <=, > and < compare; a closing * is a prefix, and * alone is "anything at all". Quotes make text literal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.fields import (
    ALIASES,
    FIELDS,
    ORDERED,
    Field,
    FieldKind,
    field_named,
    runs_forward,
    spell,
)
from biobank_tui.rules.materials import MATERIALS

__all__ = ["ALIASES", "FIELDS", "Op", "Query", "Term", "complete", "parse", "render", "token_span", "without"]

_HEAD = re.compile(r"(-?)([^\W\d]\w*)(:>=|:<=|:>|:<|:=|>=|<=|:|=|>|<)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"[^\s,]+")
_WORD = re.compile(r"\S+")
_END = re.compile(r'[^\s",*<>=.]([^\s",*]*[^\s",*.])?')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Op(StrEnum):
    """How a term's values are meant."""

    IS = "="
    RANGE = "range"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition on one field.

    IS: any of the values; a moment stands for all within it, a disease covers what is below it.
    RANGE: values are (low, high), both included, "" for an open end. PREFIX: begins with any of the values; a value
    of "" asks only that there is something. negated: none of that, nothing known included.
    """

    field: str
    op: Op
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All terms and all words must hold."""

    terms: tuple[Term, ...] = ()
    words: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """Read a filter line; Refused says which field or value is not understood and what would be."""
    terms: list[Term] = []
    words: list[str] = []
    place = 0
    while True:
        place += len(text[place:]) - len(text[place:].lstrip())
        if place >= len(text):
            return Query(tuple(terms), tuple(words))
        head = _head(text, place)
        if head is not None:
            items, place = _items(text, head.end())
            terms.append(_term(head, items))
        elif text[place] == '"':
            word, place = _quoted(text, place)
            words.append(word)
        else:
            bare = _WORD.match(text, place)
            assert bare is not None
            words.append(bare[0])
            place = bare.end()


def without(query: Query, *fields: str) -> Query:
    """The query without what it asks of these fields."""
    return Query(tuple(term for term in query.terms if term.field not in fields), query.words)


def render(query: Query) -> str:
    """The filter line of a query; parsing it again gives the same query."""
    parts = [_rendered(term) for term in query.terms]
    for word in query.words:
        plain = word and not word.startswith('"') and not re.search(r"\s", word) and _head(word, 0) is None
        parts.append(word if plain else _quote(word))
    return " ".join(parts)


def complete(text: str, cursor: int) -> list[str]:
    """What the token that ends at the cursor may become, best first; each replaces the whole token."""
    start, _ = token_span(text, cursor)
    token = text[start:cursor]
    head = _HEAD.match(token)
    if head is None:
        minus, stem = ("-", token[1:]) if token.startswith("-") else ("", token)
        return [f"{minus}{name}:" for name in FIELDS if name.startswith(stem.casefold())]
    name = ALIASES.get(head[2].casefold(), head[2].casefold())
    if name not in FIELDS or not FIELDS[name].choices:
        return []
    listed, comma, stem = token[head.end() :].rpartition(",")
    given = set(listed.split(","))
    front = token[: head.end()] + listed + comma
    return [front + choice for choice in _choices(FIELDS[name], stem.casefold()) if choice not in given]


def token_span(text: str, cursor: int) -> tuple[int, int]:
    """Where the token at the cursor begins and ends."""
    start = cursor
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    end = cursor
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _head(text: str, place: int) -> re.Match[str] | None:
    """A field and its sign; signs without a colon only after a field we know, so that a=b may be sought as text."""
    found = _HEAD.match(text, place)
    if found is None or (not found[3].startswith(":") and found[2].casefold() not in {*FIELDS, *ALIASES}):
        return None
    return found


def _quoted(text: str, place: int) -> tuple[str, int]:
    found = _QUOTED.match(text, place)
    if found is None or (found.end() < len(text) and not re.match(r"[\s,]", text[found.end()])):
        raise Refused("query.quote", "A quotation mark is not closed in {text}.", text=text[place:])
    return _ESCAPED.sub(r"\1", found[1]), found.end()


def _items(text: str, place: int) -> tuple[list[tuple[str, bool]], int]:
    """The values of a term, each with whether it was quoted, and where the term ends."""
    items: list[tuple[str, bool]] = []
    while place < len(text) and not text[place].isspace():
        if text[place] == ",":
            place += 1
        elif text[place] == '"':
            value, place = _quoted(text, place)
            items.append((value, True))
        else:
            bare = _BARE.match(text, place)
            assert bare is not None
            items.append((bare[0], False))
            place = bare.end()
    return items, place


def _term(head: re.Match[str], items: list[tuple[str, bool]]) -> Term:
    field = field_named(head[2])
    if not items:
        raise Refused("query.empty", "{field} has no value; {help}.", field=field.name, help=field.help)
    sign = head[3].lstrip(":=") if head[3] not in (":>=", ":<=") else head[3][1:]
    if sign:
        low, high = _compared(field, sign, items)
        return Term(field.name, Op.RANGE, (low, high), bool(head[1]))
    ops: set[Op] = set()
    values: list[str] = []
    for text, literal in items:
        op, spelled = _value(field, text, literal)
        ops.add(op)
        values += [value for value in spelled if op is Op.RANGE or value not in values]
    if len(ops) > 1 or (Op.RANGE in ops and len(items) > 1):
        raise Refused(
            "query.mixed",
            "{field} takes either one range or values of one sort; write it twice to narrow further.",
            field=field.name,
        )
    return Term(field.name, ops.pop(), tuple(values), bool(head[1]))


def _value(field: Field, text: str, literal: bool) -> tuple[Op, tuple[str, ...]]:
    if not literal:
        if text == "*":
            return Op.PREFIX, ("",)
        if field.kind is not FieldKind.DISEASE:
            if text.endswith("*"):
                if field.kind not in (FieldKind.TEXT, FieldKind.CODE):
                    raise Refused(
                        "query.prefix", "{field} takes no prefix such as {value}.", field=field.name, value=text
                    )
                return Op.PREFIX, (text[:-1],)
            if ".." in text and field.kind is not FieldKind.TEXT:
                return Op.RANGE, _range(field, *text.split("..", 1))
    return Op.IS, spell(field, text)


def _range(field: Field, low: str, high: str) -> tuple[str, str]:
    if field.kind not in ORDERED:
        raise Refused("query.range", "{field} takes no ranges.", field=field.name)
    if not low and not high:
        raise Refused("query.open", "A range of {field} needs at least one end.", field=field.name)
    for end in (low, high):
        if end and field.kind is FieldKind.CODE and (".." in end or not _END.fullmatch(end)):
            raise Refused("query.end", "{value} is not a code that a range can begin or end with.", value=end)
    first = spell(field, low)[0] if low else ""
    last = spell(field, high)[0] if high else ""
    if first and last and not runs_forward(field, first, last):
        raise Refused(
            "query.backwards",
            "The range {low}..{high} of {field} ends before it begins.",
            field=field.name,
            low=low,
            high=high,
        )
    return first, last


def _compared(field: Field, sign: str, items: list[tuple[str, bool]]) -> tuple[str, str]:
    if len(items) > 1:
        raise Refused("query.mixed", "{field} compares with one value only.", field=field.name)
    value = items[0][0]
    if sign in (">", "<"):
        if field.kind is not FieldKind.COUNT:
            raise Refused("query.sign", "Write >= or <= for {field}, or a range a..b.", field=field.name)
        number = int(spell(field, value)[0]) + (1 if sign == ">" else -1)
        value = str(max(number, 0))
        if number < 0:
            raise Refused("query.count", "{field} is never below zero.", field=field.name)
    return _range(field, value, "") if sign[0] == ">" else _range(field, "", value)


def _rendered(term: Term) -> str:
    if term.op is Op.RANGE:
        body = "..".join(term.values)
    elif term.op is Op.PREFIX:
        body = ",".join(f"{value}*" for value in term.values)
    else:
        exact = FIELDS[term.field].kind is FieldKind.DISEASE
        body = ",".join(value if exact else _plain(value) for value in term.values)
    return f"{'-' if term.negated else ''}{term.field}:{body}"


def _plain(value: str) -> str:
    special = not value or re.search(r'[\s,]|^[">=<]|\.\.|\*$', value) is not None
    return _quote(value) if special else value


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _choices(field: Field, stem: str) -> list[str]:
    if field.kind is not FieldKind.MATERIAL:
        return [choice for choice in field.choices if choice.startswith(stem)]
    begin: list[str] = []
    within: list[str] = []
    for code, each in MATERIALS.items():
        words = [code.casefold(), each.label.casefold(), *(word.strip() for word in each.said.split(","))]
        if any(word.startswith(stem) for word in words if word):
            begin.append(code)
        elif stem and any(stem in word for word in words):
            within.append(code)
    return begin + within
