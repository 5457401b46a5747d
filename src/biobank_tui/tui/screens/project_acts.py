"""What can be done with a project: proposed, scored, decided, made active."""

from __future__ import annotations

from typing import Any

from biobank_tui.actions import projects
from biobank_tui.actions.projects import NewProject, NewScore, ProjectDecision
from biobank_tui.queries.people import OrganisationRow, PersonRow, organisations, people
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.purpose import ResearchType
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Confirm, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.screens.project_words import RESEARCH, USES
from biobank_tui.tui.status import look
from biobank_tui.tui.views import View
from biobank_tui.words import _, mark, sentence

OUTCOMES = {"selected": mark("select it"), "declined": mark("decline it")}


async def propose(view: View) -> str | None:
    """Enter a proposal into the call of its year; its code."""
    session = view.session

    def known() -> tuple[tuple[OrganisationRow, ...], tuple[PersonRow, ...]]:
        with session.bank.read() as connection:
            return organisations(connection), people(connection)

    partners, everybody = await work.ask(view, known)
    form = ActForm(
        _("Propose a project"),
        _proposal_fields(partners, everybody, session.actor.login),
        lambda answer: projects.propose(session.bank, session.actor, _new_project(answer)),
        check=_check_purpose,
        places={"project.quota": "quota", "moment": "expires", "purpose": "diseases"},
        submit=_("Propose"),
    )
    if await view.app.push_screen_wait(form) is None:
        return None
    view.shell.done(_("{code} is in this year's call.").format(code=form.result.code))
    return str(form.result.code)


def _proposal_fields(
    partners: tuple[OrganisationRow, ...], everybody: tuple[PersonRow, ...], login: str
) -> list[Field]:
    leads = [
        Option(each.login, each.name, each.organisation or "")
        for each in everybody
        if each.active and any(role.startswith("project_lead") for role in each.roles)
    ]
    own = next((each.organisation for each in everybody if each.login == login), None) or ""
    lead = login if any(option.key == login for option in leads) else ""
    return [
        Field("title", _("Title")),
        Field("lead", _("Lead"), Kind.CHOICE, leads, lead),
        Field(
            "organisation", _("Of"), Kind.CHOICE, [Option(each.code, each.code, each.name) for each in partners], own
        ),
        Field(
            "research",
            _("Research"),
            Kind.CHOICE,
            [Option(str(kind), _(RESEARCH[kind])) for kind in ResearchType],
            "biomedical",
        ),
        Field("diseases", _("Diseases"), required=False, hint="C50, C56"),
        Field("uses", _("Uses"), Kind.MANY, [Option(name, _(word)) for name, word in USES], required=False),
        Field("countries", _("Countries"), required=False, hint=_("FR, CH; else anywhere")),
        Field("ethics", _("Ethics reference"), required=False),
        Field("expires", _("Ethics until"), Kind.DATE, required=False),
        Field("quota", _("Most samples"), Kind.NUMBER, required=False, check=_whole),
        Field("summary", _("Summary"), required=False),
    ]


def _whole(value: object) -> str | None:
    return None if value is None or str(value).isdigit() else _("Write a whole number.")


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace(";", ",").split(",") if part.strip())


def _purpose(answer: Answer) -> Purpose:
    uses: dict[str, Any] = dict.fromkeys(answer["uses"], True)
    return Purpose(
        research_type=ResearchType(answer["research"]),
        diseases=_words(answer["diseases"]),
        countries=_words(answer["countries"]),
        **uses,
    )


def _check_purpose(answer: Answer) -> dict[str, str]:
    try:
        _purpose(answer)
    except BiobankError as wrong:
        field = "countries" if wrong.code == "purpose.country" else "diseases"
        return {field: sentence(wrong)}
    if answer["research"] == "disease" and not answer["diseases"]:
        return {"diseases": _("Research on a disease names it, as in C50.")}
    return {}


def _new_project(answer: Answer) -> NewProject:
    return NewProject(
        answer["title"],
        answer["lead"],
        answer["organisation"],
        _purpose(answer),
        summary=answer["summary"] or None,
        ethics_reference=answer["ethics"] or None,
        ethics_expires=answer["expires"],
        quota=None if answer["quota"] is None else int(answer["quota"]),
    )


async def score(view: View, code: str) -> None:
    """Give points, or declare a conflict of interest."""
    session = view.session
    fields = [
        Field("points", _("Points, 0 to 10"), Kind.NUMBER, required=False),
        Field("conflict", _("Conflict of interest"), required=False, hint=_("instead of points")),
        Field("comment", _("Comment"), required=False),
    ]

    def act(answer: Answer) -> object:
        points = None if answer["points"] is None else float(answer["points"])
        new = NewScore(code, points, answer["conflict"] or None, answer["comment"] or None)
        return projects.score(session.bank, session.actor, new)

    form = ActForm(_("Score {code}").format(code=code), fields, act, submit=_("Score"))
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("Your score of {code} is kept.").format(code=code))


async def decide(view: View, code: str) -> None:
    """Select or decline a proposal."""
    session = view.session
    fields = [
        Field("outcome", _("Decision"), Kind.CHOICE, [Option(key, _(word)) for key, word in OUTCOMES.items()]),
        Field("reason", _("Reason"), required=False),
    ]
    form = ActForm(
        _("Decide on {code}").format(code=code),
        fields,
        lambda answer: projects.decide(
            session.bank, session.actor, ProjectDecision(code, answer["outcome"], answer["reason"] or None)
        ),
        submit=_("Decide"),
    )
    if await view.app.push_screen_wait(form) is not None:
        state = look("project", form.result.state).word
        view.shell.done(_("{code} is now: {state}.").format(code=code, state=state))


async def activate(view: View, code: str) -> None:
    """Make a selected or suspended project active."""
    session = view.session
    question = _("Make {code} active? It may ask for samples from now on.").format(code=code)
    if await view.app.push_screen_wait(Confirm(question, yes=_("Activate"))):
        await work.ask(view, lambda: projects.activate(session.bank, session.actor, code))
        view.shell.done(_("{code} is active.").format(code=code))
