"""A mapped slice as typed columns, with every defect of every cell: nothing stops at the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import polars as pl

from biobank_tui.exchange.defects import defects, together
from biobank_tui.exchange.fields import Field, FieldType
from biobank_tui.exchange.kinds import CLEARABLE, LIKE
from biobank_tui.exchange.mapping import Mapped
from biobank_tui.exchange.maps import ColumnMap, Source
from biobank_tui.exchange.values import EXAMPLES, amounts, choices, integers, moments, numbers
from biobank_tui.rules.amounts import Unit

PAST: Final = ("diagnosed", "collected", "received", "processed", "frozen", "given", "withdrawn")
"""Moments of what has happened; only a sample that is expected may have one ahead."""
TIMES: Final = ("collected", "received", "processed", "frozen")
LONGEST_CODE: Final = 64
AMOUNTS_ALLOWED: Final = {
    "amount.bad": "a number, or a number and a unit",
    "amount.unit": ", ".join(Unit),
    "amount.fine": "whole nL, pg, cells or pieces",
    "number.range": "0 and more",
}
ALARMS: Final = frozenset({"donor.withdrawn"})
"""What is reported and refuses nothing: the sample is here, and comes in under the donor's hold."""
LEAVES_OUT: Final = frozenset({"row.repeated", "code.missing", "code.case", "code.repeated", "consent.unrecorded"})
"""Tolerated defects whose row is left out; the other tolerated ones let the row in."""
EMPTIES: Final = frozenset(
    [
        "code.bad",
        "code.unlisted",
        "number.bad",
        "number.range",
        "integer.bad",
        "moment.bad",
        "amount.bad",
        "amount.unit",
        "amount.fine",
        "value.unmatched",
    ]
)
"""Tolerated defects that leave the value out."""
NEVER_REQUIRED: Final = EMPTIES | {"value.missing"}
"""Defects that are not tolerated where the field is required."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an import is told to let pass, and the zone of times that name none.

    key_only: a row need say no more than which record it means; what a new one lacks is judged later. today: the day
    after which nothing can have happened.
    """

    tolerate: frozenset[str] = frozenset()
    zone: str = "UTC"
    key_only: bool = False
    today: str = "9999"


class Verdicts:
    """The defects of one slice and what they mean for its rows.

    refused: rows that may not come in. left_out: rows that are passed over without harm. relaxed: the rule a row was
    let off, which stands with it in the bank.
    """

    def __init__(self, mapped: Mapped, tolerate: frozenset[str]) -> None:
        self.mapped, self.tolerate = mapped, tolerate | ALARMS
        size = len(mapped.lines)
        self.refused = pl.repeat(False, size, dtype=pl.Boolean, eager=True)
        self.left_out = pl.repeat(False, size, dtype=pl.Boolean, eager=True)
        self.relaxed = pl.Series([None], dtype=pl.String).new_from_index(0, size)
        self.found = [mapped.defects]
        for code, lines in mapped.defects.group_by("code"):
            self._mark(mapped.lines.is_in(lines["line"].unique().implode()), str(code[0]))

    def _mark(self, hit: pl.Series, code: str, *, required: bool = False) -> None:
        if code not in self.tolerate or (required and code in NEVER_REQUIRED):
            self.refused |= hit
        elif code in LEAVES_OUT:
            self.left_out |= hit
        elif code in {"moment.order", "moment.future"}:
            self.relaxed = self.relaxed.set(hit, code)

    def add(
        self,
        hit: pl.Series,
        field: str,
        code: str,
        allowed: pl.Series | str = "",
        *,
        values: pl.Series | None = None,
        required: bool = False,
    ) -> None:
        """A defect of `field` in every row of `hit`. values, allowed: a series runs over the whole slice."""
        hit = hit.fill_null(value=False)
        if not hit.any():
            return
        written = self.mapped.written.get(field) if values is None else values
        self.found.append(
            defects(
                self.mapped.file,
                self.mapped.lines.filter(hit),
                column=self.mapped.headers.get(field) or field,
                values="" if written is None else written.filter(hit),
                code=code,
                allowed=allowed.filter(hit) if isinstance(allowed, pl.Series) else allowed,
            )
        )
        self._mark(hit, code, required=required)

    def part(self, rows: pl.Series) -> Verdicts:
        """The verdicts on some of the rows, to go on with them apart; what was found in them goes along."""
        apart = Verdicts(self.mapped.part(rows), self.tolerate)
        apart.refused, apart.left_out = self.refused.filter(rows), self.left_out.filter(rows)
        apart.relaxed = self.relaxed.filter(rows)
        return apart

    @staticmethod
    def together(parts: Sequence[Verdicts]) -> Verdicts:
        """The verdicts on rows of several slices, to go on with them at once."""
        whole = Verdicts(Mapped.together([each.mapped for each in parts]), parts[0].tolerate)
        whole.refused = pl.concat([each.refused for each in parts])
        whole.left_out = pl.concat([each.left_out for each in parts])
        whole.relaxed = pl.concat([each.relaxed for each in parts])
        return whole

    def standing(self) -> pl.Series:
        """The rows that may come in so far."""
        return ~(self.refused | self.left_out)

    def defects(self) -> pl.DataFrame:
        """Every defect so far, by line."""
        return together(self.found)

    def counts(self) -> tuple[int, int]:
        """How many defects refuse a row, and how many are tolerated."""
        found = self.defects()
        tolerated = int(found["code"].is_in(list(self.tolerate)).sum())
        return found.height - tolerated, tolerated


