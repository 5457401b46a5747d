"""What projects are told of samples they may no longer have, and the list of what is to be destroyed, as letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from biobank_tui.reports.letters import Letter
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.withdrawing import Affected, Cause, Outcome

Say = Callable[[str, Mapping[str, object]], str]
"""A sentence with its facts in the reader's language."""

CAUSES: Final = {
    Cause.WITHDRAWAL: mark("The donor of the samples listed below has withdrawn consent."),
    Cause.CONSENT: mark("The donor of the samples listed below has changed what was agreed to."),
    Cause.EXPIRY: mark("The consent behind the samples listed below has run out."),
    Cause.MAJORITY: mark("The donor of the samples listed below has come of age and has not decided yet."),
    Cause.TEAM: mark("The team of the project has changed, and the samples listed below were judged again."),
    Cause.PURPOSE: mark("The purpose of the project has changed, and the samples listed below were judged again."),
    Cause.IMPORT: mark("The consents behind the samples listed below have changed."),
}
WAYS: Final = {
    Affected.RESERVED: mark("was reserved"),
    Affected.LISTED: mark("was to be picked"),
    Affected.PICKED: mark("was picked"),
    Affected.PACKED: mark("was packed"),
    Affected.SENT: mark("is with you"),
}
OUTCOMES: Final = {
    Outcome.DESTROY: mark("destroy"),
    Outcome.RETURN: mark("return to the donor"),
    Outcome.ANONYMISE: mark("anonymise"),
}


UNCODED: Final = mark("not yet coded for you")
"""Stands for a tube that the project has no code of: it was set aside, and never packed."""


@dataclass(frozen=True, slots=True)
class TakenSample:
    """A sample of a notice, the request it was for, how far it was on its way, and why it was taken back.

    code: the project's own, None where it had none yet; never the bank's.
    """

    code: str | None
    request: str
    affected: Affected
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a notice: the bank's name, the project with its title and lead, day, and the ledger's number."""

    bank: str
    project: str
    title: str
    lead: str
    day: str
    entry: int


def notice_letter(say: Say, facts: Facts, cause: Cause, samples: Sequence[TakenSample]) -> Letter:
    """The notice to one project. It names samples as the project knows them, and no donor."""
    known: dict[str, Any] = {
        "bank": facts.bank,
        "project": facts.project,
        "title": facts.title,
        "lead": facts.lead,
        "day": facts.day,
        "entry": facts.entry,
    }
    sent = sum(each.affected is Affected.SENT for each in samples)
    paragraphs = [
        say("{bank} · notice {entry} of {day}", known),
        say("To {lead}, project {project}: {title}", known),
        say(CAUSES[cause], {}),
    ]
    if sent < len(samples):
        paragraphs.append(
            say("Samples set aside for you that will not be sent: {count}.", {"count": len(samples) - sent})
        )
    if sent:
        paragraphs.append(
            say(
                "Samples you have received: {count}. Stop using them and the data made from them, destroy them or send"
                " them back, and tell the bank in writing which of the two was done and when.",
                {"count": sent},
            )
        )
    rows = tuple(
        (
            each.code or say(UNCODED, {}),
            each.request,
            say(WAYS[each.affected], {}),
            say(each.reason.sentence, each.reason.facts) if each.reason is not None else "",
        )
        for each in samples
    )
    titles = tuple(
        say(title, {}) for title in (mark("Sample"), mark("Request"), mark("How far it was"), mark("Reason"))
    )
    return Letter(say("Samples taken back from project {project}", known), tuple(paragraphs), titles, rows)


def destruction_letter(say: Say, bank: str, day: str, rows: Sequence[tuple[str, str, str, str, str]]) -> Letter:
    """The list to walk with: code, material, place, status and outcome of each tube, and where to sign."""
    titles = tuple(
        say(title, {})
        for title in (mark("Sample"), mark("Material"), mark("Place"), mark("Status"), mark("What to do"))
    )
    return Letter(
        say("Samples of donors who have withdrawn", {}),
        (
            say("{bank} · {day} · {count} {count:tube|tubes}", {"bank": bank, "day": day, "count": len(rows)}),
            say("Carry out what is said at each tube, then sign it in the bank; nothing here may be used.", {}),
        ),
        titles,
        tuple((code, material, place, say(status, {}), say(what, {})) for code, material, place, status, what in rows),
        (say("Done on: ____________________   Name and signature: ____________________", {}),),
    )
