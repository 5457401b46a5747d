"""What can be done with a project's papers, the data it is given and the results it returns."""

from __future__ import annotations

from pathlib import Path

from biobank_tui.actions import agreements, data_releases, results
from biobank_tui.actions.data_releases import SIGNED
from biobank_tui.queries.given import samples_of
from biobank_tui.queries.people import OrganisationRow, organisations
from biobank_tui.queries.projects import ProjectDetail
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.project_papers import Papers
from biobank_tui.tui.screens.release_form import ReleaseForm, ask_of, file_of
from biobank_tui.tui.signing import sign
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext, phrase


async def agreement(view: View, found: ProjectDetail, papers: Papers) -> None:
    """Record a transfer agreement, or complete the one that is not signed yet."""
    session, code = view.session, found.project.code

    def known() -> tuple[OrganisationRow, ...]:
        with session.bank.read() as connection:
            return organisations(connection)

    parties = await work.ask(view, known)
    draft = next((each for each in papers.standing if each.signed is None), None)

    def act(answer: Answer) -> str:
        digest = results.digest_of(Path(answer["document"]).expanduser()) if answer["document"] else None
        new = agreements.NewAgreement(
            code, answer["party"], answer["reference"], answer["signed"], answer["expires"], digest
        )
        agreements.add(session.bank, session.actor, new)
        return str(answer["reference"])

    form = ActForm(
        _("Transfer agreement of {code}").format(code=code),
        [
            Field("party", _("Party"), Kind.CHOICE, [Option(each.code, each.code, each.name) for each in parties],
                  draft.party if draft else found.project.organisation),
            Field("reference", _("Reference"), value=draft.reference if draft else ""),
            Field("signed", _("Signed on"), Kind.DATE, required=False, hint=_("nothing while it is not")),
            Field("expires", _("Until"), Kind.DATE, required=False, value=(draft.expires or "") if draft else ""),
            Field("document", _("Document"), required=False, hint=_("the signed file; its digest is kept")),
        ],
        act,
        places={"agreement.day": "signed", "agreement.dates": "expires", "agreement": "reference", "file": "document",
                "moment": "signed"},
        submit=_("Record"),
    )  # fmt: skip
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("The agreement {reference} is recorded.").format(reference=form.result))


async def call_off(view: View, found: ProjectDetail, papers: Papers) -> None:
    """End an agreement: nothing leaves under it any more."""
    session, code = view.session, found.project.code
    if not papers.standing:
        view.shell.say(Level.NOTE, _("{code} has no agreement that could be called off.").format(code=code))
        return
    options = [
        Option(each.reference, f"{each.reference}  {each.party}", look("agreement", each.standing).word)
        for each in papers.standing
    ]
    reference = options[0].key
    if len(options) > 1:
        chosen = await view.app.push_screen_wait(Choose(_("Call off which agreement?"), options))
        if chosen is None:
            return
        reference = chosen
    form = ActForm(
        _("Call {reference} off").format(reference=reference),
        [Field("reason", _("Reason"), hint=_("the ledger keeps it"))],
        lambda answer: agreements.end(session.bank, session.actor, code, reference, answer["reason"]),
        preview=lambda _answer: Preview(
            _("Call {reference} off? Nothing leaves under it any more.").format(reference=reference), (), Tone.BAD
        ),
        submit=_("Call off"),
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("The agreement {reference} is called off.").format(reference=reference))


async def give_data(view: View, found: ProjectDetail) -> None:
    """Release data: judged, its obligations stated, signed, and only then written."""
    session, code = view.session, found.project.code
    typed: dict[str, str] = {}
    while True:
        form = ReleaseForm(session, code, typed)
        answer = await view.app.push_screen_wait(form)
        if answer is None or form.found is None:
            return
        typed = form.typed
        count = len(form.found.ids) - len(form.found.judgement.breaking)
        signed = await sign(view, phrase(SIGNED, count=count, project=code), submit=_("Sign and write"))
        # Who does not sign, or mistypes the password, finds the form as it was.
        if signed is not None:
            break
    ask, file = ask_of(code, answer), file_of(answer)
    done = await work.ask(
        view, lambda: data_releases.release(session.bank, session.actor, ask, file, reason=signed.reason)
    )
    view.shell.done(
        phrase(
            "{code}: {samples} {samples:sample|samples} of {donors} {donors:donor|donors}, k = {k},"
            " {samples:is|are} in {file}.",
            code=done.code,
            samples=done.samples,
            donors=done.donors,
            k=done.k,
            file=done.file,
        )
    )


async def take_results(view: View, found: ProjectDetail) -> None:
    """Take a file of results and link it to the samples it speaks of."""
    session, code = view.session, found.project.code

    def new_result(answer: Answer) -> results.NewResult:
        file = Path(answer["file"]).expanduser().absolute()
        return results.NewResult(code, answer["title"], file, tuple(answer["samples"].replace(",", " ").split()))

    def preview(answer: Answer) -> Preview:
        new = new_result(answer)
        digest = results.digest_of(new.file)
        count = len(set(new.samples))
        if not count:
            with session.bank.read() as connection:
                count = len(samples_of(connection, session.bank.address, code))
        linked = ngettext("sample it is linked to", "samples it is linked to", count)
        return Preview(
            _("Take {file}?").format(file=new.file.name), (Change(count, linked), Change(None, f"SHA-256 {digest}"))
        )

    form = ActForm(
        _("Results of {code}").format(code=code),
        [
            Field("file", _("File"), hint=_("only its digest is kept")),
            Field("title", _("Title")),
            Field("samples", _("Samples"), required=False, hint=_("codes; else all the project holds")),
        ],
        lambda answer: results.give_back(session.bank, session.actor, new_result(answer)),
        preview=preview,
        places={"file": "file", "result.there": "file", "result.title": "title", "text": "title", "result": "samples"},
        submit=_("Take"),
    )
    if await view.app.push_screen_wait(form) is None:
        return
    count = form.result.samples
    told = ngettext(
        "The results are linked to {count} sample.", "The results are linked to {count} samples.", count
    ).format(count=figure(count))
    view.shell.done(told)
