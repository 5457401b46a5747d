"""Who only leads projects sees their own, under their projects' codes: on every screen, in the palette, by scan."""

from __future__ import annotations

from typing import Any

import pytest
from at_bank import press, settled, sitting, told, verdict
from bench_bank import until
from test_scanning import feed

from biobank_tui.actions import agreements, dispatching, packing, parties, picking, reserving
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.packing import NewShipment
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.queries.arrivals import sent_by
from biobank_tui.queries.given import own_samples
from biobank_tui.queries.shipments import detail
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.palette import Palette
from biobank_tui.tui.screens.own_samples import OwnSamples
from biobank_tui.tui.views import VIEWS


@pytest.fixture
def database() -> str:
    return "sqlite"


class Two:
    """Two leads with a project each: Ann's two tubes are on their way to her, Bob's are picked."""

    def __init__(self, bank: Bank, make: Any) -> None:
        self.bank = bank
        parties.settle(bank, make.actor, "HOME", "FR")
        make.organisation("LAB", country="FR")
        box = make.box()
        self.tubes: dict[str, list[str]] = {}
        self.projects: dict[str, str] = {}
        self.requests: dict[str, str] = {}
        self.lists: list[str] = []
        self.shipments: dict[str, str] = {}
        for place, login in enumerate(("ann", "bob")):
            make.person(Role.PROJECT_LEAD, login=login)
            donor = make.consenting("GRU")
            tubes = make.placed(2, unit=box, positions=[f"{'AB'[place]}{n}" for n in (1, 2)], donor=donor)
            project = make.project(organisation="LAB", lead=login)
            request = make.request(NewLine(samples=tuple(tubes)), project=project)
            reserving.reserve(bank, make.actor, reserving.Reserve(request))
            walk = picking.start(bank, make.actor, request).code
            for tube in tubes:
                picking.scan(bank, make.actor, picking.Scan(walk, tube))
            agreements.add(bank, make.actor, agreements.NewAgreement(project, "LAB", f"MTA-{login}", "2026-01-10"))
            code = packing.open_shipment(bank, make.actor, NewShipment(request, carriage=Carriage("Polar", dry_ice=8)))
            packing.fill(bank, make.actor, code)
            self.tubes[login], self.projects[login], self.requests[login] = tubes, project, request
            self.lists.append(walk)
            self.shipments[login] = code
        dispatching.dispatch(bank, make.actor, self.shipments["ann"])
        self.ann = bank.actor("ann")

    @property
    def donors(self) -> list[str]:
        with self.bank.read() as connection:
            from sqlalchemy import select

            from biobank_tui.model.tables import DONOR

            return list(connection.scalars(select(DONOR.c.code)))

    @property
    def forbidden(self) -> tuple[str, ...]:
        """What Ann must never read."""
        others = (self.projects["bob"], self.requests["bob"], self.shipments["bob"])
        return (*self.tubes["ann"], *self.tubes["bob"], *self.donors, self.lists[1], *others)


@pytest.fixture
def two(bank: Bank, make: Any) -> Two:
    return Two(bank, make)


def on_screen(app: BiobankApp) -> str:
    """All that is painted now, as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


async def test_a_lead_reads_no_code_of_the_banks_and_nothing_of_others_on_any_screen(two: Two) -> None:
    async with sitting(two.bank, "ann", "bench", (160, 50)) as (app, pilot, _view):
        for spec in VIEWS:
            await app.show_view(spec.name)
            await settled(app)
            for _turn in range(3):
                seen = on_screen(app)
                assert [code for code in two.forbidden if code in seen] == [], spec.name
                await press(app, pilot, "g", "down", "enter")
            await press(app, pilot, "escape", "escape")


async def test_a_lead_finds_the_own_samples_by_the_projects_codes_in_palette_and_scan(two: Two) -> None:
    with two.bank.read() as connection:
        own = own_samples(connection, two.bank.address, two.ann.person_id)
    assert {each.project for each in own} == {two.projects["ann"]}
    assert len(own) == 2
    async with sitting(two.bank, "ann", "bench", (120, 40)) as (app, pilot, _view):
        for code in (two.tubes["ann"][0], two.donors[0], two.lists[0]):
            feed(app, code)
            await until(lambda: "under the projects' own codes" in verdict(app))
            app.verdict.say(None)
        feed(app, two.shipments["bob"])
        await until(lambda: "another team's project" in verdict(app))
        feed(app, own[1].code)
        await until(lambda: f"it is for {two.requests['ann']}" in verdict(app))
        await until(lambda: isinstance(app.view, OwnSamples))
        view = app.view
        assert isinstance(view, OwnSamples)
        await until(lambda: view.table.row is not None and view.table.row.cells[0] == own[1].code)
        for begin in ("S-", "D-", "K-", own[0].code[:6]):
            await press(app, pilot, "ctrl+p", f"type:{begin}")
            assert isinstance(app.screen, Palette)
            found = [each.code for each in app.screen._things]
            assert (own[0].code in found) == (begin == own[0].code[:6])
            assert not set(found) & set(two.forbidden)
            await press(app, pilot, "escape")


async def test_a_lead_receives_a_shipment_under_the_projects_codes(two: Two) -> None:
    code = two.shipments["ann"]
    async with sitting(two.bank, "ann", "work", (120, 40)) as (app, pilot, view):
        assert [row.cells[0] for row in view.query_one("#shipments").source.rows] == [code]
        view.open_shipment(code)
        await until(lambda: view.load.load is not None)
        await settled(app)
        assert not [each for each in two.tubes["ann"] if each in on_screen(app)]
        feed(app, two.tubes["ann"][0])
        await until(lambda: "is there" in verdict(app))
        assert two.tubes["ann"][0] not in verdict(app)
        await press(app, pilot, "r", "ctrl+s", "y")
        assert "1 received, 0 damaged, 1 missing" in told(app)
        assert two.tubes["ann"][0] not in on_screen(app)
    with two.bank.read() as connection:
        assert sorted(item.state for item in sent_by(connection, code).items) == ["missing", "received"]
        mine = detail(connection, code, two.bank.clock(), reader=two.ann.person_id)
        assert all(item.sample == item.project_code for item in mine.items)


async def test_a_box_is_not_opened_by_a_lead_but_its_fill_is_told(two: Two) -> None:
    async with sitting(two.bank, "ann", "storage", (120, 40)) as (app, pilot, view):
        await press(app, pilot, "right", "down", "right", "down", "right", "down", "enter")
        assert view.box is None
        assert "4" in on_screen(app)


async def test_who_sits_down_next_gets_the_samples_of_their_own_role(two: Two) -> None:
    async with sitting(two.bank, "admin", "samples", (120, 40)) as (app, _pilot, view):
        assert not isinstance(view, OwnSamples)
        assert two.tubes["ann"][0] in on_screen(app)
    async with sitting(two.bank, "ann", "samples", (120, 40)) as (app, pilot, view):
        assert isinstance(view, OwnSamples)
        assert view.table.total == 2
        await press(app, pilot, "g")
        assert two.projects["ann"] in on_screen(app)
