"""Room is found: boxes for so many tubes by one way or another, or units for so many boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biobank_tui.queries import room
from biobank_tui.queries import storage as storage_queries
from biobank_tui.queries.room import Wanted, Way
from biobank_tui.queries.storage import Unit
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.temperatures import TEMPERATURES
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer, Form
from biobank_tui.tui.screens.storage_box import temperature_word
from biobank_tui.words import _, figure, mark, phrase

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.tui.screens.storage import Storage

WAYS = {
    Way.ONE_BOX: mark("all in one box, the fullest first"),
    Way.LEAST_EMPTY: mark("shared out over the fullest"),
    Way.EMPTY_BOXES: mark("empty boxes only"),
    Way.SAME_BOX: mark("beside a tube, then in boxes next to it"),
}
BOXES = "boxes"
Offer = tuple[Unit, str]
"""A unit, and what it offers in words."""


async def find_room(view: Storage, within: Unit | None) -> Unit | None:
    """Ask for how many tubes or boxes; choose among the units that have room."""
    degrees = [Option(kind.code, _(kind.label)) for kind in TEMPERATURES.values()]
    ways = [*(Option(str(way), _(said)) for way, said in WAYS.items()), Option(BOXES, _("room for whole boxes"))]
    fields = [
        Field("count", _("How many"), Kind.NUMBER, value="20", check=_whole),
        Field("way", _("How"), Kind.CHOICE, ways, str(Way.ONE_BOX)),
        Field("temperature", _("Temperature"), Kind.CHOICE, degrees, required=False, hint=_("any")),
        Field("within", _("Inside"), required=False, value="", hint=within.code if within else _("anywhere")),
        Field("beside", _("Beside"), required=False, hint=_("scan a tube")),
    ]
    answer = await view.app.push_screen_wait(Form(_("Find room"), fields, submit=_("Find")))
    if answer is None:
        return None
    session, count = view.session, int(answer["count"])

    def look_up() -> tuple[tuple[Offer, ...], dict[int, str]]:
        with session.bank.read() as connection:
            found = _offers(connection, answer, count)
            return found, storage_queries.places_in_words(connection, [unit.id for unit, _said in found])

    found, words = await work.ask(view, look_up)
    if not found:
        view.shell.say_error(_no_room(count))
        return None
    options = [
        Option(str(unit.id), words[unit.id], " · ".join(filter(None, (said, temperature_word(unit.temperature)))))
        for unit, said in found
    ]
    chosen = await view.app.push_screen_wait(Choose(_("Room for {count}").format(count=figure(count)), options))
    return next((unit for unit, _said in found if str(unit.id) == chosen), None)


def _offers(connection: Connection, answer: Answer, count: int) -> tuple[Offer, ...]:
    within, cold = answer["within"] or None, answer["temperature"]
    if answer["way"] == BOXES:
        berths = room.berths_for(connection, count, within=within, temperature=cold, limit=40)
        return tuple((each.unit, phrase("room for {count} {count:box|boxes}", count=each.free)) for each in berths)
    way = Way.SAME_BOX if answer["beside"] else Way(answer["way"])
    shares = room.boxes_for(connection, Wanted(count, within, cold, beside=answer["beside"] or None), way)
    return tuple(
        (
            share.unit,
            _("{count} free").format(count=figure(share.unit.free))
            if share.tubes == count
            else _("{tubes} of them, {count} free").format(tubes=figure(share.tubes), count=figure(share.unit.free)),
        )
        for share in shares
    )


def _no_room(count: int) -> BiobankError:
    return BiobankError("room.none", "Nothing in service has such room for {count}.", count=count)


def _whole(value: object) -> str | None:
    number = int(str(value)) if str(value).isdigit() else 0
    return None if 1 <= number <= 10_000 else _("Write a whole number from 1 to 10,000.")
