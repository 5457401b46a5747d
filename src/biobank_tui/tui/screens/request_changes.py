"""How a request changes on its way: its lines while it is with its project, what is given back, and its end."""

from __future__ import annotations

from biobank_tui.actions import releasing, requests
from biobank_tui.actions.releasing import Release
from biobank_tui.actions.requests import LineChange
from biobank_tui.queries.requests import RequestDetail
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext


async def change_line(view: View, found: RequestDetail) -> None:
    """Ask for something else in a line of a draft, or of a request sent back."""
    session, code = view.session, found.request.code
    lines = {str(line.place): line for line in found.lines}
    place = next(iter(lines), "")
    if len(lines) > 1:
        options = [Option(key, f"{key}. {line.criteria or _('named samples')}") for key, line in lines.items()]
        chosen = await view.app.push_screen_wait(Choose(_("Change which line?"), options))
        if chosen is None:
            return
        place = chosen
    line = lines[place]
    fields = [
        Field("asked", _("How many"), Kind.NUMBER, value=str(line.asked), check=_whole),
        Field("least", _("At least, each"), required=False, value=line.least, hint="200 µL"),
    ]
    if line.criteria is not None:
        fields.insert(0, Field("criteria", _("Samples"), value=line.criteria))

    def act(answer: Answer) -> object:
        change = LineChange(code, line.place, answer.get("criteria"), int(answer["asked"]), answer["least"])
        return requests.change_line(session.bank, session.actor, change)

    title = _("Line {line} of {code}").format(line=line.place, code=code)
    places = {"line.asked": "asked", "amount": "least"}
    if await view.app.push_screen_wait(ActForm(title, fields, act, places=places)) is not None:
        view.shell.done(_("Line {line} is changed; h hands the request in.").format(line=line.place))


def _whole(value: object) -> str | None:
    return None if str(value).isdigit() and int(str(value)) else _("Write a whole number, 1 or more.")


async def release(view: View, found: RequestDetail) -> None:
    """Give reserved samples back, with a reason; what has left is not touched."""
    session, code = view.session, found.request.code
    held = sum(line.reserved + line.picked - line.shipped for line in found.lines)
    form = ActForm(
        _("Release what is reserved for {code}").format(code=code),
        [Field("reason", _("Reason"), hint=_("kept with each of them"))],
        lambda answer: releasing.release(session.bank, session.actor, Release(code, answer["reason"])),
        preview=lambda _answer: Preview(
            _("Release them?"),
            (
                counted(
                    held,
                    "{count:reservation ends; its tube is|reservations end; their tubes are} free for others",
                    Tone.WARN,
                ),
            ),
        ),
        submit=_("Release"),
    )
    if await view.app.push_screen_wait(form) is not None:
        told = ngettext("{count} reservation has ended.", "{count} reservations have ended.", form.result)
        view.shell.done(told.format(count=figure(form.result)))


async def finish(view: View, found: RequestDetail) -> None:
    """End a request that is being filled: fulfilled, or closed short where something is missing."""
    session, code = view.session, found.request.code
    asked, given = sum(line.asked for line in found.lines), sum(line.picked for line in found.lines)
    reserved = sum(line.reserved for line in found.lines)
    changes = [Change(given, _("of {count} samples asked for were picked").format(count=figure(asked)))]
    if reserved:
        changes.append(
            counted(
                reserved,
                "{count:reservation that was not picked ends|reservations that were not picked end}",
                Tone.WARN,
            )
        )
    form = ActForm(
        _("Finish {code}").format(code=code),
        [Field("reason", _("Remark"), required=False)],
        lambda answer: requests.close(session.bank, session.actor, code, answer["reason"] or None),
        preview=lambda _answer: Preview(_("Finish {code}?").format(code=code), tuple(changes)),
        submit=_("Finish"),
    )
    if await view.app.push_screen_wait(form) is not None:
        state = look("request", form.result.state).word
        view.shell.done(_("{code} is now: {state}.").format(code=code, state=state))
