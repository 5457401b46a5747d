"""Tubes made of tubes: one form for aliquots, derivatives and pools, with what is left shown while one types.

Bench and Samples share it. It takes one parent or many; many are shared out alike, in one act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from biobank_tui.rules import amounts, materials
from biobank_tui.rules.amounts import Amount
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.sharing import ALL, Draw, draw, taken_of_each
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Answer, Line, hint
from biobank_tui.tui.safe import paragraph
from biobank_tui.tui.screens.sample_acts import asked, named
from biobank_tui.tui.screens.sample_making import (
    PLACES,
    barcodes_field,
    count_field,
    is_amount,
    is_material,
    offer_labels,
    span,
)
from biobank_tui.tui.screens.sharing_words import Outlook, outlook, preview
from biobank_tui.tui.session import material_word
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext, sentence

if TYPE_CHECKING:
    from biobank_tui.actions.aliquoting import Made
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.sharing import Parent

ALIQUOT: Final = "aliquot"
DERIVE: Final = "derive"
POOL: Final = "pool"

_ALL_KINDS: Final = frozenset({"how", "box", "position", "barcodes", "close", "taken"})
_TUBES: Final = _ALL_KINDS | {"count", "each", "thawed", "order"}

SHOWN: Final[dict[str, frozenset[str]]] = {
    ALIQUOT: _TUBES,
    DERIVE: _TUBES | {"material", "concentration"},
    POOL: _ALL_KINDS | {"material"},
}
"""Which fields ask something, by what is made."""

FIRST: Final = {ALIQUOT: "count", DERIVE: "material", POOL: "taken"}
"""Where one begins to type."""


async def aliquot(view: View, codes: Sequence[str]) -> bool:
    """Share tubes out."""
    return await _share_out(view, codes, ALIQUOT)


async def derive(view: View, codes: Sequence[str]) -> bool:
    """Make tubes of another material from tubes; their amount is a yield of its own."""
    return await _share_out(view, codes, DERIVE)


async def pool(view: View, codes: Sequence[str]) -> bool:
    """Put shares of tubes into one new tube."""
    return await _share_out(view, codes, POOL)


async def _share_out(view: View, codes: Sequence[str], how: str) -> bool:
    session = view.session
    tubes = await work.ask(view, partial(_read, session.bank, codes))
    form = SharingForm(
        tubes,
        how,
        lambda answer: _act(session, tubes, answer),
        preview=lambda answer: preview(session.bank, tubes, answer, _draws(tubes, answer)),
    )
    if not await asked(view, form):
        return False
    made: Made | str = form.result
    if isinstance(made, str):
        told = _("{code} is the pool of {count} tubes.").format(code=made, count=figure(len(tubes)))
        view.shell.done(told)
        await offer_labels(view, (made,))
        return True
    count = len(made.codes)
    told = ngettext("{count} tube made from {parent}: {codes}.", "{count} tubes made from {parent}: {codes}.", count)
    said = told.format(count=figure(count), parent=named([tube.code for tube in tubes]), codes=span(made.codes))
    if made.left:
        said += " " + _("{left} left.").format(left=made.left)
    view.shell.done(said)
    await offer_labels(view, made.codes)
    return True


def _read(bank: Bank, codes: Sequence[str]) -> tuple[Parent, ...]:
    from biobank_tui.queries.sharing import parents

    with bank.read() as connection:
        return parents(connection, codes)


def _act(session: Any, tubes: Sequence[Parent], answer: Answer) -> Made | str:
    from biobank_tui.actions import aliquoting

    parents = tuple(tube.code for tube in tubes)
    barcodes, boxes = tuple(answer["barcodes"].split()), tuple(answer["box"].split())
    close = answer["close"] == "yes"
    if answer["how"] == POOL:
        return aliquoting.pool(
            session.bank,
            session.actor,
            [(code, answer["taken"]) for code in parents],
            answer["material"] or None,
            barcode=barcodes[0] if barcodes else None,
            unit=boxes[0] if boxes else None,
            position=answer["position"] or None,
            close=close,
        )
    common: dict[str, Any] = {
        "each": answer["each"] or None,
        "taken": answer["taken"] or None,
        "barcodes": barcodes,
        "unit": boxes or None,
        "position": answer["position"] or None,
        "close": close,
        "thawed": answer["thawed"] == "yes",
        "apart": answer["order"] == "apart",
    }
    if answer["how"] == ALIQUOT:
        request = aliquoting.Aliquoting(parents, int(answer["count"]), **common)
        return aliquoting.aliquot(session.bank, session.actor, request)
    concentration = answer["concentration"]
    return aliquoting.derive(
        session.bank,
        session.actor,
        aliquoting.Deriving(
            parents,
            answer["material"],
            int(answer["count"]),
            concentration=float(concentration) if concentration is not None else None,
            concentration_unit="ng/µL" if concentration is not None else None,
            **common,
        ),
    )


def _draws(tubes: Sequence[Parent], answer: Mapping[str, Any]) -> tuple[Draw, ...]:
    """What is taken of each tube. Refused where that is no amount, or one of another dimension."""
    if answer["how"] == POOL and answer["taken"].strip().casefold() == ALL:
        return tuple(draw(tube.code, tube.held, tube.held) for tube in tubes)
    told = amounts.parse(answer["taken"]) if answer["taken"] else None
    each = amounts.parse(answer["each"]) if answer["each"] else None
    count = int(answer["count"] or 1)
    taken: Amount | None = told
    if answer["how"] != POOL:
        taken = taken_of_each(each, count, told, shared=answer["how"] == ALIQUOT)
    return tuple(draw(tube.code, tube.held, taken) for tube in tubes)


class SharingForm(ActForm):
    """Asks what is made and how; says at its foot what will be left. parents: the tubes it is made of."""

    DEFAULT_CSS: ClassVar[str] = "#sharing-left { height: auto; padding: 1 0 0 0; }"

    def __init__(
        self,
        parents: Sequence[Parent],
        how: str,
        act: Callable[[Answer], Any],
        *,
        preview: Callable[[Answer], Preview | None],
    ) -> None:
        self.parents = tuple(parents)
        self.how = how
        super().__init__(
            self._title(),
            _fields(self.parents, how),
            act,
            preview=preview,
            check=self._check,
            places=PLACES | {"pool.": "taken", "place.": "box"},
            scans=("barcodes", "count"),
            submit=_("Make"),
        )
        self.first = FIRST[how]

    def _title(self) -> str:
        first = self.parents[0]
        if len(self.parents) > 1:
            return _("Make tubes of {what}").format(what=named([each.code for each in self.parents]))
        left = str(first.held) if first.held is not None else "?"
        told = _("Make tubes of {code} · {material} · {left} left")
        return told.format(code=first.code, material=material_word(first.material), left=left)

    def foot(self) -> Iterable[Widget]:
        """What will be left."""
        yield Static("", id="sharing-left", markup=False)

    def on_mount(self) -> None:
        """Show what is asked."""
        for field in self.fields:
            self.watch(self.entry(field.name), "value", self._typed, init=False)
        self._show()

    def _typed(self) -> None:
        how = self.entry("how").value
        if how != self.how:
            self.how = how
            if how == POOL and not self.entry("count").value:
                self.entry("count").value = "1"
        self._show()

    def _show(self) -> None:
        """Only what is asked for this kind, and what will be left."""
        shown = SHOWN[self.how]
        for field in self.fields:
            row = self.entry(field.name).parent
            assert row is not None
            row.set_class(field.name not in shown, "-unasked")
            row.display = field.name in shown and (field.name != "order" or len(self.parents) > 1)
        for taken in self.fields:
            entry = self.entry(taken.name)
            if taken.name == "taken" and isinstance(entry, Line):
                entry.placeholder = _("100 µL, or all") if self.how == POOL else hint(taken)
        self.query_one("#sharing-left", Static).update(self._outlook())

    def _outlook(self) -> Content:
        typed = {field.name: self.entry(field.name).value.strip() for field in self.fields}
        if not typed["count"].isdecimal():
            typed["count"] = ""
        try:
            found: Outlook = outlook(_draws(self.parents, typed), typed)
        except Refused as refusal:
            # Half a word is no mistake yet: the field says so when the form is handed in.
            ready = refusal.code in ("amount.dimension", "amount.precision", "amount.too_large")
            return paragraph(f"✕ {sentence(refusal)}", "$bad") if ready else Content("")
        return paragraph(found.text, f"${found.tone}")

    def codes_wanted(self) -> int:
        """Barcodes there may be: one for each new tube."""
        return super().codes_wanted() * len(self.parents) if self.how != POOL else 1

    def keeps(self, entry: Line) -> bool:
        """Several boxes are scanned one after the other; Enter alone goes on."""
        if super().keeps(entry):
            return True
        many = len(self.parents) > 1 and self.how != POOL
        return many and entry.id == "field-box" and bool(entry.value) and not entry.value.endswith(" ")

    def _check(self, answer: Answer) -> Mapping[str, str]:
        needed = {DERIVE: "material", POOL: "taken"}.get(answer["how"])
        if needed is not None and not answer[needed]:
            label = next(field.label for field in self.fields if field.name == needed)
            return {needed: _("{field} is needed.").format(field=label)}
        if answer["how"] == POOL and len(self.parents) < 2:
            return {"how": _("A pool is made of at least two tubes.")}
        if answer["how"] != POOL and answer["taken"].casefold() == ALL:
            return {"taken": _("Write an amount, such as 300 µL; only a pool takes all.")}
        return {}

    def submit(self) -> None:
        super().submit()
        # A problem in a field that is not asked any more would be invisible.
        for field in self.fields:
            if self.entry(field.name).value and field.name not in SHOWN[self.how]:
                self.query_one(f"#problem-{field.name}", Static).set_class(False, "-shown")


def _is_share(text: str) -> str | None:
    return None if text.casefold() == ALL else is_amount(text)


def _fields(parents: Sequence[Parent], how: str) -> tuple[Field, ...]:
    frozen = any(parent.frozen for parent in parents)
    of = ngettext("count × each", "count × each, of every parent", len(parents))
    material = materials.material(parents[0].material)
    kinds = [
        Option(ALIQUOT, _("aliquots of the same material")),
        Option(DERIVE, _("another material, with its own yield")),
        Option(POOL, _("one pool of all of them")),
    ]
    return (
        Field("how", _("What is made"), Kind.CHOICE, kinds if len(parents) > 1 else kinds[:2], how),
        Field("material", _("Material"), required=False, hint=_("plasma, DNA, RNA, PBMC, …"), check=is_material),
        count_field("" if how == ALIQUOT else "1", many=len(parents) > 1),
        Field("each", _("Each holds"), required=False, hint=_usual(material), check=is_amount),
        Field("taken", _("Taken of each parent"), required=False, hint=of,
              check=_is_share),
        Field("thawed", _("The parent meanwhile"), Kind.CHOICE,
              [Option("no", _("was not thawed for it")), Option("yes", _("thawed: one freeze-thaw cycle more"))],
              "yes" if frozen and how == ALIQUOT else "no"),
        Field("concentration", _("Concentration, ng/µL"), Kind.NUMBER, required=False),
        Field("box", _("Into box"), required=False,
              hint=_("scan the box, or place later") if len(parents) == 1 else _("scan one box or several")),
        Field("position", _("From position"), required=False, hint=_("the next free one")),
        Field("order", _("In the order"), Kind.CHOICE,
              [Option("together", _("all of a parent, then of the next")),
               Option("apart", _("the first of each parent, then the second: a box each"))], "together"),
        barcodes_field(),
        Field("close", _("The parent is then"), Kind.CHOICE,
              [Option("no", _("kept, with what is left")), Option("yes", _("used up"))], "no"),
    )  # fmt: skip


def _usual(material: str) -> str:
    return "1 µg" if material in ("DNA", "RNA") else "100 µL"
