"""The lines of a request are written: what each asks for, checked as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from biobank_tui.bank.transaction import Transaction
from biobank_tui.model import LineKind
from biobank_tui.model.tables import REQUEST_LINE, REQUEST_SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.filters import condition
from biobank_tui.rules import amounts
from biobank_tui.rules.errors import Conflict, Refused
from biobank_tui.rules.query import parse
from biobank_tui.rules.query import render as spelled

MOST_ASKED = 1_000_000


@dataclass(frozen=True, slots=True)
class NewLine:
    """Samples by criteria (the filter language) or by name, never both.

    asked: how many; None takes all those named. least: what each must still hold, as "200 µL".
    """

    criteria: str | None = None
    samples: tuple[str, ...] = ()
    asked: int | None = None
    least: str | None = None


def write_lines(tx: Transaction, request_id: int, start: int, lines: Sequence[NewLine]) -> None:
    """Write lines of a request, the first of them at this place."""
    if not lines:
        raise Refused("request.no_lines", "A request needs at least one line.")
    for place, line in enumerate(lines, start):
        if (line.criteria is None) == (not line.samples):
            raise Refused("line.either", "Line {line} is either criteria or samples by name.", line=place)
        shared = {"request_id": request_id, "place": place, **checked_least(line.least)}
        if line.criteria is not None:
            if line.asked is None:
                raise Refused("line.count", "Line {line} does not say how many samples it asks for.", line=place)
            criteria = checked_criteria(tx, line.criteria)
            tx.add(REQUEST_LINE, kind=LineKind.CRITERIA, criteria=criteria, asked=checked_count(line.asked), **shared)
            continue
        named = finding.samples(tx.connection, line.samples)
        ids = list(dict.fromkeys(sample["id"] for sample in named))
        if len(ids) < len(named):
            raise Conflict("line.twice", "Line {line} names a sample twice.", line=place)
        asked = checked_count(line.asked if line.asked is not None else len(ids))
        if asked > len(ids):
            raise Refused(
                "line.beyond", "Line {line} asks for {asked} and names {named} {named:sample|samples}.",
                line=place, asked=asked, named=len(ids),
            )  # fmt: skip
        number = tx.add(REQUEST_LINE, kind=LineKind.SAMPLES, criteria=None, asked=asked, **shared)
        first, _prefix = tx.allocate(REQUEST_SAMPLE.name, len(ids))
        tx.insert(
            REQUEST_SAMPLE,
            [{"id": first + k, "line_id": number, "sample_id": sample} for k, sample in enumerate(ids)],
        )


def checked_criteria(tx: Transaction, text: str) -> str:
    """Criteria as they are stored; Refused where they ask for nothing, or are not understood."""
    query = parse(text)
    if not query.terms and not query.words:
        raise Refused("line.everything", "A line needs criteria, such as type:plasma dx:C50.")
    condition(tx.connection, query)
    return spelled(query)


def checked_count(n: int) -> int:
    """How many samples a line asks for, within reason."""
    if not 1 <= n <= MOST_ASKED:
        raise Refused("line.asked", "A line asks for 1 to {most} samples, not {asked}.", most=MOST_ASKED, asked=n)
    return n


def checked_least(text: str | None) -> dict[str, Any]:
    """What each sample must still hold, as columns of a line."""
    if text is None or not text.strip():
        return {"least": None, "least_unit": None}
    least = amounts.parse(text)
    return {"least": least.base, "least_unit": str(least.unit)}
