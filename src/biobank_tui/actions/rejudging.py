"""What was given to projects is judged again: after a team, a purpose or a consent changes, or a file brings consents.

What is no longer permitted leaves the reservations, the open pick lists and the boxes not yet sent, each with its
reason, and the project is given notice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_

from biobank_tui.actions.releasing import end_reservations
from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import pools_of_donors
from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import NOTICE, NOTICE_SAMPLE, REQUEST, SAMPLE
from biobank_tui.queries.purposes import judged_for
from biobank_tui.queries.standing import Given, given
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.lifecycles import ReservationState
from biobank_tui.rules.withdrawing import Affected, Cause


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What projects no longer have, counted.

    picks: tubes that left open pick lists. unpacked: tubes to take out of boxes not yet sent. projects: their codes.
    reasons: each with how many samples it took back, the commonest first.
    """

    reservations: int = 0
    picks: int = 0
    unpacked: int = 0
    projects: tuple[str, ...] = ()
    reasons: tuple[tuple[Reason, int], ...] = ()

    @property
    def facts(self) -> dict[str, object]:
        """For the ledger; nothing where nothing was taken back."""
        counted = {"released": self.reservations, "dropped": self.picks, "unpacked": self.unpacked}
        return {name: n for name, n in counted.items() if n}


@dataclass(slots=True)
class Told:
    """A sample a notice speaks of."""

    project_id: int
    sample_id: int
    request_id: int | None
    affected: Affected
    reason: Reason | None = None


def rejudge_project(tx: Transaction, project_id: int, cause: Cause) -> TakenBack:
    """Judge again all that one project was given and has not received."""
    return _rejudge(tx, given(tx.connection, REQUEST.c.project_id == project_id), cause)


def rejudge_donors(tx: Transaction, donors: Collection[int], cause: Cause) -> TakenBack:
    """Judge again what projects were given of these donors (ids), their shares in pools included."""
    if not donors:
        return TakenBack()
    theirs = among(tx.connection, SAMPLE.c.donor_id, donors)
    pools = pools_of_donors(tx.connection, donors)
    which = or_(theirs, among(tx.connection, SAMPLE.c.id, pools)) if pools else theirs
    return _rejudge(tx, given(tx.connection, which), cause)


def _rejudge(tx: Transaction, standing: Sequence[Given], cause: Cause) -> TakenBack:
    reasons: dict[int, Reason] = {}
    for project in sorted({each.project_id for each in standing}):
        judged = judged_for(tx.connection, project, tx.at)
        may = judged.may
        for each in standing:
            profile = judged.in_force(each.sample_id, each.donor_id, each.profile_id)
            if each.project_id == project and profile not in may:
                reasons[each.reservation_id] = judged.why(profile)
    refused = [each for each in standing if each.reservation_id in reasons]
    return take_back(tx, refused, reasons, cause)


def take_back(
    tx: Transaction, what: Sequence[Given], reasons: Mapping[int, Reason], cause: Cause, more: Sequence[Told] = ()
) -> TakenBack:
    """End these reservations, take their tubes off lists and out of boxes, and give their projects notice.

    reasons: by reservation. more: samples to tell of that need nothing done, as those sent already.
    """
    by_reason: dict[str, list[Given]] = {}
    said = {str(reason): reason for reason in reasons.values()}
    for each in what:
        by_reason.setdefault(str(reasons[each.reservation_id]), []).append(each)
    for reason, some in by_reason.items():
        end_reservations(tx, [each.reservation_id for each in some], ReservationState.RELEASED, reason)
    told = [
        Told(each.project_id, each.sample_id, each.request_id, each.affected, reasons[each.reservation_id])
        for each in what
    ]
    give_notice(tx, [*told, *more], cause)
    taken = TakenBack(
        len(what),
        sum(each.pick_item is not None for each in what),
        sum(each.packed is not None for each in what),
        tuple(sorted({each.project for each in what})),
        tuple(sorted(((said[why], len(some)) for why, some in by_reason.items()), key=lambda pair: -pair[1])),
    )
    tx.facts = {**tx.facts, **taken.facts}
    return taken


def give_notice(tx: Transaction, told: Sequence[Told], cause: Cause) -> None:
    """Write one notice for each project, with every sample of it."""
    for project in sorted({each.project_id for each in told}):
        notice = tx.add(NOTICE, project_id=project, cause=cause, made=tx.at, entry=tx.number)
        # A sample sent to a project twice is told of once, by where it is now.
        samples = {each.sample_id: each for each in told if each.project_id == project}
        first, _prefix = tx.allocate(NOTICE_SAMPLE.name, len(samples))
        tx.insert(
            NOTICE_SAMPLE,
            [
                {
                    "id": number,
                    "notice_id": notice,
                    "sample_id": each.sample_id,
                    "request_id": each.request_id,
                    "affected": each.affected,
                    "reason": each.reason.to_json() if each.reason is not None else None,
                }
                for number, each in enumerate(samples.values(), first)
            ],
        )
