"""What is left of tubes that others are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from biobank_tui.rules import amounts
from biobank_tui.rules.amounts import Amount
from biobank_tui.rules.errors import Refused

ALL = "all"
"""Written for an amount: whatever the tube holds."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A tube and what is taken from it. had, taken, left: None where nobody knows, or nothing is written off.

    short: it holds less than is taken; left is then what it holds.
    """

    code: str
    had: Amount | None
    taken: Amount | None
    left: Amount | None
    short: bool = False


def draw(code: str, had: Amount | None, taken: Amount | None) -> Draw:
    """Take so much from a tube. Refused where the two are no amounts of one dimension."""
    if had is None or taken is None:
        return Draw(code, had, taken, had)
    asked = amounts.convert(taken, had.unit)
    if asked.base > had.base:
        return Draw(code, had, taken, had, short=True)
    return Draw(code, had, taken, amounts.take(had, asked))


def taken_of_each(each: Amount | None, count: int, taken: Amount | None, *, shared: bool) -> Amount | None:
    """What each parent gives in all. shared: what the new tubes hold comes out of it, unless `taken` says otherwise.

    A derivative's amount is a yield of its own: nothing is written off unless told.
    """
    if taken is not None:
        return taken
    return Amount(each.base * count, each.unit) if each is not None and shared else None


def refuse_short(draws: Iterable[Draw]) -> None:
    """Refused where a tube holds less than is taken from it, with the figures."""
    short = [one for one in draws if one.short]
    if not short:
        return
    least = min(short, key=lambda one: one.left.base if one.left is not None else 0)
    facts = {"code": least.code, "asked": str(least.taken), "remaining": str(least.had)}
    if len(short) == 1:
        raise Refused("amount.overdraw", "{code} holds less than that: {asked} asked, {remaining} left.", **facts)
    raise Refused(
        "amount.overdraw",
        "{count} {count:tube holds|tubes hold} less than that, {code} the least: {asked} asked, {remaining} left.",
        count=len(short), short=[one.code for one in short], **facts,
    )  # fmt: skip
