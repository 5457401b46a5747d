"""A map drafted from a file's headers and cells, for a person to read, mend and keep.

Nothing that could be read two ways is decided: the order of day and month, and an encoding that is not UTF-8, are left
as questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from biobank_tui.exchange.archives import is_archive
from biobank_tui.exchange.fields import Field, FieldType, Kind
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.exchange.likely import MEANT, NULLS, OWNERS, WORDS
from biobank_tui.exchange.mapwriting import text as _text
from biobank_tui.exchange.objects import format_of
from biobank_tui.exchange.reading import LOOKED_AT, Rows, Shape, opened, slices
from biobank_tui.exchange.textfiles import sniff_delimiter
from biobank_tui.exchange.workbooks import is_workbook
from biobank_tui.rules.errors import BadData
from biobank_tui.rules.identifiers import direct_identifier, words_of

LOOKED_AT_LINES: Final = 40
LOOKED_AT_ROWS: Final = 5_000
MOST_VALUES: Final = 40
DAY_OR_MONTH: Final = r"^(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as far as it was looked at: how it is written, its cells, and what is to be asked about it."""

    shape: Shape
    cells: pl.DataFrame
    questions: tuple[str, ...] = ()


def suggest(path: Path, kind: Kind | None = None) -> str:
    """A draft of a map for the file, as TOML. Raises BadData where the file cannot be read at all."""
    seen = _look(path)
    header = seen.cells.columns
    kind = kind or _likely_kind(header)
    found = _columns(kind, header, seen.cells)
    lines = [f"# Drafted from {path.name}: read every line, then try it with --dry-run.", f'kind = "{kind.name}"', ""]
    lines += [f"# {question}" for question in seen.questions]
    lines += _file(seen)
    identifying = [name for name in header if direct_identifier(name) is not None]
    if identifying:
        lines += ["[identifiers] # these look like they name a person: drop, or link to know the donor again"]
        lines += [f'{_text(name)} = "drop"' for name in identifying] + [""]
    lines += ["[columns]"]
    for field in kind.fields:
        if field.name in found:
            lines += _column(field, found[field.name], seen.cells)
        elif field.required or field.unless:
            lines += [f'# {field.name} = "…" # needed: {field.en}']
    unread = [name for name in header if name not in found.values() and name not in identifying]
    if unread:
        lines += ["", "# Columns that nothing reads yet; name the ones to be left out in ignore, above [columns]:"]
        lines += [f"# ignore = [{', '.join(_text(name) for name in unread)}]"]
    return "\n".join(lines) + "\n"


