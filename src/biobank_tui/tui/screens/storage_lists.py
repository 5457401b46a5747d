"""What goes beyond one box: a freezer that fails, boxes to be freed, lists of moves, and tubes that are out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biobank_tui.actions import failing, moving
from biobank_tui.actions.failing import Failure
from biobank_tui.queries import evacuating, freeing
from biobank_tui.queries import moving as listed
from biobank_tui.queries import storage as storage_queries
from biobank_tui.queries.moving import MoveListRow, MoveRow
from biobank_tui.queries.outside import outside
from biobank_tui.queries.storage import Box, Unit
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Choose, Confirm, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Level, ScanAnswer, Session, Verdict
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.when import ago, day
from biobank_tui.words import _, figure, mark, ngettext, phrase

if TYPE_CHECKING:
    from biobank_tui.tui.screens.storage import Storage

PURPOSES = {"freeing": mark("free boxes"), "evacuation": mark("empty what fails")}


@dataclass(frozen=True, slots=True)
class Errand:
    """A list being worked through: its code, the move that comes next, how many are left."""

    code: str
    next: MoveRow | None
    left: int

    @property
    def banner(self) -> str:
        """What a scan would do now."""
        if self.next is None:
            return _("⇢ {list}: nothing is left to move").format(list=self.code)
        facts = {"list": self.code, "code": self.next.code, "now": self.next.now, "left": self.left,
                 "target": f"{self.next.target} {self.next.label}".strip()}  # fmt: skip
        return _("⇢ {list}: {code} from {now} to {target} · {left} left").format(**facts)


@dataclass(frozen=True, slots=True)
class Moved:
    """One scan of a list: the errand as it goes on, and the box the next tube is in, where it is in one."""

    errand: Errand
    box: Box | None


def errand_of(session: Session, code: str) -> Errand:
    """How far a list is."""
    with session.bank.read() as connection:
        rows = listed.moves(connection, code, left_only=True)
    return Errand(code, rows[0] if rows else None, len(rows))


def move_scanned(session: Session, code: str, text: str) -> ScanAnswer:
    """Move the scanned tube or box where the list says; what is not on it is refused in a sentence."""
    done = moving.work(session.bank, session.actor, code, [text])
    placed = done.placed[0] if done.placed else None
    facts = {"left": done.left, "code": placed.sample if placed else done.boxes[0]}
    if placed is not None:
        facts["place"] = f"{placed.unit} {placed.position}".strip()
        told = _("{code}: put it into {place}. {left} left to move.").format(**facts)
    else:
        told = _("{code} stands where the list says, with all it holds. {left} left to move.").format(**facts)
    box = None
    with session.bank.read() as connection:
        if placed is not None:
            box = storage_queries.box(connection, placed.unit)
    return ScanAnswer(Verdict(Level.GOOD, told), Moved(errand_of(session, code), box))


async def fail_unit(view: Storage, unit: Unit) -> str | None:
    """Mark a unit as failing and plan where all in it goes; the list's code, where there is one."""
    session = view.session

    def preview(answer: Answer) -> Preview:
        with session.bank.read() as connection:
            found = evacuating.evacuation(connection, unit.code) if answer["plan"] == "yes" else None
        changes = [counted(unit.tubes, "{count:tube is|tubes are} in it; nothing goes in from now on", Tone.BAD)]
        if found is not None:
            whole = sum(move.box_id is not None for move in found.moves)
            changes += [
                counted(whole, "{count:box moves whole|boxes move whole} to where there is room for boxes"),
                counted(len(found.moves) - whole, "{count:tube moves|tubes move} one by one into free holes"),
                counted(len(found.stranded), "{count:tube finds|tubes find} no place", Tone.BAD),
            ]
        changes = [change for change in changes if change.count]
        return Preview(_("Is {unit} failing?").format(unit=unit.code), tuple(changes), Tone.BAD)

    options = [Option("yes", _("plan where all of it goes")), Option("no", _("only mark it"))]
    form = ActForm(
        _("{unit} is failing").format(unit=unit.code),
        [
            Field("reason", _("What happened"), hint=_("the ledger keeps it")),
            Field("plan", _("And then"), Kind.CHOICE, options, "yes"),
        ],
        lambda answer: failing.fail(
            session.bank, session.actor, Failure(unit.code, answer["reason"], answer["plan"] == "yes")
        ),
        preview=preview,
        places={"reason.": "reason"},
        submit=_("Mark as failing"),
    )
    if await view.app.push_screen_wait(form) is None:
        return None
    plan = form.result.plan
    told = phrase(
        "{unit} is failing; {tubes} {tubes:tube is|tubes are} in it.", unit=unit.code, tubes=form.result.tubes
    )
    if plan is not None:
        told += " " + phrase(
            "{moves} {moves:move is|moves are} planned, {stranded} {stranded:tube finds|tubes find} no place.",
            moves=plan.moves,
            stranded=len(plan.stranded),
        )
    view.shell.done(told)
    return plan.code if plan is not None else None


