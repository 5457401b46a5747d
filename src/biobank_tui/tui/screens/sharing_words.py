"""What making tubes of tubes will leave, in words: while one types, and counted before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from biobank_tui.rules import materials
from biobank_tui.rules.amounts import Amount
from biobank_tui.rules.sharing import Draw, refuse_short
from biobank_tui.rules.text import visible
from biobank_tui.tui.actform import Preview
from biobank_tui.tui.dialogs import Change, counted
from biobank_tui.tui.form import Answer
from biobank_tui.tui.screens.sample_acts import named
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone
from biobank_tui.words import _, figure, mark, ngettext, phrase

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.sharing import Parent

PLACES_IN: Final = mark("{count:place|places} in {box} ({free} free)")
MADE: Final = {
    "aliquot": mark("{count:aliquot|aliquots}"),
    "derive": mark("{count:tube|tubes} of {material}"),
    "pool": mark("pool of {material}"),
}
"""What is made, by how it is made."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One sentence on what will be left."""

    text: str
    tone: Tone


def outlook(draws: Sequence[Draw], typed: Mapping[str, Any]) -> Outlook:
    """What will be left of the parents, of what is typed so far."""
    short = [one for one in draws if one.short]
    if short:
        return Outlook("✕ " + _too_much(short, len(draws)), Tone.BAD)
    if typed["close"] == "yes":
        return Outlook(_("Used up: {what}.").format(what=_range([one.left for one in draws])), Tone.WARN)
    if all(one.taken is None for one in draws):
        return Outlook(
            _("Nothing is written off; {left} left.").format(left=_range([one.had for one in draws])), Tone.QUIET
        )
    if len(draws) == 1:
        one = draws[0]
        if one.had is None:
            return Outlook(_("Nobody knows how much {code} holds.").format(code=one.code), Tone.WARN)
        told = _("{had} − {taken} = {left} left")
        return Outlook(told.format(had=one.had, taken=one.taken, left=one.left), Tone.GOOD)
    unknown = sum(one.had is None for one in draws)
    said = phrase(
        "{count} {count:parent gives|parents give} {taken} each; {left} left in {count:it|them}.",
        count=len(draws),
        taken=_range([one.taken for one in draws]),
        left=_range([one.left for one in draws]),
    )
    if unknown:
        more = ngettext("{count} was never measured.", "{count} were never measured.", unknown)
        said += " " + more.format(count=figure(unknown))
    return Outlook(said, Tone.GOOD)


def _too_much(short: Sequence[Draw], of: int) -> str:
    least = min(short, key=lambda one: one.had.base if one.had is not None else 0)
    if of == 1:
        return _("{code} holds less than that: {asked} asked, {remaining} left.").format(
            code=least.code, asked=least.taken, remaining=least.had
        )
    return phrase(
        "{count} of {all} parents {count:holds|hold} less than {asked}; {code} has only {remaining}.",
        count=len(short),
        all=of,
        asked=least.taken,
        code=least.code,
        remaining=least.had,
    )


def _range(found: Sequence[Amount | None]) -> str:
    """Amounts as one: "100 µL", "100 µL to 250 µL", "?" where none is known."""
    known = [each for each in found if each is not None]
    if not known:
        return "?"
    least, most = min(known, key=lambda each: each.base), max(known, key=lambda each: each.base)
    return str(least) if least.base == most.base else _("{least} to {most}").format(least=least, most=most)


def preview(bank: Bank, parents: Sequence[Parent], answer: Answer, draws: Sequence[Draw]) -> Preview:
    """What will change, counted. Refused where a tube holds less than is taken from it."""
    refuse_short(draws)
    pooled = answer["how"] == "pool"
    count = 1 if pooled else int(answer["count"])
    total = 1 if pooled else count * len(parents)
    material = material_word(materials.material(answer["material"] or parents[0].material))
    changes = [counted(total, MADE[answer["how"]], material=material)]
    changes += _parents_after(draws, close=answer["close"] == "yes")
    if answer["thawed"] == "yes" and not pooled:
        changes.append(
            counted(len(parents), "{count:parent counts|parents count} one freeze-thaw cycle more", Tone.WARN)
        )
    if answer["box"]:
        changes += _rooms(bank, answer["box"].split(), answer["position"], total)
    else:
        changes.append(Change(total, _("without a place yet"), Tone.QUIET))
    question = phrase(
        "Make {count} {count:tube|tubes} from {code}?", count=total, code=named([each.code for each in parents])
    )
    if pooled:
        question = _("Pool {what}?").format(what=named([each.code for each in parents]))
    return Preview(question, tuple(changes))


def _parents_after(draws: Sequence[Draw], *, close: bool) -> list[Change]:
    if close:
        said = ngettext(
            "parent is used up; its place is freed", "parents are used up; their places are freed", len(draws)
        )
        return [Change(len(draws), said, Tone.WARN)]
    if all(one.taken is None or one.had is None for one in draws):
        return [Change(len(draws), ngettext("parent stays as it is", "parents stay as they are", len(draws)))]
    if len(draws) == 1:
        told = _("parent keeps {left} of {had}")
        return [Change(1, told.format(left=draws[0].left, had=draws[0].had))]
    changes = [
        counted(len(draws), "{count:parent keeps|parents keep} {left}", left=_range([one.left for one in draws]))
    ]
    emptied = sum(one.left is not None and one.left.base == 0 for one in draws)
    if emptied:
        changes.append(counted(emptied, "of them {count:is|are} empty then", Tone.WARN))
    return changes


def _rooms(bank: Bank, boxes: Sequence[str], position: str, total: int) -> list[Change]:
    from biobank_tui.queries import storage

    changes = []
    left = total
    with bank.read() as connection:
        for place, code in enumerate(boxes):
            box = storage.box(connection, code)
            trail = " › ".join(box.trail)
            where = f"{trail} › {position}" if position and place == 0 else trail
            goes = left if place == len(boxes) - 1 else min(left, box.unit.free)
            left -= goes
            tone = Tone.BAD if goes > box.unit.free else Tone.PLAIN
            changes.append(counted(goes, PLACES_IN, tone, box=visible(where), free=box.unit.free))
    return changes
