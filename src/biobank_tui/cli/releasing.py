"""A release of data at the desk: judged, explained, given."""

from __future__ import annotations

from pathlib import Path

from biobank_tui.bank.access import require
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.cli.desk import Desk
from biobank_tui.queries.releasable import Ask, Table, table
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.words import _


def judge(desk: Desk, bank: Bank, actor: Actor, ask: Ask) -> None:
    """Say what a release would reach, which rows break it, and what would mend it; Refused where any does."""
    with bank.read() as connection:
        require(connection, actor, Verb.DATA_RELEASE)
        found = table(connection, ask, bank.clock())
    breaking = found.breaking
    if desk.flags.json:
        desk.lines([], _as_record(found))
    else:
        columns = [name for name in ask.columns if name not in ("sample", "donor")]
        if breaking:
            desk.rows([_("Sample"), *columns], [(code, *told) for code, told in breaking])
        _explain(desk, found)
    if breaking:
        raise Refused(
            "release.breaks",
            "{n} {n:row|rows} of {all} {n:stands|stand} for fewer than {k} donors; tell less exactly, or"
            " withhold {n:it|them}.",
            n=len(breaking), all=len(found.ids), k=found.k,
        )  # fmt: skip


def give(desk: Desk, bank: Bank, actor: Actor, ask: Ask, to: Path) -> None:
    """Write the file under a signature."""
    from biobank_tui.actions import data_releases

    with bank.read() as connection:
        require(connection, actor, Verb.DATA_RELEASE)
        found = table(connection, ask, bank.clock())
    count = len(found.ids) - (len(found.judgement.breaking) if ask.withhold else 0)
    if count and (ask.withhold or not found.judgement.breaking):
        desk.sign(bank, actor, data_releases.SIGNED, count=count, project=found.project["code"])
    elif found.judgement.breaking:
        _explain(desk, found)
    done = data_releases.release(bank, actor, ask, to)
    desk.say(
        "{code}: {samples} {samples:sample|samples} of {donors} {donors:donor|donors}, k = {k}; {withheld} withheld.",
        code=done.code,
        samples=done.samples,
        donors=done.donors,
        k=done.k,
        withheld=done.withheld,
    )
    desk.lines([done.file], done)


def _explain(desk: Desk, found: Table) -> None:
    desk.say(
        "{count} {count:sample|samples} of {donors} {donors:donor|donors}; the smallest class holds {k}, and"
        " {wanted} are asked.",
        count=len(found.ids),
        donors=found.judgement.donors,
        k=found.judgement.k,
        wanted=found.k,
    )
    if found.kept:
        desk.say(
            "{count} {count:sample is left out: its donor does|samples are left out: their donors do} not"
            " permit this project.",
            count=found.kept,
        )
    if found.advice is not None:
        levels, left = found.advice
        told = " ".join(f"--tell '{column}={name}'" for column, name in levels.items())
        desk.say(
            "These would do, with {left} {left:row|rows} withheld: {levels}", left=left, levels=told or "--withhold"
        )


def _as_record(found: Table) -> dict[str, object]:
    return {
        "project": found.project["code"],
        "samples": len(found.ids),
        "donors": found.judgement.donors,
        "k": found.judgement.k,
        "asked": found.k,
        "kept": found.kept,
        "breaking": [{"sample": code, "told": told} for code, told in found.breaking],
        "advice": None if found.advice is None else {"levels": dict(found.advice[0]), "withheld": found.advice[1]},
    }
