"""What ends a consent on the donors' screen: withdrawn, one permission taken back, run out, and samples seen off."""

from __future__ import annotations

from biobank_tui.actions import lapsing, settling, withdrawing
from biobank_tui.queries import withdrawal
from biobank_tui.queries.disposal import WaitingTube, waiting_tubes
from biobank_tui.queries.donors import DonorDetail
from biobank_tui.queries.withdrawal import WithdrawalPreview
from biobank_tui.rules.duo import TERMS, Permission, TermKind
from biobank_tui.rules.withdrawing import Outcome, PoolPolicy
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Change, Choose, ChooseMany, Confirm, Option, counted
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.donor_words import question_word
from biobank_tui.tui.signing import sign
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, filled_in, mark

OUTCOMES = {
    Outcome.DESTROY: mark("Destroy the samples"),
    Outcome.RETURN: mark("Return them to the donor"),
    Outcome.ANONYMISE: mark("Anonymise them: they stay, and lead to nobody"),
}
POOLS = {
    PoolPolicy.HOLD: mark("{count:tube|tubes} of pools shared with others {count:is|are} put on hold"),
    PoolPolicy.DESTROY: mark("{count:tube|tubes} of pools shared with others {count:goes|go} on the list, too"),
    PoolPolicy.KEEP: mark("{count:tube|tubes} of pools shared with others {count:stays|stay}; the share is recorded"),
}


async def withdraw(view: View, donor: str) -> bool:
    """Show what a withdrawal does, ask what the donor chose, have it signed, and do it."""
    session = view.session

    def foreseen() -> WithdrawalPreview:
        with session.bank.read() as connection:
            return withdrawal.preview(connection, donor)

    seen = await work.ask(view, foreseen)
    question = _("Withdraw the consent of {donor}? All of this happens at once, and stays in the ledger.")
    confirm = Confirm(question.format(donor=donor), withdrawal_changes(seen), yes=_("Go on to sign"), tone=Tone.BAD)
    if not await view.app.push_screen_wait(confirm):
        return False
    options = [Option(outcome, _(words)) for outcome, words in OUTCOMES.items()]
    outcome = await view.app.push_screen_wait(Choose(_("What did {donor} choose?").format(donor=donor), options))
    if outcome is None:
        return False
    meaning = _("I sign that donor {donor} withdraws consent.").format(donor=donor)
    signed = await sign(view, meaning, submit=_("Withdraw"))
    if signed is None:
        return False
    done = await work.ask(
        view,
        lambda: withdrawing.withdraw(
            session.bank, session.actor, donor, signed.reason, outcome=outcome, meaning=meaning
        ),
    )
    told = _("{donor} has withdrawn. Samples on hold: {samples}; reservations ended: {reservations}.")
    view.shell.done(
        told.format(donor=donor, samples=figure(done.samples + done.pools), reservations=figure(done.reservations))
    )
    return True


def withdrawal_changes(seen: WithdrawalPreview) -> list[Change]:
    """The preview as counted lines; what is nothing is left out, but for the samples."""
    always = [
        counted(
            seen.samples, "{count:sample is|samples are} put on hold until that is done which the donor chose", Tone.BAD
        )
    ]
    lines = (
        counted(seen.consents, "{count:consent in force ends|consents in force end}"),
        counted(seen.pools or (seen.shares if seen.policy is PoolPolicy.KEEP else 0), POOLS[seen.policy], Tone.BAD),
        counted(seen.expected, "{count:expected sample is|expected samples are} cancelled", Tone.WARN),
        counted(
            seen.reservations,
            "{count:reservation ends|reservations end}, of: {projects}",
            Tone.WARN,
            projects=", ".join(seen.projects),
        ),
        counted(seen.picks, "{count:tube leaves|tubes leave} open pick lists", Tone.WARN),
        counted(seen.unpacked, "{count:tube is|tubes are} to be taken out of boxes not yet sent", Tone.WARN),
        counted(
            len(seen.gone), "{count:sample has|samples have} already left: {codes}", Tone.WARN, codes=_some(seen.gone)
        ),
    )
    return always + [line for line in lines if line.count]


