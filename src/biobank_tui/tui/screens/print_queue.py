"""The print queue: what waits for a printer, going on with it, and what is said when a printer stops."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from biobank_tui.rules.moments import today
from biobank_tui.rules.printing import Doubt, JobState
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field
from biobank_tui.tui.longwork import carry_out
from biobank_tui.tui.ports import Level
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.when import ago
from biobank_tui.tui.work import Progress, Stopped
from biobank_tui.words import _, figure, ngettext, phrase

if TYPE_CHECKING:
    from biobank_tui.actions.printing import Printing
    from biobank_tui.queries.printing import JobRow
    from biobank_tui.tui.app import BiobankApp

GO_ON: Final = "go_on"
ELSEWHERE: Final = "elsewhere"
GIVE_UP: Final = "give_up"


async def show_queue(app: BiobankApp) -> None:
    """List the jobs that wait or stopped; go on with one, or give it up."""
    session = app.session
    assert session is not None

    def read() -> tuple[JobRow, ...]:
        from biobank_tui.queries.printing import jobs

        with session.bank.read() as connection:
            return jobs(connection)

    rows = await work.ask(app, read)
    if not rows:
        app.say(Level.NOTE, _("No label waits for a printer."))
        return
    chosen = await app.push_screen_wait(Choose(_("Print queue"), [_option(row) for row in rows]))
    row = next((each for each in rows if str(each.id) == chosen), None)
    if row is not None:
        await _at(app, row)


def _option(row: JobRow) -> Option:
    facts = {"done": row.printed, "all": row.labels, "target": row.target}
    label = f"{row.id}  {look('print_job', row.state).word}  " + _("{done} of {all} to {target}").format(**facts)
    details = [f"{row.by} {ago(row.made, today())}"]
    if row.said:
        details.insert(0, _(row.said))
    if row.doubtful:
        details.insert(
            0, ngettext("{count} doubtful", "{count} doubtful", row.doubtful).format(count=figure(row.doubtful))
        )
    return Option(str(row.id), label, " · ".join(details))


async def _at(app: BiobankApp, row: JobRow) -> None:
    """What to do with one job."""
    next_one = _("from label {place}, {code}").format(place=row.next_place, code=row.next_code)
    options = [
        Option(GO_ON, _("Go on"), next_one if row.next_place is not None else _("nothing waits but what is doubtful")),
        Option(ELSEWHERE, _("Go on at another printer"), next_one if row.next_place is not None else ""),
        Option(GIVE_UP, _("Give up"), phrase("{count} {count:label is|labels are} not printed", count=row.waiting)),
    ]
    title = _("Print job {job}: {stock}").format(job=row.id, stock=row.stock)
    what = await app.push_screen_wait(Choose(title, options))
    if what == GIVE_UP:
        await _give_up(app, row)
    elif what is not None:
        await _go_on(app, row, elsewhere=what == ELSEWHERE)


async def _go_on(app: BiobankApp, row: JobRow, *, elsewhere: bool) -> None:
    from biobank_tui.actions import printing

    session = app.session
    assert session is not None
    doubtful = None
    if row.doubtful or row.state == JobState.PRINTING:
        answer = await app.push_screen_wait(Choose(await _question(app, row), _doubts()))
        if answer is None:
            return
        doubtful = Doubt(answer)
    if elsewhere:
        take = partial(printing.take_up, session.bank, session.actor, row.id, doubtful=doubtful)
        form = ActForm(
            _("Go on at another printer"),
            [Field("target", _("To"), hint="tcp://HOST:9100, lp:QUEUE")],
            lambda answer: take(target=answer["target"]),
            submit=_("Print"),
        )
        if await app.push_screen_wait(form) is None:
            return
    else:
        await work.ask(app, partial(printing.take_up, session.bank, session.actor, row.id, doubtful=doubtful))
    again = row.doubtful if doubtful is Doubt.AGAIN else 0
    await print_job(app, row.id, row.waiting + again)


def _doubts() -> list[Option]:
    return [
        Option(Doubt.PRINTED, _("It came out"), _("the next one is printed")),
        Option(Doubt.AGAIN, _("It did not come out"), _("it is printed again")),
    ]


async def _question(app: BiobankApp, row: JobRow) -> str:
    from biobank_tui.queries.printing import labels_in
    from biobank_tui.rules.printing import LabelState

    session = app.session
    assert session is not None

    def read() -> tuple[tuple[int, str], ...]:
        with session.bank.read() as connection:
            found = labels_in(connection, row.id, LabelState.DOUBTFUL, LabelState.SENT)
            return tuple((each.place, each.code) for each in found)

    unsure = await work.ask(app, read)
    if not unsure:
        return _("Somebody seems to print job {job}. Take it over?").format(job=row.id)
    place, code = unsure[0]
    if len(unsure) == 1:
        return _("Look at the printer: did label {place}, {code}, come out?").format(place=place, code=code)
    told = _("Look at the printer: did labels {place} to {last} come out, {code} and on?")
    return told.format(place=place, last=unsure[-1][0], code=code)


async def print_job(app: BiobankApp, number: int, waiting: int) -> None:
    """Print what waits of a job behind a bar; Esc stops after the label at hand."""
    from biobank_tui.actions import printing

    session = app.session
    assert session is not None

    def act(progress: Progress) -> Printing:
        return printing.work_off(session.bank, session.actor, number, progress.step)

    title = ngettext("Printing {count} label", "Printing {count} labels", waiting).format(count=figure(waiting))
    try:
        tell(app, await carry_out(app, title, act, waiting))
    except Stopped:
        app.say(Level.WARN, _("Stopped; the rest waits in print job {job}: F6.").format(job=number))
    if app.view is not None:
        app.view.changed()


def tell(app: BiobankApp, done: Printing) -> None:
    """How a job stands; rings where the printer stopped."""
    told = ngettext("{count} label printed to {target}.", "{count} labels printed to {target}.", done.printed)
    said = told.format(count=figure(done.printed), target=done.target)
    if done.refused:
        more = ngettext(
            "{count} is not printed: its donor has withdrawn.",
            "{count} are not printed: their donors have withdrawn.",
            len(done.refused),
        )
        said += " " + more.format(count=figure(len(done.refused)))
    if done.done:
        app.say(Level.WARN if done.refused else Level.GOOD, said)
        return
    said = _("Stopped after {printed}: {reason}.").format(printed=done.printed, reason=_(done.said))
    if done.doubtful:
        place, code = done.doubtful[0]
        said += " " + _("Label {place}, {code}, may have come out.").format(place=place, code=code)
    said += " " + phrase("{waiting} {waiting:waits|wait} in print job {job}: F6.", waiting=done.waiting, job=done.job)
    app.say(Level.BAD, said)
    app.bell()


async def _give_up(app: BiobankApp, row: JobRow) -> None:
    from biobank_tui.actions import printing

    session = app.session
    assert session is not None
    changes = [counted(row.waiting, "{count:label is|labels are} not printed", Tone.WARN)]
    if row.doubtful:
        changes.append(Change(row.doubtful, _("may have come out: printing them again needs a reason"), Tone.BAD))
    question = Confirm(_("Give up print job {job}?").format(job=row.id), changes, tone=Tone.BAD)
    if not await app.push_screen_wait(question):
        return
    left = await work.ask(app, partial(printing.cancel, session.bank, session.actor, row.id))
    app.say(
        Level.GOOD,
        phrase(
            "Print job {job} is given up; {count} {count:label was|labels were} not printed.", job=row.id, count=left
        ),
    )
