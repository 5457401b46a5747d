"""Labels are printed: on sheets, into printer files, or by a printer; the ledger knows each one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.labels import zpl
from biobank_tui.labels.layout import Label, Layout, layout, layout_for
from biobank_tui.labels.sheet import write_pdf
from biobank_tui.labels.stock import Stock, stock
from biobank_tui.model.tables import (
    DONOR,
    PRINT_JOB,
    PRINTED_LABEL,
    PROJECT,
    REQUEST,
    RESERVATION,
    STORAGE_UNIT,
)
from biobank_tui.queries import finding
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.rules.lifecycles import DonorState
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.rules.permissions import Verb

_TCP = re.compile(r"tcp://(?P<host>[^:/]+|\[[^]]+\])(?::(?P<port>\d{1,5}))?")
RAW_PRINTING = 9100


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """codes: samples, in the order of the labels. target: FILE.pdf, FILE.zpl, tcp://HOST[:PORT] or lp:QUEUE.

    start: the first free label of a part-used sheet, from 1. reason: needed where one of them was printed before.
    layout: a layout's name or TOML file; the stock's own unless given.
    """

    codes: tuple[str, ...]
    stock: str
    target: str
    start: int = 1
    copies: int = 1
    layout: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PrintResult:
    """labels: how many went out. next_free: where the next job on this sheet begins. shortened: whose text was cut."""

    labels: int
    pages: int
    next_free: int
    shortened: tuple[str, ...] = ()


def print_labels(bank: Bank, actor: Actor, request: PrintRequest) -> PrintResult:
    """Print labels of samples; refused for donors who withdrew, and without a reason a second time."""
    if not request.codes:
        raise Refused("label.nothing", "There is nothing to print.")
    on = stock(request.stock)
    shape = layout(request.layout) if request.layout else layout_for(on)
    if _is_file(request.target):
        with bank.transaction(actor, Verb.LABEL_PRINT, reason=request.reason) as tx:
            labels = _labels(tx, request, shape)
            # Written before the entry is sealed: a file that cannot be written leaves no entry behind.
            result = _to_file(labels, on, shape, request)
            _record(tx, request, on, labels, "printed")
            return result
    return _to_printer(bank, actor, request, on, shape)


def labels_for(connection: Any, codes: Sequence[str], stock_name: str) -> tuple[Label, ...]:
    """The labels as they would be printed, for a preview."""
    tubes = finding.samples(connection, codes)
    shape = layout_for(stock(stock_name))
    return tuple(shape.label(tube["code"], facts) for tube, facts in zip(tubes, _facts(connection, tubes), strict=True))


def _labels(tx: Transaction, request: PrintRequest, shape: Layout) -> list[Label]:
    tubes = finding.samples(tx.connection, request.codes)
    tx.permit({tube["custodian_id"] for tube in tubes})
    ids = {tube["donor_id"] for tube in tubes if tube["donor_id"] is not None}
    withdrawn = tx.connection.scalar(
        select(DONOR.c.code).where(among(tx.connection, DONOR.c.id, ids), DONOR.c.state == DonorState.WITHDRAWN)
    )
    if withdrawn is not None:
        raise Refused("label.withdrawn", "Donor {code} has withdrawn; no label is printed.", code=withdrawn)
    _require_reason(tx, [tube["code"] for tube in tubes], request.reason)
    return [shape.label(tube["code"], facts) for tube, facts in zip(tubes, _facts(tx.connection, tubes), strict=True)]


def _require_reason(tx: Transaction, codes: Sequence[str], reason: str | None) -> None:
    if reason and reason.strip():
        return
    for start in range(0, len(codes), 5000):
        again = tx.connection.scalar(
            select(PRINTED_LABEL.c.code)
            .where(PRINTED_LABEL.c.code.in_(codes[start : start + 5000]), PRINTED_LABEL.c.state != "failed")
            .limit(1)
        )
        if again is not None:
            raise Refused(
                "label.reprint", "A label of {code} was printed before; say why it is printed again.", code=again
            )


def _facts(connection: Any, tubes: Sequence[RowMapping]) -> list[dict[str, str]]:
    units = {
        row["id"]: row
        for row in connection.execute(
            select(STORAGE_UNIT).where(
                among(connection, STORAGE_UNIT.c.id, {tube["unit_id"] for tube in tubes if tube["unit_id"] is not None})
            )
        ).mappings()
    }
    projects = {
        row.sample_id: row.code
        for row in connection.execute(
            select(RESERVATION.c.sample_id, PROJECT.c.code)
            .select_from(RESERVATION.join(REQUEST).join(PROJECT))
            .where(
                among(connection, RESERVATION.c.sample_id, [tube["id"] for tube in tubes]),
                RESERVATION.c.state == "active",
            )
        )
    }
    found = []
    for tube in tubes:
        unit = units.get(tube["unit_id"])
        material = MATERIALS.get(tube["material"])
        facts = {
            "material": material.label if material else tube["material"],
            "amount": amount_in_words(tube["amount"], tube["unit"]),
            "date": (tube["frozen"] or tube["collected"] or "")[:10],
            "project": projects.get(tube["id"], ""),
            "kind": tube["kind"],
            "box": unit["code"] if unit is not None else "",
            "position": position_label(unit, tube["row"], tube["col"]) if unit is not None else "",
        }
        found.append({name: value for name, value in facts.items() if value})
    return found


def _is_file(target: str) -> bool:
    return not target.startswith(("tcp://", "lp:"))


def _to_file(labels: Sequence[Label], on: Stock, shape: Layout, request: PrintRequest) -> PrintResult:
    path = Path(request.target)
    if path.suffix.lower() == ".pdf":
        done = write_pdf(labels, on, path, start=request.start, copies=request.copies, layout=shape)
        return PrintResult(done.labels, done.pages, done.next_free, done.shortened)
    if path.suffix.lower() == ".zpl":
        text = zpl.render_zpl(labels, on, copies=request.copies, layout=shape)
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Unreachable(
                "file.unwritable", "{path} cannot be written: {detail}", path=str(path), detail=error.strerror
            ) from error
        return PrintResult(len(labels) * request.copies, 0, 1)
    raise Refused(
        "label.target",
        "{target} is no place for labels; name FILE.pdf, FILE.zpl, tcp://HOST:PORT or lp:QUEUE.",
        target=request.target,
    )


def _to_printer(bank: Bank, actor: Actor, request: PrintRequest, on: Stock, shape: Layout) -> PrintResult:
    """Record first, then send: a label that may have come out is never printed a second time unnoticed."""
    with bank.transaction(actor, Verb.LABEL_PRINT, reason=request.reason) as tx:
        labels = _labels(tx, request, shape)
        data = zpl.render_zpl(labels, on, copies=request.copies, layout=shape)
        printed = _record(tx, request, on, labels, "sent")
    state = "failed"
    try:
        _send(request.target, data)
        state = "printed"
    except Unreachable as error:
        state = "doubtful" if error.facts.get("sent") else state
        raise
    finally:
        with bank.transaction(actor, Verb.LABEL_PRINT, reason=request.reason) as tx:
            tx.permit([row["custodian_id"] for row in finding.samples(tx.connection, request.codes)])
            tx.subject = request.codes[0]
            tx.facts = {"target": request.target, "outcome": state, "labels": len(labels)}
            tx.update_all(PRINTED_LABEL, printed, state=state)
    return PrintResult(len(labels) * request.copies, 0, 1)


def _send(target: str, data: str) -> None:
    if target.startswith("lp:"):
        zpl.send_lp(target.removeprefix("lp:"), data)
        return
    found = _TCP.fullmatch(target)
    if found is None:
        raise Refused("label.printer", "{target} is no printer; write tcp://HOST or tcp://HOST:PORT.", target=target)
    zpl.send_tcp(found["host"].strip("[]"), int(found["port"] or RAW_PRINTING), data)


def _record(tx: Transaction, request: PrintRequest, on: Stock, labels: Sequence[Label], state: str) -> list[int]:
    job = tx.add(
        PRINT_JOB,
        stock=on.name,
        target=request.target,
        labels=len(labels) * request.copies,
        made=tx.at,
        reason=tx.reason,
    )
    first, _prefix = tx.allocate("printed_label", len(labels))
    tx.insert(
        PRINTED_LABEL,
        [
            {"id": number, "job_id": job, "place": place, "code": label.code, "state": state}
            for place, (number, label) in enumerate(zip(range(first, first + len(labels)), labels, strict=True), 1)
        ],
    )
    tx.subject = labels[0].code
    tx.facts = {"labels": len(labels) * request.copies, "stock": on.name, "target": request.target}
    return list(range(first, first + len(labels)))
