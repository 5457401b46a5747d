"""The commands of the storage screen that go beyond the open box: units, room, failures, lists of moves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from biobank_tui.rules.permissions import Verb
from biobank_tui.tui import work
from biobank_tui.tui.ports import Found
from biobank_tui.tui.screens import storage_lists as lists
from biobank_tui.tui.screens import storage_units as units
from biobank_tui.tui.screens.storage_labels import label_units
from biobank_tui.tui.screens.storage_lists import Errand
from biobank_tui.tui.screens.storage_room import find_room

if TYPE_CHECKING:
    from biobank_tui.tui.screens.storage import Storage


class UnitCommands:
    """What the storage view does with units and lists. errand: the list of moves being worked through."""

    errand: Errand | None = None

    @property
    def _view(self) -> Storage:
        return cast("Storage", self)

    async def do_new(self) -> None:
        """Make units from one line."""
        made = await units.new_units(self._view, self._view.unit)
        if made is not None:
            self._open(made.code)
            if self._view.session.may(Verb.LABEL_PRINT) is None:
                await label_units(self._view, made)

    async def do_edit(self) -> None:
        """Set a unit up anew."""
        if self._view.unit is not None:
            await units.set_up(self._view, self._view.unit)
            self._view.shown_again()

    async def do_room(self) -> None:
        """Find room for so many tubes or boxes."""
        unit = await find_room(self._view, self._view.unit)
        if unit is not None:
            self._open(unit.code)

    async def do_service(self) -> None:
        """Change the service state."""
        if self._view.unit is not None:
            await units.set_service(self._view, self._view.unit)
            self._view.shown_again()

    async def do_stand(self) -> None:
        """Move a unit."""
        if self._view.unit is not None:
            await units.stand_elsewhere(self._view, self._view.unit)
            self._view.shown_again()

    async def do_label(self) -> None:
        """Print labels of a unit, or of all of a kind inside it."""
        if self._view.unit is not None:
            await label_units(self._view, self._view.unit)

    async def do_fail(self) -> None:
        """A unit fails: mark it, and plan where everything goes."""
        if self._view.unit is not None:
            code = await lists.fail_unit(self._view, self._view.unit)
            self._view.shown_again()
            await self._begin(code)

    async def do_failing(self) -> None:
        """What fails, and what was in it."""
        code = await lists.show_failing(self._view)
        if code is not None:
            self._find(code)

    async def do_free(self) -> None:
        """Propose which boxes to free."""
        await self._begin(await lists.free_boxes(self._view, self._view.unit))

    async def do_lists(self) -> None:
        """Work through a list of moves; while one is, say what becomes of the rest of it."""
        if self.errand is None:
            await self._begin(await lists.choose_list(self._view))
        elif self.errand.next is None or await lists.finish_list(self._view, self.errand):
            self.end_errand()
            self._view.shown_again()

    async def do_out(self) -> None:
        """Which tubes are out."""
        code = await lists.show_out(self._view)
        if code is not None:
            self._find(code)

    async def _begin(self, code: str | None) -> None:
        """Go on with a list of moves: each scan does the move of what was scanned."""
        if code is None:
            return
        session = self._view.session
        self._begun(await work.ask(self._view, lambda: lists.errand_of(session, code)))

    def take_up(self, code: str) -> None:
        """Go on with the list that was scanned."""
        work.run(self._view, "errand", partial(lists.errand_of, self._view.session, code), self._begun)

    def _begun(self, errand: Errand) -> None:
        self.errand = errand
        self._view.stop_placing()
        self.show_next()

    def show_next(self) -> None:
        """Open the box that the next move takes from."""
        coming = self.errand.next if self.errand is not None else None
        if coming is not None and coming.now and not coming.whole_box:
            self._open(coming.now.rpartition(" ")[0] or coming.now)
        self._view.show_mode()

    def end_errand(self) -> None:
        """Leave the list; what is left of it can be gone on with."""
        self.errand = None
        self._view.show_mode()

    def _open(self, code: str) -> None:
        self._view.open_thing(Found("storage_unit", 0, code, "", "storage"))

    def _find(self, code: str) -> None:
        """Open whatever goes by this code, in its own screen."""
        finder = self._view.session.finder
        answer = finder.scan(code) if finder is not None else None
        if answer is not None and isinstance(answer.value, Found):
            self._view.shell.open_found(answer.value)
