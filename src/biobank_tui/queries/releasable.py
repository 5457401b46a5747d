"""The rows a release of data would hold, and whether anybody could be found in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.settings import setting
from biobank_tui.model.tables import DONOR, HOLD, HOLD_SAMPLE, ORGANISATION, PROJECT, SAMPLE
from biobank_tui.queries import finding
from biobank_tui.queries.clearance import judged_at
from biobank_tui.queries.filters import condition
from biobank_tui.queries.given import given_to
from biobank_tui.queries.sample_detail import amount_in_words
from biobank_tui.rules.anonymity import Judgement, blurred, judge, level, suggest
from biobank_tui.rules.consent import Reason
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import HoldKind
from biobank_tui.rules.query import parse

CODES = ("sample", "donor")
FACTS = (
    "material", "topography", "diagnosis", "sex", "birth_year", "country", "custodian", "collected", "amount", "thaws",
)  # fmt: skip
COLUMNS = (*CODES, *FACTS)
"""What a release can tell of a sample: no time of day, no birth month, no code of the bank's."""
USUAL = ("sample", "donor", "material", "diagnosis", "sex", "birth_year")
USUAL_QUASI = ("diagnosis", "sex", "birth_year")


@dataclass(frozen=True, slots=True)
class Ask:
    """A release for a project (code). columns: of COLUMNS. quasi: those over which donors must look alike.

    where: only samples of the project that match this query. told: how a quasi-identifier is told, by its level's
    name. withhold: leave out the rows that break k, in place of refusing. k: the bank's own unless a greater one.
    """

    project: str
    columns: tuple[str, ...] = USUAL
    quasi: tuple[str, ...] = USUAL_QUASI
    where: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    withhold: bool = False
    k: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows as they would be given, without codes. ids, donors: whose they are. sources: the bank's sample codes.

    kept: how many samples consent or a hold keeps out. advice: levels that would do, and the rows still to be withheld
    then. custodians: whose samples these are, ids.
    """

    project: RowMapping
    k: int
    ids: tuple[int, ...]
    donors: tuple[int | None, ...]
    sources: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    judgement: Judgement
    kept: int
    obligations: tuple[Reason, ...]
    advice: tuple[Mapping[str, str], int] | None
    custodians: frozenset[int]

    @property
    def breaking(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The rows that break k: the bank's code of the sample, and what is told of it."""
        return tuple((self.sources[place], tuple(self.rows[place].values())) for place in self.judgement.breaking)


def table(connection: Connection, ask: Ask, at: str) -> Table:
    """The release as it would be now, judged. Samples whose donors do not permit the project are not in it."""
    columns, quasi = check(ask)
    floor = int(setting(connection, "k_anonymity"))
    k = floor if ask.k is None else ask.k
    if k < floor:
        raise Refused("release.k", "A release reaches k = {floor} here; {k} is less.", floor=floor, k=k)
    project = finding.by_code(connection, PROJECT, ask.project)
    wanted = given_to(connection, project["id"])
    if ask.where.strip():
        wanted &= condition(connection, parse(ask.where))
    found = (
        connection.execute(
            select(
                SAMPLE.c.id,
                SAMPLE.c.code,
                SAMPLE.c.donor_id,
                SAMPLE.c.custodian_id,
                SAMPLE.c.holds,
                SAMPLE.c.profile_id,
                SAMPLE.c.material,
                SAMPLE.c.topography,
                SAMPLE.c.diagnosis,
                SAMPLE.c.collected,
                SAMPLE.c.amount,
                SAMPLE.c.unit,
                SAMPLE.c.thaws,
                DONOR.c.sex,
                DONOR.c.birth_year,
                DONOR.c.country,
                ORGANISATION.c.code.label("custodian"),
            )
            .join(ORGANISATION, ORGANISATION.c.id == SAMPLE.c.custodian_id)
            .outerjoin(DONOR, DONOR.c.id == SAMPLE.c.donor_id)
            .where(wanted)
            .order_by(SAMPLE.c.id)
        )
        .mappings()
        .all()
    )
    verdicts = judged_at(connection, project["id"], at)
    may = verdicts.may
    in_force = {row["id"]: verdicts.in_force(row["id"], row["donor_id"], row["profile_id"]) for row in found}
    held = _held(connection, [row["id"] for row in found if row["holds"]])
    rows = [row for row in found if in_force[row["id"]] in may and row["id"] not in held]
    plain = [_told(row) for row in rows]
    owners = [row["donor_id"] if row["donor_id"] is not None else -row["id"] for row in rows]
    keys, linked = blurred(plain, quasi, ask.told), "donor" in columns
    judgement = judge(keys, owners, k, linked=linked)
    advice = None
    if judgement.breaking:
        advice = suggest(plain, owners, quasi, ask.told, k, linked=linked)
    shown = [name for name in columns if name not in CODES]
    given = tuple(
        {name: key[quasi.index(name)] if name in quasi else row[name] for name in shown}
        for row, key in zip(plain, keys, strict=True)
    )
    profiles = {number for number in (in_force[row["id"]] for row in rows) if number is not None}
    return Table(
        project,
        k,
        tuple(row["id"] for row in rows),
        tuple(row["donor_id"] for row in rows),
        tuple(row["code"] for row in rows),
        given,
        judgement,
        len(found) - len(rows),
        verdicts.obligations(profiles),
        advice,
        frozenset(row["custodian_id"] for row in rows),
    )


def _held(connection: Connection, ids: Collection[int]) -> frozenset[int]:
    """Those under a hold that keeps data back: any but one that doubts the tube's quality alone."""
    if not ids:
        return frozenset()
    return frozenset(
        connection.scalars(
            select(HOLD_SAMPLE.c.sample_id)
            .join(HOLD, HOLD.c.id == HOLD_SAMPLE.c.hold_id)
            .where(
                among(connection, HOLD_SAMPLE.c.sample_id, ids),
                HOLD.c.released.is_(None),
                HOLD.c.kind != HoldKind.QUALITY,
            )
        )
    )


def check(ask: Ask) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns and quasi-identifiers asked for; Refused where one is unknown or goes unwatched."""
    columns, quasi = tuple(dict.fromkeys(ask.columns)), tuple(dict.fromkeys(ask.quasi))
    for name in columns:
        if name not in COLUMNS:
            raise Refused(
                "release.column", "A release has no column {column}; there are {allowed}.",
                column=name, allowed=", ".join(COLUMNS),
            )  # fmt: skip
    if not columns:
        raise Refused("release.empty", "Choose what the release tells.")
    for name in quasi:
        if name not in columns:
            raise Refused("release.quasi", "{column} is not in the release; it cannot be watched.", column=name)
    for name in PERSONAL:
        if name in columns and name not in quasi:
            raise Refused(
                "release.personal", "{column} helps to tell who a donor is; it has to be among the quasi-identifiers.",
                column=name,
            )  # fmt: skip
    for name, way in ask.told.items():
        level(name, way)
        if name not in quasi:
            raise Refused("release.quasi", "{column} is not in the release; it cannot be watched.", column=name)
    return columns, quasi


PERSONAL = ("sex", "birth_year", "country", "diagnosis")
"""What others may know of a person; never told without being watched."""


def _told(row: RowMapping) -> dict[str, str]:
    told = {name: "" if row[name] is None else str(row[name]) for name in FACTS if name != "amount"}
    return told | {"amount": amount_in_words(row["amount"], row["unit"]), "collected": told["collected"][:10]}
