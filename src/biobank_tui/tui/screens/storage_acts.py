"""What can be done to storage units and to the tubes under the cursor: each asks, previews, and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biobank_tui.actions import placing, storage
from biobank_tui.actions.placing import Placing
from biobank_tui.actions.storage import NewTree
from biobank_tui.queries import storage as storage_queries
from biobank_tui.queries.storage import Unit
from biobank_tui.rules import positions
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.positions import Scheme, Style
from biobank_tui.rules.temperatures import TEMPERATURES
from biobank_tui.rules.treeplan import Level as PlanLevel
from biobank_tui.rules.treeplan import parse_plan
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer, Form
from biobank_tui.tui.screens.storage_box import FILL_WORDS, temperature_word
from biobank_tui.tui.status import LOOKS, Tone
from biobank_tui.tui.widgets.boxgrid import Position
from biobank_tui.words import _, mark, ngettext, sentence

if TYPE_CHECKING:
    from biobank_tui.tui.screens.storage import Storage

OVERRIDABLE = frozenset({"unit.temperature", "unit.material", "unit.organisation"})
"""Refusals that a manager may override with a reason."""

SCHEMES = {
    "letters": mark("A, B, C …"),
    "letters_no_io": mark("A, B, C … without I and O"),
    "numbers": mark("1, 2, 3 …"),
    "roman": mark("I, II, III …"),
}
STYLES = {"A1": "A1", "A01": "A01", "1A": "1A", "serial": mark("1 to 81")}


@dataclass(frozen=True, slots=True)
class Lifted:
    """A tube in hand: its code, and the place it would go back to."""

    code: str
    unit: str
    position: str


async def new_units(view: Storage, inside: Unit | None) -> str | None:
    """Ask for a plan, show what it makes, make it; the outermost new unit's code."""
    session = view.session

    def preview(answer: Answer) -> Preview:
        where = answer["inside"] or _("the top of the bank")
        changes = plan_changes(parse_plan(answer["plan"]))
        return Preview(_("Make these in {place}?").format(place=where), tuple(changes))

    form = ActForm(
        _("New storage units"),
        _plan_fields(inside),
        lambda answer: storage.add_tree(session.bank, session.actor, _new_tree(answer)),
        preview=preview,
        check=_check_plan,
        places={"plan.": "plan", "storage_unit.": "inside", "unit.": "plan"},
        submit=_("Make"),
    )
    if await view.app.push_screen_wait(form) is None:
        return None
    made = form.result
    told = _("{code}: {units} units with {places} places were made.")
    view.shell.done(told.format(code=made.code, units=f"{made.units:,}", places=f"{made.places:,}"))
    return str(made.code)


def _new_tree(answer: Answer) -> NewTree:
    return NewTree(
        plan=answer["plan"],
        parent=answer["inside"] or None,
        temperature=answer["temperature"],
        row_scheme=answer["rows"],
        column_scheme="letters" if answer["rows"] == "numbers" else "numbers",
        label_style=answer["style"],
        fill_order=answer["order"],
    )


def _plan_fields(inside: Unit | None) -> list[Field]:
    holds = inside is not None and not inside.rows
    degrees = [Option(kind.code, _(kind.label)) for kind in TEMPERATURES.values()]
    return [
        Field("plan", _("Plan"), hint="freezer F41 / 4 racks / 5 drawers / 4 boxes 9x9"),
        Field("inside", _("Inside"), value=inside.code if inside and holds else "", required=False, hint=_("the top")),
        Field("temperature", _("Temperature"), Kind.CHOICE, degrees, required=False, hint=_("as what it stands in")),
        Field("rows", _("Rows labelled"), Kind.CHOICE, [Option(k, _(v)) for k, v in SCHEMES.items()], Scheme.LETTERS),
        Field("style", _("Positions"), Kind.CHOICE, [Option(k, _(v)) for k, v in STYLES.items()], Style.ROW_COLUMN),
        Field(
            "order",
            _("Filled along"),
            Kind.CHOICE,
            [Option(str(order), _(said)) for order, said in FILL_WORDS.items()],
            str(storage_queries.DEFAULT_FILL),
        ),
    ]


def _check_plan(answer: Answer) -> dict[str, str]:
    try:
        parse_plan(answer["plan"])
    except BiobankError as wrong:
        return {"plan": sentence(wrong)}
    return {}


def plan_changes(levels: Sequence[PlanLevel]) -> list[Change]:
    """What a plan makes, counted level by level, and the positions in all."""
    changes, width, places = [], 1, 0
    for level in levels:
        width *= level.count
        grid = f" {level.rows} × {level.columns}" if level.rows and level.columns else ""
        changes.append(Change(width, f"{_(level.kind)}{grid}"))
        places += width * (level.rows or 0) * (level.columns or 0)
    return [*changes, Change(places, _("positions in all"), Tone.ACCENT)]


async def set_service(view: Storage, unit: Unit) -> None:
    """Choose a unit's service state; all inside it takes the same."""
    options = [
        Option(str(state), LOOKS["service"][state].glyph + " " + LOOKS["service"][state].word) for state in ServiceState
    ]
    state = await view.app.push_screen_wait(
        Choose(_("Service of {unit}").format(unit=unit.code), options, [unit.service])
    )
    if state is None or state == unit.service:
        return
    session = view.session

    def inside() -> int:
        with session.bank.read() as connection:
            return len(storage_queries.subtree(connection, unit.code))

    units = await work.ask(view, inside)
    word = LOOKS["service"][state].word
    changes = [
        Change(units, _("units become: {state}").format(state=word)),
        Change(unit.tubes, _("tubes are in them"), Tone.QUIET),
    ]
    question = _("Set {unit} to {state}?").format(unit=unit.code, state=word)
    if units > 1 and not await view.app.push_screen_wait(Confirm(question, changes)):
        return
    await work.ask(view, lambda: storage.set_service(session.bank, session.actor, unit.code, state))
    view.shell.done(_("{unit} is now: {state}.").format(unit=unit.code, state=word))


