"""Withdrawals: of donors anywhere in the bank, and of one whose samples are all over it; each once, for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from benchmarks.measuring import WARM, Figure, figure
from biobank_tui.actions import (
    aliquoting,
    consents,
    dispatching,
    donors,
    packing,
    picking,
    projects,
    requests,
    reserving,
    samples,
)
from biobank_tui.actions.aliquoting import Aliquoting
from biobank_tui.actions.carriage import Carriage
from biobank_tui.actions.requests import NewLine
from biobank_tui.actions.withdrawing import withdraw
from biobank_tui.bank.bank import Bank
from biobank_tui.model.tables import CONSENT_FORM
from biobank_tui.queries.picklists import walk
from biobank_tui.rules.consent import Purpose

ROUNDS = 7
WHOLE = 1000.0
"""Milliseconds that all effects of a withdrawal may take."""
FORM = "BENCH"


def figures(bank: Bank, codes: Sequence[str], least: Callable[[], object], home: str = "VALMONT") -> Iterator[Figure]:
    """codes: donors drawn from all over the bank. least: the least a durable act could write. home: an organisation."""
    yield _withdrawn(bank, "withdraw a donor", list(dict.fromkeys(codes)), least)
    if FORM not in _known(bank):
        consents.add_form(bank, bank.actor("manager"), consents.NewForm(FORM, "1", "Measured", ("GRU",)))
    teams = [project(bank, home) for _ in range(3)]
    spread = [_spread(bank, home, teams) for _ in range(WARM + ROUNDS)]
    yield _withdrawn(bank, "withdraw one of 3 primaries, 40 made of them, a pool", spread, least)


def _withdrawn(bank: Bank, name: str, codes: list[str], least: Callable[[], object]) -> Figure:
    manager, rest = bank.actor("manager"), iter(codes)
    asks = [lambda: withdraw(bank, manager, next(rest), "measured")] * WARM
    rounds = len(codes) - WARM
    return figure(name, asks, [least], target=WHOLE, rounds=rounds, note="durable")


def _known(bank: Bank) -> set[str]:
    with bank.read() as connection:
        return {row.code for row in connection.execute(CONSENT_FORM.select())}


def project(bank: Bank, home: str) -> str:
    """An active project of the organisation that keeps the samples, so that no agreement is asked for."""
    manager = bank.actor("manager")
    purpose = Purpose("biomedical", countries=("FR",))
    new = projects.NewProject("Measured", "admin", home, purpose, late="measured")
    code = projects.propose(bank, manager, new).code
    projects.decide(bank, manager, projects.ProjectDecision(code, "selected"))
    return projects.activate(bank, manager, code).code


def _spread(bank: Bank, home: str, teams: Sequence[str]) -> str:
    """A donor of 3 primaries, 40 made of them and a share of a pool with two others'; the code.

    Five are reserved in three projects, two of those on an open pick list and one packed; four have left.
    """
    who = bank.actor("tech")
    people = donors.register_donors(bank, who, [donors.NewDonor(home) for _ in range(3)])
    for donor in people:
        given = consents.NewConsent(donor, FORM, {"GRU": "yes"}, "2026-01-05")
        consents.record_consent(bank, who, given)
    owners = [people[0]] * 3 + list(people[1:])
    new = [samples.NewSample(owner, "plasma", "5 mL") for owner in owners]
    tubes = list(samples.register(bank, who, new).codes)
    made: list[str] = []
    for primary, n in zip(tubes[:3], (15, 15, 10), strict=True):
        made += aliquoting.aliquot(bank, who, Aliquoting(primary, n, "100 µL")).codes
    aliquoting.pool(bank, who, [(made[0], "50 µL"), (tubes[3], "50 µL"), (tubes[4], "50 µL")])
    listed, _reserved, packed = (
        _asked(bank, team, some) for team, some in zip(teams, (made[1:3], made[3:5], made[5:6]), strict=True)
    )
    picking.start(bank, who, listed)
    _packed(bank, packed)
    sent = _asked(bank, teams[1], made[6:10])
    dispatching.dispatch(bank, who, _packed(bank, sent))
    return people[0]


def _asked(bank: Bank, project: str, tubes: Sequence[str]) -> str:
    """A request with these tubes reserved."""
    manager = bank.actor("manager")
    code = requests.new(bank, manager, requests.NewRequest(project, "Measured", (NewLine(samples=tuple(tubes)),))).code
    requests.submit(bank, manager, code)
    requests.review(bank, manager, requests.Review(code, "approve"))
    reserving.reserve(bank, manager, reserving.Reserve(code))
    return code


def _packed(bank: Bank, request: str) -> str:
    """All of a request, picked and packed; the shipment."""
    who = bank.actor("tech")
    started = picking.start(bank, who, request).code
    with bank.read() as connection:
        tubes = [hole.code for box in walk(connection, started) for hole in box.holes]
    for tube in tubes:
        picking.scan(bank, who, picking.Scan(started, tube))
    new = packing.NewShipment(request, carriage=Carriage("Measured"))
    shipment = packing.open_shipment(bank, who, new)
    packing.fill(bank, who, shipment)
    return shipment
