"""Samples: tubes, what is in them, where they are, and what stands against their use."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, not_before, one_of, real, text, whole
from biobank_tui.rules.amounts import Unit
from biobank_tui.rules.lifecycles import HoldKind, SampleKind, SampleStatus

TIMES = ("collected", "received", "processed", "frozen")
PLACELESS = ("distributed", "consumed", "destroyed", "rejected", "missing", "expected")


class SampleBase(SQLModel):
    """What is recorded of a sample whoever registers it.

    material: MIABIS sample type code. topography: ICD-O-3. diagnosis: ICD-10, the donor's main one unless given.
    collected, received, processed, frozen: UTC ISO 8601, possibly partial.
    concentration: with its unit, as measured.
    """

    material: str = text()
    topography: str | None = text(nullable=True)
    diagnosis: str | None = text(nullable=True)
    concentration: float | None = real()
    concentration_unit: str | None = text(nullable=True)
    collected: str | None = text(nullable=True)
    received: str | None = text(nullable=True)
    processed: str | None = text(nullable=True)
    frozen: str | None = text(nullable=True)
    note: str | None = text(nullable=True)


class Sample(SampleBase, table=True):
    """One tube.

    amount, amount_initial: whole numbers in the base unit of the dimension (nL, pg, cells, pieces); empty: unknown.
    row, col: ordinals from 0 in the unit's grid. holds: how many holds stand against it.
    profile_id: the donor's consent profile in force (a pool's is what all its donors permit).
    relaxed: names of the rules an import was told to relax for this row.
    """

    __table_args__ = (
        one_of("kind", SampleKind),
        one_of("status", SampleStatus),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("amount >= 0 AND amount_initial >= 0", name="amount_not_negative"),
        one_of("unit", Unit),
        CheckConstraint("thaws >= 0", name="thaws_not_negative"),
        CheckConstraint("holds >= 0", name="holds_not_negative"),
        CheckConstraint("amount IS NULL OR unit IS NOT NULL", name="amount_has_unit"),
        CheckConstraint('("row" IS NULL) = (col IS NULL)', name="position_whole"),
        CheckConstraint('"row" IS NULL OR ("row" >= 0 AND col >= 0)', name="position_positive"),
        CheckConstraint('"row" IS NULL OR unit_id IS NOT NULL', name="position_in_unit"),
        CheckConstraint(
            "unit_id IS NULL OR (" + " AND ".join(f"status <> '{state}'" for state in PLACELESS) + ")",
            name="gone_frees_its_place",
        ),
        CheckConstraint(
            "relaxed IS NOT NULL OR ("
            + " AND ".join(not_before(a, b) for i, a in enumerate(TIMES) for b in TIMES[i + 1 :])
            + ")",
            name="times_in_order",
        ),
        Index(
            "sample_position",
            "unit_id",
            "row",
            "col",
            unique=True,
            sqlite_where=sql("unit_id IS NOT NULL"),
            postgresql_where=sql("unit_id IS NOT NULL"),
        ),
        Index(
            "sample_barcode",
            "barcode",
            unique=True,
            sqlite_where=sql("barcode IS NOT NULL"),
            postgresql_where=sql("barcode IS NOT NULL"),
        ),
        Index("sample_code", "code", unique=True),
        Index("sample_donor", "donor_id"),
        Index(
            "sample_held",
            "id",
            sqlite_where=sql("holds > 0"),
            postgresql_where=sql("holds > 0"),
        ),
        Index(
            "sample_parent",
            "parent_id",
            sqlite_where=sql("parent_id IS NOT NULL"),
            postgresql_where=sql("parent_id IS NOT NULL"),
        ),
        Index("sample_facets", "material", "status", "diagnosis"),
        Index("sample_collected", "collected"),
        Index("sample_frozen", "frozen"),
        Index(
            "sample_unplaced",
            "id",
            sqlite_where=sql("unit_id IS NULL AND status = 'available'"),
            postgresql_where=sql("unit_id IS NULL AND status = 'available'"),
        ),
        Index(
            "sample_usable",
            "material",
            "diagnosis",
            "profile_id",
            "amount",
            "unit",
            sqlite_where=sql("status = 'available' AND holds = 0"),
            postgresql_where=sql("status = 'available' AND holds = 0"),
        ),
        STRICT,
    )

    id: int = key()
    code: str = text()
    barcode: str | None = text(nullable=True)
    kind: SampleKind = text(default=SampleKind.PRIMARY)
    donor_id: int | None = link("donor.id", nullable=True)
    parent_id: int | None = link("sample.id", nullable=True)
    custodian_id: int = link("organisation.id")
    status: SampleStatus = text(default=SampleStatus.AVAILABLE)
    holds: int = whole(default=0)
    unit: str | None = text(nullable=True)
    amount_initial: int | None = whole(nullable=True)
    amount: int | None = whole(nullable=True)
    thaws: int = whole(default=0)
    profile_id: int | None = link("consent_profile.id", nullable=True)
    unit_id: int | None = link("storage_unit.id", nullable=True)
    row: int | None = whole(nullable=True)
    col: int | None = whole(nullable=True)
    sprec: str | None = text(nullable=True)
    relaxed: str | None = text(nullable=True)


class Preanalytics(SQLModel, table=True):
    """Facts the SPREC code is computed from. rcf: g; minutes and degrees Celsius elsewhere."""

    __table_args__ = (STRICT,)

    sample_id: int = link("sample.id", primary_key=True)
    container: str | None = text(nullable=True)
    pre_delay: float | None = real()
    pre_temperature: float | None = real()
    spin_minutes: float | None = real()
    spin_rcf: float | None = real()
    spin_temperature: float | None = real()
    spin_brake: int | None = whole(nullable=True)
    second_minutes: float | None = real()
    second_rcf: float | None = real()
    second_temperature: float | None = real()
    second_brake: int | None = whole(nullable=True)
    post_delay: float | None = real()
    post_temperature: float | None = real()
    storage: str | None = text(nullable=True)
    fixation: str | None = text(nullable=True)
    fixation_minutes: float | None = real()
    warm_ischaemia: float | None = real()
    cold_ischaemia: float | None = real()


class ExternalIdentifier(SQLModel, table=True):
    """Another system's number for a donor or a sample. folded: the value in lower case, for matching."""

    __tablename__ = "external_identifier"
    __table_args__ = (
        UniqueConstraint("noun", "system", "folded", name="external_identifier_once"),
        Index("external_identifier_folded", "folded"),
        Index("external_identifier_target", "noun", "target_id"),
        STRICT,
    )

    id: int = key()
    noun: str = text()
    target_id: int = whole()
    system: str = text()
    value: str = text()
    folded: str = text()


