"""Storage units are made, set right, stood elsewhere and taken out of service: each asks, previews, and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from biobank_tui.actions import refitting, storage
from biobank_tui.actions.refitting import NOTHING, Refit
from biobank_tui.actions.storage import NewTree
from biobank_tui.queries import storage as storage_queries
from biobank_tui.queries.storage import Unit
from biobank_tui.queries.unit_card import Kept, kept_of
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.materials import material as material_of
from biobank_tui.rules.positions import Major, Scheme, Style
from biobank_tui.rules.temperatures import TEMPERATURES
from biobank_tui.rules.treeplan import Level as PlanLevel
from biobank_tui.rules.treeplan import parse_grid, parse_plan
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.screens.storage_box import FILL_WORDS
from biobank_tui.tui.status import LOOKS, Tone
from biobank_tui.words import _, figure, mark, ngettext, phrase, sentence

if TYPE_CHECKING:
    from biobank_tui.tui.screens.storage import Storage

SCHEMES = {
    "letters": mark("A, B, C …"),
    "letters_no_io": mark("A, B, C … without I and O"),
    "numbers": mark("1, 2, 3 …"),
    "roman": mark("I, II, III …"),
}
STYLES = {"A1": "A1", "A01": "A01", "1A": "1A", "serial": mark("1 to 81")}
MAJORS = {"row": mark("along rows"), "column": mark("along columns")}


async def new_units(view: Storage, inside: Unit | None) -> Unit | None:
    """Ask for a plan, show what it makes, make it; the outermost new unit."""
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
        places={"plan.": "plan", "storage_unit.": "inside", "organisation.": "organisation", "project.": "project"},
        submit=_("Make"),
    )
    if await view.app.push_screen_wait(form) is None:
        return None
    made = form.result
    told = phrase(
        "{code}: {units} {units:unit|units} with {places} {places:place|places} {units:was|were} made.",
        code=made.code,
        units=made.units,
        places=made.places,
    )
    view.shell.done(told)

    def outermost() -> Unit:
        with session.bank.read() as connection:
            return storage_queries.unit(connection, made.code)

    return await work.ask(view, outermost)


def _new_tree(answer: Answer) -> NewTree:
    return NewTree(
        plan=answer["plan"],
        parent=answer["inside"] or None,
        temperature=answer["temperature"],
        row_scheme=answer["rows"],
        column_scheme=answer["columns"],
        label_style=answer["style"],
        label_major=answer["major"],
        fill_order=answer["order"],
        organisation=answer["organisation"] or None,
        project=answer["project"] or None,
        materials=_materials(answer["materials"]) or (),
    )


def _plan_fields(inside: Unit | None) -> list[Field]:
    holds = inside is not None and not inside.rows
    return [
        Field("plan", _("Plan"), hint="freezer F41 / 4 racks / 5 drawers / 4 boxes 9x9"),
        Field("inside", _("Inside"), value=inside.code if inside and holds else "", required=False, hint=_("the top")),
        _temperature_field(hint=_("as what it stands in")),
        *_label_fields(str(Scheme.LETTERS), str(Scheme.NUMBERS), str(Style.ROW_COLUMN), str(Major.ROW)),
        _order_field(str(storage_queries.DEFAULT_FILL)),
        *_kept_fields(Kept()),
    ]


def _temperature_field(value: str = "", hint: str = "") -> Field:
    degrees = [Option(kind.code, _(kind.label)) for kind in TEMPERATURES.values()]
    return Field("temperature", _("Temperature"), Kind.CHOICE, degrees, value, required=False, hint=hint)


def _label_fields(rows: str, columns: str, style: str, major: str) -> list[Field]:
    schemes, styles, majors = ([Option(k, _(v)) for k, v in each.items()] for each in (SCHEMES, STYLES, MAJORS))
    return [
        Field("rows", _("Rows labelled"), Kind.CHOICE, schemes, rows),
        Field("columns", _("Columns labelled"), Kind.CHOICE, schemes, columns),
        Field("style", _("Positions"), Kind.CHOICE, styles, style),
        Field("major", _("Counted"), Kind.CHOICE, majors, major),
    ]


def _order_field(value: str) -> Field:
    orders = [Option(str(order), _(said)) for order, said in FILL_WORDS.items()]
    return Field("order", _("Filled along"), Kind.CHOICE, orders, value)


def _kept_fields(kept: Kept) -> list[Field]:
    """What the unit is kept for; nothing said: for everything."""
    return [
        Field("materials", _("Materials"), value=kept.materials, required=False, hint=_("any"), check=_not_materials),
        Field("organisation", _("Organisation"), value=kept.organisation, required=False, hint=_("any")),
        Field("project", _("Project"), value=kept.project, required=False, hint=_("any")),
    ]


def _materials(text: str) -> tuple[str, ...]:
    return tuple(material_of(word) for word in text.replace(",", " ").split())


def _not_materials(value: object) -> str | None:
    try:
        _materials(str(value))
    except BiobankError as wrong:
        return sentence(wrong)
    return None


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
    return [*changes, counted(places, "{count:position|positions} in all", Tone.ACCENT)]


async def set_up(view: Storage, unit: Unit) -> None:
    """Change a unit's name, grid, labels, filling, temperature, and what it is kept for."""
    session = view.session

    def look_up() -> Kept:
        with session.bank.read() as connection:
            return kept_of(connection, unit.code)

    kept = await work.ask(view, look_up)
    fields = [Field("name", _("Name"), value=kept.name), _temperature_field(kept.temperature)]
    if unit.rows:
        fields += [
            Field("grid", _("Grid"), value=f"{unit.rows}x{unit.columns}", check=_no_grid),
            *_label_fields(kept.rows, kept.columns, kept.style, kept.major),
            _order_field(kept.order),
        ]
    else:
        capacity = Field("capacity", _("Holds at most"), Kind.NUMBER, value=kept.capacity, required=False)
        fields.append(replace(capacity, hint=_("no limit: how many units, or loose tubes")))
    fields += _kept_fields(kept)
    if session.may("sample.release") is None:
        fields.append(Field("override", _("Override, because"), required=False, hint=_("where a rule forbids it")))
    form = ActForm(
        _("Set up {unit}").format(unit=unit.code),
        fields,
        lambda answer: refitting.refit(session.bank, session.actor, _refit(unit, answer)),
        places={"unit.below": "grid", "unit.material": "materials", "unit.temperature": "temperature",
                "organisation.": "organisation", "project.": "project", "place.override": "override"},
        submit=_("Change"),
    )  # fmt: skip
    if await view.app.push_screen_wait(form) is None:
        return
    changed = form.result
    told = ngettext("{count} unit changed.", "{count} units changed.", changed)
    view.shell.done(told.format(count=figure(changed)))


