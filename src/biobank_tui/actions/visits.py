"""Visits: templates the bank keeps, and all tubes of a visit registered for a donor in one act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.actions.donors import refuse_controls
from biobank_tui.actions.placing import Placed, Placing, put
from biobank_tui.actions.receiving import write_treatment
from biobank_tui.actions.samples import inherit_holds, refuse_taken
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SAMPLE, VISIT_TEMPLATE
from biobank_tui.queries import finding, visits
from biobank_tui.rules import amounts, moments
from biobank_tui.rules.codes import renders
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.lifecycles import DonorState, SampleKind, SampleStatus
from biobank_tui.rules.moments import STEPS
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.preanalytics import matrix_of
from biobank_tui.rules.visits import Template, VisitTube, read


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a donor. template: the name of one the bank keeps, or one as it is written.

    expected: nothing is here yet; each tube is received by a scan. barcodes: the tubes' own, in the template's order:
    one for each tube made, or, where nothing is made or all are pre-barcoded, one for each tube. unit: where the tubes
    go that are kept (those made; those drawn where nothing is made of them), from `position` on in filling order.
    treatment: of all of them, as `receiving.WRITTEN`.
    """

    donor: str
    template: str
    collected: str | None = None
    received: str | None = None
    processed: str | None = None
    frozen: str | None = None
    expected: bool = False
    barcodes: tuple[str, ...] = ()
    unit: str | None = None
    position: str | None = None
    treatment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitRegistered:
    """drawn, made: codes in the template's order. alarms: donors among them who withdrew."""

    drawn: tuple[str, ...]
    made: tuple[str, ...]
    placed: tuple[Placed, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return (*self.drawn, *self.made)


def keep_template(bank: Bank, actor: Actor, name: str, written: str) -> Template:
    """Keep a template under a name, or give the name another one."""
    title = name.strip()
    if not title or len(title) > 60:
        raise Refused("visit.name", "A template has a name of 1 to 60 characters.")
    refuse_controls("name", title)
    for line in written.splitlines():
        refuse_controls("template", line.replace("\t", " "))
    found = read(written, title)
    with bank.transaction(actor, Verb.VISIT_TEMPLATE) as tx:
        tx.permit()
        row = tx.connection.execute(select(VISIT_TEMPLATE).where(VISIT_TEMPLATE.c.name == title)).mappings().first()
        if row is None:
            tx.add(VISIT_TEMPLATE, name=title, title=found.title, written=written.strip(), retired=None)
        else:
            values = {"title": found.title, "written": written.strip(), "retired": None}
            tx.update(VISIT_TEMPLATE, {row["id"]: values})
        tx.subject = title
        return found


def retire_template(bank: Bank, actor: Actor, name: str) -> None:
    """A template is no longer offered."""
    with bank.transaction(actor, Verb.VISIT_TEMPLATE) as tx:
        tx.permit()
        row = visits.template_row(tx.connection, name)
        tx.update(VISIT_TEMPLATE, {row["id"]: {"retired": tx.at}})
        tx.subject = row["name"]


def register_visit(bank: Bank, actor: Actor, visit: Visit) -> VisitRegistered:
    """Register every tube of a visit for a donor, all or none, in one act."""
    with bank.transaction(actor, Verb.SAMPLE_REGISTER) as tx:
        template = visits.template(tx.connection, visit.template)
        donor = finding.donor(tx.connection, visit.donor)
        if visit.expected and donor["state"] == DonorState.WITHDRAWN:
            raise Refused(
                "donor.withdrawn_visit", "Donor {code} has withdrawn; no visit is planned.", code=donor["code"]
            )
        if visit.expected and (visit.unit or visit.received):
            raise Refused("visit.not_here", "Tubes that are expected have no place and no time of receipt yet.")
        tx.permit([donor["custodian_id"]])
        first, prefix = tx.allocate("sample", template.count)
        numbers = iter(zip(range(first, first + template.count), renders(prefix, first, template.count), strict=True))
        times = _times(tx, visit)
        rows = list(_rows(template, donor, visit, times, numbers))
        drawn = [row for row, tube, _parent in rows if row["kind"] == SampleKind.PRIMARY]
        made = [row for row, tube, _parent in rows if row["kind"] != SampleKind.PRIMARY]
        _give_barcodes(visit.barcodes, drawn, made)
        every = [row for row, _tube, _parent in rows]
        refuse_taken(tx, every)
        tx.insert(SAMPLE, drawn)
        if made:
            tx.insert(SAMPLE, made)
        for row, tube, parent in rows:
            container = tube.container or (parent.container if parent is not None else None)
            told = {**({"container": container} if container else {}), **visit.treatment}
            if matrix_of(row["material"]) == "fluid":
                told.pop("fixation", None)
            if told:
                write_treatment(tx, row["id"], row["material"], times, told)
        alarms = inherit_holds(tx, every)
        placed = _place(tx, visit, template, drawn, made)
        tx.subject = every[0]["code"]
        tx.facts = {"samples": len(every), "donor": donor["code"], "visit": template.title or visit.template[:60]}
        return VisitRegistered(tuple(row["code"] for row in drawn), tuple(row["code"] for row in made), placed, alarms)


def _times(tx: Transaction, visit: Visit) -> dict[str, str | None]:
    said = {step: getattr(visit, step) for step in STEPS}
    times = {step: tx.moment(text) if text else None for step, text in said.items()}
    if not visit.expected and times["received"] is None:
        times["received"] = tx.at[:16] + "Z"
    moments.check_order(*(times[step] for step in STEPS))
    return times


def _rows(
    template: Template,
    donor: RowMapping,
    visit: Visit,
    times: dict[str, str | None],
    numbers: Iterator[tuple[int, str]],
) -> Iterator[tuple[dict[str, Any], VisitTube, VisitTube | None]]:
    """Every row with its line of the template, and the line it is made of: those drawn first, so that codes follow."""
    parents: list[tuple[VisitTube, list[dict[str, Any]]]] = []
    for tube in template.tubes:
        rows = [_row(numbers, donor, tube, visit, times, None) for _ in range(tube.count)]
        yield from ((row, tube, None) for row in rows)
        parents.append((tube, rows))
    for tube, rows in parents:
        for made in tube.made:
            for place in range(made.count):
                parent = rows[place * len(rows) // made.count]
                yield _row(numbers, donor, made, visit, times, parent), made, tube


def _row(
    numbers: Iterator[tuple[int, str]],
    donor: RowMapping,
    tube: VisitTube,
    visit: Visit,
    times: dict[str, str | None],
    parent: dict[str, Any] | None,
) -> dict[str, Any]:
    number, code = next(numbers)
    amount = amounts.parse(tube.amount) if tube.amount else None
    same = parent is not None and parent["material"] == tube.material
    return {
        "id": number,
        "code": code,
        "barcode": None,
        "kind": SampleKind.PRIMARY if parent is None else SampleKind.ALIQUOT if same else SampleKind.DERIVATIVE,
        "donor_id": donor["id"],
        "parent_id": parent["id"] if parent is not None else None,
        "custodian_id": donor["custodian_id"],
        "status": SampleStatus.EXPECTED if visit.expected else SampleStatus.AVAILABLE,
        "holds": 0,
        "material": tube.material,
        "topography": None,
        "diagnosis": donor["diagnosis"],
        "concentration": None,
        "concentration_unit": None,
        **times,
        "note": None,
        "unit": str(amount.unit) if amount else None,
        "amount_initial": amount.base if amount else None,
        "amount": amount.base if amount else None,
        "thaws": 0,
        "profile_id": donor["profile_id"],
        "unit_id": None,
        "row": None,
        "col": None,
        "sprec": None,
        "relaxed": None,
    }


def _give_barcodes(barcodes: tuple[str, ...], drawn: list[dict[str, Any]], made: list[dict[str, Any]]) -> None:
    if not barcodes:
        return
    takers = made if made and len(barcodes) == len(made) else [*drawn, *made]
    if len(barcodes) != len(takers):
        raise Refused(
            "visit.barcodes",
            "{given} {given:barcode is|barcodes are} given; the visit has {made} {made:tube|tubes} made and"
            " {count} in all.",
            given=len(barcodes),
            made=len(made),
            count=len(drawn) + len(made),
        )
    for row, barcode in zip(takers, barcodes, strict=True):
        refuse_controls("barcode", barcode)
        row["barcode"] = barcode.strip()


def _place(
    tx: Any, visit: Visit, template: Template, drawn: list[dict[str, Any]], made: list[dict[str, Any]]
) -> tuple[Placed, ...]:
    if not visit.unit:
        return ()
    parents = {row["parent_id"] for row in made}
    kept = [row["code"] for row in drawn if row["id"] not in parents] + [row["code"] for row in made]
    if not kept:
        raise Conflict("visit.nothing_kept", "Nothing of {visit} goes into a box.", visit=template.title)
    return put(tx, [Placing(code, visit.unit, visit.position if at == 0 else None) for at, code in enumerate(kept)])
