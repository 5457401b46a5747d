"""What can be done with a request: handed in, reviewed, filled, talked about, given up."""

from __future__ import annotations

from biobank_tui.actions import picking, requests, reserving
from biobank_tui.actions.requests import Review
from biobank_tui.actions.reserving import Reserve
from biobank_tui.queries.projects import ProjectRow, projects
from biobank_tui.queries.requests import RequestDetail
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Confirm, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Found, Level
from biobank_tui.tui.readers import small_cell
from biobank_tui.tui.screens.request_form import RequestForm
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.views import View
from biobank_tui.tui.when import day
from biobank_tui.words import _, figure, filled_in, ngettext


async def ask_for_samples(view: View, project: str) -> str | None:
    """Draw up a request and hand it in, or keep the draft; its code."""
    session = view.session

    def active() -> tuple[tuple[ProjectRow, ...], int]:
        with session.bank.read() as connection:
            found = projects(connection, state="active", reader=session.actor.person_id)
        # A lead's own come first.
        own = sorted(found, key=lambda each: each.lead != session.actor.login)
        return tuple(own), small_cell(session)

    known, limit = await work.ask(view, active)
    if not known:
        view.shell.say(Level.WARN, _("No project is active: only an active project asks for samples."))
        return None
    chosen = project if any(each.code == project for each in known) else known[0].code
    form = RequestForm(session, known, chosen, limit)
    if await view.app.push_screen_wait(form) is None:
        return None
    code = str(form.result.code)
    question = _("{code} is drawn up. Hand it in now? It becomes the committee's turn.").format(code=code)
    if await view.app.push_screen_wait(Confirm(question, yes=_("Hand in"), no=_("Keep as draft"))):
        await hand_in(view, code)
    else:
        view.shell.done(_("{code} is kept as a draft; h hands it in.").format(code=code))
    return code


async def hand_in(view: View, code: str) -> None:
    """Hand a request in."""
    session = view.session
    standing = await work.ask(view, lambda: requests.submit(session.bank, session.actor, code))
    view.shell.done(_("{code} is handed in: {turn} now.").format(code=code, turn=look("turn", standing.turn).word))


async def approve(view: View, found: RequestDetail) -> None:
    """Approve, whole or in part, after a look at what it asks for and what is eligible."""
    session, code = view.session, found.request.code
    changes = []
    for line in found.lines:
        what = line.criteria or _("samples by name: {count}").format(count=figure(len(line.samples)))
        asked = _("asked: {what}").format(what=what)
        changes.append(Change(line.asked, asked))
        if line.eligible is not None:
            tone = Tone.WARN if line.eligible < line.asked else Tone.QUIET
            changes.append(counted(line.eligible, "{count:is|are} eligible for it now", tone))
    question = _("Approve {code}: {title}?").format(code=code, title=found.request.title)
    if not await view.app.push_screen_wait(Confirm(question, changes, yes=_("Approve"))):
        return
    said = Review(code, "approve")
    standing = await work.ask(view, lambda: requests.review(session.bank, session.actor, said))
    view.shell.done(_("{code} is approved: {turn} now.").format(code=code, turn=look("turn", standing.turn).word))


async def approve_part(view: View, found: RequestDetail) -> None:
    """Approve fewer than are asked, line by line, with the reason the project reads."""
    session, code = view.session, found.request.code
    fields = [
        Field(
            f"line-{line.place}",
            _("Line {line} of {asked}").format(line=line.place, asked=line.asked),
            Kind.NUMBER,
            value=str(line.asked if line.eligible is None else min(line.asked, line.eligible)),
            check=_whole,
            hint=line.criteria or "",
        )
        for line in found.lines
    ]
    fields.append(Field("reason", _("Reason"), hint=_("its project reads it")))

    def act(answer: Answer) -> requests.RequestStanding:
        granted = {line.place: int(answer[f"line-{line.place}"]) for line in found.lines}
        return requests.review(session.bank, session.actor, Review(code, "approve", answer["reason"], granted))

    form = ActForm(_("Approve a part of {code}").format(code=code), fields, act, submit=_("Approve"))
    if await view.app.push_screen_wait(form) is not None:
        turn = look("turn", form.result.turn).word
        view.shell.done(_("{code} is approved in part: {turn} now.").format(code=code, turn=turn))


async def add_line(view: View, found: RequestDetail) -> None:
    """Ask for more: another line of a draft, or of a request sent back."""
    session, row = view.session, found.request

    def known() -> tuple[tuple[ProjectRow, ...], int]:
        with session.bank.read() as connection:
            own = projects(connection, reader=session.actor.person_id)
        return tuple(each for each in own if each.code == row.project), small_cell(session)

    project, limit = await work.ask(view, known)
    form = RequestForm(session, project, row.project, limit, row.code)
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("{code} has another line.").format(code=row.code))


