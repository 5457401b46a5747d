"""The demonstration bank: all of it from a seed, in slices, through the bank's own unit of work."""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.tallies import Census, census, settle
from biobank_tui.bank.transaction import Transaction
from biobank_tui.demo import founding, past, places
from biobank_tui.demo.asking import Desk
from biobank_tui.demo.calendar import Days, MovingClock
from biobank_tui.demo.catalogue import ADMINISTRATOR, BANK_NAME, CUSTODY, FOUNDERS, ORGANISATIONS
from biobank_tui.demo.cohort import Cohort
from biobank_tui.demo.harvest import Harvest
from biobank_tui.demo.places import Storeroom
from biobank_tui.demo.pouring import Progress, silent
from biobank_tui.demo.resuming import SETTLED, Notes, Stage, hurry, leave_in_journal
from biobank_tui.demo.staff import acting
from biobank_tui.demo.tubes import Collection
from biobank_tui.demo.weeks import Bench, Weeks
from biobank_tui.model.tables import SAMPLE
from biobank_tui.queries import finding
from biobank_tui.rules.codes import renders
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.moments import today as this_day
from biobank_tui.rules.permissions import Verb

YEARS = 10
RECENT = 120
"""The last days, whose work is written act by act."""

SLICE = 100_000
"""Most tubes written in one act; what bounds the memory."""

LEAST_DONORS, LEAST_SAMPLES = 50, 1_000

FEW_ANSWERS, MANY_ANSWERS = 14, 36
"""Profiles kept of each form in a small bank and in one of over 200,000 tubes."""


def generate(
    address: str | Path,
    *,
    donors: int = 2_000,
    samples: int = 50_000,
    seed: int = 1,
    today: date | None = None,
    progress: Progress = silent,
    resume: bool = False,
) -> Bank:
    """Create a bank at the address and fill it; the open bank. The same seed and day give the same bank.

    donors, samples: at least LEAST_DONORS and LEAST_SAMPLES. today: the day its dates lead up to, this one
    unless given. progress: called with phase, done, total. resume: go on with one at this path that was stopped,
    or begin it so that it can be gone on with.
    """
    if donors < LEAST_DONORS or samples < LEAST_SAMPLES:
        raise Refused(
            "demo.small",
            "A demonstration bank has at least {donors} donors and {samples} samples.",
            donors=LEAST_DONORS,
            samples=LEAST_SAMPLES,
        )
    notes = Notes(Path(address)) if resume else None
    stage = notes.stage((donors, samples, seed)) if notes else None
    if stage is not None:
        bank, day = Bank.open(address), stage.day
        bank.clock = stage.clock
    else:
        if notes:
            notes.begin()
        day = today or this_day()
        bank = Bank.create(
            address,
            name=BANK_NAME,
            organisation=ORGANISATIONS[0][:2],
            administrator=ADMINISTRATOR,
            clock=MovingClock(_first_day(day)),
        )
    hurry(bank, resumable=resume)
    stage = stage or _begin(bank, day, (donors, samples, seed), progress, notes)
    _fill(bank, stage, progress, notes)
    bank.close()
    if notes:
        notes.forget()
    return Bank.open(address)


def _first_day(day: date) -> date:
    return date(day.year - YEARS, day.month, min(day.day, 28))


