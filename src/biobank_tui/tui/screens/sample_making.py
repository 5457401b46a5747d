"""Tubes that come to be: registered, one or many alike. Bench and Samples share it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from biobank_tui.rules import amounts, materials
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.text import visible
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, counted
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.sample_acts import asked
from biobank_tui.tui.screens.sample_labels import print_labels
from biobank_tui.tui.screens.sharing_words import PLACES_IN
from biobank_tui.tui.session import material_word
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext, phrase, sentence

if TYPE_CHECKING:
    from biobank_tui.actions.samples import Registered
    from biobank_tui.bank.bank import Bank

MOST: Final = 1000
"""Tubes made or registered at once."""

PLACES: Final = {
    "unit.": "box",
    "storage_unit.": "box",
    "position.": "position",
    "sample.taken": "barcodes",
    "sample.twice": "barcodes",
    "aliquot.barcodes": "barcodes",
    "aliquot.count": "count",
    "amount.overdraw": "taken",
    "amount.": "each",
    "material.": "material",
    "donor.": "donor",
    "time.": "collected",
}
"""The field a refusal belongs to, by how its code begins."""


def is_amount(text: str) -> str | None:
    """Why this is no amount, or None."""
    try:
        amounts.parse(text)
    except Refused as refusal:
        return sentence(refusal)
    return None


def is_material(text: str) -> str | None:
    """Why this is no one material, or None."""
    try:
        materials.material(text)
    except Refused as refusal:
        return sentence(refusal)
    return None


def is_count(number: Decimal | None) -> str | None:
    """Why so many tubes cannot be made, or None."""
    if number is None or (number == number.to_integral_value() and 1 <= number <= MOST):
        return None
    return _("Make 1 to {most} tubes at once.").format(most=MOST)


def count_field(value: str = "", *, many: bool = False) -> Field:
    """How many tubes; many: of each of several parents."""
    label = _("How many of each") if many else _("How many")
    return Field("count", label, Kind.NUMBER, value=value, hint="3", check=is_count)


def _where() -> list[Field]:
    return [
        Field("box", _("Into box"), required=False, hint=_("scan the box, or place later")),
        Field("position", _("From position"), required=False, hint=_("the next free one")),
    ]


def barcodes_field(value: str = "") -> Field:
    """The tubes' own barcodes, scanned one after the other."""
    return Field("barcodes", _("Tubes' barcodes"), value=value, required=False, hint=_("scan one after the other"))


async def register(view: View, barcode: str = "") -> bool:
    """Register new tubes of a donor, one or many alike. barcode: of the tube that was scanned, where one was."""
    from biobank_tui.actions import samples

    session = view.session

    def act(answer: Answer) -> Registered:
        barcodes = answer["barcodes"].split()
        count = int(answer["count"])
        if barcodes and len(barcodes) != count:
            raise Refused(
                "aliquot.barcodes",
                "{given} {given:barcode is|barcodes are} given for {count} {count:tube|tubes}.",
                given=len(barcodes),
                count=count,
            )
        new = [
            samples.NewSample(
                donor=answer["donor"],
                material=answer["material"],
                amount=answer["amount"] or None,
                barcode=barcodes[at] if barcodes else None,
                collected=answer["collected"],
                frozen=answer["frozen"],
                expected=answer["state"] == "expected",
                unit=answer["box"] or None,
                position=(answer["position"] or None) if at == 0 else None,
            )
            for at in range(count)
        ]
        return samples.register(session.bank, session.actor, new)

    def preview(answer: Answer) -> Preview | None:
        if int(answer["count"]) == 1:
            return None
        changes = [
            counted(
                int(answer["count"]), "{count:new tube, with a code of its own|new tubes, each with a code of its own}"
            )
        ]
        if answer["box"]:
            changes.append(_filling(session.bank, answer))
        question = phrase(
            "Register {count} {count:tube|tubes} of {material}?",
            count=answer["count"],
            material=material_word(materials.material(answer["material"])),
        )
        return Preview(question, tuple(changes))

    states = [Option("here", _("here")), Option("expected", _("announced, not here yet"))]
    fields = [
        Field("donor", _("Donor"), hint=_("scan or type the donor's code")),
        Field("material", _("Material"), hint=_("plasma, serum, tissue frozen, …"), check=is_material),
        Field("amount", _("Amount"), required=False, hint="500 µL", check=is_amount),
        count_field("1"),
        Field("collected", _("Collected"), Kind.DATE, required=False, hint="2026-03-02 10:15"),
        Field("frozen", _("Frozen"), Kind.DATE, required=False),
        Field("state", _("It is"), Kind.CHOICE, states, "here"),
        *_where(),
        barcodes_field(barcode),
    ]
    form = ActForm(
        _("Register tubes"),
        fields,
        act,
        preview=preview,
        check=_placed_when_here,
        places=PLACES | {"amount.": "amount"},
        scans=("barcodes", "count"),
        submit=_("Register"),
    )
    if not await asked(view, form):
        return False
    done: Registered = form.result
    if done.alarms:
        told = _("Donor {code} has withdrawn; the new tubes are on hold. Set them aside.")
        view.shell.say(Level.BAD, told.format(code=", ".join(done.alarms)))
        return True
    count = len(done.codes)
    told = ngettext("{count} tube registered: {codes}.", "{count} tubes registered: {codes}.", count)
    view.shell.done(told.format(count=figure(count), codes=span(done.codes)))
    await offer_labels(view, done.codes)
    return True


def _placed_when_here(answer: Answer) -> Mapping[str, str]:
    if answer["state"] == "expected" and answer["box"]:
        return {"box": _("A tube that is not here yet has no place.")}
    return {}


def _filling(bank: Bank, answer: Answer) -> Change:
    from biobank_tui.queries import storage

    with bank.read() as connection:
        box = storage.box(connection, answer["box"])
    where = " › ".join((*box.trail, answer["position"])) if answer["position"] else " › ".join(box.trail)
    return counted(int(answer["count"]), PLACES_IN, box=visible(where), free=box.unit.free)


def span(codes: tuple[str, ...]) -> str:
    """The first and the last of new codes."""
    return codes[0] if len(codes) == 1 else f"{codes[0]} … {codes[-1]}"


async def offer_labels(view: View, codes: tuple[str, ...]) -> None:
    """Labels of new tubes, where the person prints any."""
    if view.session.may(Verb.LABEL_PRINT) is None:
        await print_labels(view, codes)
