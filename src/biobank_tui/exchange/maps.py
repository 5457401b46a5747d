"""A column map: which column of a file becomes which field, written as TOML and read into frozen values.

kind = "aliquots"                                # donors samples aliquots consents storage positions
tolerate = ["parent.unknown"]                    # defects that are reported and do not refuse the row
ignore = ["gel_*"]                               # columns left out on purpose; * stands for anything
expect = ["amount"]                              # fields that ought to be there: their absence is reported
files = "*_aliquot_*"                            # which of the files named in one call it reads, all by default

[file]                                           # see rows.Shape
skip_after_header = 1
nulls = ["[Not Available]"]                      # cells that mean nothing
null_parts = "|"                                 # and what parts them inside a cell
clear = "(none)"                                 # a cell that empties what the bank has; a blank one leaves it

[columns]
code = "bcr_aliquot_barcode"                     # a column, as it is
kind = { value = "aliquot" }                     # the same for every row
parent = { from = "bcr_aliquot_barcode", prefix = 20 }
amount = { from = ["volume", "amount"], unit = "µL" }          # the first that says something
note = { from = ["site", "remark"], join = "; " }              # or all that do, joined
sex = { from = "gender", lookup = { MALE = "male" }, otherwise = "unknown" }
material = { from = ["type", "class"], blank = "Other" }    # what stands where none says anything or is there
position = { template = "{plate_row}{plate_column}" }
collected = { from = "date", format = "dmy", zone = "Europe/Paris" }   # iso dmy mdy epoch, or a pattern: "%Y%m%d_%H%M"
diagnosis = { from = "icd", split = ",", part = 1, match = "^(...)(.?)$", as = "{1}.{2}" }
material = { from = "type_id", table = { file = "*types.tsv", key = "id", says = "type" } }   # told by another file
"external.TCGA" = "bcr_aliquot_uuid"

[where]                                          # the rows that are read; the others are passed over
Lineage = ["Aliquot", "Derived"]                 # one of these
Barcode = true                                   # something; false: nothing
Status = { not = ["Closed"] }                    # none of these
position = { match = "^[0-9]+$" }                # has this form

[split]                                          # several values in a cell: a row for each
columns = ["Case ID", "Sample ID"]               # parted in step with each other
by = ","

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

Several kinds from the same rows or files: a [[table]] for each, with any of the keys above; what stands outside them
holds for all of them. `mapfiles` reads maps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from biobank_tui.exchange.defects import SENTENCES
from biobank_tui.exchange.fields import Kind
from biobank_tui.exchange.reading import Shape
from biobank_tui.rules.errors import BadData

CLEAR: Final = "<clear>"
"""A cell that empties what the bank has, unless the map says another."""
PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class SideTable:
    """Another file, beside the one read or in the same archive, in which a value is looked up: its columns key and
    says. file: its name, * standing for anything."""

    file: str
    key: str
    says: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from: the first column that says something, all that do (join), a constant, or a
    template; then what is done with it, in this order: split and part, match (its groups, parted by spaces or put
    together by `shape`), prefix, case, table, lookup. blank: what stands where none of it says anything."""

    columns: tuple[str, ...] = ()
    value: str | None = None
    template: str | None = None
    join: str | None = None
    split: str | None = None
    part: int | None = None
    match: str | None = None
    shape: str | None = None
    prefix: int | None = None
    case: str | None = None
    table: SideTable | None = None
    lookup: Mapping[str, str] | None = None
    otherwise: str | None = None
    blank: str | None = None
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
class Wanted:
    """Which rows are read, by one column: those that say one of `these`, none of `never`, anything (or nothing), or
    something of the form `match`."""

    these: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    something: bool | None = None
    match: str | None = None


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
    files: str = "*"
    where: Mapping[str, Wanted] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    split_by: str = ","
    clear: str = CLEAR
    folder: Path | None = None

    def used(self) -> set[str]:
        """Every column of the file the map reads."""
        sources = (*self.columns.values(), *self.ancestors)
        used = {name for source in sources for name in source.columns} | {rule.column for rule in self.agree}
        return used | self.where.keys() | set(self.split)


def plain_map(kind: Kind, header: tuple[str, ...], shape: Shape = Shape()) -> ColumnMap:  # noqa: B008
    """The map of a file whose headers are the fields' own names."""
    columns = {name: Source(columns=(name,)) for name in header if kind.field(name) is not None}
    return ColumnMap(name="", kind=kind, columns=columns, shape=shape, exact=False)


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
        "code.missing",
        "code.repeated",
        "code.case",
        "value.replaced",
        "value.missing",
        "value.disagrees",
        "moment.order",
        "moment.future",
        "code.unmapped",
        "barcode.repeated",
        "barcode.taken",
        "external.repeated",
        "external.taken",
        "position.bad",
        "position.repeated",
        "position.taken",
        "donor.unknown",
        "organisation.unknown",
        "parent.unknown",
        "parent.absent",
        "unit.unknown",
        "unit.gridless",
        "unit.material",
        "place.gone",
        "sample.fixed",
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
