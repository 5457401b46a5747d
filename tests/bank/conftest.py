"""A bank with at least one row in every table, so that each can be attacked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Transaction
from biobank_tui.bank.violations import sentence_of
from biobank_tui.model import tables
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.permissions import Verb

DATABASES = ("sqlite", "postgresql")

MARCH = "2026-03-01T08:00Z"


@pytest.fixture(scope="module", params=DATABASES)
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """One of everything; shared by a module's tests, which leave it as it is.

    Organisations 1 HOME, 2 PARTNER. Units 1 a freezer, 2 a 9x9 box in it, 3 a second freezer.
    Samples: 1 reserved, at A1; 2 consumed; 3 at A2, reserved and then put on hold; 4 without a consent; 5 a pool of 1;
    6 free, at A3. Reservations: 1 of sample 1, 2 of sample 3, 3 of sample 6, released. Shipments, both packing:
    1 with sample 1 to the partner, whose agreement has run out; 2 with the held sample 3, to HOME itself.
    """
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        address = str(shutil.copy(template, tmp_path_factory.mktemp("stocked") / "bank.db"))
    else:
        server = request.getfixturevalue("postgresql_server")
        address = server.create(request.getfixturevalue("postgresql_template"))
    with Bank.open(address) as bank:
        with bank.transaction(bank.actor("admin"), Verb.IMPORT) as tx:
            tx.permit()
            _parties(tx)
            _donors(tx)
            _samples(tx)
            _projects(tx)
            _shipments(tx)
            tx.update(tables.SAMPLE, {3: {"holds": 1}})
        yield bank


class Attempts:
    """SQL tried on the stocked bank and taken back, whatever came of it."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def allowed(self, *statements: str) -> list[Any]:
        """The rows of the last statement."""
        with self.bank.engine.connect().execution_options(writing=True) as connection:
            found = [connection.exec_driver_sql(statement) for statement in statements][-1]
            rows = list(found) if found.returns_rows else []
            connection.rollback()
        return rows

    def refused(self, *statements: str) -> str:
        """The rule by which the database refuses one of them, in its words."""
        with pytest.raises(IntegrityError) as caught:
            self.allowed(*statements)
        return str(caught.value.orig).splitlines()[0]

    def sentence(self, *statements: str) -> BiobankError:
        """The same as the program says it."""
        with pytest.raises(DBAPIError) as caught:
            self.allowed(*statements)
        found = sentence_of(caught.value)
        assert found is not None
        return found


@pytest.fixture
def attempt(stocked: Bank) -> Attempts:
    return Attempts(stocked)


def _parties(tx: Transaction) -> None:
    partner = {"code": "PARTNER", "name": "Partner", "kind": "company", "commercial": 1, "country": "FR"}
    tx.add(tables.ORGANISATION, **partner)
    form = {"code": "GEN", "version": "1", "language": "en", "title": "General", "basis": "consent"}
    tx.add(tables.CONSENT_FORM, **form)
    tx.add(tables.FORM_PERMISSION, form_id=1, permission="GRU")
    tx.add(tables.CONSENT_PROFILE, digest="d" * 64, answers="{}")
    tx.add(tables.STUDY, code="TRIAL", title="A trial")
    tx.add(tables.VISIT_TEMPLATE, name="Baseline", title="Baseline", written="1 serum", retired=None)
    tx.update(tables.ORGANISATION, {1: {"country": "FR"}})


def _donors(tx: Transaction) -> None:
    tx.add(tables.DONOR, code="D-1", custodian_id=1, state="active", sex="unknown", profile_id=1)
    tx.add(tables.DIAGNOSIS, donor_id=1, system="ICD-10", code="C50.4")
    tx.add(tables.ENROLMENT, donor_id=1, study_id=1)
    tx.add(tables.EXTERNAL_IDENTIFIER, noun="donor", target_id=1, system="LAB", value="X", folded="x")
    answered = {"given": "2026-01-01", "expressed_by": "donor", "state": "active", "revision": 1}
    tx.add(tables.CONSENT, donor_id=1, form_id=1, profile_id=1, **answered)


def _samples(tx: Transaction) -> None:
    scheme = {"row_scheme": "letters", "column_scheme": "numbers", "label_style": "A1", "service": "active"}
    freezer = {"kind": "freezer", "places": 81, "tubes": 0} | scheme
    tx.add(tables.STORAGE_UNIT, code="F1", name="F1", path="001", **freezer)
    box = {"kind": "box", "rows": 9, "columns": 9, "places": 81, "tubes": 0} | scheme
    tx.add(tables.STORAGE_UNIT, code="B1", name="B1", path="001001", parent_id=1, **box)
    tx.add(tables.STORAGE_UNIT, code="F2", name="F2", path="002", **freezer | {"places": 0})
    for column in (0, 1, 2):
        _sample(tx, tx.allocate("sample")[0] if column == 0 else (3, 6)[column - 1], unit_id=2, row=0, col=column)
    tx.allocate("sample", 5)
    _sample(tx, 2, status="consumed", amount=0)
    _sample(tx, 4, profile_id=None, donor_id=None)
    _sample(tx, 5, kind="pool", donor_id=None)
    tx.insert(tables.PREANALYTICS, [{"sample_id": 1, "container": "EDTA"}])
    tx.add(tables.POOL_MEMBER, pool_id=5, sample_id=1, amount=1000, unit="µL")
    tx.add(tables.HOLD, kind="quality", noun="sample", target_id=3, reason="haemolysed", person_id=1, laid=MARCH)
    tx.add(tables.HOLD_SAMPLE, hold_id=1, sample_id=3)
    tx.add(tables.CHECKOUT, sample_id=1, person_id=1, taken=MARCH, thawed=0)
    tx.add(tables.MOVE_LIST, code="M-1", purpose="freeing", unit_id=1, made=MARCH)
    tx.add(tables.MOVE_ITEM, move_list_id=1, place=1, box_id=2, target_id=3, state="to_move")


