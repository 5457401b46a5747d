"""What is wrong with rows, kept as columns so that a million defects cost little, and said in words when shown.

A defect frame has the columns of SCHEMA. `line` is 1-based as an editor counts; `column` is the file's own
header; `value` is as written with control characters made visible; `allowed` says what would have been taken.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import polars as pl

from biobank_tui.exchange.destinations import writing
from biobank_tui.rules.errors import RowDefect
from biobank_tui.rules.text import sheet_cell, visible

SCHEMA: Final[dict[str, pl.DataType]] = {
    "file": pl.String(),
    "line": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "code": pl.String(),
    "allowed": pl.String(),
}

SENTENCES: Final[dict[str, str]] = {
    "row.ragged": "The row has {value} cells where the header has {allowed}.",
    "row.repeated": "This row says again what line {allowed} says.",
    "cell.control": "The cell holds a control or text-direction character.",
    "cell.error": "The cell holds {value}, an error of the spreadsheet, where a value is wanted.",
    "cell.digits": "The workbook keeps only 15 digits of {value}: make it text, and write it again.",
    "cell.long": "The cell is longer than {allowed} bytes.",
    "code.missing": "{column} is empty; without it a row names nothing, and it was left out.",
    "value.missing": "{column} is empty.",
    "value.replaced": "{column} is empty; {allowed} was taken instead.",
    "value.unmatched": "“{value}” does not have the form the map expects: {allowed}.",
    "clear.fixed": "{column} cannot be emptied by an import.",
    "code.case": "“{value}” is here as “{allowed}”: only upper and lower case differ.",
    "value.disagrees": "“{value}” disagrees with {allowed}, which the row's own code names.",
    "number.bad": "“{value}” is not a number.",
    "number.range": "{value} is out of range: {allowed}.",
    "integer.bad": "“{value}” is not a whole number.",
    "boolean.bad": "“{value}” is neither yes nor no.",
    "moment.bad": "“{value}” is not a date or time: {allowed}.",
    "moment.future": "{value} has not come yet.",
    "moment.order": "{value} comes before {allowed}.",
    "amount.bad": "“{value}” is not an amount: {allowed}.",
    "amount.unit": "The amount “{value}” has no unit known here: {allowed}.",
    "amount.fine": "“{value}” is finer than the smallest amount kept: {allowed}.",
    "code.bad": "“{value}” is not taken here; one looks like {allowed}.",
    "code.unlisted": "“{value}” is not in the list: {allowed}.",
    "code.unmapped": "The map has no entry for “{value}”; it was taken as {allowed}.",
    "code.repeated": "The code “{value}” is already on line {allowed}, with other facts.",
    "code.exists": "“{value}” is already in the bank.",
    "code.absent": "“{value}” is not in the bank; nothing to change.",
    "barcode.repeated": "The tube barcode “{value}” is already on line {allowed}.",
    "barcode.taken": "The tube barcode “{value}” belongs to {allowed}.",
    "external.repeated": "The identifier “{value}” is already on line {allowed}.",
    "external.taken": "The identifier “{value}” already names another {allowed}.",
    "position.bad": "“{value}” is not a position of the unit: {allowed}.",
    "position.repeated": "The place “{value}” is already taken on line {allowed}.",
    "position.taken": "The place “{value}” is taken by {allowed}.",
    "donor.unknown": "No donor “{value}” in the bank.",
    "donor.known": "The patient of donor “{value}” is already here as donor “{allowed}”.",
    "donor.twice": "The patient of donor “{value}” is already on line {allowed}.",
    "donor.disagrees": "“{value}” is not the donor of the parent: {allowed}.",
    "parent.unknown": "No sample “{value}” in the bank; the row hangs on “{allowed}”.",
    "parent.absent": "No sample “{value}” in the bank, nor any other the row could hang on.",
    "parent.circle": "“{value}” comes from this very sample, itself or through others.",
    "sample.unknown": "No sample “{value}” in the bank.",
    "unit.unknown": "No storage unit “{value}” in the bank.",
    "unit.parent": "No storage unit “{value}” in the bank or further up in the file.",
    "unit.closed": "The storage unit “{value}” is {allowed}; nothing goes in.",
    "unit.material": "The storage unit “{value}” holds {allowed} only.",
    "unit.organisation": "The storage unit “{value}” is kept for another organisation.",
    "place.gone": "A sample that is {allowed} has no place; “{value}” was left out.",
    "unit.gridless": "The storage unit “{value}” has no positions.",
    "organisation.unknown": "No organisation “{value}” in the bank.",
    "form.unknown": "No consent form “{value}” in the bank.",
    "consent.withdraw": "Donor “{value}” has samples or a consent here; withdraw with the act, which follows them all.",
    "answer.unasked": "The form “{value}” does not ask that.",
    "consent.unrecorded": "No consent is recorded: “{value}”.",
    "donor.withdrawn": "ALARM: the donor “{value}” has withdrawn; the sample comes in on hold.",
    "sample.fixed": "{column} of “{value}” cannot be changed by an import: {allowed}.",
    "unit.fixed": "{column} of “{value}” cannot be changed by an import: {allowed}.",
}

CONTROL: Final = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u{80}-\u{9f}\u{61c}\u{200b}-\u{200f}\u{2028}-\u{202e}"
    r"\u{2060}-\u{2064}\u{2066}-\u{2069}\u{feff}]"
)
"""Characters no cell may hold: they steer a terminal, turn the direction of text, or cannot be seen."""
LONGEST_SHOWN: Final = 200


def no_defects() -> pl.DataFrame:
    """An empty defect frame."""
    return pl.DataFrame(schema=SCHEMA)


def defects(
    file: str,
    lines: pl.Series,
    *,
    column: str,
    values: pl.Series | str,
    code: str,
    allowed: pl.Series | str = "",
) -> pl.DataFrame:
    """A defect frame of one kind, one row for each of `lines`; a series gives one value each, a text all the same."""
    size = len(lines)

    def spread(value: pl.Series | str) -> pl.Series:
        series = pl.Series([value], dtype=pl.String).new_from_index(0, size) if isinstance(value, str) else value
        return series.cast(pl.String).fill_null("")

    return pl.DataFrame(
        {
            "file": spread(file),
            "line": lines.cast(pl.Int64),
            "column": spread(column),
            "value": spread(values),
            "code": spread(code),
            "allowed": spread(allowed),
        },
        schema=SCHEMA,
    )


def together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Defect frames as one, in the order of file and line."""
    kept = [frame for frame in frames if frame.height]
    if not kept:
        return no_defects()
    return pl.concat(kept).sort("line", maintain_order=True)