async def turn_down(view: View, code: str, vote: str, title: str) -> None:
    """Reject, or send back for changes, with the reason the project reads."""
    session = view.session
    form = ActForm(
        title,
        [Field("reason", _("Reason"), hint=_("its project reads it"))],
        lambda answer: requests.review(session.bank, session.actor, Review(code, vote, answer["reason"])),
    )
    if await view.app.push_screen_wait(form) is not None:
        state = look("request", form.result.state).word
        view.shell.done(_("{code} is now: {state}.").format(code=code, state=state))


async def reserve(view: View, found: RequestDetail) -> None:
    """Set samples aside: a number, or all that is missing, after a counted preview."""
    session, code = view.session, found.request.code
    missing = {line.place: line.missing for line in found.lines}
    options = [
        Option(str(line.place), f"{line.place}. {line.criteria or _('named samples')}", str(missing[line.place]))
        for line in found.lines
    ]
    everything = Option("all", _("all lines"), str(sum(missing.values())))
    several = len(options) > 1
    fields = [
        Field(
            "line",
            _("Line"),
            Kind.CHOICE,
            [everything, *options] if several else options,
            "all" if several else options[0].key,
        ),
        Field("count", _("How many"), Kind.NUMBER, required=False, check=_whole, hint=_("all that is missing")),
        Field("fewest", _("At least"), Kind.NUMBER, required=False, check=_whole, hint=_("all or nothing")),
    ]

    def asked(answer: Answer) -> Reserve:
        line = None if answer["line"] == "all" else int(answer["line"])
        return Reserve(code, line, _int(answer["count"]), (), _int(answer["fewest"]))

    def preview(answer: Answer) -> Preview:
        of = asked(answer)
        wanted = of.count or (sum(missing.values()) if of.line is None else missing[of.line])
        changes = [counted(wanted, "{count:sample is|samples are} set aside for {code}", code=code)]
        for line in found.lines:
            if of.line in (None, line.place) and line.eligible is not None:
                tone = Tone.WARN if line.eligible < wanted else Tone.QUIET
                changes.append(
                    counted(line.eligible, "{count:was|were} eligible for line {line}", tone, line=line.place)
                )
        return Preview(_("Reserve them?"), tuple(changes))

    form = ActForm(
        _("Reserve for {code}").format(code=code),
        fields,
        lambda answer: reserving.reserve(session.bank, session.actor, asked(answer)),
        preview=preview,
        places={"reserve": "count"},
        submit=_("Reserve"),
    )
    if await view.app.push_screen_wait(form) is None:
        return
    done = form.result
    told = ngettext(
        "{count} sample is reserved until {day}.", "{count} samples are reserved until {day}.", done.count
    ).format(count=figure(done.count), day=day(done.expires))
    duties = " ".join(filled_in(duty.sentence, duty.facts) for duty in done.obligations)
    view.shell.done(f"{told} {duties}".strip())


def _whole(value: object) -> str | None:
    return None if value is None or str(value).isdigit() else _("Write a whole number.")


def _int(value: object) -> int | None:
    return None if value is None else int(str(value))


async def start_picking(view: View, code: str) -> None:
    """Make a pick list of what is reserved, and go to it."""
    session = view.session
    made = await work.ask(view, lambda: picking.start(session.bank, session.actor, code))
    told = ngettext("{code}: {count} tube to pick.", "{code}: {count} tubes to pick.", made.items)
    sentences = [told.format(code=made.code, count=figure(made.items))]
    if made.left_out:
        first = made.left_out[0]
        why = filled_in(first.barrier.sentence, {"sample": first.code, **first.barrier.facts})
        sentences.append(_("{count} left out: {first}").format(count=figure(len(made.left_out)), first=why))
    # Turning to a view quiets what was said before, so it is said there.
    (await view.shell.show_view("work")).open_thing(Found("pick_list", made.id, made.code, "", "work"))
    view.shell.done(" ".join(sentences))


async def say_something(view: View, code: str) -> None:
    """A word to those on the other side."""
    session = view.session
    form = ActForm(
        _("About {code}").format(code=code),
        [Field("body", _("Message"))],
        lambda answer: requests.message(session.bank, session.actor, code, answer["body"]),
        submit=_("Send"),
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("Your message stands with {code}.").format(code=code))


async def give_up(view: View, found: RequestDetail) -> None:
    """Cancel a request, after showing what ends with it."""
    session, code = view.session, found.request.code
    held = sum(line.reserved + line.picked for line in found.lines)
    form = ActForm(
        _("Cancel {code}").format(code=code),
        [Field("reason", _("Reason"), required=False)],
        lambda answer: requests.cancel(session.bank, session.actor, code, answer["reason"] or None),
        preview=lambda _answer: Preview(
            _("Give {code} up?").format(code=code),
            (counted(held, "{count:reservation ends|reservations end}", Tone.WARN),),
        ),
        submit=_("Cancel it"),
    )
    if await view.app.push_screen_wait(form) is not None:
        view.shell.done(_("{code} is cancelled.").format(code=code))
