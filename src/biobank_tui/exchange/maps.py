"""A column map: which column of a file becomes which field, written as TOML and read into frozen values.

kind = "aliquots"                                # donors samples aliquots consents storage positions
tolerate = ["parent.unknown"]                    # defects that are reported and do not refuse the row
ignore = ["gel_*"]                               # columns left out on purpose; * stands for anything
expect = ["amount"]                              # fields that ought to be there: their absence is reported

[file]                                           # see reading.Shape
skip_after_header = 1
nulls = ["[Not Available]"]                      # cells that mean nothing
null_parts = "|"                                 # and what parts them inside a cell

[columns]
code = "bcr_aliquot_barcode"                     # a column, as it is
kind = { value = "aliquot" }                     # the same for every row
parent = { from = "bcr_aliquot_barcode", prefix = 20 }
amount = { from = ["volume", "amount"], unit = "µL" }          # the first that says something
sex = { from = "gender", lookup = { MALE = "male" }, otherwise = "unknown" }
position = { template = "{plate_row}{plate_column}" }
collected = { from = "date", format = "dmy", zone = "Europe/Paris" }
material = { from = "code", match = "^.{19}(.)", lookup = { D = "DNA" } }
"external.TCGA" = "bcr_aliquot_uuid"

[ancestors]                                      # where a row hangs when its parent is not in the bank
from = [{ from = "bcr_aliquot_barcode", prefix = 19 }, "bcr_sample_barcode"]

[[agree]]                                        # a column that must say the same as the beginning of the code
column = "bcr_sample_barcode"
prefix = 16

[identifiers]                                    # columns that look like they name a person: drop or link
patient_id = "drop"

[new.storage]                                    # units a row names that are not there yet
kind = "plate"
rows = 8
columns = 12

[new.forms.TCGA-CONSENT]                         # consent forms, made when absent
title = "..."
basis = "consent"
permissions = ["GRU"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from biobank_tui.exchange.defects import SENTENCES
from biobank_tui.exchange.fields import Kind
from biobank_tui.exchange.kinds import BASES, KINDS
from biobank_tui.exchange.reading import Shape
from biobank_tui.rules.errors import BadData, Unreachable

FORMATS: Final = ("iso", "dmy", "mdy", "epoch")
CASES: Final = ("upper", "lower")
SHAPE_KEYS: Final = frozenset(item.name for item in fields(Shape)) - {"wanted"}
PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from: the first column that says something, a constant, or a template; then what is
    done with it, in this order: match (its groups, parted by spaces), prefix, case, lookup."""

    columns: tuple[str, ...] = ()
    value: str | None = None
    template: str | None = None
    match: str | None = None
    prefix: int | None = None
    case: str | None = None
    lookup: Mapping[str, str] | None = None
    otherwise: str | None = None
    unit: str | None = None
    decimal: str = "."
    format: str = "iso"
    zone: str | None = None
    optional: bool = False

    @property
    def header(self) -> str:
        """The column a defect of this field points to."""
        return self.columns[0] if self.columns else ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A column that must say what the first `prefix` characters of the row's code say."""

    column: str
    prefix: int


@dataclass(frozen=True, slots=True)
class NewForm:
    """A consent form the map can make: its legal basis and the permissions it asks for."""

    code: str
    title: str
    basis: str
    version: str = "1"
    language: str = "en"
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A whole map; see the module for what each part means."""

    name: str
    kind: Kind
    columns: Mapping[str, Source]
    shape: Shape = field(default_factory=Shape)
    nulls: tuple[str, ...] = ()
    null_parts: str = ""
    tolerate: frozenset[str] = frozenset()
    ignore: tuple[str, ...] = ()
    expect: frozenset[str] = frozenset()
    ancestors: tuple[Source, ...] = ()
    agree: tuple[Agreement, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    new_storage: Mapping[str, Any] | None = None
    new_forms: Mapping[str, NewForm] = field(default_factory=dict)
    exact: bool = True

    def used(self) -> set[str]:
        """Every column of the file the map reads."""
        sources = (*self.columns.values(), *self.ancestors)
        return {name for source in sources for name in source.columns} | {rule.column for rule in self.agree}


def plain_map(kind: Kind, header: tuple[str, ...], shape: Shape = Shape()) -> ColumnMap:  # noqa: B008
    """The map of a file whose headers are the fields' own names."""
    columns = {name: Source(columns=(name,)) for name in header if kind.field(name) is not None}
    return ColumnMap(name="", kind=kind, columns=columns, shape=shape, exact=False)