def as_rows(frame: pl.DataFrame, limit: int | None = None) -> list[RowDefect]:
    """The first `limit` defects (all by default) as RowDefect, whose sentence is the English template."""
    return [
        RowDefect(
            file=file,
            line=line,
            column=column,
            value=visible(value, LONGEST_SHOWN),
            code=code,
            sentence=SENTENCES[code],
            allowed=visible(allowed, LONGEST_SHOWN),
        )
        for file, line, column, value, code, allowed in frame.head(limit or frame.height).iter_rows()
    ]


def say(defect: RowDefect, translate: Callable[[str], str] = str) -> str:
    """The defect's sentence in the language of `translate`."""
    return translate(defect.sentence).format(
        value=defect.value, allowed=defect.allowed, column=defect.column, line=defect.line
    )


def write_report(frame: pl.DataFrame, path: Path, translate: Callable[[str], str] = str) -> None:
    """Write every defect as CSV: file, line, column, value, code, sentence, allowed."""
    with writing(path), path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("file", "line", "column", "value", "code", "sentence", "allowed"))
        for start in range(0, frame.height, 10_000):
            writer.writerows(
                (
                    defect.file,
                    defect.line,
                    sheet_cell(defect.column),
                    sheet_cell(defect.value),
                    defect.code,
                    say(defect, translate),
                    sheet_cell(defect.allowed),
                )
                for defect in as_rows(frame.slice(start, 10_000))
            )
