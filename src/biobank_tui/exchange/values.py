"""Text into values: moments, amounts, numbers and choices, a column at a time.

What the rules can read one by one is read here by columns; only what is written oddly goes through the rules
themselves. Nothing is guessed: what cannot be read becomes nothing, and the caller says so.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

import polars as pl

from biobank_tui.exchange.cells import by_distinct
from biobank_tui.rules import amounts as rules
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.moments import parse_moment

Written = Literal["iso", "dmy", "mdy", "epoch"]

NUMBER: Final = r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
PLAIN_AMOUNT: Final = r"^[0-9]{1,5}(?:\.[0-9]+)?$"
EXAMPLES: Final[dict[str, str]] = {
    "iso": "2021, 2021-03, 2021-03-04, 2021-03-04T10:15Z",
    "dmy": "2021, 3/2021, 4/3/2021 with the day first, 04.03.2021 10:15",
    "mdy": "2021, 3/2021, 3/4/2021 with the month first, 03/04/2021 10:15",
    "epoch": "seconds since 1970",
}
DEFECT_OF: Final = {
    "amount.unit": "amount.unit",
    "amount.no_unit": "amount.unit",
    "amount.precision": "amount.fine",
    "amount.negative": "number.range",
    "amount.too_large": "number.range",
}
"""Which defect a refusal of the amount rules is; any other is amount.bad."""


def moment(text: str, written: str, zone: tzinfo) -> str | None:
    """A moment as it is stored, or None where it is none. ISO 8601 is always understood.

    written: iso, dmy, mdy, epoch, or a pattern of strptime.
    """
    if "%" in written:
        text = _by_pattern(text, written) or text
    if written == "epoch":
        try:
            return datetime.fromtimestamp(float(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            return None
    try:
        return parse_moment(text, zone, "dmy" if written == "dmy" else "mdy" if written == "mdy" else "iso")
    except Refused:
        return None


def _by_pattern(text: str, pattern: str) -> str | None:
    """What a pattern reads, in ISO 8601 and as far as the pattern goes; nothing where the text is otherwise."""
    try:
        read = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is taken after
    except ValueError:
        return None
    said = set(re.findall(r"%([a-zA-Z])", pattern))
    if said & set("HIMScTXs"):
        return read.isoformat(timespec="seconds")
    if said & set("djcxDFe"):
        return read.date().isoformat()
    return f"{read:%Y-%m}" if said & set("mbBh") else f"{read:%Y}"


def moments(texts: pl.Series, written: str, zone: str) -> pl.Series:
    """Moments as they are stored; nothing where the text is none. zone: IANA name, for times that name none."""

    def read(distinct: pl.Series) -> pl.Series:
        text = pl.col("text")
        day = (text.str.len_bytes() == 10) & text.str.to_date("%Y-%m-%d", strict=False).dt.year().is_between(1850, 2199)
        minute = text.str.to_datetime("%Y-%m-%dT%H:%MZ", strict=False).dt.year().is_between(1850, 2199)
        canonical = day | ((text.str.len_bytes() == 17) & minute)
        frame = pl.DataFrame({"text": distinct})
        kept = (
            frame.select(pl.when(canonical).then(text))["text"] if written != "epoch" else distinct.clear(len(distinct))
        )
        odd = distinct.is_not_null() & kept.is_null()
        if not odd.any():
            return kept
        where = ZoneInfo(zone)
        asked = [moment(item, written, where) for item in distinct.filter(odd).to_list()]
        return kept.scatter(odd.arg_true(), pl.Series(asked, dtype=pl.String))

    return by_distinct(texts, read)


def numbers(texts: pl.Series, decimal: str = ".") -> pl.Series:
    """Numbers as doubles; nothing where the text is none."""
    if decimal == ",":
        texts = texts.str.replace(",", ".", literal=True)
    well = texts.str.contains(NUMBER).fill_null(value=False)
    read = texts.set(~well, None).cast(pl.Float64, strict=False)
    return read.set(read.is_infinite().fill_null(value=False), None)


def integers(texts: pl.Series) -> pl.Series:
    """Whole numbers; nothing where the text is none."""
    well = texts.str.contains(r"^[+-]?[0-9]{1,18}$").fill_null(value=False)
    return texts.set(~well, None).cast(pl.Int64, strict=False)


def choices(texts: pl.Series, allowed: tuple[str, ...]) -> pl.Series:
    """The allowed value each text means, whatever its case; nothing where it means none."""
    spelled = {value.lower(): str(value) for value in allowed}
    return by_distinct(
        texts,
        lambda distinct: distinct.str.to_lowercase().replace_strict(
            list(spelled), list(spelled.values()), default=None, return_dtype=pl.String
        ),
    )


def amounts(texts: pl.Series, apart: pl.Series, decimal: str = ".") -> pl.DataFrame:
    """Amounts: columns base (whole nL, pg, cells or pieces), unit (as shown), code (the defect, where it is none).

    texts: "250 µL", or the number alone; apart: the unit where it stands apart.
    """
    frame = pl.DataFrame({"text": texts, "apart": apart}).with_row_index("at")
    known = {word: _unit(word) for word in apart.drop_nulls().unique()}
    parts = []
    plain = frame["text"].str.contains(PLAIN_AMOUNT).fill_null(value=False)
    for word, unit in known.items():
        if unit is None or decimal != ".":
            continue
        zeros = len(str(unit.factor)) - 1
        whole, _, fraction = (pl.col("text").str.split_exact(".", 1).struct[i] for i in (0, 0, 1))
        digits = fraction.fill_null("").str.strip_chars_end("0")
        part = frame.filter(plain & (frame["apart"] == word).fill_null(value=False)).with_columns(digits=digits)
        part = part.filter(pl.col("digits").str.len_bytes() <= zeros)
        parts.append(
            part.select(
                "at",
                base=whole.cast(pl.Int64) * unit.factor
                + pl.col("digits").str.pad_end(max(zeros, 1), "0").cast(pl.Int64),
                unit=pl.lit(str(unit)),
                code=pl.lit(None, dtype=pl.String),
            )
        )
    done = pl.concat(parts)["at"] if parts else pl.Series([], dtype=pl.UInt32)
    odd = frame.filter(pl.col("text").is_not_null() & ~pl.col("at").is_in(done.implode()))
    read = [_amount(text, known.get(word or ""), word, decimal) for _at, text, word in odd.iter_rows()]
    parts.append(
        pl.DataFrame(
            {
                "at": odd["at"],
                "base": pl.Series([row[0] for row in read], dtype=pl.Int64),
                "unit": pl.Series([row[1] for row in read], dtype=pl.String),
                "code": pl.Series([row[2] for row in read], dtype=pl.String),
            }
        )
    )
    return frame.select("at").join(pl.concat(parts), on="at", how="left", maintain_order="left").drop("at")


def _unit(word: str) -> Unit | None:
    try:
        return rules.unit_of(word)
    except Refused:
        return None


def _amount(text: str, unit: Unit | None, word: str | None, decimal: str) -> tuple[int | None, str | None, str | None]:
    if word and unit is None:
        return None, None, "amount.unit"
    try:
        found = rules.parse(text, unit, decimal)
    except Refused as refused:
        return None, None, DEFECT_OF.get(refused.code, "amount.bad")
    return found.base, str(found.unit), None
