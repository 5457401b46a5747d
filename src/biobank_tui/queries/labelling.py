"""What the labels of tubes show: facts of the tubes, none of which leads to a donor."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.dialects import among
from biobank_tui.labels.layout import Label, Layout, layout, layout_for
from biobank_tui.labels.stock import stock
from biobank_tui.model.tables import DONOR, PROJECT, REQUEST, RESERVATION, STORAGE_UNIT
from biobank_tui.queries import finding
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.queries.storage import position_label
from biobank_tui.rules.lifecycles import DonorState
from biobank_tui.rules.materials import MATERIALS


def shape_of(stock_name: str, layout_name: str | None) -> Layout:
    """The layout named, or the stock's own."""
    return layout(layout_name) if layout_name else layout_for(stock(stock_name))


def labels_for(
    connection: Connection, codes: Sequence[str], stock_name: str, layout_name: str | None = None
) -> tuple[Label, ...]:
    """The labels as they would be printed, for a preview."""
    shape = shape_of(stock_name, layout_name)
    return labels_of(connection, finding.samples(connection, codes), shape)


def labels_of(connection: Connection, tubes: Sequence[RowMapping], shape: Layout) -> tuple[Label, ...]:
    """The labels of tubes, in their order."""
    facts = _facts(connection, tubes)
    return tuple(shape.label(tube["code"], each) for tube, each in zip(tubes, facts, strict=True))


def withdrawn_donors(connection: Connection, tubes: Sequence[RowMapping]) -> dict[int, str]:
    """Those of the tubes' donors who withdrew: codes by id."""
    ids = {tube["donor_id"] for tube in tubes if tube["donor_id"] is not None}
    rows = connection.execute(
        select(DONOR.c.id, DONOR.c.code).where(
            among(connection, DONOR.c.id, ids), DONOR.c.state == DonorState.WITHDRAWN
        )
    )
    return {row.id: row.code for row in rows}


def _facts(connection: Connection, tubes: Sequence[RowMapping]) -> list[dict[str, str]]:
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
