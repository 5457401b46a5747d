"""biobank label: labels on sheets, into files, or to a printer; and the queue of those that wait for one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from biobank_tui.cli.choosing import Where, chosen
from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.rules.printing import Doubt, LabelState
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.actions.printing import Printing
    from biobank_tui.bank.bank import Bank


class Labels(TyperGroup):
    """`biobank label CODE…` prints; the words of the queue stand in the place of codes."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What names no command of the group is for `print`."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["print", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Labels,
    help=mark("Print labels to a PDF sheet, a ZPL file or a printer."),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Bearers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CODES]...", help=mark("Tubes, storage units, donors or shipments; - reads codes from stdin.")
    ),
]
Job = Annotated[int, typer.Argument(metavar="JOB", min=1, help=mark("The print job, by number."))]


@app.command(name="print")
def print_labels_of(
    ctx: typer.Context,
    codes: Bearers = None,
    where: Where = None,
    inside: Annotated[
        str | None, typer.Option("--in", metavar="UNIT", help=mark("This storage unit and all inside it, instead."))
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help=mark("With --in, only units of this kind: box, rack, drawer, freezer …"))
    ] = None,
    stock: Annotated[
        str, typer.Option(help=mark("The label stock, as L4732; that of the settings if not given."))
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            help=mark("FILE.pdf, FILE.zpl, FILE.png, tcp://HOST:9100 or lp:QUEUE; that of the settings if not given.")
        ),
    ] = "",
    start: Annotated[int, typer.Option(min=1, help=mark("The first free label of a part-used sheet."))] = 1,
    copies: Annotated[int, typer.Option(min=1, max=100, help=mark("Copies of each label."))] = 1,
    layout: Annotated[str | None, typer.Option(help=mark("A layout's name or TOML file."))] = None,
    dpi: Annotated[int | None, typer.Option(help=mark("The printer's resolution: 152, 203, 300 or 600."))] = None,
    reason: Annotated[str | None, typer.Option(help=mark("Why one is printed again; the ledger keeps it."))] = None,
    preview: Annotated[bool, typer.Option("--preview", help=mark("Show them here and print nothing."))] = False,
    stocks: Annotated[bool, typer.Option("--stocks", help=mark("List the label stocks there are."))] = False,
    layouts: Annotated[bool, typer.Option("--layouts", help=mark("List the layouts there are."))] = False,
) -> None:
    """Print labels; `biobank label CODE…` says the same."""
    from biobank_tui.actions.labelling import PrintRequest, print_labels

    desk = desk_of(ctx)
    if stocks or layouts:
        (_list_stocks if stocks else _list_layouts)(desk)
        return
    settings = desk.loaded.settings
    target, paper = to or settings.printer, stock or settings.stock
    if preview and not paper:
        raise Refused("label.stock_unsaid", "Say with --stock on which label stock; --stocks lists stocks.")
    if not paper or not (target or preview):
        raise Refused("label.unsaid", "Say the label stock with --stock and where to with --to; --stocks lists stocks.")
    with desk.acting() as (bank, actor):
        wanted = _wanted(bank, codes, where, inside, kind)
        if preview:
            _preview(bank, wanted, paper, layout)
            return
        request = PrintRequest(tuple(wanted), paper, target, start, copies, layout, reason, dpi)
        done = print_labels(bank, actor, request)
    if done.printing is not None:
        _tell(desk, done.printing)
        return
    desk.say("{count} {count:label|labels} to {target}; the next free label is number {next}.",
             count=done.labels, target=target, next=done.next_free)  # fmt: skip
    if done.shortened:
        desk.say("Text was cut on {count} of them.", count=len(done.shortened))
    desk.lines([target], done)


@app.command()
def queue(
    ctx: typer.Context,
    job: Annotated[int | None, typer.Argument(metavar="JOB", help=mark("One job, label by label."))] = None,
    everything: Annotated[bool, typer.Option("--all", help=mark("Jobs at their end too."))] = False,
) -> None:
    """List the print jobs that wait or stopped, and how far each is."""
    from biobank_tui.queries import printing

    desk = desk_of(ctx)
    with desk.reading_tubes() as connection:
        if job is not None:
            printing.row(connection, job)
            labels = printing.labels_in(connection, job)
            desk.table(labels, {"place": _("Label"), "code": _("Code"), "state": _("State")})
            return
        rows = printing.jobs(connection, everything=everything)
    titles = {
        "id": _("Job"), "state": _("State"), "target": _("To"), "stock": _("Stock"), "labels": _("Labels"),
        "printed": _("Printed"), "waiting": _("Waiting"), "doubtful": _("Doubtful"), "next_code": _("Next"),
        "made": _("Made"), "by": _("By"), "said": _("Stopped because"),
    }  # fmt: skip
    desk.table(rows, titles)