@contextmanager
def temporary_bank(
    *, donors: int = 2_000, samples: int = 50_000, seed: int = 1, progress: Progress = silent
) -> Iterator[Bank]:
    """A demonstration bank in a folder of its own, which goes when the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="biobank-demo-", ignore_cleanup_errors=True) as folder,
        generate(Path(folder) / "demo.biobank", donors=donors, samples=samples, seed=seed, progress=progress) as bank,
    ):
        yield bank


def _begin(bank: Bank, day: date, asked: tuple[int, int, int], progress: Progress, notes: Notes | None) -> Stage:
    """Everything before the first tube: people, forms, storage, projects and the requests of the past."""
    _donors, samples, seed = asked
    clock = bank.clock
    assert isinstance(clock, MovingClock)
    days = Days(_first_day(day), day + timedelta(days=60))
    random = Random(f"{seed}:bank")
    upto = days.number(day) - RECENT
    moved = day - timedelta(days=RECENT)
    founding.welcome(bank, clock)
    manager = acting(bank, past.MANAGER)
    forms = founding.publish_forms(bank, manager)
    places.build(bank, manager, samples, progress)
    codes = past.run_projects(bank, clock, day, random, days.first, moved, max(1, samples // 25_000))
    clock.turn_to(moved)
    big = samples >= 200_000
    with bank.transaction(manager, Verb.IMPORT, key=f"demo:{seed}:past") as tx:
        tx.permit()
        answers = founding.collect_answers(tx, forms, random, MANY_ANSWERS if big else FEW_ANSWERS)
        studies = founding.open_studies(tx)
        requests = past.write_past_requests(tx, days, days.number(day), upto, codes, random, max(1, samples // 100_000))
        permitted = past.what_each_profile_permitted(tx, days, requests)
        custodians = [finding.organisation(tx.connection, row[0])["id"] for row in ORGANISATIONS[:FOUNDERS]]
        people = [finding.person(tx.connection, login)["id"] for login in ("tech", "mira", "jonas")]
        room = Storeroom.open(tx.connection)
        tx.subject, tx.facts = "past", {"requests": len(requests)}
        cohort = Cohort(days, days.number(day), upto, answers, custodians, CUSTODY, studies, manager.person_id or 0)
        collection = Collection(days, upto, people, permitted)
        stage = Stage(asked, day, clock, random, codes, requests, room, cohort, collection)
        if notes:
            notes.save(f"demo:{seed}:past", stage)
    return stage


def _fill(bank: Bank, stage: Stage, progress: Progress, notes: Notes | None) -> None:
    """Slice after slice of tubes from where it stands, then the last weeks."""
    donors, samples, seed = stage.asked
    manager = acting(bank, past.MANAGER)
    weeks = Weeks.for_bank(samples, donors)
    quotas = share_out(samples - weeks.tubes, donors - weeks.donors, Random(f"{seed}:quotas"))
    runs = slices(quotas, SLICE if samples > 2_000_000 else max(2_000, samples // 20))
    for number, (start, end) in list(enumerate(runs, 1))[stage.slices :]:
        stage.clock.pass_minutes(4)
        with bank.transaction(manager, Verb.IMPORT, key=f"demo:{seed}:{number}") as tx:
            tx.permit()
            _slice(tx, stage.cohort, stage.collection, stage.room, quotas, start, end, seed)
            stage.slices, stage.done = number, stage.done + sum(quotas[start:end])
            tx.subject = f"migration {number} of {len(runs)}"
            tx.facts = {"donors": end - start, "samples": sum(quotas[start:end])}
            if notes:
                notes.save(f"demo:{seed}:{number}", stage)
        progress("samples", stage.done, samples - weeks.tubes)
    if not stage.settled:
        with bank.transaction(manager, Verb.IMPORT, key=f"demo:{seed}:{SETTLED}") as tx:
            tx.permit()
            past.settle_past_requests(tx, stage.requests, stage.collection.sent)
            tx.subject, stage.settled = "past requests", True
            if notes:
                notes.save(f"demo:{seed}:{SETTLED}", stage)
    if notes:
        leave_in_journal(bank)
    past.conclude(bank, manager, stage.codes)
    _recent(bank, stage.clock, stage.day, weeks, stage.codes, stage.random, progress)


def _recent(
    bank: Bank, clock: MovingClock, day: date, weeks: Weeks, codes: dict[str, str], random: Random, progress: Progress
) -> None:
    """The last weeks, act by act, each day in its turn."""
    moved = day - timedelta(days=RECENT)
    bench, desk = Bench(bank, clock, random, day), Desk(bank, clock, day, codes)
    for week in range(RECENT // 7 + 1):
        since, until = moved + timedelta(days=week * 7), moved + timedelta(days=week * 7 + 7)
        codes |= past.run_projects(bank, clock, day, random, since, until)
        bench.work(weeks, since, until)
        desk.work(since, until)
        progress("acts", week + 1, RECENT // 7 + 1)
    bench.leave_work()


def _slice(
    tx: Transaction,
    cohort: Cohort,
    collection: Collection,
    room: Storeroom,
    quotas: list[int],
    start: int,
    end: int,
    seed: int,
) -> None:
    """Write the donors of one slice with all their tubes. Each donor is drawn from a seed of their own."""
    harvest = Harvest(tx)
    donors, tubes = harvest.numbers["donor"], harvest.numbers["sample"]
    donor_codes = renders(donors.prefix, donors.first, end - start)
    tube_codes = renders(tubes.prefix, tubes.first, sum(quotas[start:end]))
    given = 0
    for place in range(start, end):
        random = Random(f"{seed}:{place}")
        patient = cohort.enrol(harvest, random, donor_codes[place - start], place / len(quotas))
        n = quotas[place]
        collection.give(harvest, random, room, patient, tube_codes[given : given + n], n)
        given += n
    harvest.pour(tx)
    settle(tx.connection, Census(), census(tx.connection, SAMPLE.c.id.between(tubes.first, tubes.next - 1)))


def share_out(samples: int, donors: int, random: Random) -> list[int]:
    """How many tubes each donor gave: many a few, a few a great many; together exactly `samples`."""
    total = list(accumulate(random.lognormvariate(0, 0.75) for _ in range(donors)))
    marks = [round(samples * reached / total[-1]) for reached in total]
    return [mark - before for mark, before in zip(marks, [0, *marks], strict=False)]


def slices(quotas: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Runs of donors whose tubes together are at most `most` (one donor at least): first and last + 1."""
    total = list(accumulate(quotas, initial=0))
    runs, start = [], 0
    while start < len(quotas):
        end = max(start + 1, bisect_left(total, total[start] + most + 1) - 1)
        runs.append((start, end))
        start = end
    return runs
