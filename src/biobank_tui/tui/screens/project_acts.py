"""What can be done with a project: proposed, amended, made active, suspended, closed; its team."""

from __future__ import annotations

from typing import Any

from biobank_tui.actions import projects
from biobank_tui.actions.projects import Amendment, Member, NewProject, ProjectStanding
from biobank_tui.queries.people import OrganisationRow, PersonRow, organisations, people
from biobank_tui.queries.projects import ProjectDetail
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.purpose import ResearchType
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.screens.project_words import RESEARCH, USES
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext, sentence

CODED = ("research", "diseases", "uses", "countries")
"""Fields of a form that code the purpose."""


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
        places={"project.quota": "quota", "moment": "expires", "purpose": "diseases", "call": "late"},
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
        Field(
            "people",
            _("Team"),
            Kind.MANY,
            [Option(each.login, each.name, each.organisation or "") for each in everybody if each.active],
            required=False,
        ),
        Field(
            "partners",
            _("Partners"),
            Kind.MANY,
            [Option(each.code, each.code, each.name) for each in partners],
            required=False,
        ),
        Field("late", _("Late, because"), required=False, hint=_("outside the days of its call")),
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
        people=answer["people"],
        partners=answer["partners"],
        late=answer["late"] or None,
    )


async def amend(view: View, found: ProjectDetail) -> None:
    """Change what a project says of itself."""
    session, code, purpose = view.session, found.project.code, found.purpose
    fields = [
        Field("title", _("Title"), value=found.project.title),
        Field("summary", _("Summary"), required=False, value=found.summary or ""),
        Field("ethics", _("Ethics reference"), required=False, value=found.ethics_reference or ""),
        Field("expires", _("Ethics until"), Kind.DATE, required=False, value=found.ethics_expires or ""),
        Field("export", _("Export reference"), required=False, value=found.export_authorisation or ""),
        Field("quota", _("Most samples"), Kind.NUMBER, required=False, value=_said(found.project.quota), check=_whole),
        Field(
            "research",
            _("Research"),
            Kind.CHOICE,
            [Option(str(kind), _(RESEARCH[kind])) for kind in ResearchType],
            str(purpose.research_type) if purpose and purpose.research_type else "",
            required=False,
            hint=_("as it is"),
        ),
        Field("diseases", _("Diseases"), required=False, value=", ".join(purpose.diseases) if purpose else ""),
        Field(
            "uses",
            _("Uses"),
            Kind.MANY,
            [Option(name, _(word)) for name, word in USES],
            ",".join(name for name, _word in USES if purpose and getattr(purpose, name)),
            required=False,
        ),
        Field("countries", _("Countries"), required=False, value=", ".join(purpose.countries) if purpose else ""),
    ]
    coded = {field.name: field.value for field in fields if field.name in CODED}

    def act(answer: Answer) -> ProjectStanding:
        # A purpose is given anew as a whole; untouched, it stays as it was coded.
        said = {name: ",".join(value) if isinstance(value, tuple) else value or "" for name, value in answer.items()}
        changed = any(said[name] != value for name, value in coded.items())
        change = Amendment(
            code,
            answer["title"],
            answer["summary"] or None,
            _purpose(answer) if changed and answer["research"] else None,
            answer["ethics"] or None,
            answer["expires"],
            answer["export"] or None,
            None if answer["quota"] is None else int(answer["quota"]),
        )
        return projects.amend(session.bank, session.actor, change)

    places = {"purpose.country": "countries", "purpose": "diseases", "project.quota": "quota", "moment": "expires"}
    form = ActForm(_("Amend {code}").format(code=code), fields, act, places=places, check=_check_amended)
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_told(_("{code} is amended.").format(code=code), form.result))


def _said(n: int | None) -> str:
    return "" if n is None else str(n)


def _check_amended(answer: Answer) -> dict[str, str]:
    return _check_purpose(answer) if answer["research"] else {}


def _told(what: str, standing: ProjectStanding) -> str:
    """What was done, and what ended with it."""
    if not standing.released:
        return what
    ended = ngettext(
        "{count} reservation ended: consent does not permit it any more.",
        "{count} reservations ended: consent does not permit them any more.",
        standing.released,
    )
    return f"{what} {ended.format(count=figure(standing.released))}"


async def team(view: View, found: ProjectDetail) -> None:
    """Add a person or an organisation to the team, or take one off it."""
    session, code = view.session, found.project.code

    def known() -> tuple[tuple[OrganisationRow, ...], tuple[PersonRow, ...]]:
        with session.bank.read() as connection:
            return organisations(connection), people(connection)

    partners, everybody = await work.ask(view, known)
    on_it, parties = set(found.people), {each.code for each in found.parties}
    options = [Option(f"-person {login}", _("− {member}").format(member=login)) for login in found.people]
    options += [
        Option(f"+person {each.login}", _("+ {member}").format(member=each.name), f"{each.login} {each.organisation}")
        for each in everybody
        if each.active and each.login not in on_it and each.login != found.project.lead
    ]
    for each in partners:
        sign, label = ("-", _("− {member}")) if each.code in parties else ("+", _("+ {member}"))
        detail = f"{each.name} · {_('commercial')}" if each.commercial else each.name
        if each.code != found.project.organisation:
            options.append(Option(f"{sign}organisation {each.code}", label.format(member=each.code), detail))
    chosen = await view.app.push_screen_wait(Choose(_("Team of {code}").format(code=code), options))
    if chosen is None:
        return
    what, _space, name = chosen.partition(" ")
    member = Member(code, person=name) if what.endswith("person") else Member(code, organisation=name)
    add = what.startswith("+")
    question = (_("{member} joins {code}?") if add else _("{member} leaves {code}?")).format(member=name, code=code)
    company = any(each.code == name and each.commercial for each in partners)
    changes = [Change(None, _("commercial: what donors did not allow for that is released"), Tone.WARN)]
    if not await view.app.push_screen_wait(Confirm(question, changes if add and company else ())):
        return
    change = projects.add_member if add else projects.remove_member
    standing = await work.ask(view, lambda: change(session.bank, session.actor, member))
    done = _("{member} is on the team of {code}.") if add else _("{member} has left the team of {code}.")
    view.shell.done(_told(done.format(member=name, code=code), standing))


async def suspend(view: View, code: str) -> None:
    """Nothing is reserved or picked for a suspended project."""
    session = view.session
    form = ActForm(
        _("Suspend {code}").format(code=code),
        [Field("reason", _("Reason"))],
        lambda answer: projects.suspend(session.bank, session.actor, code, answer["reason"]),
        submit=_("Suspend"),
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("{code} is suspended: nothing is reserved or picked for it.").format(code=code))


async def close(view: View, code: str) -> None:
    """End a project once none of its requests is open."""
    session = view.session
    form = ActForm(
        _("Close {code}").format(code=code),
        [Field("reason", _("Remark"), required=False)],
        lambda answer: projects.close(session.bank, session.actor, code, answer["reason"] or None),
        submit=_("Close it"),
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("{code} is closed.").format(code=code))


async def activate(view: View, code: str) -> None:
    """Make a selected or suspended project active."""
    session = view.session
    question = _("Make {code} active? It may ask for samples from now on.").format(code=code)
    if await view.app.push_screen_wait(Confirm(question, yes=_("Activate"))):
        await work.ask(view, lambda: projects.activate(session.bank, session.actor, code))
        view.shell.done(_("{code} is active.").format(code=code))
