"""What labels show: of tubes, of storage units, of donors and of shipments; nothing of it leads to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select

from biobank_tui.bank.dialects import among
from biobank_tui.labels.layout import Label, Layout, layout, layout_for
from biobank_tui.labels.stock import stock
from biobank_tui.model.storage import UnitKind
from biobank_tui.model.tables import (
    DONOR,
    ORGANISATION,
    PROJECT,
    REQUEST,
    RESERVATION,
    SHIPMENT,
    STORAGE_UNIT,
)
from biobank_tui.queries import finding
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label, under
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.lifecycles import DonorState
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.rules.temperatures import TEMPERATURES


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a label is stuck on: a sample, a storage unit, a donor's folder or a shipment, as its row.

    owner_id: the organisation it belongs to.
    """

    noun: str
    row: RowMapping
    owner_id: int | None

    @property
    def code(self) -> str:
        return str(self.row["code"])

    @property
    def donor_id(self) -> int | None:
        """The donor whose withdrawal forbids the label."""
        if self.noun == "donor":
            return int(self.row["id"])
        return self.row["donor_id"] if self.noun == "sample" else None


def bearers(connection: Connection, codes: Sequence[str]) -> list[Bearer]:
    """What goes by these codes, in their order. NotFound, and Refused for what bears no labels.

    A code stands for what a scan of it finds: a label found as something else than it is stuck on would do harm.
    """
    wanted = [code.strip() for code in codes]
    tubes = finding.known_samples(connection, wanted)
    return [
        Bearer("sample", tubes[code], tubes[code]["custodian_id"]) if code in tubes else _other(connection, code)
        for code in wanted
    ]


def _other(connection: Connection, code: str) -> Bearer:
    for noun, find in _OTHERS.items():
        try:
            row = find(connection, code)
        except NotFound:
            continue
        return Bearer(noun, row, _owner(connection, noun, row))
    raise NotFound(
        "label.unknown", "{code} is no tube, storage unit, donor or shipment of this bank; nothing else bears labels.",
        code=code,
    )  # fmt: skip


_OTHERS: dict[str, Callable[[Connection, str], RowMapping]] = {
    "storage_unit": finding.unit,
    "donor": finding.donor,
    "shipment": lambda connection, code: finding.by_code(connection, SHIPMENT, code),
}


def _owner(connection: Connection, noun: str, row: RowMapping) -> int | None:
    if noun == "shipment":
        return connection.scalar(
            select(PROJECT.c.organisation_id).join(REQUEST).where(REQUEST.c.id == row["request_id"])
        )
    owner: int | None = row["custodian_id" if noun == "donor" else "organisation_id"]
    return owner


def inside(connection: Connection, code: str, kind: str | None = None) -> list[str]:
    """Codes of a unit and all inside it, in walking order; of one kind only where it is named."""
    if kind is not None and kind not in tuple(UnitKind):
        raise Refused(
            "storage_unit.kind", "{kind} is no kind of storage unit; there are: {kinds}.",
            kind=kind, kinds=", ".join(UnitKind),
        )  # fmt: skip
    of_kind = [STORAGE_UNIT.c.kind == kind] if kind else []
    path = finding.unit(connection, code)["path"]
    query = select(STORAGE_UNIT.c.code).where(under(path), *of_kind).order_by(STORAGE_UNIT.c.path)
    return list(connection.scalars(query))


