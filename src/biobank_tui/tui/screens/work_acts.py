"""What can be done on a pick list besides scanning: start it, cope with a tube that is not there, close it."""

from __future__ import annotations

from biobank_tui.actions import picking
from biobank_tui.actions.picking import Item, Substitution
from biobank_tui.queries import scanning
from biobank_tui.queries.picklists import Hole
from biobank_tui.queries.requests import RequestRow, requests
from biobank_tui.queries.scanning import Substitute
from biobank_tui.rules.lifecycles import RequestState
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.request_acts import start_picking
from biobank_tui.tui.screens.work_picking import Walk
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext

FILLED = (RequestState.APPROVED, RequestState.IN_FULFILMENT)


async def start(view: View) -> None:
    """Choose an approved request and make a pick list of what is reserved for it."""
    session = view.session

    def approved() -> list[RequestRow]:
        with session.bank.read() as connection:
            return [row for row in requests(connection) if row.state in FILLED]

    known = await work.ask(view, approved)
    if not known:
        view.shell.say(Level.WARN, _("No request is approved: nothing can be picked."))
        return
    options = [
        Option(
            row.code,
            f"{row.code}  {row.title}",
            _("{given} of {asked} reserved").format(given=row.reserved + row.picked, asked=row.granted),
        )
        for row in known
    ]
    code = await view.app.push_screen_wait(Choose(_("Pick for which request?"), options))
    if code is not None:
        await start_picking(view, code)


async def missing(view: View, walk: Walk, hole: Hole) -> bool:
    """A tube is not there: mark it missing, then offer what could be taken instead."""
    session, code = view.session, walk.row.code
    form = ActForm(
        _("{sample} is not in {label}").format(sample=hole.code, label=hole.label or _("its place")),
        [Field("reason", _("What is known"), required=False)],
        lambda answer: picking.missing(session.bank, session.actor, Item(code, hole.code, answer["reason"] or None)),
        submit=_("Mark missing"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    view.shell.done(_("{sample} is missing; its place is free.").format(sample=hole.code))
    await _choose_substitute(view, walk, hole, form.result)
    return True


async def substitute(view: View, walk: Walk, hole: Hole) -> bool:
    """Take another tube of the same line in its stead."""
    session = view.session

    def look_up() -> tuple[Substitute, ...]:
        with session.bank.read() as connection:
            return scanning.substitutes(connection, walk.row.code, hole.code, limit=20, at=session.bank.clock())

    return await _choose_substitute(view, walk, hole, await work.ask(view, look_up))


async def _choose_substitute(view: View, walk: Walk, hole: Hole, found: tuple[Substitute, ...]) -> bool:
    session = view.session
    if not found:
        view.shell.say(Level.WARN, _("No other tube is eligible in the stead of {sample}.").format(sample=hole.code))
        return False
    options = [
        Option(
            each.code,
            f"{each.code}  {material_word(each.material)}  {each.amount}",
            (_("same donor") + " · " if each.same_donor else "") + each.place,
        )
        for each in found
    ]
    title = _("Instead of {sample}; Esc takes none").format(sample=hole.code)
    new = await view.app.push_screen_wait(Choose(title, options))
    if new is None:
        return False
    change = Substitution(walk.row.code, hole.code, new)
    await work.ask(view, lambda: picking.substitute(session.bank, session.actor, change))
    place = next(each.place for each in found if each.code == new)
    view.shell.done(_("{new} is on the list instead of {old}: {place}").format(new=new, old=hole.code, place=place))
    return True


async def drop(view: View, walk: Walk, hole: Hole) -> bool:
    """Take a tube off the list, with a reason; it is free for others."""
    session, code = view.session, walk.row.code
    form = ActForm(
        _("Drop {sample} from {code}").format(sample=hole.code, code=code),
        [Field("reason", _("Reason"), hint=_("the ledger keeps it"))],
        lambda answer: picking.drop(session.bank, session.actor, Item(code, hole.code, answer["reason"])),
        submit=_("Drop"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    view.shell.done(_("{sample} is off the list and free.").format(sample=hole.code))
    return True


async def unpick(view: View, walk: Walk, hole: Hole) -> bool:
    """Put a picked tube back: it is to be picked again."""
    session, code = view.session, walk.row.code
    await work.ask(view, lambda: picking.unpick(session.bank, session.actor, Item(code, hole.code)))
    view.shell.done(
        _("{sample} goes back to {label}; it is to be picked again.").format(sample=hole.code, label=hole.label)
    )
    return True


async def close(view: View, walk: Walk) -> bool:
    """Put the list away, after showing what was not picked."""
    session, row = view.session, walk.row
    changes = [
        counted(row.picked, "{count:tube is|tubes are} picked", Tone.GOOD),
        counted(
            row.to_pick,
            "{count:was not picked: it stays|were not picked: they stay} reserved, for another list",
            Tone.WARN if row.to_pick else Tone.QUIET,
        ),
    ]
    if row.missing:
        changes.append(counted(row.missing, "{count:is|are} missing", Tone.BAD))
    if not await view.app.push_screen_wait(
        Confirm(_("Close {code}?").format(code=row.code), changes, yes=_("Close it"))
    ):
        return False
    left = await work.ask(view, lambda: picking.close(session.bank, session.actor, row.code))
    told = ngettext(
        "{code} is closed; {count} tube was not picked.", "{code} is closed; {count} tubes were not picked.", left
    )
    view.shell.done(told.format(code=row.code, count=figure(left)))
    return True
