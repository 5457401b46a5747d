"""How much longer a lookup takes on a large bank than on a small one."""

from __future__ import annotations

from benchmarks import banks
from benchmarks.measuring import Figure
from benchmarks.questions import Examiner
from biobank_tui.bank.bank import Bank

SMALL = 100_000
MOST = 2.0
TIMES = "times what it takes on {small:,} samples"


def figures(bank: Bank) -> list[Figure]:
    """The ratio of each lookup's median to the same on a bank of SMALL samples."""
    with banks.prepared(SMALL) as small:
        before = _medians(small)
    after = _medians(bank)
    found = []
    for name in sorted(before.keys() & after.keys(), key=lambda name: after[name] / before[name]):
        ratio = after[name] / before[name]
        found.append((ratio, name))
    ratios = [ratio for ratio, _name in found]
    middle = ratios[len(ratios) // 2]
    note = f"{TIMES.format(small=SMALL)}; most: {found[-1][1]}"
    return [Figure(f"growth of {len(found)} lookups", middle, ratios[-1], ratios[-1], None, MOST, note)]


def _medians(bank: Bank) -> dict[str, float]:
    """Milliseconds of each lookup, by the processor where the machine was busy elsewhere."""
    examiner = Examiner.of(bank)
    return {each.name: each.p50 for each in (*examiner.lookups(), *examiner.lives())}