def _refit(unit: Unit, answer: Answer) -> Refit:
    """What the form says; a limit taken away is a limit lifted."""
    rows, columns = parse_grid(answer["grid"]) if unit.rows else (None, None)
    return Refit(
        unit.code,
        answer["name"],
        rows,
        columns,
        answer.get("rows"),
        answer.get("columns"),
        answer.get("style"),
        answer.get("major"),
        answer.get("order"),
        None if unit.rows else int(answer["capacity"] or 0),
        answer["temperature"] or NOTHING,
        _materials(answer["materials"]),
        answer["organisation"] or NOTHING,
        answer["project"] or NOTHING,
        answer.get("override") or None,
    )


def _no_grid(value: object) -> str | None:
    try:
        parse_grid(str(value))
    except BiobankError as wrong:
        return sentence(wrong)
    return None


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
        counted(units, "{count:unit becomes|units become}: {state}", state=word),
        counted(unit.tubes, "{count:tube is|tubes are} in there", Tone.QUIET),
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
        return Preview(
            question,
            (
                counted(units, "{count:unit moves|units move}"),
                counted(unit.tubes, "{count:tube moves|tubes move} along"),
            ),
        )

    def act(answer: Answer) -> int:
        override = answer.get("override") or None
        return storage.move_unit(session.bank, session.actor, unit.code, answer["target"] or None, override=override)

    target = Field("target", _("Inside"), required=False, hint=_("a code; empty: the top"))
    title = _("Stand {unit} elsewhere").format(unit=unit.code)
    fields = [target]
    if session.may("sample.release") is None:
        fields.append(Field("override", _("Override, because"), required=False, hint=_("where a rule forbids it")))
    form = ActForm(title, fields, act, preview=preview, places={"place.override": "override"}, submit=_("Move"))
    if await view.app.push_screen_wait(form) is None:
        return
    moved: int = form.result
    view.shell.done(ngettext("{count} unit moved.", "{count} units moved.", moved).format(count=figure(moved)))
