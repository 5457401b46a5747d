"""Labels are printed: on sheets, into files for a printer or a picture, or by a printer; the ledger knows each one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from biobank_tui.actions.printing import NewJob, Printing, add_job, work_off
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.labels import printers, zpl
from biobank_tui.labels.files import write_whole
from biobank_tui.labels.layout import Label, Layout
from biobank_tui.labels.png import write_png
from biobank_tui.labels.sheet import write_pdf
from biobank_tui.labels.stock import Stock, stock
from biobank_tui.model.tables import PRINTED_LABEL
from biobank_tui.queries.labelling import bearers, labels_of, shape_of, withdrawn_donors
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.printing import PERHAPS_OUT, JobState, LabelState

TO_FILES = (".pdf", ".zpl", ".png")


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """codes: of tubes, storage units, donors or shipments, in the order of the labels.

    target: FILE.pdf, FILE.zpl, FILE.png, tcp://HOST[:PORT] or lp:QUEUE.
    start: the first free label of a part-used sheet, from 1. reason: needed where one of them was printed before.
    layout: a layout's name or TOML file; the stock's own unless given. dpi: of the printer, or of the pictures.
    noun: of what the labels are, where that is known: another thing that goes by the same code refuses.
    """

    codes: tuple[str, ...]
    stock: str
    target: str
    start: int = 1
    copies: int = 1
    layout: str | None = None
    reason: str | None = None
    dpi: int | None = None
    noun: str | None = None


@dataclass(frozen=True, slots=True)
class PrintResult:
    """labels: how many went out. next_free: where the next job on this sheet begins. shortened: whose text was cut.

    printing: how the job stands in the print queue, where a printer printed it.
    """

    labels: int
    pages: int
    next_free: int
    shortened: tuple[str, ...] = ()
    printing: Printing | None = None


def print_labels(bank: Bank, actor: Actor, request: PrintRequest) -> PrintResult:
    """Print labels; refused for donors who withdrew, and without a reason a second time.

    A printer that is away or goes away leaves the rest in the print queue: see `printing` of the result.
    """
    if is_file(request.target):
        if not request.codes:
            raise Refused("label.nothing", "There is nothing to print.")
        on = stock(request.stock)
        with bank.transaction(actor, Verb.LABEL_PRINT, reason=request.reason) as tx:
            labels, shape = _labels(tx, request)
            # Written before the entry is sealed: a file that cannot be written leaves no entry behind.
            result = _to_file(labels, on, shape, request)
            add_job(tx, _job(request, on, labels, shape), JobState.DONE)
            return result
    printing = work_off(bank, actor, enqueue(bank, actor, request))
    return PrintResult(printing.printed * request.copies, 0, 1, printing=printing)


def enqueue(bank: Bank, actor: Actor, request: PrintRequest) -> int:
    """Put labels into the print queue of a printer, to be worked off by `printing.work_off`; the job's number."""
    if not request.codes:
        raise Refused("label.nothing", "There is nothing to print.")
    printers.printer(request.target)
    on = stock(request.stock)
    with bank.transaction(actor, Verb.LABEL_PRINT, reason=request.reason) as tx:
        labels, shape = _labels(tx, request)
        job = _job(request, on, labels, shape)
        # What the printer could not print is refused before anything waits for it.
        zpl.formats(labels, on, job.dpi, job.copies, shape)
        return add_job(tx, job, JobState.WAITING)


def _job(request: PrintRequest, on: Stock, labels: Sequence[Label], shape: Layout) -> NewJob:
    # Named even where it was not asked for: the job may be resumed when nothing but units is left of it.
    layout = request.layout or shape.name
    if layout.casefold().endswith(".toml"):
        # The job may be resumed from another folder.
        layout = str(Path(layout).resolve())
    return NewJob(on.name, request.target, tuple(labels), layout, request.copies, request.dpi or zpl.USUAL_DPI)


def _labels(tx: Transaction, request: PrintRequest) -> tuple[tuple[Label, ...], Layout]:
    borne = bearers(tx.connection, request.codes)
    tx.permit({each.owner_id for each in borne})
    for each in borne:
        if request.noun is not None and each.noun != request.noun:
            raise Refused(
                "label.other", "A scan of {code} finds something else that goes by it; no such label is printed.",
                code=each.code,
            )  # fmt: skip
    for withdrawn in withdrawn_donors(tx.connection, borne).values():
        raise Refused("label.withdrawn", "Donor {code} has withdrawn; no label is printed.", code=withdrawn)
    shape = shape_of(request.stock, request.layout, borne)
    _require_reason(tx, [each.code for each in borne], request.reason)
    return labels_of(tx.connection, borne, shape), shape


def _require_reason(tx: Transaction, codes: Sequence[str], reason: str | None) -> None:
    if reason and reason.strip():
        return
    for start in range(0, len(codes), 5000):
        again = tx.connection.execute(
            select(PRINTED_LABEL.c.code, PRINTED_LABEL.c.state, PRINTED_LABEL.c.job_id)
            .where(PRINTED_LABEL.c.code.in_(codes[start : start + 5000]), PRINTED_LABEL.c.state.in_(PERHAPS_OUT))
            .limit(1)
        ).first()
        if again is None:
            continue
        if again.state == LabelState.WAITING:
            raise Refused(
                "label.waiting",
                "A label of {code} already waits in print job {job}; resume that, or say why it is printed again.",
                code=again.code, job=again.job_id,
            )  # fmt: skip
        raise Refused(
            "label.reprint", "A label of {code} was printed before; say why it is printed again.", code=again.code
        )


def is_file(target: str) -> bool:
    """Whether labels go into a file there; else a printer prints them."""
    return not target.startswith(("tcp://", "lp:"))


def _to_file(labels: Sequence[Label], on: Stock, shape: Layout, request: PrintRequest) -> PrintResult:
    path = Path(request.target)
    kind = path.suffix.lower()
    if kind not in TO_FILES:
        raise Refused(
            "label.target",
            "{target} is no place for labels; name FILE.pdf, FILE.zpl, FILE.png, tcp://HOST:PORT or lp:QUEUE.",
            target=request.target,
        )
    if kind == ".pdf":
        done = write_pdf(labels, on, path, start=request.start, copies=request.copies, layout=shape)
        return PrintResult(done.labels, done.pages, done.next_free, done.shortened)
    if kind == ".zpl":
        text = zpl.render_zpl(labels, on, request.dpi or zpl.USUAL_DPI, request.copies, shape)
        write_whole(path, text.encode("utf-8"))
        return PrintResult(len(labels) * request.copies, 0, 1)
    for number, label in enumerate(labels, 1):
        # One picture holds one label; several are numbered in their order.
        own = path if len(labels) == 1 else path.with_name(f"{path.stem}-{number:03d}{path.suffix}")
        write_png(label, on, own, dpi=request.dpi or 300, layout=shape)
    return PrintResult(len(labels), 0, 1)
