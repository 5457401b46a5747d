"""Tubes that come to be: registered, or made from another by aliquoting and deriving. Bench and Samples share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from biobank_tui.rules import amounts, materials
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.text import visible
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.sample_acts import asked
from biobank_tui.tui.screens.sample_labels import print_labels
from biobank_tui.tui.session import material_word
from biobank_tui.tui.views import View
from biobank_tui.words import _, ngettext, sentence

if TYPE_CHECKING:
    from biobank_tui.actions.aliquoting import Made
    from biobank_tui.actions.samples import Registered
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.sample_detail import SampleDetail

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


def _count(value: str = "") -> Field:
    return Field("count", _("How many"), Kind.NUMBER, value=value, hint="3", check=is_count)


def _where() -> list[Field]:
    return [
        Field("box", _("Into box"), required=False, hint=_("scan the box, or place later")),
        Field("position", _("From position"), required=False, hint=_("the next free one")),
    ]


def _barcodes(value: str = "") -> Field:
    return Field("barcodes", _("Tubes' barcodes"), value=value, required=False, hint=_("scan one after the other"))


async def aliquot(view: View, code: str) -> bool:
    """Share a tube out: one form, a preview, the act, and its labels."""
    from biobank_tui.actions import aliquoting

    session = view.session
    parent = await work.ask(view, partial(_read, session.bank, code))

    def act(answer: Answer) -> Made:
        asked_for = aliquoting.Aliquoting(
            parent.code,
            int(answer["count"]),
            each=answer["each"] or None,
            taken=answer["taken"] or None,
            barcodes=tuple(answer["barcodes"].split()),
            unit=answer["box"] or None,
            position=answer["position"] or None,
            close=answer["close"] == "yes",
        )
        return aliquoting.aliquot(session.bank, session.actor, asked_for)

    fields = [
        _count(),
        Field("each", _("Each holds"), required=False, hint="100 µL", check=is_amount),
        Field("taken", _("Taken in all"), required=False, hint=_("count × each"), check=is_amount),
        *_where(),
        _barcodes(),
        Field("close", _("The parent is then"), Kind.CHOICE, _closing(), "no"),
    ]
    form = ActForm(
        _("Aliquot {code} · {material} · {left} left").format(
            code=parent.code, material=material_word(parent.material), left=parent.amount or "?"
        ),
        fields,
        act,
        preview=_making(session.bank, parent, _("{count} aliquots"), shared=True),
        places=PLACES,
        scans=("barcodes", "count"),
        submit=_("Aliquot"),
    )
    if not await asked(view, form):
        return False
    await _tell_made(view, form.result, parent.code)
    return True


async def derive(view: View, code: str) -> bool:
    """Make tubes of another material from a tube; their amount is a yield of its own."""
    from biobank_tui.actions import aliquoting

    session = view.session
    parent = await work.ask(view, partial(_read, session.bank, code))

    def act(answer: Answer) -> Made:
        asked_for = aliquoting.Deriving(
            parent.code,
            answer["material"],
            int(answer["count"]),
            each=answer["each"] or None,
            taken=answer["taken"] or None,
            concentration=float(answer["concentration"]) if answer["concentration"] is not None else None,
            concentration_unit="ng/µL" if answer["concentration"] is not None else None,
            barcodes=tuple(answer["barcodes"].split()),
            unit=answer["box"] or None,
            position=answer["position"] or None,
            close=answer["close"] == "yes",
        )
        return aliquoting.derive(session.bank, session.actor, asked_for)

    fields = [
        Field("material", _("Material"), hint=_("plasma, DNA, RNA, PBMC, …"), check=is_material),
        _count("1"),
        Field("each", _("Each holds"), required=False, hint="50 µL", check=is_amount),
        Field("taken", _("Taken of the parent"), required=False, hint=_("nothing is written off"), check=is_amount),
        Field("concentration", _("Concentration, ng/µL"), Kind.NUMBER, required=False),
        *_where(),
        _barcodes(),
        Field("close", _("The parent is then"), Kind.CHOICE, _closing(), "no"),
    ]
    form = ActForm(
        _("Derive from {code} · {material} · {left} left").format(
            code=parent.code, material=material_word(parent.material), left=parent.amount or "?"
        ),
        fields,
        act,
        preview=_making(session.bank, parent, _("{count} tubes of {material}"), shared=False),
        places=PLACES,
        scans=("barcodes", "count"),
        submit=_("Derive"),
    )
    if not await asked(view, form):
        return False
    await _tell_made(view, form.result, parent.code)
    return True


async def register(view: View, barcode: str = "") -> bool:
    """Register new tubes of a donor, one or many alike. barcode: of the tube that was scanned, where one was."""
    from biobank_tui.actions import samples

    session = view.session

    def act(answer: Answer) -> Registered:
        barcodes = answer["barcodes"].split()
        count = int(answer["count"])
        if barcodes and len(barcodes) != count:
            raise Refused(
                "aliquot.barcodes", "{given} barcodes are given for {count} tubes.", given=len(barcodes), count=count
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
        changes = [Change(int(answer["count"]), _("new tubes, each with a code of its own"))]
        if answer["box"]:
            changes.append(_filling(session.bank, answer))
        question = _("Register {count} tubes of {material}?").format(
            count=answer["count"], material=material_word(materials.material(answer["material"]))
        )
        return Preview(question, tuple(changes))

    states = [Option("here", _("here")), Option("expected", _("announced, not here yet"))]
    fields = [
        Field("donor", _("Donor"), hint=_("scan or type the donor's code")),
        Field("material", _("Material"), hint=_("plasma, serum, tissue frozen, …"), check=is_material),
        Field("amount", _("Amount"), required=False, hint="500 µL", check=is_amount),
        _count("1"),
        Field("collected", _("Collected"), Kind.DATE, required=False, hint="2026-03-02T10:15"),
        Field("frozen", _("Frozen"), Kind.DATE, required=False),
        Field("state", _("It is"), Kind.CHOICE, states, "here"),
        *_where(),
        _barcodes(barcode),
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
    view.shell.done(told.format(count=count, codes=_span(done.codes)))
    await _offer_labels(view, done.codes)
    return True


def _closing() -> list[Option]:
    return [Option("no", _("kept, with what is left")), Option("yes", _("used up"))]


def _placed_when_here(answer: Answer) -> Mapping[str, str]:
    if answer["state"] == "expected" and answer["box"]:
        return {"box": _("A tube that is not here yet has no place.")}
    return {}


def _read(bank: Bank, code: str) -> SampleDetail:
    from biobank_tui.queries.sample_detail import detail

    with bank.read() as connection:
        return detail(connection, code)


def _making(bank: Bank, parent: SampleDetail, made: str, shared: bool) -> Callable[[Answer], Preview | None]:
    """What sharing a tube out changes. shared: what each holds comes out of the parent unless told."""

    def preview(answer: Answer) -> Preview | None:
        count = int(answer["count"])
        what = material_word(materials.material(answer.get("material") or parent.material))
        changes = [Change(count, made.format(count="", material=what).strip())]
        taken = amounts.parse(answer["taken"]) if answer["taken"] else None
        if taken is None and answer["each"] and shared:
            each = amounts.parse(answer["each"])
            taken = amounts.Amount(each.base * count, each.unit)
        changes.append(Change(1, _remainder(parent, taken, answer["close"] == "yes")))
        if answer["box"]:
            changes.append(_filling(bank, answer))
        question = _("Make {count} tubes from {code}?").format(count=count, code=parent.code)
        return Preview(question, tuple(changes))

    return preview


def _remainder(parent: SampleDetail, taken: amounts.Amount | None, close: bool) -> str:
    if close:
        return _("parent is used up; its place is freed")
    if taken is None or not parent.amount:
        return _("parent stays as it is")
    left = amounts.take(amounts.parse(parent.amount), taken)
    return _("parent keeps {left} of {had}").format(left=str(left), had=parent.amount)


def _filling(bank: Bank, answer: Answer) -> Change:
    from biobank_tui.queries import storage

    with bank.read() as connection:
        box = storage.box(connection, answer["box"])
    where = " › ".join((*box.trail, answer["position"])) if answer["position"] else " › ".join(box.trail)
    return Change(
        int(answer["count"]), _("places in {box} ({free} free)").format(box=visible(where), free=box.unit.free)
    )


async def _tell_made(view: View, made: Made, parent: str) -> None:
    count = len(made.codes)
    told = ngettext("{count} tube made from {parent}: {codes}.", "{count} tubes made from {parent}: {codes}.", count)
    said = told.format(count=count, parent=parent, codes=_span(made.codes))
    if made.left:
        said += " " + _("{left} left.").format(left=made.left)
    view.shell.done(said)
    await _offer_labels(view, made.codes)


def _span(codes: tuple[str, ...]) -> str:
    return codes[0] if len(codes) == 1 else f"{codes[0]} … {codes[-1]}"


async def _offer_labels(view: View, codes: tuple[str, ...]) -> None:
    if view.session.may(Verb.LABEL_PRINT) is None:
        await print_labels(view, codes)