def _sample(tx: Transaction, number: int, **values: Any) -> None:
    row = {
        "id": number,
        "code": f"S-{number}",
        "barcode": f"T{number}",
        "kind": "primary",
        "material": "BloodPlasma",
        "donor_id": 1,
        "custodian_id": 1,
        "profile_id": 1,
        "status": "available",
        "holds": 0,
        "unit": "µL",
        "amount": 500_000,
        "amount_initial": 500_000,
        "thaws": 0,
        "collected": MARCH,
    }
    tx.insert(tables.SAMPLE, [row | values])


def _projects(tx: Transaction) -> None:
    tx.add(tables.PROJECT, code="P-1", title="A project", lead_id=1, organisation_id=1, year=2026, state="active")
    tx.add(tables.PROJECT_MEMBER, project_id=1, organisation_id=2)
    tx.add(tables.SCORE, project_id=1, person_id=1, conflict="leads it")
    tx.add(tables.PROPOSAL_CALL, year=2026, opens="2026-01-01", closes="2026-02-28")
    tx.add(
        tables.AGREEMENT, project_id=1, organisation_id=2, reference="MTA", signed="2025-01-01", expires="2025-12-31"
    )
    waiting = {"state": "approved", "turn": "technician", "turn_since": MARCH, "created": MARCH}
    tx.add(tables.REQUEST, code="R-1", project_id=1, title="Plasma", **waiting)
    tx.add(tables.REQUEST_LINE, request_id=1, place=1, kind="samples", asked=3)
    tx.add(tables.REQUEST_SAMPLE, line_id=1, sample_id=1)
    tx.add(tables.WAITING_LINE, line_id=1, since=MARCH)
    tx.add(tables.DECISION, request_id=1, person_id=1, vote="approve", decided=MARCH)
    tx.add(tables.MESSAGE, request_id=1, person_id=1, said=MARCH, body="Soon, please.")
    for sample, state in ((1, "active"), (3, "active"), (6, "released")):
        tx.add(tables.RESERVATION, sample_id=sample, request_id=1, line_id=1, state=state, made=MARCH)
    tx.update(tables.SAMPLE, {number: {"status": "reserved"} for number in (1, 3)})
    tx.add(tables.PICK_LIST, code="K-1", request_id=1, made=MARCH)
    tx.add(tables.PICK_ITEM, pick_list_id=1, sample_id=1, reservation_id=1, place=1, state="to_pick")
    tx.add(tables.PROJECT_DONOR, project_id=1, donor_id=1, code="N-1")


def _shipments(tx: Transaction) -> None:
    for code, recipient in (("H-1", 2), ("H-2", 1)):
        tx.add(
            tables.SHIPMENT,
            code=code,
            request_id=1,
            recipient_id=recipient,
            state="packing",
            rows=9,
            columns=9,
            created=MARCH,
        )
    for shipment, sample in ((1, 1), (2, 3)):
        tx.add(tables.SHIPMENT_ITEM, shipment_id=shipment, sample_id=sample, box=1, state="packed")
    tx.add(tables.HOLD, kind="consent", noun="donor", target_id=1, reason="letter", person_id=1, laid=MARCH)
    hold = tx.connection.scalar(sa.select(sa.func.max(tables.HOLD.c.id)))
    tx.add(tables.WITHDRAWAL, donor_id=1, made=MARCH, outcome="destroy", pools="hold", hold_id=hold, entry=1)
    tx.add(tables.NOTICE, project_id=1, cause="withdrawal", made=MARCH, entry=1)
    tx.add(tables.NOTICE_SAMPLE, notice_id=1, sample_id=1, affected="packed")
    tx.add(
        tables.AUTHORISATION, organisation_id=1, kind="declaration", reference="DC-1", scope="tumours", issued="2025"
    )
    tx.add(tables.PROJECT_SAMPLE, project_id=1, sample_id=1, code="Q-1")
    given = {"file": "data.csv", "digest": "f" * 64, "columns": "[]", "quasi": "[]", "k": 5, "samples": 1, "donors": 1}
    tx.add(tables.DATA_RELEASE, code="L-1", project_id=1, person_id=1, made=MARCH, withheld=0, **given)
    tx.add(tables.RELEASED_SAMPLE, release_id=1, sample_id=1)
    tx.add(tables.RETURNED_RESULT, project_id=1, title="Sequences", file="a.vcf", digest="e" * 64, returned=MARCH)
    tx.add(tables.RESULT_SAMPLE, result_id=1, sample_id=1)
    tx.add(tables.PRINT_JOB, stock="sheet", target="labels.pdf", labels=1, made=MARCH)
    tx.add(tables.PRINTED_LABEL, job_id=1, place=1, code="S-1", state="printed")