def _look(path: Path) -> _Seen:
    shape, questions = Shape(), []
    if is_workbook(path) and not is_archive(path):
        return _Seen(shape, _first(path, shape).cells)
    with opened(path) as raw:
        start = raw.read(LOOKED_AT)
    if format_of(path.name, start, shape) != "text":
        return _Seen(shape, _first(path, shape).cells)
    marked = start[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        text = start.decode("utf-16" if marked else "utf-8-sig", errors="strict")
    except UnicodeDecodeError as error:
        text = start.decode("utf-8", errors="replace")
        # Where only the beginning was read, its last character may be cut.
        if len(start) < LOOKED_AT or error.end < len(start) - 4:
            questions.append('The file is not UTF-8. If it comes from Windows, add encoding = "cp1252" below.')
            shape = replace(shape, encoding="cp1252")
    told = _header_of(text.replace("\r\n", "\n").replace("\r", "\n"))
    shape = replace(shape, **told)  # type: ignore[arg-type]
    cells = _first(path, shape).cells
    return _Seen(replace(shape, encoding=None), cells, tuple(questions))


def _first(path: Path, shape: Shape) -> Rows:
    for rows in slices(path, shape, LOOKED_AT_ROWS):
        return rows
    raise BadData("header.empty", "{file} has no header line.", file=path.name)


def _header_of(text: str) -> dict[str, str | int]:
    """Which line is the header, and what stands around it, as keys of [file]."""
    told: dict[str, str | int] = {}
    lines = [line for line in text.split("\n")[:LOOKED_AT_LINES] if line.strip()]
    if any(line.startswith("#") for line in lines) and not all(line.startswith("#") for line in lines):
        told["comment"] = "#"
        lines = [line for line in lines if not line.startswith("#")]
    if not lines:
        return told
    rows = [[cell.strip().strip('"') for cell in line.split(sniff_delimiter(line))] for line in lines]
    known = [sum(_score(cell) > 0 for cell in row) for row in rows]
    at = max(range(len(rows)), key=lambda number: (known[number], -number))
    if at and known[at] > known[0]:
        told["header"] = next(cell for cell in rows[at] if _score(cell) > 0)
    else:
        at = 0
    header = {cell.casefold() for cell in rows[at] if cell}
    after = 0
    for row in rows[at + 1 :]:
        said = [cell.casefold() for cell in row if cell]
        if not said or sum(cell in header or cell.startswith("cde_id") for cell in said) * 2 <= len(said):
            break
        after += 1
    return told | ({"skip_after_header": after} if after else {})


def _score(header: str) -> int:
    return max(
        (
            _fit(phrase, header)
            for fields in WORDS.values()
            for names in fields.values()
            for phrase in names.split(", ")
        ),
        default=0,
    )


def _fit(phrase: str, header: str, owners: frozenset[str] = frozenset()) -> int:
    """How well a column's name fits a phrase: not at all, or the better the less it says beside it.

    owners: words for what a row is, which a column's name may begin with (donor_sex).
    """
    wanted, words = phrase.split(), words_of(header)
    if wanted == words:
        return 100
    if words and words[0] in owners and wanted == words[1:]:
        return 90
    if len(wanted) > 1 and set(wanted) <= set(words):
        return 60 + len(wanted) - len(words)
    return 0


def _likely_kind(header: list[str]) -> Kind:
    def fits(kind: str) -> tuple[bool, int]:
        found = _columns(KINDS[kind], header)
        needed = [field.name for field in KINDS[kind].fields if field.required or field.name == "donor"]
        return all(name in found for name in needed), len(found)

    if fits("samples")[0]:
        return KINDS["samples"]
    return KINDS[max(("donors", "samples", "consents", "positions", "storage"), key=fits)]


def _columns(kind: Kind, header: list[str], cells: pl.DataFrame | None = None) -> dict[str, str]:
    """The likeliest column of each field; a column is given to one field only. The key's is the one that differs most
    from row to row."""
    noun = "samples" if kind.name == "aliquots" else "donors" if kind.name == "diagnoses" else kind.name
    words, owners = WORDS[noun], OWNERS.get(noun, frozenset())
    own = {field.name: 30_000 for field in kind.fields}
    scores = [
        (own[field], field, name) for field in own for name in header if name.casefold() == field and "*" not in field
    ]
    for field, names in words.items():
        for order, phrase in enumerate(names.split(", ")):
            fitted = ((_fit(phrase, name, owners), name) for name in header)
            for score, name in ((fit - order / 100, name) for fit, name in fitted if fit):
                told = cells is not None and field == kind.key
                telling = cells[name].n_unique() / max(cells.height, 1) if cells is not None and told else 0
                scores.append((int(score * 100 + telling * 10_000), field, name))
    found: dict[str, str] = {}
    for _score_of, field, name in sorted(scores, key=lambda each: -each[0]):
        if field not in found and name not in found.values() and kind.field(field) is not None:
            found[field] = name
    return found


def _file(seen: _Seen) -> list[str]:
    shape = seen.shape
    lines = []
    if shape.comment:
        lines.append(f"comment = {_text(shape.comment)}")
    if shape.header:
        lines.append(f"header = {_text(shape.header)}")
    if shape.skip_after_header:
        lines.append(f"skip_after_header = {shape.skip_after_header}")
    values = {value for name in seen.cells.columns for value in seen.cells[name].drop_nulls().unique().to_list()}
    nulls = sorted(
        value for value in values if value.casefold() in NULLS or re.fullmatch(r"\[[A-Z][a-z A-Z]+\]", value)
    )
    if nulls:
        lines.append(f"nulls = [{', '.join(_text(value) for value in nulls[:MOST_VALUES])}]")
    return ["[file]", *lines, ""] if lines else []


def _column(field: Field, name: str, cells: pl.DataFrame) -> list[str]:
    values = cells[name].drop_nulls().str.strip_chars()
    values = values.filter(~values.str.to_lowercase().is_in(list(NULLS)) & ~values.str.starts_with("["))
    parts, remark = [f"from = {_text(name)}"], ""
    if field.type is FieldType.MOMENT:
        order, remark = _order(values)
        parts += order
    elif field.type in {FieldType.NUMBER, FieldType.AMOUNT} and values.str.contains(r"^\d+,\d+$").any():
        parts.append('decimal = ","')
    elif field.choices:
        told, unknown = _meanings(field, values.unique(maintain_order=True).to_list()[:MOST_VALUES])
        if told:
            entries = ", ".join(f"{_text(value)} = {_text(meaning)}" for value, meaning in told.items())
            parts.append(f"lookup = {{ {entries} }}")
        if unknown:
            remark = f"say what these are: {', '.join(_text(value) for value in unknown)}"
    if field.type is FieldType.AMOUNT:
        remark = remark or 'say its unit: unit = "µL"'
    if not field.required:
        parts.append("optional = true")
    line = f"{field.name} = {_text(name)}" if len(parts) == 1 else f"{field.name} = {{ {', '.join(parts)} }}"
    return [f"{line} # {remark}" if remark else line]


def _order(values: pl.Series) -> tuple[list[str], str]:
    """The order of day and month where the dates themselves prove it; a question where they do not."""
    parted = values.str.extract_groups(DAY_OR_MONTH).struct.unnest().drop_nulls().cast(pl.Int64)
    if not parted.height:
        return [], ""
    first, second = int(parted["1"].max() or 0), int(parted["2"].max() or 0)  # type: ignore[arg-type]
    if first > 12 >= second:
        return ['format = "dmy"'], ""
    if second > 12 >= first:
        return ['format = "mdy"'], ""
    return [], 'day or month first? No date here tells: add format = "dmy" or format = "mdy"'


def _meanings(field: Field, values: list[str]) -> tuple[dict[str, str], list[str]]:
    """What the values of a list are likely to be; none where all of them are the list's own words."""
    spelled = {choice.casefold(): str(choice) for choice in field.choices}
    told: dict[str, str] = {}
    unknown = []
    for value in values:
        plain = " ".join(words_of(value))
        meaning = (
            spelled.get(value.casefold()) or spelled.get(plain.replace(" ", "")) or MEANT.get(field.name, {}).get(plain)
        )
        if meaning:
            told[value] = meaning
        else:
            unknown.append(value)
    if not unknown and all(value.casefold() == meaning.casefold() for value, meaning in told.items()):
        return {}, []
    return told, unknown
