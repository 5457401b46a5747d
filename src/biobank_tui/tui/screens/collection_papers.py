"""What allows the collections to be kept, and samples to leave the country: listed, recorded, ended."""

from __future__ import annotations

from pathlib import Path

from biobank_tui.actions import authorising, results
from biobank_tui.actions.authorising import NewAuthorisation
from biobank_tui.queries.authorisations import AuthorisationRow, authorisations, uncovered
from biobank_tui.queries.people import OrganisationRow, organisations, people
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.project_papers import authorisation_facts
from biobank_tui.tui.status import look
from biobank_tui.tui.views import View
from biobank_tui.words import _, mark

KINDS = {
    "declaration": mark("declaration of the collection"),
    "authorisation": mark("authorisation of the collection"),
    "export": mark("export authorisation"),
}
STANDING = ("stands", "future")
"""What can still be ended."""


async def papers(view: View) -> None:
    """Look at all of them, the organisations that have none, and end one."""
    session = view.session

    def read() -> tuple[tuple[AuthorisationRow, ...], tuple[str, ...]]:
        with session.bank.read() as connection:
            now = session.bank.clock()[:10]
            return authorisations(connection, now), uncovered(connection, now)

    found, bare = await work.ask(view, read)
    told = _("No declaration or authorisation covers the samples of {codes}.").format(codes=", ".join(bare))
    if not found:
        view.shell.say(Level.WARN if bare else Level.NOTE, told if bare else _("No authorisation is on record."))
        return
    title = _("Declarations and authorisations") + (f" · ▲ {told}" if bare else "")
    options = [Option(str(at), f"{look('authorisation', row.standing).glyph} {row.reference}", _line(row))
               for at, row in enumerate(found)]  # fmt: skip
    chosen = await view.app.push_screen_wait(Choose(title, options))
    if chosen is None:
        return
    row = found[int(chosen)]
    if row.standing in STANDING and session.may("collection.authorise") is None:
        await _end(view, row)
    else:
        view.shell.say(Level.NOTE, " · ".join((row.reference, _line(row), row.scope)))


def _line(row: AuthorisationRow) -> str:
    """One of them in a line: whose, what it is, where to, until when, how it stands."""
    whose, *facts = authorisation_facts(row)
    return " · ".join((whose, _(KINDS[row.kind]), *facts))


async def authorise(view: View) -> bool:
    """Record one."""
    session = view.session

    def partners() -> tuple[tuple[OrganisationRow, ...], str | None]:
        with session.bank.read() as connection:
            own = {person.login: person.organisation for person in people(connection)}
            return organisations(connection), own.get(session.actor.login)

    known, own = await work.ask(view, partners)
    kinds = [Option(kind, _(word)) for kind, word in KINDS.items()]
    fields = [
        Field("organisation", _("Organisation"), Kind.CHOICE, [Option(each.code, each.code, each.name)
                                                               for each in known], own or known[0].code),
        Field("kind", _("Kind"), Kind.CHOICE, kinds, "declaration"),
        Field("reference", _("Reference"), hint=_("the authority's number")),
        Field("authority", _("Authority"), required=False),
        Field("scope", _("Covers"), hint=_("tumour tissue and blood of adults")),
        Field("countries", _("Countries"), required=False, hint=_("of an export: CH, US; else anywhere")),
        Field("issued", _("Issued on"), Kind.DATE, value=today().isoformat()),
        Field("expires", _("Until"), Kind.DATE, required=False),
        Field("document", _("Document"), required=False, hint=_("the signed file; its digest is kept")),
    ]  # fmt: skip

    def act(answer: Answer) -> str:
        digest = results.digest_of(Path(answer["document"]).expanduser()) if answer["document"] else None
        new = NewAuthorisation(
            answer["organisation"],
            answer["kind"],
            answer["reference"],
            answer["scope"],
            answer["issued"],
            answer["authority"] or None,
            answer["expires"],
            (answer["countries"],) if answer["countries"] else (),
            digest,
        )
        authorising.authorise(session.bank, session.actor, new)
        return str(answer["reference"])

    places = {
        "authorisation.dates": "expires", "authorisation.countries": "countries", "purpose.country": "countries",
        "authorisation": "reference", "file": "document", "moment": "issued", "time": "issued",
    }  # fmt: skip
    form = ActForm(_("Record an authorisation"), fields, act, places=places, submit=_("Record"))
    if await view.app.push_screen_wait(form) is None:
        return False
    view.shell.done(_("{reference} is recorded.").format(reference=form.result))
    return True


async def _end(view: View, row: AuthorisationRow) -> None:
    session = view.session

    def act(answer: Answer) -> None:
        authorising.end_authorisation(session.bank, session.actor, row.organisation, row.reference, answer["reason"])

    form = ActForm(
        _("End {reference} of {organisation}: {scope}").format(
            reference=row.reference, organisation=row.organisation, scope=row.scope
        ),
        [Field("reason", _("Reason"), hint=_("the ledger keeps it"))],
        act,
        submit=_("End it"),
    )
    if await view.app.push_screen_wait(form) is not None:
        told = _("{reference} of {organisation} no longer stands.")
        view.shell.done(told.format(reference=row.reference, organisation=row.organisation))
