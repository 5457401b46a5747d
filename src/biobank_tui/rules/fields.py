"""The fields of the filter language: what each is called, what it takes, and how its values are spelled."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from biobank_tui.rules import amounts, codes
from biobank_tui.rules.diseases import normalise_range
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import SampleKind, SampleStatus
from biobank_tui.rules.materials import MATERIALS, materials
from biobank_tui.rules.moments import parse_moment, span


class FieldKind(StrEnum):
    """text: as written; code: one of ours or an imported one; disease: a code or range of codes, covering what is
    below; moment: a partial date; count: a whole number; amount: with its unit."""

    TEXT = "text"
    CODE = "code"
    MATERIAL = "material"
    CHOICE = "choice"
    DISEASE = "disease"
    MOMENT = "moment"
    COUNT = "count"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the filter line, what it takes, a line of help (a msgid), and its choices if it has."""

    name: str
    kind: FieldKind
    help: str
    choices: tuple[str, ...] = ()


K = FieldKind

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("code", K.CODE, "Our code of the sample: code:S-000001*"),
        Field("barcode", K.TEXT, "The tube's own 2D code"),
        Field("external", K.TEXT, "Another system's identifier of the sample"),
        Field("type", K.MATERIAL, "Material: type:plasma, type:dna,rna", tuple(MATERIALS)),
        Field("kind", K.CHOICE, "Primary, aliquot, derivative or pool", tuple(SampleKind)),
        Field("status", K.CHOICE, "Status: status:available,reserved", tuple(SampleStatus)),
        Field("dx", K.DISEASE, "Diagnosis, ICD-10 or morphology; covers what is below: dx:C50, dx:C50-C58"),
        Field("topo", K.DISEASE, "Anatomical site, ICD-O-3: topo:C50.4"),
        Field("site", K.TEXT, "Custodian organisation, by its code: site:GR"),
        Field("donor", K.CODE, "Donor, by code"),
        Field("project", K.CODE, "Reserved for or sent to a project, by code"),
        Field("request", K.CODE, "Reserved for or sent on a request, by code"),
        Field("box", K.CODE, "Storage unit the sample is in, at any depth; -box:* has no place"),
        Field("form", K.TEXT, "Consent form in force, by code"),
        Field("collected", K.MOMENT, "When it was collected: collected:2021..2023, collected:>=2021-03"),
        Field("received", K.MOMENT, "When it was received"),
        Field("processed", K.MOMENT, "When it was processed"),
        Field("frozen", K.MOMENT, "When it was frozen; -frozen:* is not known"),
        Field("thaws", K.COUNT, "Freeze-thaw cycles: thaws:<=2"),
        Field("amount", K.AMOUNT, "What is left: amount:>=200µL"),
        Field("held", K.CHOICE, "Whether a hold stands: held:yes", ("yes", "no")),
        Field("parent", K.CODE, "The sample it was made from, by code"),
    )
}

ALIASES: dict[str, str] = {
    "material": "type",
    "diagnosis": "dx",
    "disease": "dx",
    "topography": "topo",
    "organisation": "site",
    "custodian": "site",
    "unit": "box",
    "consent": "form",
    "thaw": "thaws",
    "volume": "amount",
    "hold": "held",
}
"""Other words for a field; rendered back under its own name."""

ORDERED = frozenset({K.CODE, K.MOMENT, K.COUNT, K.AMOUNT})
"""Kinds that take ranges and comparisons; a disease range is a value of its own."""


def field_named(name: str) -> Field:
    """The field of that name or alias; Refused with the closest match."""
    folded = name.casefold()
    found = FIELDS.get(ALIASES.get(folded, folded))
    if found is None:
        near = difflib.get_close_matches(folded, [*FIELDS, *ALIASES], n=1, cutoff=0.5)
        if near:
            raise Refused(
                "query.field",
                "There is no field {field}; did you mean {nearest}? Quote it to seek it as text.",
                field=name,
                nearest=ALIASES.get(near[0], near[0]),
            )
        raise Refused(
            "query.field",
            "There is no field {field}; there are {fields}. Quote it to seek it as text.",
            field=name,
            fields=", ".join(FIELDS),
        )
    return found


def spell(field: Field, text: str) -> tuple[str, ...]:
    """The value as the bank spells it; a word like "tissue" becomes several. Refused when the field cannot take it."""
    return _SPELLING[field.kind](field, text)


def runs_forward(field: Field, low: str, high: str) -> bool:
    """Whether a range with both ends given begins before it ends."""
    if field.kind is K.COUNT:
        return int(low) <= int(high)
    if field.kind is K.AMOUNT:
        first, last = amounts.parse(low), amounts.parse(high)
        return first.base <= amounts.convert(last, first.unit).base
    if field.kind is K.MOMENT:
        return span(low)[0] < span(high)[1]
    return low <= high


def _text(_field: Field, text: str) -> tuple[str, ...]:
    return (text,)


def _code(_field: Field, text: str) -> tuple[str, ...]:
    parsed = codes.parse(text)
    return (parsed.code if parsed is not None and parsed.valid else text,)


def _material(_field: Field, text: str) -> tuple[str, ...]:
    return materials(text)


def _disease(_field: Field, text: str) -> tuple[str, ...]:
    return (normalise_range(text.replace("..", "-")),)


def _choice(field: Field, text: str) -> tuple[str, ...]:
    folded = text.casefold().replace("-", "_").replace(" ", "_")
    begun = [choice for choice in field.choices if choice.startswith(folded)]
    if folded in field.choices:
        return (folded,)
    if len(begun) == 1 and folded:
        return (begun[0],)
    raise Refused(
        "query.value",
        "{field} cannot be {value}; it is one of {allowed}.",
        field=field.name,
        value=text,
        allowed=", ".join(begun or field.choices),
    )


def _count(field: Field, text: str) -> tuple[str, ...]:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refused("query.count", "{field} takes whole numbers, not {value}.", field=field.name, value=text)
    return (str(int(text)),)


def _moment(_field: Field, text: str) -> tuple[str, ...]:
    return (parse_moment(text),)


def _amount(_field: Field, text: str) -> tuple[str, ...]:
    return (str(amounts.parse(text)).replace(" ", ""),)


_SPELLING: dict[FieldKind, Callable[[Field, str], tuple[str, ...]]] = {
    K.TEXT: _text,
    K.CODE: _code,
    K.MATERIAL: _material,
    K.CHOICE: _choice,
    K.DISEASE: _disease,
    K.MOMENT: _moment,
    K.COUNT: _count,
    K.AMOUNT: _amount,
}