def _some(codes: tuple[str, ...], most: int = 8) -> str:
    return ", ".join(codes[:most]) + (" …" if len(codes) > most else "")


async def narrow(view: View, donor: DonorDetail) -> bool:
    """Choose the permissions that are taken back, have it signed, and release what they forbid."""
    session, code = view.session, donor.row.code
    profile = donor.in_force
    granted = [
        each
        for each in Permission
        if profile is not None and TERMS[each].kind is not TermKind.RESTRICTION and profile.granted(each)
    ]
    if not granted:
        view.shell.say(Level.WARN, _("No consent of {donor} is in force.").format(donor=code))
        return False
    options = [Option(str(each), question_word(str(each)), str(each)) for each in granted]
    title = _("What does {donor} take back?").format(donor=code)
    chosen = await view.app.push_screen_wait(ChooseMany(title, options))
    if not chosen:
        return False
    words = ", ".join(question_word(each) for each in chosen)
    signed = await sign(view, _("{donor} takes back: {words}").format(donor=code, words=words))
    if signed is None:
        return False
    asked = withdrawing.Narrowing(code, tuple(chosen), signed.reason)
    taken = await work.ask(view, lambda: withdrawing.narrow(session.bank, session.actor, asked))
    told = _("{donor} has taken back: {codes}.").format(donor=code, codes=words)
    if taken.reservations:
        told += " " + _("Reservations that ended: {count}.").format(count=figure(taken.reservations))
    view.shell.done(told)
    return True


async def settle(view: View, donor: str) -> bool:
    """Show what waits of a donor who withdrew, and have it signed that it is done."""
    session = view.session

    def waiting() -> tuple[WaitingTube, ...]:
        with session.bank.read() as connection:
            return waiting_tubes(connection, donor)

    found = await work.ask(view, waiting)
    if not found:
        view.shell.say(Level.WARN, _("No withdrawal of {donor} waits to be carried out.").format(donor=donor))
        return False
    outcome = Outcome(found[0].outcome)
    places = [Change(None, f"{each.sample}  {each.place or '—'}") for each in found[:12]]
    head = [Change(len(found), _(OUTCOMES[outcome]), Tone.BAD)]
    question = _("Is this done with all samples of {donor} in the bank?").format(donor=donor)
    if not await view.app.push_screen_wait(Confirm(question, [*head, *places], yes=_("Go on to sign"), tone=Tone.BAD)):
        return False
    meaning = filled_in(
        "You sign that what donor {donor} chose for the samples has been carried out.", {"donor": donor}
    )
    signed = await sign(view, meaning)
    if signed is None:
        return False
    asked = settling.Settling(donor, signed.reason, meaning=meaning)
    done = await work.ask(view, lambda: settling.settle(session.bank, session.actor, asked))
    told = _("Samples done ({outcome}): {count}; still waiting: {left}.")
    view.shell.done(told.format(count=figure(done.samples), outcome=_(str(done.outcome)), left=figure(done.left)))
    return True


async def expire(view: View) -> bool:
    """Mark what ran out by the calendar, and let samples of donors who came of age wait."""
    session = view.session
    done = await work.ask(view, lambda: lapsing.expire_consents(session.bank, session.actor))
    told = _(
        "Consents that ran out: {expired}. Donors come of age: {grown}; samples that wait for them: {held}."
        " Reservations ended: {released}."
    ).format(
        expired=len(done.expired),
        grown=len(done.of_age),
        held=done.held,
        released=done.released,
    )
    if done.left:
        left = _("Left, as your role does not reach their organisations: {count}.")
        told += " " + left.format(count=figure(done.left))
    view.shell.done(told)
    return bool(done.expired or done.of_age)
