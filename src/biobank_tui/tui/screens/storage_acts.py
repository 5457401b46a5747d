"""What can be done to the tubes under the cursor: each asks, previews, and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biobank_tui.actions import placing
from biobank_tui.actions.placing import Placing
from biobank_tui.queries.storage import Unit
from biobank_tui.rules import positions
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.storing import OVERRIDABLE
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field
from biobank_tui.tui.form import Form
from biobank_tui.tui.widgets.boxgrid import Position
from biobank_tui.words import _, figure, ngettext, sentence

if TYPE_CHECKING:
    from biobank_tui.tui.screens.storage import Storage


@dataclass(frozen=True, slots=True)
class Lifted:
    """A tube in hand: its code, and the place it would go back to."""

    code: str
    unit: str
    position: str


async def put_down(view: Storage, lifted: Sequence[Lifted], unit: Unit, order: Sequence[Position]) -> bool:
    """Put the tubes in hand into these free positions, the first of them for the first tube."""
    box = view.box
    assert box is not None
    spots = [positions.label(box.layout, *position) for position in order[: len(lifted)]]
    if len(spots) < len(lifted):
        view.shell.say_error(
            BiobankError(
                "move.short",
                "{unit} has {free} free {free:place|places} from here on, for {count} {count:tube|tubes}.",
                unit=unit.code,
                free=len(spots),
                count=len(lifted),
            )
        )
        return False
    target = _("{unit}, {first} to {last}").format(unit=unit.code, first=spots[0], last=spots[-1])
    changes = [counted(len(lifted), "{count:tube goes|tubes go} to {place}", place=target)]
    question = _("Put the tubes down here?")
    if len(lifted) > 1 and not await view.app.push_screen_wait(Confirm(question, changes, yes=_("Put down"))):
        return False
    moves = [Placing(tube.code, unit.code, spot) for tube, spot in zip(lifted, spots, strict=True)]
    if not await _place(view, moves):
        return False
    told = ngettext("{count} tube moved to {place}.", "{count} tubes moved to {place}.", len(lifted))
    place = f"{unit.code} {spots[0]}" if len(lifted) == 1 else target
    view.shell.done(told.format(count=figure(len(lifted)), place=place))
    return True


async def _place(view: Storage, moves: Sequence[Placing]) -> bool:
    """Place; where a manager may override the refusal, ask for the reason."""
    session = view.session
    try:
        await work.ask(view, lambda: placing.place(session.bank, session.actor, moves))
    except BiobankError as refused:
        # Who may lift holds is a manager; the action judges again.
        if refused.code not in OVERRIDABLE or session.may("sample.release") is not None:
            raise
        reason = Field("reason", _("Reason to override"), hint=_("the ledger keeps it"))
        answer = await view.app.push_screen_wait(Form(sentence(refused), [reason], submit=_("Override")))
        if answer is None:
            return False
        await work.ask(view, lambda: placing.place(session.bank, session.actor, moves, override=str(answer["reason"])))
    return True


async def take_out(view: Storage, codes: Sequence[str]) -> bool:
    """Take tubes out; each keeps its place."""
    session = view.session
    title = ngettext("Take {count} tube out", "Take {count} tubes out", len(codes)).format(count=figure(len(codes)))
    form = ActForm(
        title,
        [Field("purpose", _("What for"), required=False)],
        lambda answer: placing.check_out(session.bank, session.actor, codes, answer["purpose"] or None),
        submit=_("Take out"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    told = ngettext(
        "{count} tube is out; its place is kept.", "{count} tubes are out; their places are kept.", form.result
    )
    view.shell.done(told.format(count=figure(form.result)))
    return True


async def put_back(view: Storage, codes: Sequence[str]) -> bool:
    """Put tubes back; a thawed one counts a freeze-thaw cycle more."""
    session = view.session
    title = ngettext("Put {count} tube back", "Put {count} tubes back", len(codes)).format(count=figure(len(codes)))
    options = [Option("no", _("still frozen")), Option("yes", _("it thawed"), _("counts one freeze-thaw cycle more"))]
    state = await view.app.push_screen_wait(Choose(title, options))
    if state is None:
        return False
    n = await work.ask(view, lambda: placing.put_back(session.bank, session.actor, codes, thawed=state == "yes"))
    told = ngettext("{count} tube is back in its place.", "{count} tubes are back in their places.", n)
    view.shell.done(told.format(count=figure(n)))
    return True
