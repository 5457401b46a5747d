"""Undoing, as people do it: what it would do, counted, then the act as a new entry of the ledger."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Change, Confirm
from biobank_tui.tui.status import Tone, look
from biobank_tui.wall import clock
from biobank_tui.words import _, filled_in

if TYPE_CHECKING:
    from biobank_tui.queries.undoing import Effect
    from biobank_tui.tui.app import BiobankApp


async def undo(app: BiobankApp, number: int | None = None) -> bool:
    """Undo an entry, or the person's own last act; whether it was done. A refusal is raised, to be shown."""
    from biobank_tui.actions import undoing
    from biobank_tui.tui.screens.sample_pane import verb_word

    session = app.session
    if session is None:
        return False
    owner = app.view or app.base
    plan = await work.ask(owner, partial(undoing.foresee, session.bank, session.actor, number))
    act = plan.act
    facts = {
        "what": verb_word(act.verb),
        "subject": act.subject or "",
        "number": act.number,
        "when": clock(act.at),
    }
    question = _("Undo {what} {subject} of {when} (entry {number})?").format(**facts)
    changes = [Change(each.count, said(each), Tone.WARN if each.heed else Tone.PLAIN) for each in plan.effects]
    if not await app.push_screen_wait(Confirm(question, changes, yes=_("Undo"))):
        return False
    done = await work.ask(owner, partial(undoing.undo, session.bank, session.actor, act.number))
    app.done(_("Undone: {what} {subject} (entry {number}), by entry {entry}.").format(**facts | {"entry": done.entry}))
    if app.view is not None:
        app.view.changed()
    return True


def said(effect: Effect) -> str:
    """An effect in the language in use."""
    facts = {name: look("sample", value).word if name == "status" else value for name, value in effect.told.items()}
    return filled_in(effect.sentence, facts)
