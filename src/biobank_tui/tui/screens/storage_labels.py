"""Labels of storage units: of one, of all of a kind inside it, or of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.screens.sample_labels import print_labels
from biobank_tui.words import _, figure, ngettext

if TYPE_CHECKING:
    from biobank_tui.queries.storage import Unit
    from biobank_tui.tui.screens.storage import Storage

ITSELF: Final = "."
ALL: Final = "*"


async def label_units(view: Storage, unit: Unit) -> bool:
    """Ask whose labels, where there is more than one choice, and print them."""
    session = view.session
    chosen: str | None = ITSELF
    if unit.children:

        def count() -> dict[str, int]:
            from biobank_tui.queries.labelling import kinds_inside

            with session.bank.read() as connection:
                return kinds_inside(connection, unit.code)

        found = await work.ask(view, count)
        chosen = await view.app.push_screen_wait(
            Choose(_("Labels of {unit}").format(unit=unit.code), _options(unit, found))
        )
    if chosen is None:
        return False
    if chosen == ITSELF:
        return await print_labels(view, [unit.code], "storage_unit")
    kind = None if chosen == ALL else chosen

    def codes() -> list[str]:
        from biobank_tui.queries.labelling import inside

        with session.bank.read() as connection:
            return inside(connection, unit.code, kind)

    return await print_labels(view, await work.ask(view, codes), "storage_unit")


def _options(unit: Unit, found: dict[str, int]) -> list[Option]:
    options = [Option(ITSELF, _("{unit} alone").format(unit=unit.code))]
    for kind, count in reversed(found.items()):
        told = ngettext("{count} unit of the kind {kind}", "{count} units of the kind {kind}", count)
        options.append(Option(kind, told.format(count=figure(count), kind=_(kind))))
    if len(found) > 1:
        count = sum(found.values()) + 1
        told = ngettext("{count} unit: all there are", "{count} units: all there are", count)
        options.append(Option(ALL, told.format(count=figure(count))))
    return options
