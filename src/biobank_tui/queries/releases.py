"""What was given to projects and what they gave back: releases of data, and results."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from biobank_tui.model.tables import (
    DATA_RELEASE,
    PERSON,
    PROJECT,
    RELEASED_SAMPLE,
    RESULT_SAMPLE,
    RETURNED_RESULT,
)
from biobank_tui.queries import finding


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release of data. digest: SHA-256 (hex) of the file. quasi: what it is k-anonymous over. by: who signed."""

    code: str
    project: str
    made: str
    by: str
    file: str
    digest: str
    columns: tuple[str, ...]
    quasi: tuple[str, ...]
    k: int
    samples: int
    donors: int
    withheld: int


@dataclass(frozen=True, slots=True)
class ResultRow:
    """Results a project returned. digest: SHA-256 (hex) of the file. samples: how many it speaks of."""

    number: int
    project: str
    title: str
    file: str
    digest: str
    returned: str
    samples: int


def releases(
    connection: Connection, *, project: str | None = None, sample: str | None = None
) -> tuple[ReleaseRow, ...]:
    """Releases of data, the newest first; a project's, or those that hold a sample's."""
    query = (
        select(DATA_RELEASE, PROJECT.c.code.label("project"), PERSON.c.name.label("by"))
        .join(PROJECT, PROJECT.c.id == DATA_RELEASE.c.project_id)
        .join(PERSON, PERSON.c.id == DATA_RELEASE.c.person_id)
        .order_by(DATA_RELEASE.c.id.desc())
    )
    if project is not None:
        query = query.where(DATA_RELEASE.c.project_id == finding.project(connection, project)["id"])
    if sample is not None:
        number = finding.sample(connection, sample)["id"]
        query = query.where(
            DATA_RELEASE.c.id.in_(select(RELEASED_SAMPLE.c.release_id).where(RELEASED_SAMPLE.c.sample_id == number))
        )
    return tuple(
        ReleaseRow(
            row["code"],
            row["project"],
            row["made"],
            row["by"],
            row["file"],
            row["digest"],
            tuple(json.loads(row["columns"])),
            tuple(json.loads(row["quasi"])),
            row["k"],
            row["samples"],
            row["donors"],
            row["withheld"],
        )
        for row in connection.execute(query).mappings()
    )


def results(connection: Connection, *, project: str | None = None, sample: str | None = None) -> tuple[ResultRow, ...]:
    """Returned results, the newest first; a project's, or those that speak of a sample."""
    speaks_of = (
        select(func.count())
        .where(RESULT_SAMPLE.c.result_id == RETURNED_RESULT.c.id)
        .correlate(RETURNED_RESULT)
        .scalar_subquery()
    )
    query = (
        select(
            RETURNED_RESULT.c.id,
            PROJECT.c.code,
            RETURNED_RESULT.c.title,
            RETURNED_RESULT.c.file,
            RETURNED_RESULT.c.digest,
            RETURNED_RESULT.c.returned,
            speaks_of,
        )
        .join(PROJECT, PROJECT.c.id == RETURNED_RESULT.c.project_id)
        .order_by(RETURNED_RESULT.c.id.desc())
    )
    if project is not None:
        query = query.where(RETURNED_RESULT.c.project_id == finding.project(connection, project)["id"])
    if sample is not None:
        number = finding.sample(connection, sample)["id"]
        query = query.where(
            RETURNED_RESULT.c.id.in_(select(RESULT_SAMPLE.c.result_id).where(RESULT_SAMPLE.c.sample_id == number))
        )
    return tuple(ResultRow(*tuple(row)) for row in connection.execute(query))
