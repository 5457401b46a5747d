"""Projects give their results back: a file's name and digest, and the samples it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from biobank_tui.actions.donors import refuse_controls
from biobank_tui.actions.naming import name_samples
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import among
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import RESULT_SAMPLE, RETURNED_RESULT, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.given import given_to
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules.errors import NotFound, Refused, Unreachable
from biobank_tui.rules.permissions import Verb


@dataclass(frozen=True, slots=True)
class NewResult:
    """project: its code. samples: by the project's codes or the bank's; all the project holds where none is named."""

    project: str
    title: str
    file: Path
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A result as it was taken. digest: SHA-256 (hex) of the file, which itself stays where it is."""

    number: int
    project: str
    digest: str
    samples: int


def give_back(bank: Bank, actor: Actor, new: NewResult) -> Result:
    """Take results a project returns."""
    title = new.title.strip()
    if not title:
        raise Refused("result.title", "A result needs a title.")
    refuse_controls("title", title)
    refuse_controls("file", new.file.name)
    digest = digest_of(new.file)
    with bank.transaction(actor, Verb.RESULT_RETURN) as tx:
        project = finding.project(tx.connection, new.project)
        tx.permit([project["organisation_id"]], project["id"])
        sight_of(tx.connection, actor.person_id).require(tx.connection, project)
        tx.subject = project["code"]
        known = tx.connection.scalar(
            select(RETURNED_RESULT.c.returned).where(
                RETURNED_RESULT.c.project_id == project["id"], RETURNED_RESULT.c.digest == digest
            )
        )
        if known is not None:
            raise Refused(
                "result.there", "{project} returned this very file on {day}.", project=project["code"], day=known[:10]
            )
        ids = _samples(tx, bank.address, project["id"], str(project["code"]), new.samples)
        number = tx.add(
            RETURNED_RESULT,
            project_id=project["id"],
            title=title,
            file=new.file.name,
            digest=digest,
            returned=tx.at,
        )
        first, _prefix = tx.allocate(RESULT_SAMPLE.name, len(ids))
        tx.insert(
            RESULT_SAMPLE,
            [
                {"id": place, "result_id": number, "sample_id": sample, "value": None}
                for place, sample in enumerate(ids, first)
            ],
        )
        tx.facts = {"title": title, "digest": digest, "samples": len(ids)}
        return Result(number, str(project["code"]), digest, len(ids))


def _samples(tx: Transaction, address: str, project_id: int, project: str, named: Sequence[str]) -> list[int]:
    """Ids of the samples a result speaks of; NotFound for one the project never had."""
    held = set(tx.connection.scalars(select(SAMPLE.c.id).where(given_to(tx.connection, project_id))))
    if not named:
        if not held:
            raise Refused("result.samples", "{project} was given no sample a result could speak of.", project=project)
        return sorted(held)
    codes = [text.strip() for text in dict.fromkeys(named)]
    by_code = {code: number for number, code in name_samples(tx, address, project_id, held).items()}
    by_code |= {
        row.code: row.id
        for row in tx.connection.execute(
            select(SAMPLE.c.id, SAMPLE.c.code).where(among(tx.connection, SAMPLE.c.id, held))
        )
    }
    ids: list[int] = []
    for text in codes:
        number = by_code.get(text) or by_code.get(text.upper())
        if number is None:
            # Whether the bank has it is not said: the project's people know their own codes only.
            raise NotFound("result.sample", "{project} has no sample {code}.", project=project, code=text)
        ids.append(number)
    return sorted(set(ids))


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file; Unreachable where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unreachable(
            "file.unreadable", "{file} cannot be read: {reason}.", file=str(path), reason=error.strerror or str(error)
        ) from error
