"""Work-lists of the bench that are no list of things to open, but an act that is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.ports import Level
from biobank_tui.words import _

if TYPE_CHECKING:
    from biobank_tui.queries.worklists import Work
    from biobank_tui.tui.screens.bench import Bench


async def done(bench: Bench, wanted: Work) -> bool:
    """Do what is due, after asking; False where the list is one of things to open."""
    # The store is imported with these, which the first frame does not wait for.
    from biobank_tui.queries.worklists import Work
    from biobank_tui.tui.screens import donor_ends, print_queue

    verbs = {Work.RESERVATIONS_RUN_OUT: "request.sweep", Work.CONSENTS_RUN_OUT: "consent.expire"}
    denied = bench.session.may(verbs[wanted]) if wanted in verbs else None
    app = work.app_of(bench)
    try:
        if denied is not None:
            bench.shell.say(Level.WARN, denied)
        elif wanted is Work.TO_PRINT:
            await print_queue.show_queue(app)
        elif wanted is Work.RESERVATIONS_RUN_OUT:
            if await app.push_screen_wait(Confirm(_("End the reservations that have run out?"))):
                await bench.do_sweep()
        elif wanted is Work.CONSENTS_RUN_OUT:
            if await app.push_screen_wait(Confirm(_("Mark the consents that have run out?"))):
                await donor_ends.expire(bench)
        else:
            return False
    except BiobankError as error:
        app.say_error(error)
    bench.shown_again()
    return True
