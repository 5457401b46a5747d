"""Tubes arrive: one form for their times, barcode and treatment; and whole visits registered from a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.moments import STEPS
from biobank_tui.rules.permissions import Verb
from biobank_tui.tui import work
from biobank_tui.tui.actform import Preview
from biobank_tui.tui.dialogs import Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.liveform import LiveForm
from biobank_tui.tui.ports import Level
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens.sample_acts import asked, named
from biobank_tui.tui.screens.sample_labels import print_labels
from biobank_tui.tui.screens.sample_treatment import PLACES, live, time_fields, treatment_fields, treatment_in
from biobank_tui.tui.session import material_word
from biobank_tui.tui.views import View
from biobank_tui.words import _, ngettext, phrase, sentence

if TYPE_CHECKING:
    from biobank_tui.actions.receiving import Arrived
    from biobank_tui.actions.visits import VisitRegistered
    from biobank_tui.queries.sample_detail import SampleDetail
    from biobank_tui.queries.visits import KeptTemplate
    from biobank_tui.rules.visits import Template

OWN = "·"
"""The choice of a template that is written here and now."""


async def receive(view: View, codes: Sequence[str]) -> bool:
    """Expected, returned or found tubes are here, all in one act."""
    from biobank_tui.actions import receiving
    from biobank_tui.queries.preanalytics import sprec_table

    session = view.session

    def read() -> tuple[SampleDetail, dict[str, float]]:
        from biobank_tui.queries.preanalytics import limits
        from biobank_tui.queries.sample_detail import detail

        with session.bank.read() as connection:
            return detail(connection, codes[0]), limits(connection)

    first, limits = await work.ask(view, read)

    def act(answer: Answer) -> tuple[Arrived, ...]:
        treatment = treatment_in(answer)
        arrivals = [
            receiving.Arrival(
                code,
                answer.get("barcode") or None,
                **{step: answer[step] for step in STEPS},
                treatment=treatment,
                unit=answer["box"] or None,
                position=(answer["position"] or None) if at == 0 else None,
            )
            for at, code in enumerate(codes)
        ]
        return receiving.arrive(session.bank, session.actor, arrivals)

    def preview(_answer: Answer) -> Preview | None:
        if len(codes) == 1:
            return None
        return Preview(
            _("Receive {what}?").format(what=named(codes)),
            (counted(len(codes), "{count:tube becomes|tubes become} available"),),
        )

    known = {name: getattr(first, name) if len(codes) == 1 else None for name in ("collected", "processed", "frozen")}
    fields = [
        *([Field("barcode", _("Barcode of the tube"), required=False, hint=_("scan it; as it was registered"))]
          if len(codes) == 1 else []),
        *time_fields(known),
        *treatment_fields(first.material),
        Field("box", _("Into box"), required=False, hint=_("scan the box, or place later")),
        Field("position", _("From position"), required=False, hint=_("the next free one")),
    ]  # fmt: skip
    form = LiveForm(
        _("Receive {what}").format(what=f"{named(codes)} · {material_word(first.material)}"),
        fields,
        act,
        lambda written: live(first.material, written, sprec_table(), limits),
        preview=preview,
        places=PLACES,
        submit=_("Receive"),
    )
    if not await asked(view, form):
        return False
    done: tuple[Arrived, ...] = form.result
    late = [lapse for each in done for lapse in each.lapses if lapse.over]
    told = ngettext("{what} is received.", "{what} are received.", len(done)).format(what=named(codes))
    if late:
        names = ", ".join(dict.fromkeys(_(each.label) for each in late))
        told += " " + _("Beyond its limit: {what}.").format(what=names)
    view.shell.done(told)
    return True


async def visit(view: View) -> bool:
    """Register a whole visit of a donor from a template, and print its labels."""
    from biobank_tui.actions import visits

    session = view.session
    kept: tuple[KeptTemplate, ...] = await work.ask(view, partial(_templates, session.bank))
    by_name = {each.name: each for each in kept}

    def chosen(written: Mapping[str, str]) -> str:
        own = written.get("written", "").strip()
        return own or (by_name[written["template"]].written if written.get("template") in by_name else "")

    def act(answer: Answer) -> VisitRegistered:
        expected = answer["state"] == "expected"
        asked_for = visits.Visit(
            answer["donor"],
            answer["written"] or answer["template"],
            **{step: answer[step] for step in STEPS},
            expected=expected,
            barcodes=tuple(answer["barcodes"].split()),
            unit=answer["box"] or None,
            position=answer["position"] or None,
        )
        return visits.register_visit(session.bank, session.actor, asked_for)

    def count() -> int:
        found = _read(chosen(form.written))
        return 0 if found is None else (found.count - found.drawn) or found.count

    fields = [
        Field("donor", _("Donor"), hint=_("scan or type the donor's code")),
        *(
            [Field("template", _("Visit"), Kind.CHOICE, [Option(each.name, each.name, each.line) for each in kept],
                   kept[0].name)]
            if kept else []
        ),
        Field("written", _("Or written here") if kept else _("Its tubes"), required=not kept,
              hint="2 blood EDTA 9 mL -> 6 plasma 500 µL"),
        Field("state", _("Its tubes are"), Kind.CHOICE,
              [Option("here", _("here")), Option("expected", _("announced, labels first"))], "here"),
        *time_fields({}),
        Field("barcodes", _("Tubes' barcodes"), required=False, hint=_("scan one after the other")),
        Field("box", _("Into box"), required=False, hint=_("scan the box, or place later")),
        Field("position", _("From position"), required=False, hint=_("the next free one")),
    ]  # fmt: skip
    form = LiveForm(
        _("Register a visit"),
        fields,
        act,
        lambda written: _looks(chosen(written)),
        places={"donor": "donor", "visit.barcodes": "barcodes", "sample.t": "barcodes", "visit.not_here": "state",
                "visit": "written", "material": "written", "unit": "box", "storage_unit": "box",
                "position": "position", "time": "collected"},
        scans=("barcodes", count),
        submit=_("Register"),
    )  # fmt: skip
    if not await asked(view, form):
        return False
    done: VisitRegistered = form.result
    if done.alarms:
        view.shell.say(
            Level.BAD,
            _("Stop: donor {donor} has withdrawn; set these tubes aside.").format(donor=", ".join(done.alarms)),
        )
        return True
    span = done.codes[0] if len(done.codes) == 1 else f"{done.codes[0]} … {done.codes[-1]}"
    told = phrase(
        "{count} {count:tube|tubes} of {donor} registered: {codes}.",
        count=len(done.codes),
        donor=form.entry("donor").value.strip(),
        codes=span,
    )
    view.shell.done(told)
    if session.may(Verb.LABEL_PRINT) is None:
        await print_labels(view, done.codes)
    return True


def _templates(bank: object) -> tuple[KeptTemplate, ...]:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.visits import templates

    assert isinstance(bank, Bank)
    with bank.read() as connection:
        return templates(connection)


def _read(written: str) -> Template | None:
    from biobank_tui.rules.visits import read

    try:
        return read(written) if written else None
    except BiobankError:
        return None


def _looks(written: str) -> Content:
    """The tubes of the template, as they will be registered."""
    from biobank_tui.rules.visits import read

    if not written:
        return paragraph(_("Its tubes appear here."), "$quiet")
    try:
        found = read(written)
    except BiobankError as error:
        return paragraph(f"… {sentence(error)}", "$warn")
    lines = [
        plain(phrase("{count} {count:tube|tubes}, {drawn} of them drawn", count=found.count, drawn=found.drawn), "bold")
    ]
    for tube in found.tubes:
        lines.append(plain(_tube(tube.count, tube.material, tube.container, tube.amount)))
        lines += [plain("  └ " + _tube(made.count, made.material, made.container, made.amount)) for made in tube.made]
    return Content("\n").join(lines)


def _tube(count: int, material: str, container: str | None, amount: str | None) -> str:
    return "  ".join(part for part in (f"{count:>3}", material_word(material), container or "", amount or "") if part)
