"""What can be done for a donor: registered, given a diagnosis, asked for consent, withdrawn."""

from __future__ import annotations

from functools import partial

from biobank_tui.actions import consents, donors
from biobank_tui.actions.consents import NewConsent
from biobank_tui.actions.donors import NewDiagnosis, NewDonor
from biobank_tui.queries.donors import FormRow, forms
from biobank_tui.queries.people import OrganisationRow, organisations, people
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Choose, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.donor_words import ANSWERS, BASES, EXPRESSED, SEXES, question_word
from biobank_tui.tui.views import View
from biobank_tui.tui.when import day
from biobank_tui.words import _, figure, mark, ngettext

MOST_DONORS = 1_000
ORDERS = {
    "before": mark("before it: the withdrawal stands"),
    "after": mark("after it: the donor takes part anew"),
}
"""Which came first, a consent or a withdrawal of the same day."""


async def register(view: View) -> str | None:
    """Register one donor or several alike; the first one's code."""
    session = view.session

    def partners() -> tuple[tuple[OrganisationRow, ...], str | None]:
        with session.bank.read() as connection:
            own = {person.login: person.organisation for person in people(connection)}
            return organisations(connection), own.get(session.actor.login)

    known, own = await work.ask(view, partners)

    def preview(answer: Answer) -> Preview | None:
        n = int(answer["count"])
        if n == 1:
            return None
        changes = (
            counted(
                n, "{count:donor is registered, as was written|donors are registered, alike in all that was written}"
            ),
        )
        return Preview(_("Register {count} donors?").format(count=figure(n)), changes)

    form = ActForm(
        _("Register donors"),
        _donor_fields(known, own),
        lambda answer: donors.register_donors(session.bank, session.actor, _new_donors(answer)),
        preview=preview,
        check=_check_donors,
        places={"donor.birth_month": "month", "donor.birth": "year", "donor": "code", "diagnosis": "diagnosis"},
        submit=_("Register"),
    )
    if await view.app.push_screen_wait(form) is None:
        return None
    codes = form.result
    told = ngettext("Donor {code} is registered.", "{count} donors are registered, from {code} on.", len(codes))
    view.shell.done(told.format(code=codes[0], count=figure(len(codes))))
    return str(codes[0])


def _donor_fields(known: tuple[OrganisationRow, ...], own: str | None) -> list[Field]:
    partners = [Option(each.code, each.code, each.name) for each in known]
    sexes = [Option(sex, _(word)) for sex, word in SEXES.items()]
    return [
        Field("custodian", _("Custodian"), Kind.CHOICE, partners, own or known[0].code),
        Field("count", _("How many"), Kind.NUMBER, value="1", check=_donor_count),
        Field("sex", _("Sex"), Kind.CHOICE, sexes, "unknown"),
        Field("year", _("Year of birth"), Kind.NUMBER, required=False, check=_whole),
        Field("month", _("Month of birth"), Kind.NUMBER, required=False, check=_whole),
        Field("diagnosis", _("Diagnosis"), required=False, hint="C50.4"),
        Field("code", _("Pseudonym"), required=False, hint=_("else the next of ours")),
        Field("number", _("Hospital number"), Kind.SECRET, required=False, hint=_("never stored")),
        Field("note", _("Note"), required=False),
    ]


def _whole(value: object) -> str | None:
    return None if value is None or str(value).isdigit() else _("Write a whole number.")


def _donor_count(value: object) -> str | None:
    wrong = _("Write a whole number from 1 to 1,000.")
    return None if str(value).isdigit() and 1 <= int(str(value)) <= MOST_DONORS else wrong


def _check_donors(answer: Answer) -> dict[str, str]:
    several = int(answer["count"]) > 1
    only_one = _("One donor only can have this: register them one by one.")
    return {name: only_one for name in ("code", "number") if several and answer[name]}


def _new_donors(answer: Answer) -> list[NewDonor]:
    new = NewDonor(
        custodian=answer["custodian"],
        code=answer["code"] or None,
        sex=answer["sex"],
        birth_year=_int(answer["year"]),
        birth_month=_int(answer["month"]),
        note=answer["note"] or None,
        hospital_number=answer["number"] or None,
        diagnoses=(NewDiagnosis(answer["diagnosis"].upper()),) if answer["diagnosis"] else (),
    )
    return [new] * int(answer["count"])


def _int(value: object) -> int | None:
    return None if value is None else int(str(value))


