"""Nested files as columns of text: JSON, one JSON record a line (JSONL, NDJSON), FHIR R4 resources and bundles, XML.

A column is a path (see `steps`). Numbers stay as they are written. For JSON and XML a row's line is the number of its
record; for one record a line it is the line.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final
from xml.etree import ElementTree

import polars as pl

from biobank_tui.exchange.defects import no_defects
from biobank_tui.exchange.rows import LONGEST_CELL, Rows, Shape, cleaned, known_encoding
from biobank_tui.exchange.steps import leaves, records_at, value_at
from biobank_tui.rules.errors import BadData

FORMATS: Final = ("text", "json", "jsonl", "xml")
SUFFIXES: Final = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xml": "xml"}
MOST_BYTES: Final = 256 << 20
LONGEST_RECORD: Final = 32 << 20
RECORDS_AT_ONCE: Final = 20_000
NESTED_TOO_DEEP: Final = "{file} is nested too deeply to be a table."
SURROGATE: Final = re.compile(r"[\ud800-\udfff]")

Lineage = tuple[Any, ...]


class _Twice(ValueError):
    """An object says one name twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _value in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return made


DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)


def format_of(name: str, start: bytes, shape: Shape) -> str:
    """text, json, jsonl or xml: as the map says, by the name's ending, or by how the file begins."""
    if shape.format is not None:
        return shape.format
    stem = name.lower().removesuffix(".gz")
    for suffix, written in SUFFIXES.items():
        if stem.endswith(suffix):
            return "jsonl" if written == "json" and _is_lines(start) else written
    begins = start.lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    if begins[:1] == b"{" or re.match(rb"\[\s*\{\s*\"", begins):
        return "jsonl" if _is_lines(start) else "json"
    return "xml" if begins[:5] == b"<?xml" else "text"


def _is_lines(start: bytes) -> bool:
    """Whether the first line is a whole record and another follows it."""
    first, newline, rest = start.lstrip(codecs.BOM_UTF8 + b" \t\r\n").partition(b"\n")
    if not newline or not rest.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def object_slices(name: str, source: IO[bytes], shape: Shape, rows: int, written: str) -> Iterator[Rows]:
    """The file's records as rows, at most `rows` at a time, at least one slice."""
    size = min(rows, RECORDS_AT_ONCE)
    lines: list[int] = []
    kept: list[Lineage] = []
    header: dict[str, None] = {}
    yielded = False
    try:
        for line, lineage in records_of(name, source, shape, written):
            lines.append(line)
            kept.append(lineage)
            if len(kept) == size:
                yield _slice(name, lines, kept, header, shape)
                lines, kept, yielded = [], [], True
    except RecursionError as error:
        raise BadData("file.nested", NESTED_TOO_DEEP, file=name) from error
    if kept or not yielded:
        yield _slice(name, lines, kept, header, shape)


def records_of(name: str, source: IO[bytes], shape: Shape, written: str) -> Iterator[tuple[int, Lineage]]:
    """Each record with those that hold it, and its line or number."""
    return {"json": _json, "jsonl": _json_lines, "xml": _xml}[written](name, source, shape)


def _slice(name: str, lines: list[int], kept: list[Lineage], header: dict[str, None], shape: Shape) -> Rows:
    """The records as columns: every path the first of them have, and every path somebody asks for."""
    if not header:
        header.update(dict.fromkeys(path for lineage in kept for path in leaves(lineage[-1])))
        # A record leaves out what it does not know: an absent path is an empty cell, not an absent column.
        header.update(dict.fromkeys(sorted(shape.wanted or ())))
    columns = []
    for path in header:
        wanted = shape.wanted is None or path in shape.wanted
        cells = [value_at(lineage, path) for lineage in kept] if wanted else [None] * len(kept)
        try:
            columns.append(pl.Series(path, cells, dtype=pl.String))
        except UnicodeEncodeError as error:
            at = next(at for at, cell in enumerate(cells) if cell is not None and SURROGATE.search(cell))
            raise BadData(
                "json.surrogate",
                "{file} holds half a character in “{column}” of record {line}, which is no text.",
                file=name,
                column=path,
                line=lines[at],
            ) from error
    frame = pl.DataFrame(columns)
    longest: int = frame.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item() if frame.width else 0
    if longest and longest > LONGEST_CELL:
        raise BadData("cell.huge", "{file} holds a value longer than {most} bytes.", file=name, most=LONGEST_CELL)
    return cleaned(name, pl.Series(lines, dtype=pl.Int64), frame, no_defects(), shape.wanted)


def _whole(name: str, source: IO[bytes], shape: Shape) -> str:
    content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadData(
            "file.large",
            "{file} is larger than {megabytes} MB in one piece. Write it as one record a line (JSONL).",
            file=name,
            megabytes=MOST_BYTES >> 20,
        )
    return _decoded(name, content, shape)