async def show_failing(view: Storage) -> str | None:
    """What fails, since when, and every tube that was in it; the code of what was chosen."""
    session = view.session

    def units() -> tuple[evacuating.Failing, ...]:
        with session.bank.read() as connection:
            return evacuating.failing(connection, session.bank.clock())

    found = await work.ask(view, units)
    if not found:
        view.shell.say(Level.NOTE, _("Nothing fails."))
        return None
    options = [
        Option(each.code, each.trail, " · ".join(filter(None, (
            each.lasting and _("failing for {time}").format(time=each.lasting),
            phrase("{count} {count:tube|tubes}", count=each.tubes),
        ))))
        for each in found
    ]  # fmt: skip
    unit = await view.app.push_screen_wait(Choose(_("What fails"), options))
    if unit is None:
        return None

    def tubes() -> tuple[evacuating.WasInside, ...]:
        with session.bank.read() as connection:
            return evacuating.was_inside(connection, unit)

    was = await work.ask(view, tubes)
    count = Counter(tube.custodian for tube in was)
    shares = ", ".join(f"{custodian} {figure(n)}" for custodian, n in count.most_common())
    rows = [
        Option(tube.code, f"{tube.code}  {tube.place}", f"{material_word(tube.material)} · {tube.now or '—'}")
        for tube in was[:2000]
    ]
    title = phrase("{count} {count:tube was|tubes were} in {unit}: {shares}", count=len(was), unit=unit, shares=shares)
    tube = await view.app.push_screen_wait(Choose(title, rows)) if rows else None
    return tube or unit


async def free_boxes(view: Storage, within: Unit | None) -> str | None:
    """Propose which boxes to free; write the moves down where that is agreed to; the list's code."""
    session = view.session
    code = within.code if within is not None and not within.rows else None

    def look_up() -> freeing.Proposal:
        with session.bank.read() as connection:
            return freeing.propose(connection, code)

    found = await work.ask(view, look_up)
    if not found.moves:
        view.shell.say(Level.NOTE, _("No box here would come free: those of a kind are full, or empty already."))
        return None
    changes = [
        counted(len(found.freed), "{count:box comes|boxes come} free", Tone.GOOD),
        counted(len(found.moves), "{count:tube is|tubes are} moved for it"),
        *(Change(None, f"{box}", Tone.QUIET) for box in found.freed[:6]),
    ]
    question = _("Write the list of moves for {place}?").format(place=code or _("the whole bank"))
    if not await view.app.push_screen_wait(Confirm(question, changes, yes=_("Write the list"))):
        return None
    planned = await work.ask(view, lambda: moving.plan_freeing(session.bank, session.actor, code))
    told = phrase(
        "{list}: {moves} {moves:move frees|moves free} {boxes} {boxes:box|boxes}. Scan each tube as you move it.",
        list=planned.code,
        moves=planned.moves,
        boxes=len(planned.freed),
    )
    view.shell.done(told)
    return planned.code


async def choose_list(view: Storage) -> str | None:
    """Choose an open list of moves to work through."""
    session = view.session

    def look_up() -> tuple[MoveListRow, ...]:
        with session.bank.read() as connection:
            return listed.move_lists(connection)

    found = await work.ask(view, look_up)
    if not found:
        view.shell.say(Level.NOTE, _("There is no list of moves: d proposes one that frees boxes."))
        return None
    options = [
        Option(
            row.code,
            f"{row.code}  {_(PURPOSES[row.purpose])} {row.unit}",
            _("{left} of {moves} left").format(left=figure(row.left), moves=row.moves) + f" · {day(row.made)}",
        )
        for row in found
    ]
    return await view.app.push_screen_wait(Choose(_("Lists of moves"), options))


async def finish_list(view: Storage, errand: Errand) -> bool:
    """All that is left was moved, or stays where it is."""
    session = view.session
    left = errand.left
    moved = ngettext("the last {count} was moved", "all {count} were moved", left).format(count=figure(left))
    stays = ngettext("the last {count} stays", "all {count} stay where they are", left).format(count=figure(left))
    options = [Option("moved", moved), Option("stay", stays)]
    title = _("What is left of {list}").format(list=errand.code)
    chosen = await view.app.push_screen_wait(Choose(title, options))
    if chosen is None:
        return False
    if chosen == "stay":
        await work.ask(view, lambda: moving.leave(session.bank, session.actor, errand.code))
        view.shell.done(_("{list} is closed; what was left stays where it is.").format(list=errand.code))
        return True
    sure = Confirm(
        _("Write down that all of it was moved?"),
        (counted(left, "{count:tube or box is|tubes or boxes are} then where the list says"),),
    )
    if not await view.app.push_screen_wait(sure):
        return False
    done = await work.ask(view, lambda: moving.work(session.bank, session.actor, errand.code))
    view.shell.done(_("{list} is done: {count} moved.").format(list=errand.code, count=figure(done.done)))
    return True


async def show_out(view: Storage) -> str | None:
    """Tubes that are out, who has them and since when; the one that was chosen."""
    session = view.session

    def look_up() -> list[Option]:
        with session.bank.read() as connection:
            rows = outside(connection)
        return [
            Option(
                each.code,
                f"{each.code}  {each.place}",
                " · ".join(filter(None, (each.name, ago(each.since, today()), each.purpose))),
            )
            for each in rows
        ]

    options = await work.ask(view, look_up)
    if not options:
        view.shell.say(Level.NOTE, _("Every tube is in its place: none is out."))
        return None
    glyph = look("sample", "checked_out").glyph
    return await view.app.push_screen_wait(Choose(_("{glyph} Out, the longest first").format(glyph=glyph), options))