async def diagnose(view: View, donor: str) -> bool:
    """Give a donor a diagnosis."""
    session = view.session
    systems = [Option("ICD-10", "ICD-10"), Option("ICD-O-3", "ICD-O-3")]
    fields = [
        Field("code", _("Code"), hint="C50.4"),
        Field("system", _("Of"), Kind.CHOICE, systems, "ICD-10"),
        Field("morphology", _("Morphology"), required=False, hint="8500/3"),
        Field("date", _("Date"), Kind.DATE, required=False),
        Field("age", _("Age, in years"), Kind.NUMBER, required=False),
        Field("stage", _("Stage"), required=False, hint="IIB"),
        Field("tnm", "TNM", required=False, hint="T2N1M0"),
        Field("edition", _("TNM edition"), required=False, hint="8"),
    ]

    def act(answer: Answer) -> None:
        new = NewDiagnosis(
            code=answer["code"].upper(),
            system=answer["system"],
            morphology=answer["morphology"] or None,
            date=answer["date"],
            age=None if answer["age"] is None else float(answer["age"]),
            stage=answer["stage"] or None,
            tnm=answer["tnm"] or None,
            tnm_edition=answer["edition"] or None,
        )
        donors.add_diagnosis(session.bank, session.actor, donor, new)

    title = _("Diagnosis of {donor}").format(donor=donor)
    if await view.app.push_screen_wait(ActForm(title, fields, act)) is None:
        return False
    view.shell.done(_("{donor} has a diagnosis more.").format(donor=donor))
    return True


async def record_consent(view: View, donor: str, *, withdrawn: bool) -> bool:
    """Choose a form, then put its questions one by one; what is not asked stays so.

    withdrawn: the donor has; then it is asked which came first, where both are of one day.
    """
    session = view.session

    def known() -> tuple[FormRow, ...]:
        with session.bank.read() as connection:
            return forms(connection)

    found = await work.ask(view, known)
    if not found:
        view.shell.say(Level.WARN, _("This bank has no consent form yet: a manager adds one."))
        return False
    options = [Option(_key(form), f"{form.code} {form.version} {form.language}", form.title) for form in found]
    key = await view.app.push_screen_wait(Choose(_("Consent of {donor}: which form?").format(donor=donor), options))
    form = next((each for each in found if _key(each) == key), None)
    if form is None:
        return False
    questions = list(dict.fromkeys(form.permissions))
    title = f"{form.code} {form.version} · {_(BASES.get(form.basis, form.basis))} · {donor}"
    act = partial(_record, view, donor, form, questions)
    places = {"consent.future": "given", "moment": "given"}
    places |= {"consent.follows_nothing": "follows", "consent.follows_later": "given", "consent.expires": "expires"}
    dialog = ActForm(title, _consent_fields(questions, withdrawn=withdrawn), act, places=places)
    if await view.app.push_screen_wait(dialog) is None:
        return False
    told = _("The consent of {donor} is recorded.").format(donor=donor)
    if dialog.result.withdrew is None:
        view.shell.done(told)
    else:
        history = _("It is history: {donor} withdrew on {day}, and that stands.")
        view.shell.say(Level.WARN, told + " " + history.format(donor=donor, day=day(dialog.result.withdrew)))
    return True


def _key(form: FormRow) -> str:
    return f"{form.code}/{form.version}/{form.language}"


def _consent_fields(questions: list[tuple[str, str | None]], *, withdrawn: bool) -> list[Field]:
    answers = [Option(answer, f"{glyph} {_(word)}") for answer, glyph, _tone, word in ANSWERS]
    speakers = [Option(who, _(word)) for who, word in EXPRESSED.items()]
    order = [Option(key, _(word)) for key, word in ORDERS.items()]
    after = [Field("follows", _("If signed on the day of the withdrawal"), Kind.CHOICE, order, "before")]
    return [
        *(
            Field(f"q{place}", question_word(code, parameter), Kind.CHOICE, answers, "not_asked")
            for place, (code, parameter) in enumerate(questions)
        ),
        Field("given", _("Given on"), Kind.DATE, value=today().isoformat()),
        Field("by", _("Expressed by"), Kind.CHOICE, speakers, "donor"),
        Field("expires", _("Expires on"), Kind.DATE, required=False),
        *(after if withdrawn else []),
    ]


def _record(
    view: View, donor: str, form: FormRow, questions: list[tuple[str, str | None]], answer: Answer
) -> consents.Recorded:
    session = view.session
    # A form may ask the same permission for several parameters; the store keeps one answer for the permission.
    answers = {code: answer[f"q{place}"] for place, (code, _parameter) in enumerate(questions)}
    follows = answer.get("follows") == "after"
    new = NewConsent(donor, _key(form), answers, answer["given"], answer["by"], answer["expires"], follows=follows)
    return consents.record_consent(session.bank, session.actor, new)
