"""What a command is, and the conditions under which it may run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from biobank_tui.tui.ports import Situation
from biobank_tui.words import mark

Enabled = Callable[[Situation], str | None]


def always(situation: Situation) -> str | None:
    """Nothing stands in the way."""
    return None


def bank_open(situation: Situation) -> str | None:
    """Needs the bank."""
    return None if situation.session else mark("The bank is still opening.")


def row_chosen(situation: Situation) -> str | None:
    """Needs something under the cursor."""
    return bank_open(situation) or (
        mark("Nothing is under the cursor: choose a row first.") if situation.row is None else None
    )


def rows_chosen(situation: Situation) -> str | None:
    """Needs marked rows, or else one under the cursor."""
    return bank_open(situation) if situation.marked != 0 else row_chosen(situation)


def has(word: str, reason: str) -> Enabled:
    """Needs a fact that the view states in its situation's words; `reason` is the sentence where it does not."""
    return lambda situation: bank_open(situation) or (None if word in situation.words else reason)


def may(verb: str, then: Enabled = bank_open) -> Enabled:
    """Needs the permission for this verb, and then what `then` needs."""

    def enabled(situation: Situation) -> str | None:
        refusal = situation.session.may(verb) if situation.session else None
        return refusal or then(situation)

    return enabled


def bank_codes(situation: Situation) -> str | None:
    """Needs somebody who sees tubes under the bank's own codes."""
    if situation.session is not None and situation.session.leads:
        return mark(
            "Project leads see the samples of their own projects, under the projects' own codes;"
            " the bank's codes are not for them."
        )
    return bank_open(situation)


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    name: unique, "view.verb" or "verb"; key: Textual key names, comma-separated, "" for palette only;
    label: a word or two for the footer; help: a sentence; screen: the view or widget group it belongs to,
    None everywhere; enabled: None, or the sentence why not; footer: place from the left, 0 not shown.
    """

    name: str
    key: str
    label: str
    help: str
    screen: str | None = None
    enabled: Enabled = always
    footer: int = 5

    @property
    def handler(self) -> str:
        """The method that does it."""
        return "do_" + self.name.rpartition(".")[2]
