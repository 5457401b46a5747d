"""What is done with tubes that are there: placed, taken out, put back, received, held. Bench and Samples share it.

Each act asks, previews what more than one record will feel, does it in a thread, and says what came of it.
It returns whether anything was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from biobank_tui.rules.lifecycles import HoldKind, SampleStatus
from biobank_tui.rules.permissions import Verb
from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.dialogs import Change, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Session
from biobank_tui.tui.status import Tone, look
from biobank_tui.tui.views import View
from biobank_tui.words import _, phrase

if TYPE_CHECKING:
    from biobank_tui.queries.sample_detail import SampleDetail

Codes = Sequence[str]


def named(codes: Codes) -> str:
    """The tubes of an act in a title: the code of the one, or how many."""
    return codes[0] if len(codes) == 1 else phrase("{count} {count:tube|tubes}", count=len(codes))


async def asked(view: View, form: ActForm) -> bool:
    """Show the form until its act is done or given up."""
    return await view.app.push_screen_wait(form) is not None


async def place(view: View, codes: Codes) -> bool:
    """Put tubes into a box, or one after the other, from a position on or wherever there is room."""
    from biobank_tui.actions import filling, placing
    from biobank_tui.tui import work
    from biobank_tui.tui.screens import box_offers

    session = view.session

    def act(answer: Answer) -> tuple[placing.Placed, ...]:
        boxes = box_offers.boxes_of(answer)
        at, override = answer["position"] or None, answer.get("override") or None
        return filling.fill(session.bank, session.actor, codes, boxes, at, override=override)

    offers = await work.ask(view, lambda: box_offers.offered(session, codes))
    fields = [
        *box_offers.fields_of(offers),
        Field("position", _("Position"), required=False, hint=_("the next free one")),
    ]
    if session.may(Verb.SAMPLE_RELEASE) is None:
        # What a manager may do beyond a technician: the same role releases holds.
        fields.append(Field("override", _("Override, because"), required=False, hint=_("where a rule forbids it")))
    form = ActForm(
        _("Place {what}").format(what=named(codes)),
        fields,
        act,
        preview=_moving(session, codes),
        check=box_offers.unsaid,
        places={"position.": "position", "place.override": "override", "unit.no_grid": "position"},
        submit=_("Place"),
    )
    form.first = "box"
    if not await asked(view, form):
        return False
    placed: tuple[placing.Placed, ...] = form.result
    first, last = placed[0], placed[-1]
    if len(placed) == 1:
        where = f"{first.unit} {first.position}".strip()
        view.shell.done(_("{code} is in {place}.").format(code=first.sample, place=where))
    else:
        end = last.position if last.unit == first.unit else f"{last.unit} {last.position}"
        where = f"{first.unit} {first.position}–{end}".strip(" –")
        view.shell.done(phrase("{count} {count:tube is|tubes are} in {place}.", count=len(placed), place=where))
    return True


def _moving(session: Session, codes: Codes) -> Callable[[Answer], Preview | None]:
    """What placing several tubes will change; one alone is placed without a question."""

    def preview(answer: Answer) -> Preview | None:
        if len(codes) == 1:
            return None
        from biobank_tui.queries import sample_detail, storage
        from biobank_tui.tui.screens.box_offers import boxes_of

        named_boxes = boxes_of(answer)
        with session.bank.read() as connection:
            boxes = [storage.unit(connection, code) for code in named_boxes]
            trail = storage.trail(connection, boxes[0].path)
            tubes = [sample_detail.detail(connection, code) for code in codes[:500]]
        came = Counter(tube.place.unit if tube.place else "" for tube in tubes)
        changes = [counted(len(codes), "{count:tube changes its place|tubes change their place}")]
        changes += [
            counted(n, "of them {count:comes|come} from {box}", box=code)
            if code
            else counted(n, "of them {count:has|have} no place yet")
            for code, n in came.most_common(4)
        ]
        changes += _states(tubes)
        changes.append(counted(sum(box.free for box in boxes), "{count:place is|places are} free there now"))
        where = " › ".join(trail) + "".join(f", {box.code}" for box in boxes[1:])
        return Preview(_("Put {what} into {place}?").format(what=named(codes), place=where), tuple(changes))

    return preview


def _states(tubes: Sequence[SampleDetail]) -> list[Change]:
    """Those among the tubes that somebody should think of: reserved, out, on hold."""
    counts = Counter(tube.status for tube in tubes if tube.status != SampleStatus.AVAILABLE)
    changes = [
        counted(n, "of them {count:is|are} {state}", Tone.WARN, state=look("sample", status).word)
        for status, n in counts.items()
    ]
    held = sum(bool(tube.holds) for tube in tubes)
    return [*changes, counted(held, "of them {count:is|are} on hold", Tone.BAD)] if held else changes


def _touching(session: Session, codes: Codes, question: str, change: str) -> Callable[[Answer], Preview | None]:
    """A preview for acts that touch each tube alike; none for one tube."""

    def preview(_answer: Answer) -> Preview | None:
        if len(codes) == 1:
            return None
        from biobank_tui.queries import sample_detail

        with session.bank.read() as connection:
            tubes = [sample_detail.detail(connection, code) for code in codes[:500]]
        return Preview(question, (Change(len(codes), change), *_states(tubes)))

    return preview


async def check_out(view: View, codes: Codes) -> bool:
    """Take tubes out; each keeps its place."""
    from biobank_tui.actions import placing

    session = view.session
    title = _("Take out {what}").format(what=named(codes))
    form = ActForm(
        title,
        [Field("purpose", _("Purpose"), required=False)],
        lambda answer: placing.check_out(session.bank, session.actor, codes, answer["purpose"] or None),
        preview=_touching(session, codes, f"{title}?", _("tubes leave their places; the places stay theirs")),
        submit=_("Take out"),
    )
    return await _done(view, form, _("{what} is out with you."), _("{what} are out with you."), codes)


async def put_back(view: View, codes: Codes) -> bool:
    """Put tubes back into the places they kept."""
    from biobank_tui.actions import placing

    session = view.session
    title = _("Put back {what}").format(what=named(codes))
    frozen = [Option("no", _("stayed frozen")), Option("yes", _("thawed: one freeze-thaw cycle more"))]
    form = ActForm(
        title,
        [Field("thawed", _("Meanwhile it"), Kind.CHOICE, frozen, "no")],
        lambda answer: placing.put_back(session.bank, session.actor, codes, thawed=answer["thawed"] == "yes"),
        preview=_touching(session, codes, f"{title}?", _("tubes go back to their places")),
        submit=_("Put back"),
    )
    return await _done(view, form, _("{what} is back."), _("{what} are back."), codes)


async def hold(view: View, codes: Codes) -> bool:
    """Lay a hold on each tube."""
    from biobank_tui.actions import holding

    session = view.session
    kinds = [Option(kind, look("hold", kind).word) for kind in HoldKind]
    title = _("Lay a hold on {what}").format(what=named(codes))
    form = ActForm(
        title,
        [Field("kind", _("Kind"), Kind.CHOICE, kinds, HoldKind.QUALITY), Field("reason", _("Because"))],
        lambda answer: holding.hold_samples(session.bank, session.actor, codes, answer["kind"], answer["reason"]),
        preview=_touching(session, codes, f"{title}?", _("tubes cannot be taken, reserved or sent until released")),
        places={"reason": "reason"},
        submit=_("Hold"),
    )
    return await _done(view, form, _("{what} is on hold."), _("{what} are on hold."), codes)


async def release(view: View, codes: Codes) -> bool:
    """Release the holds laid on one tube itself."""
    from biobank_tui.actions import holding

    session = view.session
    form = ActForm(
        _("Release {what}").format(what=named(codes)),
        [Field("reason", _("Because"))],
        lambda answer: holding.release(session.bank, session.actor, codes[0], answer["reason"]),
        submit=_("Release"),
    )
    return await _done(view, form, _("The holds on {what} are released."), "", codes)


ENDS = (SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.MISSING, SampleStatus.REJECTED)


async def end(view: View, codes: Codes) -> bool:
    """Tubes are used up, destroyed, missing or rejected; a destruction is signed with the password."""
    from biobank_tui.actions import samples
    from biobank_tui.bank.access import check_password

    session = view.session

    def act(answer: Answer) -> int:
        how = SampleStatus(answer["how"])
        if how is SampleStatus.DESTROYED:
            with session.bank.read() as connection:
                check_password(connection, session.actor.login, answer["password"])
        return samples.end(session.bank, session.actor, codes, how, answer["reason"] or None)

    def preview(answer: Answer) -> Preview:
        from biobank_tui.queries import sample_detail

        with session.bank.read() as connection:
            tubes = [sample_detail.detail(connection, code) for code in codes[:500]]
        word = look("sample", answer["how"]).word
        placed = sum(tube.place is not None for tube in tubes)
        changes = [counted(len(codes), "{count:tube is|tubes are} {state}", state=word), *_states(tubes)]
        if placed:
            changes.append(counted(placed, "{count:place is|places are} freed"))
        if answer["how"] == SampleStatus.DESTROYED:
            changes.append(Change(None, _("By this you sign that they are destroyed. It cannot be undone."), Tone.BAD))
        tone = Tone.ACCENT if answer["how"] == SampleStatus.MISSING else Tone.BAD
        return Preview(_("{what}: {state}?").format(what=named(codes), state=word), tuple(changes), tone)

    form = ActForm(
        _("The end of {what}").format(what=named(codes)),
        [
            Field(
                "how", _("From now on it is"), Kind.CHOICE, [Option(each, look("sample", each).word) for each in ENDS]
            ),
            Field("reason", _("Because"), required=False, hint=_("needed where it is destroyed")),
            Field("password", _("Password"), Kind.SECRET, required=False, hint=_("signs a destruction")),
        ],
        act,
        preview=preview,
        places={"reason": "reason", "password": "password", "permission": "how"},
        submit=_("Go on"),
    )
    if not await asked(view, form):
        return False
    word = look("sample", form.entry("how").value).word
    view.shell.done(_("{what}: {state}.").format(what=named(codes), state=word))
    return True


async def _done(view: View, form: ActForm, one: str, many: str, codes: Codes) -> bool:
    if not await asked(view, form):
        return False
    view.shell.done((one if len(codes) == 1 else many).format(what=named(codes)))
    return True
