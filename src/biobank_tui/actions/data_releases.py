"""Data is given to a project as one file: under its own codes, k-anonymous, its obligations stated, signed for."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from biobank_tui.actions.naming import name_donors, name_samples
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.labels.files import write_whole
from biobank_tui.model.tables import DATA_RELEASE, RELEASED_SAMPLE
from biobank_tui.queries.releasable import CODES, Ask, Table, check, table
from biobank_tui.rules.codes import render
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ProjectState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.phrases import filled, mark
from biobank_tui.rules.text import sheet_cell, visible

SIGNED = mark(
    "You sign that the data of {count} {count:sample|samples} is given to {project}, k-anonymous, under the"
    " obligations stated."
)
"""What the signature under a release means; kept in the ledger with it."""

DUTIES = (
    mark("Use these data for this project only, and give them to nobody else."),
    mark("Do not try to find out who a donor is, nor join these data with others that could tell."),
    mark("Delete the data of a donor who withdraws, when the bank tells you."),
    mark("Send the bank your results, under the codes given here."),
)
"""What every project takes on with data."""


@dataclass(frozen=True, slots=True)
class Released:
    """A release as it was given. digest: SHA-256 (hex) of the file. withheld: samples left out to reach k."""

    code: str
    project: str
    file: str
    digest: str
    samples: int
    donors: int
    k: int
    withheld: int
    kept: int
    obligations: tuple[str, ...]


def release(bank: Bank, actor: Actor, ask: Ask, to: Path, *, reason: str | None = None) -> Released:
    """Write the file. Refused while a row breaks k and is not withheld; nothing leaves before the ledger says so."""
    if to.exists():
        raise Refused("file.exists", "{path} is there already; name another file.", path=str(to))
    columns, quasi = check(ask)
    with bank.transaction(actor, Verb.DATA_RELEASE, reason=reason) as tx:
        found = table(tx.connection, ask, tx.at)
        project = found.project
        tx.subject = project["code"]
        tx.permit(found.custodians or [project["organisation_id"]], project["id"])
        if project["state"] not in (ProjectState.ACTIVE, ProjectState.SUSPENDED):
            raise Refused(
                "release.project", "{project} is {state}; only an active project is given data.",
                project=project["code"], state=project["state"],
            )  # fmt: skip
        places = _places(found, ask)
        ids = [found.ids[place] for place in places]
        donors = {found.donors[place] for place in places}
        samples_by = name_samples(tx, bank.address, project["id"], ids)
        donors_by = name_donors(tx, bank.address, project["id"], donors)
        number, prefix = tx.allocate(DATA_RELEASE.name)
        code = render(prefix, number)
        duties = (*DUTIES, *(str(each) for each in found.obligations))
        rows = []
        for place in places:
            donor = found.donors[place]
            own = {
                "sample": samples_by[found.ids[place]],
                "donor": donors_by[donor] if donor is not None else "",
            }
            rows.append([own[name] if name in CODES else found.rows[place][name] for name in columns])
        rows.sort()
        reached = max(found.k, found.judgement.k)
        content = _as_file(code, str(project["code"]), tx.at, columns, rows, quasi, found.k, duties)
        digest = hashlib.sha256(content).hexdigest()
        withheld = len(found.ids) - len(places)
        tx.insert(
            DATA_RELEASE,
            [
                {
                    "id": number,
                    "code": code,
                    "project_id": project["id"],
                    "person_id": actor.person_id,
                    "made": tx.at,
                    "file": to.name,
                    "digest": digest,
                    "columns": json.dumps(columns),
                    "quasi": json.dumps(quasi),
                    "k": reached,
                    "samples": len(ids),
                    "donors": len(donors),
                    "withheld": withheld,
                    "obligations": "\n".join(duties),
                }
            ],
        )
        _write_samples(tx, number, ids)
        tx.facts = {
            "release": code,
            "samples": len(ids),
            "k": reached,
            "over": list(quasi),
            "digest": digest,
            "signed": filled(SIGNED, {"count": len(ids), "project": project["code"]}),
        }
    write_whole(to, content)
    return Released(
        code, str(project["code"]), str(to), digest, len(ids), len(donors), reached, withheld, found.kept, duties
    )


def _places(found: Table, ask: Ask) -> list[int]:
    """The rows to give; Refused where some break k and are not to be withheld, or none is left."""
    breaking = set(found.judgement.breaking)
    if breaking and not ask.withhold:
        raise Refused(
            "release.breaks",
            "{n} {n:row|rows} of {all} {n:stands|stand} for fewer than {k} donors; tell less exactly, or"
            " withhold {n:it|them}.",
            n=len(breaking), all=len(found.ids), k=found.k,
        )  # fmt: skip
    places = [place for place in range(len(found.ids)) if place not in breaking]
    if not places:
        raise Refused(
            "release.nothing", "No sample of {project} is left that may be told.", project=found.project["code"]
        )
    return places


def _write_samples(tx: Transaction, release_id: int, ids: Sequence[int]) -> None:
    first, _prefix = tx.allocate(RELEASED_SAMPLE.name, len(ids))
    rows = [{"id": number, "release_id": release_id, "sample_id": sample} for number, sample in enumerate(ids, first)]
    tx.insert(RELEASED_SAMPLE, rows)


def _as_file(
    code: str,
    project: str,
    at: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    quasi: Sequence[str],
    k: int,
    duties: Sequence[str],
) -> bytes:
    """CSV in UTF-8; what it is and what it obliges to stand above it, in lines that begin with #."""
    out = io.StringIO()
    over = ", ".join(quasi) or "nothing"
    head = [f"Release {code} for {project}, {at[:10]}", f"k = {k} over {over}", *duties]
    for line in head:
        out.write(f"# {visible(line)}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[sheet_cell(cell) for cell in row] for row in rows])
    return out.getvalue().encode()
