"""Samples and aliquots: a slice of typed rows judged against the bank and the rows before it, then written."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from sqlalchemy import select

from biobank_tui.bank.withdrawn import reopen
from biobank_tui.exchange.donorbook import DonorBook
from biobank_tui.exchange.externals import Externals
from biobank_tui.exchange.families import FAMILY, Families, parents_first
from biobank_tui.exchange.mapping import require_columns
from biobank_tui.exchange.places import Places
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Mode, Session, found, none_between
from biobank_tui.exchange.validating import TIMES, Verdicts, judge_new
from biobank_tui.model.tables import HOLD_SAMPLE, SAMPLE

INT, TEXT, REAL = pl.Int64(), pl.String(), pl.Float64()
KEPT: Final[dict[str, pl.DataType]] = {
    "barcode": TEXT, "topography": TEXT, "concentration": REAL, "concentration_unit": TEXT, "received": TEXT,
    "processed": TEXT, "frozen": TEXT, "note": TEXT, "thaws": INT,
}  # fmt: skip
"""What an import may change of a sample that is there; blank leaves it."""

COMPARED: Final[dict[str, pl.DataType]] = FAMILY | KEPT | {
    "kind": TEXT, "parent_id": INT, "amount": INT, "amount_initial": INT, "unit": TEXT,
    "unit_id": INT, "row": INT, "col": INT,
}  # fmt: skip
FIXED: Final = ("kind", "material", "donor_id", "parent_id")
"""What makes a sample the one it is; another value in a file is a mistake, not a change."""


class SampleTaker:
    """Takes the slices of one file in turn."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.donors = DonorBook(session)
        self.places = Places(session)
        self.codes = Repeats("code")
        self.barcodes = Repeats("barcode")
        self.externals = Externals(session, "sample")
        self.bank_was_empty = session.connection.scalar(select(SAMPLE.c.id).limit(1)) is None
        self.families = Families(session, bank_is_empty=self.bank_was_empty)

    @property
    def bank_is_empty(self) -> bool:
        """Whether the bank has no samples but the file's own."""
        return self.bank_was_empty and self.session.alone

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""
        session = self.session
        self.codes.judge_rows(rows, verdicts, ignoring=("ancestor.", "row_", "line"))
        there = self._there(rows)
        is_there = there["id"].is_not_null()
        session.permit(there["custodian_id"].drop_nulls().unique().to_list())
        if session.mode is Mode.UPDATE:
            verdicts.add(rows["code"].is_not_null() & ~is_there, "code", "code.absent")
        elif session.mode is Mode.UPSERT:
            if self.codes.met == rows.height and not is_there.any():
                require_columns(session.map, verdicts.mapped.file)
            judge_new(session.map, ~is_there, verdicts)
        session.judge_case(SAMPLE, rows["code"].set(is_there, None), self.codes, verdicts)
        donors = self.donors.resolve(rows, verdicts) if "donor" in rows.columns else None
        new = ~is_there & verdicts.standing()
        ids = self._numbers(new, there["id"])
        parents = None
        if "parent" in rows.columns:
            parents = self.families.parents(rows, self._own(rows, ids, donors), verdicts)
        sample = self._sample(rows, ids, donors, parents, verdicts)
        lacking = verdicts.standing() & ~is_there
        verdicts.add(lacking & sample["material"].is_null(), "material", "value.missing", required=True)
        verdicts.add(lacking & sample["donor_id"].is_null(), "donor", "value.missing", required=True)
        sample = sample.with_columns(barcode=self._barcodes(sample, verdicts))
        coming = self.externals.judge(rows, ids, verdicts)
        sample = self.places.put(rows, sample, there, verdicts)
        changes = self._changes(sample, there, is_there, parents, verdicts)
        session.stop_at(verdicts)
        standing = verdicts.standing()
        self._write(sample, is_there, changes, standing, coming)

    def _there(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What the bank has under the slice's codes, row by row; nothing in the row where it has nothing."""
        codes = rows.select("code")
        if self.bank_is_empty or none_between(self.session.connection, SAMPLE.c.code, codes["code"]):
            known = pl.DataFrame(schema=COMPARED)
        else:
            known = found(self.session.connection, SAMPLE, "code", codes["code"], COMPARED)
        return codes.join(known, on="code", how="left", maintain_order="left")

    def _numbers(self, new: pl.Series, known: pl.Series) -> pl.Series:
        """The id of each row: the bank's, or a new one, in the order of the file."""
        n = int(new.sum())
        if not n:
            return known
        first = self.session.allocate("sample", n)
        given = pl.select(pl.when(new).then(new.cum_sum().cast(pl.Int64) + (first - 1))).to_series()
        return known.fill_null(given)

    def _own(self, rows: pl.DataFrame, ids: pl.Series, donors: pl.DataFrame | None) -> pl.DataFrame:
        """What each row says of itself that a child would take from it."""

        def said(name: str, frame: pl.DataFrame | None, column: str) -> pl.Series:
            if frame is None or column not in frame.columns:
                return pl.Series([None], dtype=FAMILY[name]).new_from_index(0, rows.height)
            return frame[column]

        return pl.DataFrame(
            {
                "code": rows["code"],
                "id": ids,
                "donor_id": said("donor_id", donors, "id"),
                "custodian_id": self._custodians(rows, donors),
                "profile_id": said("profile_id", donors, "profile_id"),
                "material": said("material", rows, "material"),
                "topography": said("topography", rows, "topography"),
                "diagnosis": said("diagnosis", rows, "diagnosis").fill_null(said("diagnosis", donors, "diagnosis")),
                "collected": said("collected", rows, "collected"),
            },
            schema=FAMILY,
        )

    def _custodians(self, rows: pl.DataFrame, donors: pl.DataFrame | None) -> pl.Series:
        """Whose each sample is: as the row says, else as the donor, else the importer's own organisation."""
        size = rows.height
        given = pl.Series([None], dtype=pl.Int64).new_from_index(0, size)
        if "custodian" in rows.columns:
            given = self.session.organisations(rows["custodian"])
        if donors is not None:
            given = given.fill_null(donors["custodian_id"])
        return given

    def _sample(
        self,
        rows: pl.DataFrame,
        ids: pl.Series,
        donors: pl.DataFrame | None,
        parents: pl.DataFrame | None,
        verdicts: Verdicts,
    ) -> pl.DataFrame:
        """The rows as the bank's own columns, whether they are new or there already."""
        nothing = pl.DataFrame(schema=FAMILY).clear(rows.height)
        kin = nothing if parents is None else parents
        if "custodian" in rows.columns:
            unknown = rows["custodian"].is_not_null() & self.session.organisations(rows["custodian"]).is_null()
            verdicts.add(unknown, "custodian", "organisation.unknown")
        donor_id = donors["id"] if donors is not None else kin["donor_id"]
        if donors is not None and parents is not None:
            strangers = donor_id.is_not_null() & kin["donor_id"].is_not_null() & (donor_id != kin["donor_id"])
            verdicts.add(strangers, "donor", "donor.disagrees", kin["code"])
            donor_id = donor_id.fill_null(kin["donor_id"])

        def column(name: str, dtype: pl.DataType) -> pl.Series:
            return rows[name] if name in rows.columns else pl.Series([None], dtype=dtype).new_from_index(0, rows.height)

        profile = donors["profile_id"].fill_null(kin["profile_id"]) if donors is not None else kin["profile_id"]
        diagnosis = column("diagnosis", TEXT).fill_null(kin["diagnosis"])
        if donors is not None:
            diagnosis = diagnosis.fill_null(donors["diagnosis"])
        concentration = column("concentration", REAL)
        material = column("material", TEXT).fill_null(kin["material"])
        sample = pl.DataFrame(
            {
                "id": ids,
                "code": rows["code"],
                "barcode": column("barcode", TEXT),
                "kind": column("kind", TEXT).fill_null(
                    pl.select(
                        pl.when(kin["id"].is_null()).then(pl.lit("primary")).otherwise(pl.lit("aliquot"))
                    ).to_series()
                    if parents is not None
                    else "primary"
                ),
                "donor_id": donor_id,
                "parent_id": kin["id"],
                "custodian_id": self._custodians(rows, donors)
                .fill_null(kin["custodian_id"])
                .fill_null(self.session.custodian_id),
                "status": column("status", TEXT).fill_null("available"),
                "holds": pl.Series([0], dtype=pl.Int64).new_from_index(0, rows.height),
                "unit": column("amount_unit", TEXT),
                "amount_initial": column("amount", INT),
                "amount": column("amount", INT),
                "thaws": column("thaws", INT).fill_null(0),
                "profile_id": profile,
                "material": material,
                "topography": column("topography", TEXT).fill_null(kin["topography"]),
                "diagnosis": diagnosis,
                "concentration": concentration,
                "concentration_unit": column("concentration_unit", TEXT).set(concentration.is_null(), None),
                "collected": column("collected", TEXT).fill_null(kin["collected"]),
                "received": column("received", TEXT),
                "processed": column("processed", TEXT),
                "frozen": column("frozen", TEXT),
                "note": column("note", TEXT),
                "relaxed": verdicts.relaxed,
            }
        )
        self.session.permit(sample["custodian_id"].unique().to_list())
        return _collected_in_order(sample, column("collected", TEXT))

    def _barcodes(self, sample: pl.DataFrame, verdicts: Verdicts) -> pl.Series:
        """The tube barcodes that are free; another row's or tube's is reported, and left out where tolerated."""
        barcodes = sample["barcode"]
        if not barcodes.is_not_null().any():
            return barcodes
        earlier = self.barcodes.earlier(barcodes.set(~verdicts.standing(), None), verdicts)
        again = earlier.is_not_null()
        verdicts.add(again, "barcode", "barcode.repeated", earlier.cast(pl.String))
        barcodes = barcodes.set(again, None)
        if not self.bank_is_empty and not none_between(self.session.connection, SAMPLE.c.barcode, barcodes):
            owners = found(
                self.session.connection, SAMPLE, "barcode", barcodes, {"barcode": TEXT, "id": INT, "code": TEXT}
            )
            owned = sample.select(pl.col("id").alias("own"), barcode=barcodes).join(
                owners, on="barcode", how="left", maintain_order="left"
            )
            others = (owned["id"].is_not_null() & (owned["id"] != owned["own"]).fill_null(value=True)).fill_null(
                value=False
            )
            verdicts.add(others, "barcode", "barcode.taken", owned["code"])
            barcodes = barcodes.set(others, None)
        return barcodes

    def _changes(
        self,
        sample: pl.DataFrame,
        there: pl.DataFrame,
        is_there: pl.Series,
        parents: pl.DataFrame | None,
        verdicts: Verdicts,
    ) -> dict[int, dict[str, Any]]:
        """What differs from the bank in the rows that are there; fixed facts that differ are defects."""
        if not is_there.any():
            return {}
        session = self.session
        for name in FIXED:
            said = sample[name]
            if name == "kind" and "kind" not in verdicts.mapped.texts.columns:
                continue
            if name == "parent_id" and parents is not None:
                said = said.set(~parents["direct"], None)
            wrong = is_there & verdicts.standing() & said.is_not_null() & (said != there[name]).fill_null(value=True)
            field = {"donor_id": "donor", "parent_id": "parent"}.get(name, name)
            verdicts.add(wrong, field, "sample.fixed", there["code"])
        changes: dict[int, dict[str, Any]] = {}
        pairs = {name: (sample[name], there[name]) for name in KEPT}
        spent = there["amount"] != there["amount_initial"]
        pairs["amount_initial"] = (sample["amount_initial"], there["amount_initial"])
        standing = verdicts.standing()
        for name, (new, old) in pairs.items():
            differs = is_there & standing & new.is_not_null() & (new != old).fill_null(value=True)
            if name == "thaws":
                differs &= new > old
            if name == "amount_initial":
                verdicts.add(differs & spent.fill_null(value=False), "amount", "sample.fixed", there["code"])
                differs &= ~spent.fill_null(value=False)
            emptied = verdicts.mapped.cleared.get(name)
            if emptied is not None:
                emptied = emptied & is_there & standing & old.is_not_null()
                differs |= emptied
            if session.mode is Mode.CREATE:
                verdicts.add(differs, "code", "code.exists")
                continue
            for number, value, unit in zip(
                sample["id"].filter(differs), new.filter(differs), sample["unit"].filter(differs), strict=True
            ):
                changed = {name: value}
                if name == "amount_initial":
                    changed |= {"amount": value, "unit": unit}
                changes.setdefault(number, {}).update(changed)
        return changes

    def _write(
        self,
        sample: pl.DataFrame,
        is_there: pl.Series,
        changes: dict[int, dict[str, Any]],
        standing: pl.Series,
        coming: pl.DataFrame,
    ) -> None:
        session = self.session
        fresh = sample.filter(standing & ~is_there)
        kept = set(sample["id"].filter(standing & is_there).to_list())
        changes = {number: values for number, values in changes.items() if number in kept}
        session.created += fresh.height
        session.placed += int(sample["row"].filter(standing).is_not_null().sum())
        held = fresh.select(sample_id="id", donor_id="donor_id").join(
            self.donors.holds(fresh["donor_id"]), on="donor_id", maintain_order="left"
        )
        if held.height:
            counts = (
                held.group_by("sample_id").len("holds").select(id="sample_id", holds=pl.col("holds").cast(pl.Int64))
            )
            fresh = fresh.drop("holds").join(counts, on="id", how="left", maintain_order="left")
            fresh = fresh.with_columns(pl.col("holds").fill_null(0))
        if self.bank_is_empty:
            session.index_last(SAMPLE, fresh.height)
        session.load(SAMPLE, parents_first(fresh))
        if held.height:
            first = session.allocate("hold_sample", held.height)
            numbers = pl.int_range(first, first + held.height, dtype=pl.Int64)
            session.load(HOLD_SAMPLE, held.select("hold_id", "sample_id", id=numbers))
            if session.writing and session.tx is not None:
                reopen(session.tx, set(held["hold_id"]))
        session.change(SAMPLE, changes)
        touched = (changes.keys() | self.externals.write(coming, standing)) & kept
        session.changed += len(touched)
        session.unchanged += len(kept) - len(touched)
        self.families.remember(fresh)

    def settle(self) -> None:
        """The counts of the file's new units; the last step."""
        self.places.units.settle()


def _collected_in_order(sample: pl.DataFrame, own: pl.Series) -> pl.DataFrame:
    """A time of collection taken from the parent stands only where the row's own later times do not contradict it."""
    taken = sample["collected"].is_not_null() & own.is_null()
    if not taken.any():
        return sample
    a = pl.col("collected").str.slice(0, 16)
    against = [
        a.str.slice(0, pl.col(name).str.slice(0, 16).str.len_chars())
        > pl.col(name).str.slice(0, 16).str.slice(0, a.str.len_chars())
        for name in TIMES[1:]
    ]
    wrong = sample.select(pl.any_horizontal(*against).fill_null(value=False)).to_series()
    return sample.with_columns(collected=sample["collected"].set(taken & wrong, None))
