"""A request that is short of samples: the wait-list, more time, what would do instead, transfers by decision."""

from __future__ import annotations

from biobank_tui.actions import expiring, requests, transferring, waiting
from biobank_tui.actions.requests import LineChange
from biobank_tui.actions.transferring import Transfer
from biobank_tui.queries.requests import RequestDetail, RequestRow
from biobank_tui.queries.requests import requests as listed
from biobank_tui.queries.shortage import Short, substitutes
from biobank_tui.rules.lifecycles import RequestState
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.tui.when import day
from biobank_tui.words import _, figure, filled_in, ngettext


async def wait(view: View, found: RequestDetail) -> None:
    """Put what is missing on the wait-list, or take the request off it."""
    session, code = view.session, found.request.code
    if any(line.waiting for line in found.lines):
        question = _("{code} is on the wait-list. Take it off?").format(code=code)
        if await view.app.push_screen_wait(Confirm(question)):
            await work.ask(view, lambda: waiting.stop_waiting(session.bank, session.actor, code))
            view.shell.done(_("{code} waits no longer.").format(code=code))
        return
    changes = [
        Change(line.missing, _("missing in line {line}").format(line=line.place))
        for line in found.lines
        if line.missing
    ]
    question = _("Put {code} on the wait-list? It is served as samples come free, the longest wait first.")
    if await view.app.push_screen_wait(Confirm(question.format(code=code), changes, yes=_("Wait"))):
        await work.ask(view, lambda: waiting.wait(session.bank, session.actor, code))
        view.shell.done(_("{code} is on the wait-list.").format(code=code))


async def prolong(view: View, found: RequestDetail) -> None:
    """Let what is reserved stand longer."""
    session, code = view.session, found.request.code
    form = ActForm(
        _("More time for {code}").format(code=code),
        [
            Field("days", _("Days from now"), Kind.NUMBER, value="30", check=_days),
            Field("reason", _("Reason"), required=False),
        ],
        lambda answer: expiring.prolong(
            session.bank, session.actor, code, int(answer["days"]), answer["reason"] or None
        ),
        submit=_("Prolong"),
    )
    if await view.app.push_screen_wait(form) is not None:
        done = form.result
        told = ngettext(
            "{count} reservation stands until {day}.", "{count} reservations stand until {day}.", done.count
        )
        view.shell.done(told.format(count=figure(done.count), day=day(done.until)))


def _days(value: object) -> str | None:
    return None if str(value).isdigit() and int(str(value)) else _("Write a whole number, 1 or more.")


async def sweep(view: View) -> None:
    """End what has run out, tell projects what soon will, serve those who wait."""
    session = view.session
    done = await work.ask(view, lambda: expiring.sweep(session.bank, session.actor))
    told = [
        ngettext("{count} reservation had run out.", "{count} reservations had run out.", done.expired).format(
            count=done.expired
        ),
        ngettext(
            "{count} soon will, and its project was told.", "{count} soon will, and their projects were told.",
            done.noticed,
        ).format(count=figure(done.noticed)),
    ]  # fmt: skip
    told += [
        _("{code} waited and got {count}.").format(code=each.request, count=figure(each.count)) for each in done.served
    ]
    view.shell.done(" ".join(told))


async def instead(view: View, found: RequestDetail, small_cell: int) -> None:
    """What would do instead: lines asked otherwise; a line still with its project takes the one chosen."""
    session, code = view.session, found.request.code

    def ask() -> tuple[Short, ...]:
        with session.bank.read() as connection:
            return substitutes(connection, code, small_cell=small_cell, reader=session.actor.person_id)

    short = [each for each in await work.ask(view, ask) if each.ways]
    if not short:
        view.shell.say(
            Level.NOTE, _("Nothing would give more: every line has what it lacks, or there is no other way.")
        )
        return
    options = [
        Option(
            f"{each.line}:{number}",
            _("line {line} without {what}").format(line=each.line, what=way.without),
            _("{count} eligible: {criteria}").format(
                count=_("few") if way.eligible is None else figure(way.eligible), criteria=way.criteria
            ),
        )
        for each in short
        for number, way in enumerate(each.ways)
    ]
    chosen = await view.app.push_screen_wait(Choose(_("What would do instead"), options))
    if chosen is None:
        return
    place, _colon, number = chosen.partition(":")
    way = next(each for each in short if each.line == int(place)).ways[int(number)]
    line = next(each for each in found.lines if each.place == int(place))
    with_project = found.request.state in (RequestState.DRAFT, RequestState.CHANGES_REQUESTED)
    if not with_project or line.criteria is None:
        view.shell.say(Level.NOTE, _("Send the request back with this as your reason, or have a new one drawn up."))
        return
    least = "" if way.without.startswith("≥") else None
    change = LineChange(code, line.place, way.criteria, None, least)
    await work.ask(view, lambda: requests.change_line(session.bank, session.actor, change))
    view.shell.done(_("Line {line} asks for {criteria} now.").format(line=line.place, criteria=way.criteria))


async def transfer(view: View, found: RequestDetail) -> None:
    """Decide that what is reserved here goes to another request."""
    session, code = view.session, found.request.code

    def others() -> list[RequestRow]:
        with session.bank.read() as connection:
            filling = (RequestState.APPROVED, RequestState.IN_FULFILMENT)
            return [row for row in listed(connection) if row.state in filling and row.code != code]

    known = await work.ask(view, others)
    if not known:
        view.shell.say(Level.WARN, _("No other request is approved and open."))
        return
    held = sum(line.reserved for line in found.lines)
    fields = [
        Field(
            "target",
            _("To"),
            Kind.CHOICE,
            [Option(row.code, f"{row.code}  {row.title}", row.project) for row in known],
            known[0].code,
        ),
        Field("line", _("Line there"), Kind.NUMBER, value="1", check=_days),
        Field("samples", _("Samples"), required=False, hint=_("all that are reserved, or their codes")),
        Field("reason", _("Reason"), hint=_("both projects read it")),
    ]

    def asked(answer: Answer) -> Transfer:
        codes = tuple(answer["samples"].replace(",", " ").split())
        return Transfer(code, answer["target"], answer["reason"], codes, int(answer["line"]))

    def preview(answer: Answer) -> Preview:
        count = len(asked(answer).samples) or held
        change = counted(
            count, "{count:goes|go} from {source} to {target}, by a new decision", Tone.WARN,
            source=code, target=answer["target"],
        )  # fmt: skip
        return Preview(_("Transfer them?"), (change,))

    form = ActForm(
        _("Transfer from {code}").format(code=code),
        fields,
        lambda answer: transferring.transfer(session.bank, session.actor, asked(answer)),
        preview=preview,
        places={"transfer.absent": "samples", "request.line": "line", "reason": "reason", "transfer": "target"},
        submit=_("Transfer"),
    )
    if await view.app.push_screen_wait(form) is None:
        return
    done = form.result
    told = ngettext(
        "{count} sample went to {target}, reserved until {day}.",
        "{count} samples went to {target}, reserved until {day}.",
        len(done.samples),
    ).format(count=figure(len(done.samples)), target=done.target, day=day(done.expires))
    duties = " ".join(filled_in(duty.sentence, duty.facts) for duty in done.obligations)
    view.shell.done(f"{told} {duties}".strip())
