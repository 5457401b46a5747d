"""Shipments on the work screen: packed by scanning, sent under a signature, received by scanning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from at_bank import press, sitting, told, verdict
from bench_bank import until
from test_scanning import feed

from biobank_tui.actions import agreements, dispatching, packing, parties, picking, reserving
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.packing import NewShipment
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.shipments import detail
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.screens.shipment_pane import ShipmentPane


@pytest.fixture
def database() -> str:
    return "sqlite"


class Sending:
    """Three picked tubes of a project at LAB, an agreement, and an open shipment."""

    def __init__(self, bank: Bank, make: Any) -> None:
        self.bank, actor = bank, make.actor
        parties.settle(bank, actor, "HOME", "FR")
        make.organisation("LAB", country="FR")
        self.tubes = [make.sample(donor=make.consenting("GRU")) for _ in range(3)]
        self.other = make.sample()
        make.person(Role.PROJECT_LEAD, login="lea", organisation="LAB")
        project = make.project(organisation="LAB", lead="lea")
        self.request = make.request(NewLine(samples=tuple(self.tubes)), project=project)
        reserving.reserve(bank, actor, reserving.Reserve(self.request))
        walk = picking.start(bank, actor, self.request).code
        for tube in self.tubes:
            picking.scan(bank, actor, picking.Scan(walk, tube))
        agreements.add(bank, actor, agreements.NewAgreement(project, "LAB", "MTA-1", "2026-01-10"))
        self.code = packing.open_shipment(
            bank, actor, NewShipment(self.request, carriage=Carriage("Polar Couriers", dry_ice=8))
        )

    def states(self) -> list[str]:
        with self.bank.read() as connection:
            return [item.state for item in detail(connection, self.code, self.bank.clock()).items]

    def state(self) -> str:
        with self.bank.read() as connection:
            return detail(connection, self.code, self.bank.clock()).shipment.state


@pytest.fixture
def sending(bank: Bank, make: Any) -> Sending:
    return Sending(bank, make)


async def opened(view: Any, code: str) -> ShipmentPane:
    view.open_shipment(code)
    await until(lambda: view.load.load is not None and view.load.grid.has_focus)
    pane: ShipmentPane = view.load
    return pane


async def test_tubes_are_packed_by_scanning_and_a_wrong_one_is_said_so(sending: Sending) -> None:
    async with sitting(sending.bank, "admin", "work") as (app, _pilot, view):
        pane = await opened(view, sending.code)
        feed(app, sending.other)
        await until(lambda: "is not reserved for" in verdict(app))
        for tube in sending.tubes:
            feed(app, tube)
        await until(lambda: "All are packed" in verdict(app))
        assert pane.load is not None
        assert [item.hole for item in pane.load.shipment.in_box(1)] == ["A1", "A2", "A3"]
        assert pane.load.shipment.gates == ()


async def test_a_shipment_is_packed_sent_and_received_with_the_keys(sending: Sending) -> None:
    async with sitting(sending.bank, "admin", "work") as (app, pilot, view):
        pane = await opened(view, sending.code)
        await press(app, pilot, "a", "y")
        await until(lambda: sending.states() == ["packed"] * 3)
        await until(lambda: pane.load is not None and pane.load.shipment.waiting == 0)
        await press(app, pilot, "s")
        await press(app, pilot, *"ok")
        await press(app, pilot, "ctrl+s")
        await until(lambda: sending.state() == "dispatched")
        await until(lambda: pane.load is not None and pane.load.arriving)
        feed(app, sending.tubes[0])
        await until(lambda: "is there" in verdict(app))
        feed(app, "STRAY-TUBE")
        await until(lambda: "it is extra" in verdict(app))
        await press(app, pilot, "r", "ctrl+s", "y")
        await until(lambda: sending.state() == "received_with_discrepancies")
        assert sorted(sending.states()) == ["extra", "missing", "missing", "received"]


async def test_a_lead_receives_by_scanning_and_sees_the_projects_codes_alone(sending: Sending, make: Any) -> None:
    packing.fill(sending.bank, make.actor, sending.code)
    dispatching.dispatch(sending.bank, make.actor, sending.code)
    with sending.bank.read() as connection:
        names = [item.project_code for item in detail(connection, sending.code, sending.bank.clock()).items]
    async with sitting(sending.bank, "lea", "work") as (app, _pilot, view):
        pane = await opened(view, sending.code)
        feed(app, names[1] or "")
        await until(lambda: f"{names[1]} is there, box 1, A2; 2 not scanned yet." in verdict(app))
        assert pane.load is not None
        assert list(pane.load.told) == [names[1]]
        assert not any(tube in repr(pane.load) for tube in sending.tubes)


async def test_what_stands_against_leaving_is_shown_and_said(sending: Sending) -> None:
    async with sitting(sending.bank, "admin", "work") as (app, pilot, view):
        pane = await opened(view, sending.code)
        assert pane.load is not None
        assert [gate.code for gate in pane.load.shipment.gates] == ["shipment.empty"]
        await press(app, pilot, "s")
        assert "holds no tube" in told(app)


async def test_a_tube_is_taken_out_and_the_list_says_so(sending: Sending) -> None:
    packing.fill(sending.bank, sending.bank.actor("admin"), sending.code)
    async with sitting(sending.bank, "admin", "work") as (app, pilot, view):
        pane = await opened(view, sending.code)
        pane.grid.cursor = (0, 0)
        await until(lambda: pane.item is not None)
        await press(app, pilot, "t", "ctrl+s")
        await until(lambda: "unpacked" in sending.states())


async def test_the_manifest_is_looked_at_and_written_as_paper_and_table(sending: Sending, tmp_path: Path) -> None:
    packing.fill(sending.bank, sending.bank.actor("admin"), sending.code)
    async with sitting(sending.bank, "admin", "work") as (app, pilot, view):
        await opened(view, sending.code)
        await press(app, pilot, "p", "y")
        form = app.screen
        form.entry("file").value = str(tmp_path / "m.pdf")  # type: ignore[attr-defined]
        await press(app, pilot, "ctrl+s")
        await until((tmp_path / "m.pdf").exists)
        assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF")
        told_of = (tmp_path / "m.csv").read_text(encoding="utf-8")
        assert [tube for tube in sending.tubes if tube in told_of] == []


async def test_escape_puts_the_shipment_aside(sending: Sending) -> None:
    async with sitting(sending.bank, "admin", "work") as (app, pilot, view):
        await opened(view, sending.code)
        await press(app, pilot, "escape")
        await until(lambda: view.load.load is None and view.query_one("#work-lists").display)
        assert view.command_group == "work"