def kinds_inside(connection: Connection, code: str) -> dict[str, int]:
    """How many units of each kind there are inside one, itself left out; the most numerous last."""
    path = finding.unit(connection, code)["path"]
    count = func.count()
    query = (
        select(STORAGE_UNIT.c.kind, count)
        .where(under(path), STORAGE_UNIT.c.path != path)
        .group_by(STORAGE_UNIT.c.kind)
        .order_by(count, STORAGE_UNIT.c.kind)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def shape_of(stock_name: str, layout_name: str | None, borne: Sequence[Bearer] = ()) -> Layout:
    """The layout named, or the one that suits the stock and what bears the labels: tubes, or none of them."""
    if layout_name:
        return layout(layout_name)
    return layout_for(stock(stock_name), tubes=not borne or any(each.noun == "sample" for each in borne))


def labels_for(
    connection: Connection, codes: Sequence[str], stock_name: str, layout_name: str | None = None
) -> tuple[Label, ...]:
    """The labels as they would be printed, for a preview."""
    borne = bearers(connection, codes)
    return labels_of(connection, borne, shape_of(stock_name, layout_name, borne))


def labels_of(connection: Connection, borne: Sequence[Bearer], shape: Layout) -> tuple[Label, ...]:
    """The labels, in the order of what bears them."""
    tubes = iter(_of_tubes(connection, [each.row for each in borne if each.noun == "sample"]))
    others = {
        "storage_unit": _of_unit,
        "donor": lambda _connection, _row: {"kind": "donor"},
        "shipment": _of_shipment,
    }
    facts = (next(tubes) if each.noun == "sample" else others[each.noun](connection, each.row) for each in borne)
    return tuple(shape.label(each.code, told) for each, told in zip(borne, facts, strict=True))


def withdrawn_donors(connection: Connection, borne: Sequence[Bearer]) -> dict[int, str]:
    """Those of the donors behind the labels who withdrew: codes by id."""
    ids = {each.donor_id for each in borne if each.donor_id is not None}
    rows = connection.execute(
        select(DONOR.c.id, DONOR.c.code).where(
            among(connection, DONOR.c.id, ids), DONOR.c.state == DonorState.WITHDRAWN
        )
    )
    return {row.id: row.code for row in rows}


def _of_unit(connection: Connection, unit: RowMapping) -> dict[str, str]:
    """What the label of a storage unit shows. Where it stands is left out: units are moved, their labels stay."""
    kept_for = connection.scalar(select(PROJECT.c.code).where(PROJECT.c.id == unit["project_id"]))
    materials = [MATERIALS[code].label for code in (unit["materials"] or "").split(",") if code in MATERIALS]
    grid = f" {unit['rows']} × {unit['columns']}" if unit["rows"] else ""
    name = unit["name"]
    return _filled(
        # A code that ends in the name tells it already.
        title="" if unit["code"].endswith(name) else name,
        kind=f"{unit['kind']}{grid}",
        temperature=TEMPERATURES[unit["temperature"]].label if unit["temperature"] in TEMPERATURES else "",
        material=", ".join(materials),
        project=kept_for or "",
    )


def _of_shipment(connection: Connection, shipment: RowMapping) -> dict[str, str]:
    recipient, project = connection.execute(
        select(ORGANISATION.c.name, PROJECT.c.code)
        .select_from(ORGANISATION)
        .outerjoin(REQUEST, REQUEST.c.id == shipment["request_id"])
        .outerjoin(PROJECT, PROJECT.c.id == REQUEST.c.project_id)
        .where(ORGANISATION.c.id == shipment["recipient_id"])
    ).one()
    date = (shipment["dispatched"] or shipment["created"])[:10]
    return _filled(title=recipient, kind="shipment", project=project or "", date=date)


def _filled(**facts: str) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}


def _of_tubes(connection: Connection, tubes: Sequence[RowMapping]) -> list[dict[str, str]]:
    """What the labels of tubes show."""
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
        found.append(
            _filled(
                material=material.label if material else tube["material"],
                amount=amount_in_words(tube["amount"], tube["unit"]),
                date=(tube["frozen"] or tube["collected"] or "")[:10],
                project=projects.get(tube["id"], ""),
                kind=tube["kind"],
                box=unit["code"] if unit is not None else "",
                position=position_label(unit, tube["row"], tube["col"]) if unit is not None else "",
            )
        )
    return found