def load_map(path: Path) -> ColumnMap:
    """Read a map. Raises BadData that names the file and the key at fault."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreachable(
            "map.unreadable", "The map {file} cannot be read: {reason}.", file=str(path), reason=str(error.strerror)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData("map.bad", "The map {file} is not TOML: {reason}.", file=path.name, reason=str(error)) from error
    return _Reader(path.name).map(content)


class _Reader:
    """Turns the TOML of one map into values; every complaint names the file and the key."""

    def __init__(self, file: str) -> None:
        self.file = file

    def wrong(self, key: str, sentence: str, /, **facts: Any) -> BadData:
        return BadData("map.bad", "The map {file} is wrong at {key}: " + sentence, file=self.file, key=key, **facts)

    def map(self, content: dict[str, Any]) -> ColumnMap:
        known = {"kind", "title", "tolerate", "ignore", "expect", "file", "columns", "ancestors", "agree",
                 "identifiers", "new"}  # fmt: skip
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
            if item.required and item.name not in sources:
                raise self.wrong("columns", "the field {field} is required and not mapped.", field=item.name)
        file = self._table(content, "file")
        self._only(file, SHAPE_KEYS | {"nulls", "null_parts"}, "file")
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
            counted = name in {"preamble", "skip_after_header"}
            if not isinstance(value, int if counted else str) or isinstance(value, bool):
                raise self.wrong(f"file.{name}", "it must be a number." if counted else "it must be a text in quotes.")
        return Shape(**given)

    def _source(self, value: Any, key: str) -> Source:
        if isinstance(value, str):
            return Source(columns=(value,))
        if not isinstance(value, dict):
            raise self.wrong(key, "it must be a column's name or a table.")
        self._only(value, {item.name for item in fields(Source)} - {"columns"} | {"from"}, key)
        origin = value.get("from", [])
        columns = (origin,) if isinstance(origin, str) else tuple(origin)
        template = self._text(value, "template", f"{key}.template")
        if template is not None:
            columns = tuple(PLACEHOLDER.findall(template))
        constant = value.get("value")
        if bool(columns) == (constant is not None):
            raise self.wrong(key, "it needs exactly one of from, value and template.")
        given = {name: item for name, item in value.items() if name not in {"from", "value", "template", "lookup"}}
        match = self._text(value, "match", f"{key}.match")
        if match is not None and not self._groups(match, key):
            raise self.wrong(f"{key}.match", "it must have a group in parentheses.")
        for name, allowed in (("format", FORMATS), ("case", CASES)):
            if name in given and given[name] not in allowed:
                raise self.wrong(f"{key}.{name}", "it must be one of {allowed}.", allowed=", ".join(allowed))
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


def check_relaxed(codes: tuple[str, ...] | frozenset[str], file: str = "--relax") -> None:
    """Raises BadData where a rule to be relaxed is none that can be."""
    for code in codes:
        if code not in TOLERABLE:
            raise BadData(
                "relax.unknown",
                "{file} relaxes “{rule}”, which is no rule that can be relaxed; these are: {rules}.",
                file=file,
                rule=code,
                rules=", ".join(sorted(TOLERABLE)),
            )


TOLERABLE: Final = frozenset(
    {
        "row.repeated",
        "code.repeated",
        "value.replaced",
        "value.missing",
        "value.disagrees",
        "moment.order",
        "code.unmapped",
        "barcode.repeated",
        "barcode.taken",
        "external.repeated",
        "external.taken",
        "position.bad",
        "position.repeated",
        "position.taken",
        "donor.unknown",
        "parent.unknown",
        "parent.absent",
        "unit.unknown",
        "unit.gridless",
        "unit.material",
        "place.gone",
        "consent.unrecorded",
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
    }
)
assert SENTENCES.keys() >= TOLERABLE
