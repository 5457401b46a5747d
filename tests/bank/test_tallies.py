"""Counts kept beside the samples equal a plain recount, whatever was done and whatever was refused."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, true

from biobank_tui.actions import aliquoting, consents, donors, holding, placing, receiving, samples, storage, withdrawing
from biobank_tui.bank import checking, tallies
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import SAMPLE, SAMPLE_TALLY, STORAGE_UNIT, USABLE_TALLY
from biobank_tui.rules.errors import BiobankError, Refused
from biobank_tui.rules.lifecycles import SampleStatus
from biobank_tui.rules.permissions import Verb

MATERIALS = ("BloodPlasma", "BloodSerum", "DNA", "BuffyCoat")
ENDS = (SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.MISSING, SampleStatus.REJECTED)
ACTS = 60


def recounted(bank: Bank) -> dict[str, Counter[Any]]:
    """Every count, drawn from the samples one by one."""
    facets: Counter[Any] = Counter()
    usable: Counter[Any] = Counter()
    tubes: Counter[Any] = Counter()
    with bank.read() as connection:
        paths = dict(connection.execute(select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.path)).all())  # type: ignore[arg-type]
        for row in connection.execute(select(SAMPLE)):
            diagnosis = row.diagnosis or ""
            facets[row.material, row.status, row.kind, diagnosis, row.custodian_id] += 1
            if row.status == "available" and row.holds == 0 and row.amount != 0:
                usable[row.material, diagnosis, row.profile_id or 0] += 1
            if row.unit_id is not None:
                tubes.update(unit for unit, path in paths.items() if paths[row.unit_id].startswith(path))
    return {"facets": facets, "usable": usable, "tubes": tubes}


def kept(bank: Bank) -> dict[str, Counter[Any]]:
    """Every count as the bank keeps it; zeros left out."""
    found: dict[str, Counter[Any]] = {}
    with bank.read() as connection:
        for name, table in (("facets", SAMPLE_TALLY), ("usable", USABLE_TALLY)):
            rows = connection.execute(select(*table.primary_key.columns, table.c.n))
            found[name] = Counter({tuple(row[:-1]): row[-1] for row in rows if row[-1]})
        rows = connection.execute(select(STORAGE_UNIT.c.id, STORAGE_UNIT.c.tubes))
        found["tubes"] = Counter({row.id: row.tubes for row in rows if row.tubes})
    return found


class Days:
    """A technician's days at random, drawn from a seed."""

    def __init__(self, bank: Bank, actor: Actor, make: Any, seed: int) -> None:
        self.bank, self.actor, self.make, self.dice = bank, actor, make, random.Random(seed)
        make.organisation("PARTNER")
        form = consents.NewForm("GEN", "1", "General", permissions=("GRU", "HMB"))
        consents.add_form(bank, actor, form)
        self.units = [make.box(4, 4) for _ in range(2)]
        for _ in range(2):
            freezer = make.storage("freezer / 2 racks / 2 boxes 3x3")
            self.units.append(freezer)
            self.units += [f"{freezer}.R{rack}.B{box}" for rack in (1, 2) for box in (1, 2)]
        self.donors = [make.donor(custodian=code) for code in ("HOME", "PARTNER", "HOME")]
        self.register()
        self.acts: list[Callable[[], object]] = [
            self.register, self.register, self.place, self.place, self.check_out, self.put_back, self.aliquot,
            self.derive, self.hold, self.release, self.end, self.receive, self.move_unit, self.consent, self.withdraw,
            self.diagnose,
        ]  # fmt: skip

    def codes(self, most: int = 4, *statuses: str) -> list[str]:
        asked = SAMPLE.c.status.in_(statuses) if statuses else true()
        with self.bank.read() as connection:
            known = list(connection.scalars(select(SAMPLE.c.code).where(asked).order_by(SAMPLE.c.id)))
        if not known:
            raise Refused("nothing", "There is none.")
        return self.dice.sample(known, min(len(known), self.dice.randint(1, most)))

    def act(self) -> None:
        """Do one thing; what the bank refuses is refused whole."""
        before = kept(self.bank)
        doing = self.dice.choice(self.acts)
        try:
            doing()
        except BiobankError:
            assert kept(self.bank) == before

    def register(self) -> None:
        amount = self.dice.choice(("200 µL", "1 mL", None))
        new = [
            samples.NewSample(
                donor=self.dice.choice(self.donors),
                material=self.dice.choice(MATERIALS),
                amount=amount,
                expected=self.dice.random() < 0.2,
            )
            for _ in range(self.dice.randint(1, 5))
        ]
        samples.register(self.bank, self.actor, new)

    def place(self) -> None:
        unit = self.dice.choice(self.units)
        placing.place(self.bank, self.actor, [placing.Placing(code, unit) for code in self.codes(6)])

    def check_out(self) -> None:
        placing.check_out(self.bank, self.actor, self.codes())

    def put_back(self) -> None:
        placing.put_back(self.bank, self.actor, self.codes(1, "checked_out"), thawed=self.dice.random() < 0.5)

    def aliquot(self) -> None:
        (parent,) = self.codes(1)
        unit = self.dice.choice((None, *self.units))
        count = self.dice.randint(1, 3)
        asked = aliquoting.Aliquoting(parent, count, "50 µL", unit=unit, close=self.dice.random() < 0.2)
        aliquoting.aliquot(self.bank, self.actor, asked)

    def derive(self) -> None:
        (parent,) = self.codes(1)
        aliquoting.derive(self.bank, self.actor, aliquoting.Deriving(parent, "DNA", 2, "5 µg", taken="200 µL"))

    def hold(self) -> None:
        holding.hold_samples(self.bank, self.actor, self.codes(), "quality", "doubtful")

    def release(self) -> None:
        holding.release(self.bank, self.actor, self.codes(1)[0], "checked")

    def end(self) -> None:
        samples.end(self.bank, self.actor, self.codes(2), self.dice.choice(ENDS), "done")

    def receive(self) -> None:
        receiving.arrive(self.bank, self.actor, [receiving.Arrival(self.codes(1, "expected", "missing")[0])])

    def move_unit(self) -> None:
        unit, target = self.dice.sample(self.units, 2)
        storage.move_unit(self.bank, self.actor, unit, target)

    def consent(self) -> None:
        answers = {"GRU": self.dice.choice(("yes", "no"))}
        donor = self.dice.choice(self.donors)
        consents.record_consent(self.bank, self.actor, consents.NewConsent(donor, "GEN", answers, "2026-03-01"))

    def withdraw(self) -> None:
        withdrawing.withdraw(self.bank, self.actor, self.dice.choice(self.donors), "asked to")

    def diagnose(self) -> None:
        donors.add_diagnosis(self.bank, self.actor, self.dice.choice(self.donors), donors.NewDiagnosis("C50.4"))


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_stay_true_whatever_is_done(bank: Bank, actor: Actor, make: Any, seed: int) -> None:
    days = Days(bank, actor, make, seed)
    for _ in range(ACTS):
        days.act()
        assert kept(bank) == recounted(bank)
    with bank.read() as connection:
        assert [str(finding) for finding in checking.check(connection)] == []