@app.command()
def resume(
    ctx: typer.Context,
    job: Job,
    doubtful: Annotated[
        Doubt | None,
        typer.Option(help=mark("What became of labels that may have come out, or to print them again.")),
    ] = None,
    to: Annotated[str | None, typer.Option(help=mark("Another printer: tcp://HOST:9100 or lp:QUEUE."))] = None,
) -> None:
    """Print what is left of a job, from the label it stopped at."""
    from biobank_tui.actions import printing

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        done = printing.resume(bank, actor, job, doubtful=doubtful, target=to)
    _tell(desk, done)


@app.command()
def cancel(
    ctx: typer.Context,
    job: Job,
    reason: Annotated[str | None, typer.Option(help=mark("Why; the ledger keeps it."))] = None,
) -> None:
    """Give a job up: what waits of it is not printed."""
    from biobank_tui.actions import printing
    from biobank_tui.queries.printing import labels_in

    desk = desk_of(ctx)
    with desk.acting() as (bank, actor):
        left = printing.cancel(bank, actor, job, reason)
        with bank.read() as connection:
            unsure = labels_in(connection, job, LabelState.DOUBTFUL)
    desk.say(
        "Job {job} is given up; {count} {count:label of it was|labels of it were} not printed.", job=job, count=left
    )
    for each in unsure:
        desk.say("Label {place} ({code}) may have come out.", place=each.place, code=each.code)
    desk.lines([], {"job": job, "not_printed": left, "doubtful": [each.code for each in unsure]})


def _wanted(bank: Bank, codes: list[str] | None, where: str | None, inside: str | None, kind: str | None) -> list[str]:
    """Whose labels these are. Refused where that is said in two ways."""
    if inside is None and kind is None:
        return chosen(bank, codes, where)
    if inside is None:
        raise Refused("label.kind", "Say with --in in which unit those of the kind {kind} are.", kind=kind)
    if codes or where is not None:
        raise Refused("label.both", "Give codes, a query with --where, or a unit with --in: one of them.")
    from biobank_tui.queries.labelling import inside as units_inside

    with bank.read() as connection:
        found = units_inside(connection, inside, kind)
    if not found:
        none = mark("Nothing of the kind {kind} is in {unit}; nothing was printed.")
        raise Refused("label.no_units", none, kind=kind, unit=inside)
    return found


def _tell(desk: Desk, done: Printing) -> None:
    """How a job stands; Unreachable where the printer stopped."""
    for code in done.refused:
        desk.say("{code} is not printed: its donor has withdrawn.", code=code)
    if done.done:
        desk.say("{count} {count:label|labels} printed by {target}; job {job} is done.",
                 count=done.printed, target=done.target, job=done.job)  # fmt: skip
        desk.lines([done.target], done)
        return
    for place, code in done.doubtful:
        desk.say("Label {place} ({code}) may have come out: look at the printer.", place=place, code=code)
    raise Unreachable(
        "printer.stopped",
        "{target} stopped: {reason}. {printed} {printed:label is|labels are} printed, {waiting}"
        " {waiting:waits|wait} in job {job}; biobank label resume {job} goes on.",
        target=done.target, reason=done.said, printed=done.printed, waiting=done.waiting, job=done.job,
        doubtful=[code for _place, code in done.doubtful],
    )  # fmt: skip


def _preview(bank: Bank, codes: list[str], stock: str, layout: str | None) -> None:
    from biobank_tui.labels.terminal import preview_lines
    from biobank_tui.queries.labelling import labels_for

    with bank.read() as connection:
        labels = labels_for(connection, codes, stock, layout)
    # Black on white whatever the terminal's colours: a negative would not be read.
    ink, plain = ("\x1b[30;107m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    for each in labels:
        for line in preview_lines(each):
            print(f"{ink}{line}{plain}")
        print()


def _list_stocks(desk: Desk) -> None:
    from biobank_tui.labels.stock import stocks

    titles = {
        "name": _("Name"),
        "width_mm": _("Width mm"),
        "height_mm": _("Height mm"),
        "per_sheet": _("Per sheet"),
        "page": _("Page"),
        "shape": _("Shape"),
        "is_verified": _("Verified"),
    }
    desk.table(stocks().values(), titles)


def _list_layouts(desk: Desk) -> None:
    from biobank_tui.labels.layout import layouts

    rows = [
        (each.name, str(each.qr_place), each.qr_side_mm, " / ".join(" ".join(line.fields) for line in each.lines))
        for each in layouts().values()
    ]
    if desk.flags.json:
        desk.lines([], layouts().values())
        return
    desk.rows([_("Name"), _("QR code"), _("Side mm"), _("Lines")], rows)