async def stand_elsewhere(view: Storage, unit: Unit) -> None:
    """Stand a unit with all it holds inside another."""
    session = view.session

    def preview(answer: Answer) -> Preview:
        with session.bank.read() as connection:
            if answer["target"]:
                storage_queries.unit(connection, answer["target"])
            units = len(storage_queries.subtree(connection, unit.code))
        question = _("Stand {unit} in {target}?").format(unit=unit.code, target=answer["target"] or _("the top"))
        return Preview(question, (Change(units, _("units move")), Change(unit.tubes, _("tubes move with them"))))

    def act(answer: Answer) -> int:
        return storage.move_unit(session.bank, session.actor, unit.code, answer["target"] or None)

    target = Field("target", _("Inside"), required=False, hint=_("a code; empty: the top"))
    title = _("Stand {unit} elsewhere").format(unit=unit.code)
    form = ActForm(title, [target], act, preview=preview, submit=_("Move"))
    if await view.app.push_screen_wait(form) is None:
        return
    moved: int = form.result
    view.shell.done(ngettext("{count} unit moved.", "{count} units moved.", moved).format(count=moved))


async def find_room(view: Storage, within: Unit | None) -> Unit | None:
    """Ask for how many tubes; choose among the boxes that have room."""
    degrees = [Option(kind.code, _(kind.label)) for kind in TEMPERATURES.values()]
    fields = [
        Field("tubes", _("Tubes"), Kind.NUMBER, value="20", check=_whole),
        Field("temperature", _("Temperature"), Kind.CHOICE, degrees, required=False, hint=_("any")),
        Field("within", _("Inside"), required=False, value="", hint=within.code if within else _("anywhere")),
    ]
    answer = await view.app.push_screen_wait(Form(_("Find room"), fields, submit=_("Find")))
    if answer is None:
        return None
    session, tubes = view.session, int(answer["tubes"])

    def look_up() -> tuple[tuple[Unit, ...], dict[int, str]]:
        with session.bank.read() as connection:
            found = storage_queries.room(
                connection, tubes, within=answer["within"] or None, temperature=answer["temperature"], limit=40
            )
            return found, storage_queries.places_in_words(connection, [unit.id for unit in found])

    found, words = await work.ask(view, look_up)
    if not found:
        view.shell.say_error(_no_room(tubes))
        return None
    options = [
        Option(
            str(unit.id),
            words[unit.id],
            " · ".join(filter(None, (_("{count} free").format(count=unit.free), temperature_word(unit.temperature)))),
        )
        for unit in found
    ]
    title = _("Room for {count} tubes, the fullest first").format(count=tubes)
    chosen = await view.app.push_screen_wait(Choose(title, options))
    return next((unit for unit in found if str(unit.id) == chosen), None)


def _no_room(tubes: int) -> BiobankError:
    return BiobankError("room.none", "No box in service has room for {count} tubes at once.", count=tubes)


def _whole(value: object) -> str | None:
    number = int(str(value)) if str(value).isdigit() else 0
    return None if 1 <= number <= 10_000 else _("Write a whole number from 1 to 10,000.")


async def put_down(view: Storage, lifted: Sequence[Lifted], unit: Unit, order: Sequence[Position]) -> bool:
    """Put the tubes in hand into these free positions, the first of them for the first tube."""
    box = view.box
    assert box is not None
    spots = [positions.label(box.layout, *position) for position in order[: len(lifted)]]
    if len(spots) < len(lifted):
        view.shell.say_error(
            BiobankError(
                "move.short",
                "{unit} has {free} free places from here on, for {count} tubes.",
                unit=unit.code,
                free=len(spots),
                count=len(lifted),
            )
        )
        return False
    target = _("{unit}, {first} to {last}").format(unit=unit.code, first=spots[0], last=spots[-1])
    changes = [Change(len(lifted), _("tubes go to {place}").format(place=target))]
    question = _("Put the tubes down here?")
    if len(lifted) > 1 and not await view.app.push_screen_wait(Confirm(question, changes, yes=_("Put down"))):
        return False
    moves = [Placing(tube.code, unit.code, spot) for tube, spot in zip(lifted, spots, strict=True)]
    if not await _place(view, moves):
        return False
    told = ngettext("{count} tube moved to {place}.", "{count} tubes moved to {place}.", len(lifted))
    place = f"{unit.code} {spots[0]}" if len(lifted) == 1 else target
    view.shell.done(told.format(count=len(lifted), place=place))
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
    title = ngettext("Take {count} tube out", "Take {count} tubes out", len(codes)).format(count=len(codes))
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
    view.shell.done(told.format(count=form.result))
    return True


async def put_back(view: Storage, codes: Sequence[str]) -> bool:
    """Put tubes back; a thawed one counts a freeze-thaw cycle more."""
    session = view.session
    title = ngettext("Put {count} tube back", "Put {count} tubes back", len(codes)).format(count=len(codes))
    options = [Option("no", _("still frozen")), Option("yes", _("it thawed"), _("counts one freeze-thaw cycle more"))]
    state = await view.app.push_screen_wait(Choose(title, options))
    if state is None:
        return False
    n = await work.ask(view, lambda: placing.put_back(session.bank, session.actor, codes, thawed=state == "yes"))
    told = ngettext("{count} tube is back in its place.", "{count} tubes are back in their places.", n)
    view.shell.done(told.format(count=n))
    return True