def test_the_days_above_do_each_of_their_acts(bank: Bank, actor: Actor, make: Any) -> None:
    """Acts that are always refused would prove nothing."""
    days = Days(bank, actor, make, 0)
    done: Counter[str] = Counter()
    for _ in range(200):
        doing = days.dice.choice(days.acts)
        try:
            doing()
        except BiobankError:
            continue
        done[doing.__name__] += 1
    assert set(done) == {doing.__name__ for doing in days.acts}


def test_a_bulk_change_moves_the_counts_as_one(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.donor()
    make.samples(50, donor=donor)
    make.samples(50, donor=donor, material="DNA", amount="5 µg")
    with bank.transaction(actor, Verb.IMPORT) as tx:
        tx.permit()
        tx.update_all(SAMPLE, range(1, 101), material="BloodSerum", status="reserved")
    assert kept(bank) == recounted(bank)
    assert list(kept(bank)["facets"].values()) == [100]
    assert kept(bank)["usable"] == Counter()


def test_a_census_of_all_is_the_sum_of_censuses_of_parts(bank: Bank, make: Any) -> None:
    make.samples(7)
    with bank.read() as connection:
        parts = [tallies.census_of(connection, ids) for ids in ((1, 2, 3), (4, 5, 6, 7))]
        whole = tallies.census_of_all(connection)
        assert whole == tallies.census(connection, true())
    assert parts[0].facets + parts[1].facets == whole.facets
    assert parts[0].usable + parts[1].usable == whole.usable
