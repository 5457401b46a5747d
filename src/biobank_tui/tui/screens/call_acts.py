"""The call of the year: announced, its proposals scored by criteria, and decided on."""

from __future__ import annotations

from biobank_tui.actions import calls, projects, scoring
from biobank_tui.actions.calls import NewCall
from biobank_tui.actions.projects import ProjectDecision
from biobank_tui.actions.scoring import NewScore
from biobank_tui.queries.calls import Call, Proposal, criteria_in
from biobank_tui.queries.projects import ProjectDetail
from biobank_tui.rules.moments import today
from biobank_tui.rules.scoring import MOST_POINTS, Criterion, parse_criteria
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.status import look
from biobank_tui.tui.views import View
from biobank_tui.words import _, mark

OUTCOMES = {"selected": mark("select it"), "declined": mark("decline it")}


async def score(view: View, found: ProjectDetail) -> None:
    """Give points by criterion, or declare a conflict of interest."""
    session, code = view.session, found.project.code

    def known() -> tuple[Criterion, ...]:
        with session.bank.read() as connection:
            return criteria_in(connection, found.project.year)

    criteria = await work.ask(view, known)
    mine = next((each for each in found.scores if each.person == session.actor.login), None)
    fields = [
        Field(
            f"mark-{each.code}",
            _(each.name),
            Kind.NUMBER,
            value=f"{mine.marks[each.code]:g}" if mine and each.code in mine.marks else "",
            required=False,
            check=_points,
            hint=_("0 to {most}, weight {weight}").format(most=MOST_POINTS, weight=each.weight),
        )
        for each in criteria
    ]
    fields += [
        Field("conflict", _("Conflict of interest"), required=False, hint=_("instead of points")),
        Field("comment", _("Comment"), required=False, value=(mine and mine.comment) or ""),
    ]

    def act(answer: Answer) -> object:
        given = {each.code: answer[f"mark-{each.code}"] for each in criteria}
        marks = {each: float(points) for each, points in given.items() if points is not None}
        new = NewScore(code, None, answer["conflict"] or None, answer["comment"] or None, marks)
        return scoring.score(session.bank, session.actor, new)

    form = ActForm(
        _("Score {code}").format(code=code), fields, act, places={"score.text": "comment"}, submit=_("Score")
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("Your score of {code} is kept.").format(code=code))


def _points(value: object) -> str | None:
    if value is None or 0 <= float(str(value)) <= MOST_POINTS:
        return None
    return _("Points are from 0 to {most}.").format(most=MOST_POINTS)


async def decide(view: View, code: str, call: Call) -> None:
    """Select or decline a proposal, with its rank and the year's count before one's eyes."""
    session = view.session
    stands = next((each for each in call.proposals if each.project.code == code), None)
    fields = [
        Field("outcome", _("Decision"), Kind.CHOICE, [Option(key, _(word)) for key, word in OUTCOMES.items()]),
        Field("reason", _("Reason"), required=False, hint=_("its team reads it; needed to decline")),
    ]
    form = ActForm(
        " · ".join([_("Decide on {code}").format(code=code), *_standing(stands, call)]),
        fields,
        lambda answer: projects.decide(
            session.bank, session.actor, ProjectDecision(code, answer["outcome"], answer["reason"] or None)
        ),
        places={"decision.reason": "reason"},
        submit=_("Decide"),
    )
    if await view.app.push_screen_wait(form) is not None:
        state = look("project", form.result.state).word
        view.shell.done(_("{code} is now: {state}.").format(code=code, state=state))


def _standing(stands: Proposal | None, call: Call) -> list[str]:
    told = []
    if stands is not None and stands.rank is not None and stands.mean is not None:
        told.append(_("rank {rank}, {mean}").format(rank=stands.rank, mean=f"{stands.mean:.2f}"))
    told.append(
        _("{selected} of {target} selected in {year}").format(
            selected=call.selected, target=call.target, year=call.year
        )
    )
    return told


async def announce(view: View, call: Call) -> None:
    """Announce the year's call, or change it."""
    session = view.session
    criteria = "; ".join(f"{each.code}={_(each.name)}={each.weight}" for each in call.criteria)
    fields = [
        Field("year", _("Year"), Kind.NUMBER, value=str(call.year), check=_whole),
        Field("opens", _("Opens on"), Kind.DATE, value=call.opens or "", required=False),
        Field("closes", _("Closes on"), Kind.DATE, value=call.closes or "", required=False),
        Field("target", _("To be selected"), Kind.NUMBER, value=str(call.target), required=False, check=_whole),
        Field("criteria", _("Criteria"), value=criteria, required=False, hint="science=scientific merit=3; …"),
    ]

    def act(answer: Answer) -> int:
        changed = answer["criteria"] != criteria and answer["criteria"]
        parts = [part for part in answer["criteria"].split(";") if part.strip()]
        new = NewCall(
            int(answer["year"]),
            answer["opens"],
            answer["closes"],
            None if answer["target"] is None else int(answer["target"]),
            parse_criteria(parts) if changed else None,
        )
        return calls.announce(session.bank, session.actor, new)

    places = {"call.target": "target", "call.order": "closes", "call.day": "opens", "criterion": "criteria",
              "call.scored": "criteria"}  # fmt: skip
    form = ActForm(_("The call of a year"), fields, act, places=places, submit=_("Announce"))
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("The call of {year} is announced.").format(year=form.result))


def _whole(value: object) -> str | None:
    return None if value is None or str(value).isdigit() else _("Write a whole number.")


async def choose_year(view: View, years: tuple[int, ...], shown: int) -> int:
    """Another year's call to look at."""
    known = sorted({*years, shown, today().year}, reverse=True)
    if len(known) == 1:
        view.shell.say(Level.NOTE, _("No other year has a call."))
        return shown
    options = [Option(str(year), str(year)) for year in known]
    chosen = await view.app.push_screen_wait(Choose(_("The call of which year?"), options, [str(shown)]))
    return shown if chosen is None else int(chosen)
