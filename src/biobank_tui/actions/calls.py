"""The call of a year is announced: from when to when proposals come in, and what they are scored by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import PROPOSAL_CALL, SCORE
from biobank_tui.queries.calls import criteria_in, stored_call
from biobank_tui.queries.projects import year_projects
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.moments import parse_moment
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.scoring import Criterion, criteria_to_json

YEARS = (2000, 2100)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A year's call, or what changes in it; None leaves a field as it is.

    opens, closes: its first and last day. target: projects to be selected. criteria: what proposals are scored by.
    """

    year: int
    opens: str | None = None
    closes: str | None = None
    target: int | None = None
    criteria: tuple[Criterion, ...] | None = None


def announce(bank: Bank, actor: Actor, new: NewCall) -> int:
    """Announce a year's call, or change it; its year. Criteria stay as they are once a proposal was scored by them."""
    if not YEARS[0] <= new.year <= YEARS[1]:
        raise Refused(
            "call.year", "{year} is no year of a call; years are from {first} to {last}.",
            year=new.year, first=YEARS[0], last=YEARS[1],
        )  # fmt: skip
    if new.target is not None and new.target < 0:
        raise Refused("call.target", "A target is a number of projects, not {target}.", target=new.target)
    opens, closes = _day(new.opens), _day(new.closes)
    with bank.transaction(actor, Verb.PROJECT_CALL) as tx:
        tx.permit()
        before = stored_call(tx.connection, new.year)
        if before is not None:
            opens, closes = opens or before["opens"], closes or before["closes"]
        if opens and closes and opens > closes:
            raise Refused(
                "call.order", "The call would close on {closes}, before it opens on {opens}.",
                closes=closes, opens=opens,
            )  # fmt: skip
        changes: dict[str, Any] = {"opens": opens, "closes": closes}
        if new.target is not None:
            changes["target"] = new.target
        if new.criteria is not None and new.criteria != criteria_in(tx.connection, new.year):
            scored = tx.count(SCORE, SCORE.c.marks.is_not(None), SCORE.c.project_id.in_(year_projects(new.year)))
            if scored:
                raise Refused(
                    "call.scored", "Proposals of {year} were scored already; their criteria no longer change.",
                    year=new.year,
                )  # fmt: skip
            changes["criteria"] = criteria_to_json(new.criteria)
        if before is None:
            tx.add(PROPOSAL_CALL, year=new.year, **changes)
        else:
            tx.update(PROPOSAL_CALL, {before["id"]: changes})
        tx.subject = str(new.year)
        tx.facts = {name: value for name, value in changes.items() if value is not None and name != "criteria"}
        return new.year


def _day(text: str | None) -> str | None:
    if not text:
        return None
    day = parse_moment(text)
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Refused("call.day", "{value} is no whole day; write it as 2026-03-31.", value=text) from None
    return day
