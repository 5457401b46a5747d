"""The bank as FHIR resources, one after another: organisations, donors, diagnoses, collections, samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from biobank_tui.bank.settings import setting
from biobank_tui.exchange.fhir import miabis, mii
from biobank_tui.exchange.fhir.parts import Resource
from biobank_tui.model.tables import DIAGNOSIS, DONOR, ORGANISATION, SAMPLE, STORAGE_UNIT
from biobank_tui.queries.export_specimens import OUTSIDE, described, specimens
from biobank_tui.queries.exporting import AT_ONCE, Choice, Condition, Exportable, samples_chosen
from biobank_tui.rules.materials import MATERIALS

SPECIMENS: Final = Exportable("samples", (), specimens, SAMPLE.c.custodian_id, lambda samples: samples, outside=OUTSIDE)
"""The samples that a FHIR file is of; the rest follows from them."""

Stream = Callable[[Connection, Choice], Iterator[Resource]]
Build = Callable[[Any], Resource]


@dataclass(frozen=True, slots=True)
class Chosen:
    """samples: a condition on `sample` alone, with donors who withdrew left out. donors: their ids. everything: all."""

    samples: Condition
    donors: Select[Any]
    everything: bool


def chosen_samples(connection: Connection, choice: Choice) -> Chosen:
    """The choice without what stays inside the bank."""
    gone = select(DONOR.c.id).where(OUTSIDE)
    samples = and_(samples_chosen(connection, choice), SAMPLE.c.donor_id.is_(None) | SAMPLE.c.donor_id.not_in(gone))
    return Chosen(samples, select(SAMPLE.c.donor_id).where(samples, SAMPLE.c.donor_id.is_not(None)), choice.everything)


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    found = connection.execute(query.execution_options(yield_per=AT_ONCE)).mappings()
    yield from found.partitions(AT_ONCE)


def _organisations(connection: Connection, chosen: Chosen, columns: Sequence[str]) -> list[dict[str, Any]]:
    query = (
        select(*(ORGANISATION.c[name] for name in columns))
        .where(ORGANISATION.c.id.in_(select(SAMPLE.c.custodian_id).where(chosen.samples)))
        .order_by(ORGANISATION.c.id)
    )
    bank = setting(connection, "name")
    return [{**row, "bank": bank} for row in connection.execute(query).mappings()]


def _donors(connection: Connection, chosen: Chosen, build: Build) -> Iterator[Resource]:
    query = (
        select(
            *(DONOR.c[name] for name in ("code", "sex", "birth_year", "birth_month", "state")),
            ORGANISATION.c.code.label("custodian"),
        )
        .select_from(DONOR.join(ORGANISATION, ORGANISATION.c.id == DONOR.c.custodian_id))
        .where(DONOR.c.id.in_(chosen.donors))
        .order_by(DONOR.c.id)
    )
    for part in _rows(connection, query):
        yield from map(build, part)


def _conditions(connection: Connection, chosen: Chosen, build: Build) -> Iterator[Resource]:
    names = ("id", "system", "code", "date", "age", "stage", "tnm")
    query = (
        select(*(DIAGNOSIS.c[name] for name in names), DONOR.c.code.label("donor"))
        .select_from(DIAGNOSIS.join(DONOR, DONOR.c.id == DIAGNOSIS.c.donor_id))
        .where(DIAGNOSIS.c.donor_id.in_(chosen.donors))
        .order_by(DIAGNOSIS.c.id)
    )
    for part in _rows(connection, query):
        yield from map(build, part)


def _samples(connection: Connection, chosen: Chosen) -> Iterator[Any]:
    for part in _rows(connection, specimens(chosen.samples)):
        for row in described(connection, part):
            yield {**row, "parent_here": chosen.everything}


def _collections(connection: Connection, chosen: Chosen) -> Iterator[Resource]:
    for row in _organisations(connection, chosen, ("id", "code", "name", "country")):
        own = and_(chosen.samples, SAMPLE.c.custodian_id == row["id"])

        def there_are(column: ColumnElement[Any], own: Condition = own) -> list[str]:
            query = (
                select(column)
                .select_from(
                    SAMPLE.outerjoin(DONOR, DONOR.c.id == SAMPLE.c.donor_id).outerjoin(
                        STORAGE_UNIT, STORAGE_UNIT.c.id == SAMPLE.c.unit_id
                    )
                )
                .where(own, column.is_not(None))
                .distinct()
            )
            return sorted(connection.scalars(query))

        materials = there_are(SAMPLE.c.material)
        kinds = {miabis.collection_type(code, MATERIALS[code].group if code in MATERIALS else "") for code in materials}
        donors = connection.scalar(select(func.count(SAMPLE.c.donor_id.distinct())).where(own)) or 0
        yield miabis.collection(
            {**row, "donors": donors},
            {
                "sex": there_are(DONOR.c.sex) or ["unknown"],
                "material": sorted(kinds),
                "temperature": there_are(STORAGE_UNIT.c.temperature),
                "disease": there_are(SAMPLE.c.diagnosis),
            },
        )


def miabis_resources(connection: Connection, choice: Choice) -> Iterator[Resource]:
    """MIABIS on FHIR: what is referred to comes before what refers to it."""
    chosen = chosen_samples(connection, choice)
    for row in _organisations(connection, chosen, ("code", "name", "country")):
        yield from miabis.organisations(row)
    yield from _collections(connection, chosen)
    yield from _donors(connection, chosen, miabis.donor)
    yield from _conditions(connection, chosen, miabis.condition)
    for row in _samples(connection, chosen):
        yield miabis.sample(row)
        observation = miabis.observation(row)
        if observation is not None:
            yield observation


def mii_resources(connection: Connection, choice: Choice) -> Iterator[Resource]:
    """MII's module Biobank."""
    chosen = chosen_samples(connection, choice)
    for row in _organisations(connection, chosen, ("code", "name", "country")):
        yield mii.organisation(row)
    yield from _donors(connection, chosen, mii.donor)
    yield from _conditions(connection, chosen, mii.condition)
    yield from map(mii.specimen, _samples(connection, chosen))


STREAMS: Final[dict[str, Stream]] = {"miabis-fhir": miabis_resources, "mii-fhir": mii_resources}