def typed(mapped: Mapped, column_map: ColumnMap, rules: Rules) -> tuple[pl.DataFrame, Verdicts]:
    """The slice's fields as values, one row for each row of `mapped`, and the verdicts on them."""
    verdicts = Verdicts(mapped, rules.tolerate)
    columns: dict[str, pl.Series] = {}
    for name in mapped.texts.columns:
        field = column_map.kind.field(name)
        source = column_map.columns.get(name, Source())
        text = mapped.texts[name]
        if field is None or name == "unit":
            columns[name] = text
        elif field.type is FieldType.AMOUNT:
            columns |= _amounts(name, text, source, mapped, verdicts)
        else:
            columns[name] = _values(name, field, text, source, rules, verdicts)
    key = column_map.kind.key
    _fill(verdicts, [field for field in column_map.kind.fields if field.name == key or not rules.key_only], key)
    for name, hit in mapped.cleared.items():
        if name not in CLEARABLE.get(column_map.kind.name, ()):
            verdicts.add(hit, name, "clear.fixed")
    _time_order(columns, verdicts)
    _not_ahead(columns, rules.today, verdicts)
    return pl.DataFrame([series.alias(name) for name, series in columns.items()]), verdicts


def judge_new(column_map: ColumnMap, new: pl.Series, verdicts: Verdicts) -> None:
    """What rows of things that are not there yet leave empty, where others need say no more than their key."""
    kind = column_map.kind
    _fill(verdicts, [field for field in kind.fields if field.name != kind.key], kind.key, new)


def _fill(verdicts: Verdicts, fields: Sequence[Field], key: str, among: pl.Series | None = None) -> None:
    """A defect wherever one of the fields is required and empty.

    among: in these rows only, and there for fields too that have no column.
    """
    texts = verdicts.mapped.texts
    for field in fields:
        here = field.name in texts.columns
        if not (field.required or field.unless) or (among is None and not here):
            continue
        absent = pl.repeat(True, len(verdicts.refused), eager=True) if among is None else among
        if here:
            absent &= texts[field.name].is_null()
        if field.unless in texts.columns:
            absent &= texts[field.unless].is_null()
        nameless = field.name == key and "code.missing" in verdicts.tolerate
        verdicts.add(absent, field.name, "code.missing" if nameless else field.absent, required=True)


def _values(name: str, field: Field, text: pl.Series, source: Source, rules: Rules, verdicts: Verdicts) -> pl.Series:
    """One field as values; what cannot be taken is nothing in them, and in the verdicts."""

    def judge(wrong: pl.Series, code: str, allowed: str = "") -> pl.Series:
        verdicts.add(wrong, name, code, allowed, required=field.required)
        return wrong.fill_null(value=False)

    match field.type:
        case FieldType.CHOICE | FieldType.ANSWER:
            read = choices(text, field.choices)
            judge(text.is_not_null() & read.is_null(), "code.unlisted", ", ".join(field.choices))
        case FieldType.MOMENT:
            read = moments(text, source.format, source.zone or rules.zone)
            judge(text.is_not_null() & read.is_null(), "moment.bad", EXAMPLES.get(source.format, source.format))
        case FieldType.INTEGER | FieldType.NUMBER:
            whole = field.type is FieldType.INTEGER
            read = integers(text) if whole else numbers(text, source.decimal)
            judge(text.is_not_null() & read.is_null(), "integer.bad" if whole else "number.bad")
            least, most = field.least, field.most
            outside = (read < least if least is not None else read != read) | (  # noqa: PLR0124 - nothing is outside
                read > most if most is not None else read != read  # noqa: PLR0124
            )
            limits = f"{'' if least is None else least} to {'…' if most is None else most}"
            read = read.set(judge(outside, "number.range", limits), None)
        case FieldType.CODE:
            odd = (text.str.len_chars() > LONGEST_CODE) | text.str.contains(r"[\t\r\n]")
            allowed = f"S-0000017: at most {LONGEST_CODE} characters, on one line"
            read = text.set(judge(odd, "code.bad", allowed), None)
        case _:
            read = text
            if field.pattern:
                read = text.set(judge(~text.str.contains(field.pattern), "code.bad", LIKE[field.pattern]), None)
    return read


def _amounts(name: str, text: pl.Series, source: Source, mapped: Mapped, verdicts: Verdicts) -> dict[str, pl.Series]:
    if "unit" in mapped.texts.columns:
        apart = mapped.texts["unit"]
    else:
        apart = pl.Series([source.unit], dtype=pl.String).new_from_index(0, len(text))
    read = amounts(text, apart, source.decimal)
    for code, allowed in AMOUNTS_ALLOWED.items():
        verdicts.add(read["code"] == code, name, code, allowed)
    return {name: read["base"], "amount_unit": read["unit"]}


def _time_order(columns: dict[str, pl.Series], verdicts: Verdicts) -> None:
    """collected ≤ received ≤ processed ≤ frozen, compared to the minute and only as far as both say."""
    present = [name for name in TIMES if name in columns]
    for earlier, later in combinations(present, 2):
        pair = pl.DataFrame({"a": columns[earlier].str.slice(0, 16), "b": columns[later].str.slice(0, 16)})
        a, b = pl.col("a"), pl.col("b")
        wrong = pair.select(a.str.slice(0, b.str.len_chars()) > b.str.slice(0, a.str.len_chars())).to_series()
        verdicts.add(wrong, later, "moment.order", columns[earlier])


def _not_ahead(columns: dict[str, pl.Series], today: str, verdicts: Verdicts) -> None:
    """What has happened lies in the past, compared only as far as it says."""
    status = columns.get("status")
    for name in (each for each in PAST if each in columns):
        told = pl.DataFrame({"it": columns[name].str.slice(0, len(today))})
        ahead = told.select(pl.col("it") > pl.lit(today).str.slice(0, pl.col("it").str.len_chars())).to_series()
        if status is not None:
            ahead &= (status != "expected").fill_null(value=True)
        verdicts.add(ahead, name, "moment.future")
