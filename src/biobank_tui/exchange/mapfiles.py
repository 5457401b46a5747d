"""Maps are read from TOML; every complaint names the file and the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from biobank_tui.exchange.kinds import BASES, KINDS
from biobank_tui.exchange.maps import (
    CLEAR,
    PLACEHOLDER,
    Agreement,
    ColumnMap,
    NewForm,
    SideTable,
    Source,
    Wanted,
    check_relaxed,
)
from biobank_tui.exchange.objects import FORMATS as FILE_FORMATS
from biobank_tui.exchange.reading import Shape
from biobank_tui.paths import schema_dir
from biobank_tui.rules.errors import BadData, Unreachable

FORMATS: Final = ("iso", "dmy", "mdy", "epoch")
CASES: Final = ("upper", "lower")
SHAPE_KEYS: Final = frozenset(item.name for item in fields(Shape)) - {"wanted"}
COUNTED: Final = frozenset({"preamble", "skip_after_header"})
SHARED: Final = frozenset({"tolerate", "ignore", "expect"})
"""Lists to which a [[table]] adds its own."""


def shipped() -> dict[str, Path]:
    """The maps that travel with the program, by name."""
    return {path.stem: path for path in sorted((schema_dir() / "maps").glob("*.toml"))}


def load_map(path: Path) -> ColumnMap:
    """Read a map of one kind. Raises BadData that names the file and the key at fault."""
    [only, *others] = load_maps(path)
    if others:
        raise BadData("map.several", "The map {file} is for several kinds of rows; one is wanted.", file=path.name)
    return only


def load_maps(path: Path) -> tuple[ColumnMap, ...]:
    """Read a map, one for each kind of rows it tells of; a bare name that is no file is one of `shipped`.

    Raises Unreachable where there is no such map, BadData that names the file and the key at fault.
    """
    if not path.exists() and str(path) in shipped():
        path = shipped()[str(path)]
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreachable(
            "map.unreadable",
            "The map {file} cannot be read: {reason}. Maps that travel with the program: {maps}.",
            file=str(path),
            reason=str(error.strerror),
            maps=", ".join(shipped()),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData("map.bad", "The map {file} is not TOML: {reason}.", file=path.name, reason=str(error)) from error
    reader = _Reader(path)
    return tuple(reader.map(table) for table in reader.tables(content))


def _over(shared: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """A [[table]] over what holds for all: lists add up, tables are laid over each other key by key."""
    whole = dict(shared)
    for name, value in table.items():
        before = whole.get(name)
        if name in SHARED and isinstance(before, list) and isinstance(value, list):
            whole[name] = [*before, *value]
        elif isinstance(before, dict) and isinstance(value, dict):
            whole[name] = {**before, **value}
        else:
            whole[name] = value
    return whole


class _Reader:
    """Turns the TOML of one map into values; every complaint names the file and the key."""

    def __init__(self, path: Path) -> None:
        self.file, self.folder = path.name, path.parent

    def wrong(self, key: str, sentence: str, /, **facts: Any) -> BadData:
        return BadData("map.bad", "The map {file} is wrong at {key}: " + sentence, file=self.file, key=key, **facts)

    def tables(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        """What each kind of rows is told: its own [[table]], over what holds for all of them."""
        tables = content.pop("table", None)
        if tables is None:
            return [content]
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            raise self.wrong("table", "it must be written as [[table]], once for each kind of rows.")
        return [_over(content, table) for table in tables]

    def map(self, content: dict[str, Any]) -> ColumnMap:
        known = {"kind", "title", "tolerate", "ignore", "expect", "file", "columns", "ancestors", "agree",
                 "identifiers", "new", "files", "where", "split"}  # fmt: skip
        self._only(content, known, "")
        kind = KINDS.get(self._text(content, "kind", "kind") or "")
        if kind is None:
            raise self.wrong("kind", "it must be one of {kinds}.", kinds=", ".join(KINDS))
        columns = self._table(content, "columns")
        if not columns:
            raise self.wrong("columns", "it names no column.")
        sources = {}
        for name, value in columns.items():
            if kind.field(name) is None:
                raise self.wrong(
                    f"columns.{name}",
                    "{kind} have no such field; they have {fields}.",
                    kind=kind.name,
                    fields=", ".join(item.name for item in kind.fields),
                )
            sources[name] = self._source(value, f"columns.{name}")
        for item in kind.fields:
            if item.wanting(sources):
                raise self.wrong("columns", "the field {field} is required and not mapped.", field=item.name)
        file = self._table(content, "file")
        self._only(file, SHAPE_KEYS | {"nulls", "null_parts", "clear"}, "file")
        new = self._table(content, "new")
        self._only(new, {"storage", "forms"}, "new")
        return ColumnMap(
            name=self.file,
            kind=kind,
            columns=sources,
            shape=self._shape(file),
            nulls=self._texts(file, "nulls", "file.nulls"),
            null_parts=self._text(file, "null_parts", "file.null_parts") or "",
            tolerate=frozenset(self._defect_codes(content)),
            ignore=self._texts(content, "ignore", "ignore"),
            expect=frozenset(self._texts(content, "expect", "expect")),
            ancestors=tuple(
                self._source(value, f"ancestors.from[{number}]")
                for number, value in enumerate(self._table(content, "ancestors").get("from", ()))
            ),
            agree=tuple(self._agreement(rule, number) for number, rule in enumerate(content.get("agree", ()))),
            identifiers=self._identifiers(content),
            new_storage=self._new_storage(new),
            files=self._text(content, "files", "files") or "*",
            where={name: self._wanted(name, value) for name, value in self._table(content, "where").items()},
            split=self._split(content),
            split_by=self._text(self._table(content, "split"), "by", "split.by") or ",",
            clear=self._text(file, "clear", "file.clear") or CLEAR,
            folder=self.folder,
            new_forms={code: self._form(code, value) for code, value in self._table(new, "forms").items()},
        )

    def _only(self, table: Mapping[str, Any], known: frozenset[str] | set[str], where: str) -> None:
        for name in table:
            if name not in known:
                raise self.wrong(
                    f"{where}.{name}".strip("."),
                    "there is no such key; there are {keys}.",
                    keys=", ".join(sorted(known)),
                )

    def _table(self, content: Mapping[str, Any], name: str) -> dict[str, Any]:
        value = content.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "it must be a table.")
        return value

    def _text(self, table: Mapping[str, Any], name: str, key: str) -> str | None:
        value = table.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "it must be a text in quotes, not {value}.", value=value)
        return value

    def _texts(self, table: Mapping[str, Any], name: str, key: str) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "it must be a list of texts.")
        return tuple(value)

    def _shape(self, file: Mapping[str, Any]) -> Shape:
        given = {name: value for name, value in file.items() if name in SHAPE_KEYS}
        for name, value in given.items():
            counted = name in COUNTED
            if not isinstance(value, int if counted else str) or isinstance(value, bool):
                raise self.wrong(f"file.{name}", "it must be a number." if counted else "it must be a text in quotes.")
        if given.get("format") not in {None, *FILE_FORMATS}:
            raise self.wrong("file.format", "it must be one of {allowed}.", allowed=", ".join(FILE_FORMATS))
        return Shape(**given)

    def _wanted(self, name: str, value: Any) -> Wanted:
        match value:
            case bool():
                return Wanted(something=value)
            case str():
                return Wanted(these=(value,))
            case list() if all(isinstance(item, str) for item in value):
                return Wanted(these=tuple(value))
            case {"match": str() as pattern, **rest} if not rest and self._groups(pattern, f"where.{name}") >= 0:
                return Wanted(match=pattern)
            case {"not": list() as never, **rest} if not rest and all(isinstance(item, str) for item in never):
                return Wanted(never=tuple(never))
        raise self.wrong(
            f"where.{name}",
            'it must be a text, a list of texts, true, false, {{ not = [...] }} or {{ match = "..." }}.',
        )

    def _split(self, content: Mapping[str, Any]) -> tuple[str, ...]:
        table = self._table(content, "split")
        self._only(table, {"columns", "by"}, "split")
        return self._texts(table, "columns", "split.columns")

    def _side(self, value: Any, key: str) -> SideTable | None:
        match value:
            case None:
                return None
            case {"file": str() as file, "key": str() as column, "says": str() as says, **rest} if not rest:
                if "/" in file or "\\" in file or file.startswith("."):
                    raise self.wrong(f"{key}.file", "it must be the name of a file beside the one that is read.")
                return SideTable(file, column, says)
        raise self.wrong(key, "it needs file, key and says.")

    def _source(self, value: Any, key: str) -> Source:
        if isinstance(value, str):
            return Source(columns=(value,))
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return Source(columns=tuple(value))
        if not isinstance(value, dict):
            raise self.wrong(key, "it must be a column's name, a list of them or a table.")
        self._only(value, {item.name for item in fields(Source)} - {"columns", "shape"} | {"from", "as"}, key)
        origin = value.get("from", [])
        columns = (origin,) if isinstance(origin, str) else tuple(origin)
        template = self._text(value, "template", f"{key}.template")
        if template is not None:
            columns = tuple(PLACEHOLDER.findall(template))
        constant = value.get("value")
        if bool(columns) == (constant is not None):
            raise self.wrong(key, "it needs exactly one of from, value and template.")
        apart = {"from", "value", "template", "lookup", "table", "as"}
        given = {name: item for name, item in value.items() if name not in apart}
        for name in ("join", "split", "as", "otherwise", "blank", "unit", "decimal", "zone"):
            self._text(value, name, f"{key}.{name}")
        match = self._text(value, "match", f"{key}.match")
        if match is not None and not self._groups(match, key):
            raise self.wrong(f"{key}.match", "it must have a group in parentheses.")
        if value.get("as") is not None and match is None:
            raise self.wrong(f"{key}.as", "it puts together the groups of match, and there is none.")
        if given.get("case") not in {None, *CASES}:
            raise self.wrong(f"{key}.case", "it must be one of {allowed}.", allowed=", ".join(CASES))
        if "%" not in str(given.get("format", "")) and given.get("format") not in {None, *FORMATS}:
            raise self.wrong(
                f"{key}.format",
                "it must be one of {allowed}, or a pattern such as {pattern}.",
                allowed=", ".join(FORMATS),
                pattern="%Y%m%d_%H%M",
            )
        if given.get("decimal") not in {None, ".", ","}:
            raise self.wrong(f"{key}.decimal", "it must be one of {allowed}.", allowed='".", ","')
        if (
            ("part" in given) != ("split" in given)
            or not isinstance(given.get("part", 1), int)
            or not given.get("part", 1)
        ):
            raise self.wrong(
                f"{key}.part", "split and part go together: which piece, counted from 1, or from -1 at the end."
            )
        prefix = given.get("prefix")
        if prefix is not None and (not isinstance(prefix, int) or prefix < 1):
            raise self.wrong(f"{key}.prefix", "it must be a number of characters.")
        lookup = value.get("lookup")
        if lookup is not None and not isinstance(lookup, dict):
            raise self.wrong(f"{key}.lookup", "it must be a table of values.")
        return Source(
            columns=columns,
            value=None if constant is None else str(constant),
            template=template,
            shape=self._text(value, "as", f"{key}.as"),
            table=self._side(value.get("table"), f"{key}.table"),
            lookup=None if lookup is None else {name: str(item) for name, item in lookup.items()},
            **given,
        )

    def _groups(self, pattern: str, key: str) -> int:
        try:
            return re.compile(pattern).groups
        except re.error as error:
            raise self.wrong(f"{key}.match", "it is no pattern: {reason}.", reason=str(error)) from error

    def _defect_codes(self, content: Mapping[str, Any]) -> tuple[str, ...]:
        codes = self._texts(content, "tolerate", "tolerate")
        check_relaxed(codes, self.file)
        return codes

    def _agreement(self, rule: Any, number: int) -> Agreement:
        match rule:
            case {"column": str() as column, "prefix": int() as prefix, **rest} if not rest:
                return Agreement(column, prefix)
        raise self.wrong(f"agree[{number}]", "it needs column and prefix, and nothing else.")

    def _identifiers(self, content: Mapping[str, Any]) -> dict[str, str]:
        table = self._table(content, "identifiers")
        for name, fate in table.items():
            if fate not in {"drop", "link"}:
                raise self.wrong(f"identifiers.{name}", "it must be drop or link.")
        return table

    def _new_storage(self, new: Mapping[str, Any]) -> dict[str, Any] | None:
        if "storage" not in new:
            return None
        table = self._table(new, "storage")
        storage = KINDS["storage"]
        allowed = {item.name for item in storage.fields} - {"code"}
        self._only(table, allowed, "new.storage")
        if "kind" not in table:
            raise self.wrong("new.storage", "it must say what kind of unit it makes.")
        for name, value in table.items():
            choices = next(item.choices for item in storage.fields if item.name == name)
            if choices and value not in choices:
                raise self.wrong(f"new.storage.{name}", "it must be one of {allowed}.", allowed=", ".join(choices))
        return table

    def _form(self, code: str, value: Any) -> NewForm:
        key = f"new.forms.{code}"
        form: dict[str, Any] = value if isinstance(value, dict) else {}
        self._only(form, {"title", "basis", "version", "language", "permissions"}, key)
        if not isinstance(form.get("title"), str) or form.get("basis") not in BASES:
            raise self.wrong(key, "it needs a title and a basis, one of {bases}.", bases=", ".join(BASES))
        return NewForm(
            code=code,
            title=form["title"],
            basis=form["basis"],
            version=str(form.get("version", "1")),
            language=str(form.get("language", "en")),
            permissions=self._texts(form, "permissions", f"{key}.permissions"),
        )