def _decoded(name: str, content: bytes, shape: Shape) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    known_encoding(shape.encoding or "utf-8")
    try:
        return content.decode("utf-16" if marked else shape.encoding or "utf-8-sig")
    except (UnicodeDecodeError, LookupError) as error:
        raise BadData(
            "encoding.bad_file",
            '{file} is not written in {encoding}. If it comes from Windows, say encoding = "cp1252".',
            file=name,
            encoding=(shape.encoding or "utf-8").upper(),
        ) from error


def _json(name: str, source: IO[bytes], shape: Shape) -> Iterator[tuple[int, Lineage]]:
    whole = _parsed(name, _whole(name, source, shape))
    if shape.records is None and isinstance(whole, list):
        _all_records(name, whole)
    yield from enumerate(_records(whole, shape), 1)


def _parsed(name: str, text: str, line: int = 0) -> Any:
    """What the text says. line: of the file, where the text is one line of it."""
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadData(
            "json.bad",
            "{file} is not JSON: line {line}: {reason}.",
            file=name,
            line=line or error.lineno,
            reason=error.msg,
        ) from error
    except _Twice as error:
        raise BadData(
            "json.twice", "{file} says “{column}” twice in one record: which is meant?", file=name, column=str(error)
        ) from error


def _all_records(name: str, whole: list[Any]) -> None:
    """What is no record would be lost without a word."""
    for number, each in enumerate(whole, 1):
        if isinstance(each, list):
            _all_records(name, each)
        elif not isinstance(each, dict):
            raise BadData(
                "json.record",
                "Element {line} of {file} is {value}, where a record is wanted.",
                file=name,
                line=number,
                value=(each if isinstance(each, str) else json.dumps(each))[:40],
            )


def _json_lines(name: str, source: IO[bytes], shape: Shape) -> Iterator[tuple[int, Lineage]]:
    number = 0
    while line := source.readline(LONGEST_RECORD + 1):
        number += 1
        if len(line) > LONGEST_RECORD:
            raise BadData(
                "line.long",
                "Line {line} of {file} is longer than {most} characters: it is not a table.",
                file=name,
                line=number,
                most=LONGEST_RECORD,
            )
        text = _decoded(name, line, shape).strip()
        if not text:
            continue
        record = _parsed(name, text, number)
        _all_records(name, [record])
        for lineage in _records(record, shape):
            yield number, lineage


def _records(whole: Any, shape: Shape) -> Iterator[Lineage]:
    if shape.records is not None:
        yield from records_at(whole, shape.records)
        return
    for lineage in records_at(whole, ""):
        if isinstance(lineage[-1].get("resourceType"), str):
            yield from ((resource,) for resource in _resources(lineage[-1]))
        else:
            yield lineage


def _resources(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A FHIR resource, with those it contains; of a bundle, those in it. What is only shown to people is left out."""
    if resource["resourceType"] in {"Bundle", "Parameters"}:
        for entry in resource.get("entry") or resource.get("parameter") or ():
            inner = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(inner, dict) and isinstance(inner.get("resourceType"), str):
                yield from _resources(inner)
        return
    whole = {name: value for name, value in resource.items() if name not in {"text", "contained"}}
    contained = [each for each in resource.get("contained") or () if isinstance(each, dict)]
    holder = str(resource.get("id", ""))
    yield _referring(whole, holder) if contained else whole
    for inner in contained:
        if isinstance(inner.get("resourceType"), str):
            yield _referring(inner, holder) | {"id": f"{holder}#{inner.get('id', '')}"}


def _referring(value: Any, holder: str) -> Any:
    """The same with references to contained resources (`#p`) by the id those come in under (`holder#p`)."""
    if isinstance(value, dict):
        return {
            name: f"{holder}{inner}"
            if name == "reference" and isinstance(inner, str) and inner.startswith("#")
            else _referring(inner, holder)
            for name, inner in value.items()
        }
    return [_referring(each, holder) for each in value] if isinstance(value, list) else value


def _xml(name: str, source: IO[bytes], shape: Shape) -> Iterator[tuple[int, Lineage]]:
    text = _whole(name, source, shape)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadData("xml.entities", "{file} declares a document type or entities: refused.", file=name)
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise BadData("xml.bad", "{file} is not XML: {reason}.", file=name, reason=str(error)) from error
    yield from enumerate(records_at(_element(root, 0), shape.records or ""), 1)


def _element(element: ElementTree.Element, level: int) -> Any:
    """An element as a record: attributes and children by their local names, its own text under the empty key."""
    if level > 200:
        raise RecursionError
    record: dict[str, Any] = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    for child in element:
        name, value = str(child.tag).rpartition("}")[2], _element(child, level + 1)
        if name in record:
            before = record[name]
            record[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            record[name] = value
    text = (element.text or "").strip()
    if not record:
        return text or None
    return record | ({"": text} if text else {})