class PoolMember(SQLModel, table=True):
    """A sample's share in a pool. amount: base units taken from it.

    withdrawn: when its donor withdrew. kept_profile_id: the answers it counts with since, where pools are kept.
    """

    __tablename__ = "pool_member"
    __table_args__ = (
        UniqueConstraint("pool_id", "sample_id", name="pool_member_once"),
        Index("pool_member_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    pool_id: int = link("sample.id")
    sample_id: int = link("sample.id")
    amount: int | None = whole(nullable=True)
    unit: str | None = text(nullable=True)
    withdrawn: str | None = text(nullable=True)
    kept_profile_id: int | None = link("consent_profile.id", nullable=True)


class Hold(SQLModel, table=True):
    """Why samples may not be used. noun and target_id: the sample, donor or unit it was laid on."""

    __table_args__ = (one_of("kind", HoldKind), Index("hold_target", "noun", "target_id"), STRICT)

    id: int = key()
    kind: HoldKind = text()
    noun: str = text()
    target_id: int = whole()
    reason: str = text()
    person_id: int = link("person.id")
    laid: str = text()
    released: str | None = text(nullable=True)


class HoldSample(SQLModel, table=True):
    """A sample under a hold; it stays under it wherever it is moved."""

    __tablename__ = "hold_sample"
    __table_args__ = (
        UniqueConstraint("hold_id", "sample_id", name="hold_sample_once"),
        Index("hold_sample_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    hold_id: int = link("hold.id")
    sample_id: int = link("sample.id")


class Checkout(SQLModel, table=True):
    """A tube out of its place: who has it, since when, and when it came back."""

    __table_args__ = (
        Index(
            "checkout_open",
            "sample_id",
            unique=True,
            sqlite_where=sql("returned IS NULL"),
            postgresql_where=sql("returned IS NULL"),
        ),
        STRICT,
    )

    id: int = key()
    sample_id: int = link("sample.id")
    person_id: int = link("person.id")
    purpose: str | None = text(nullable=True)
    taken: str = text()
    returned: str | None = text(nullable=True)
    thawed: int = whole(default=0)
