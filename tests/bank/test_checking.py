"""Whatever is changed in a bank behind the program's back is found and named."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from biobank_tui.actions import consents, holding
from biobank_tui.bank.checking import SHOWN, check
from biobank_tui.model.tables import SAMPLE
from biobank_tui.rules.permissions import Verb


@pytest.fixture
def filled(bank, actor, make):
    """Tubes in a box, one of them held, and a donor's consent."""
    box = make.box()
    codes = make.samples(4, unit=box)
    holding.hold_samples(bank, actor, codes[:1], "quality", "cracked")
    consents.add_form(bank, actor, consents.NewForm("GEN", "1", "General", ("GRU",)))
    consents.record_consent(bank, actor, consents.NewConsent(make.donor(), "GEN", {"GRU": "yes"}, "2026-01-01"))
    return bank


def found(bank) -> list[str]:
    with bank.read() as connection:
        return [str(each) for each in check(connection)]


def test_a_bank_that_was_only_acted_on_is_sound(filled):
    assert found(filled) == []


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE sample SET note = 'x' WHERE id = 2", "note of row 2 of sample is not what the ledger last wrote."),
        ("UPDATE sample SET amount = amount + 1 WHERE id = 2", "amount of row 2 of sample is not"),
        ("UPDATE donor SET birth_year = 1950 WHERE id = 1", "birth_year of row 1 of donor is not"),
        ("UPDATE sample_tally SET n = n + 3", "sample_tally keeps 7 for"),
        ("UPDATE usable_tally SET n = 0", "usable_tally keeps 0 for"),
        ("UPDATE storage_unit SET tubes = 9", "keeps 9 tubes; there are 4."),
        ("UPDATE storage_unit SET places = 9", "keeps 9 places; there are 81."),
        ("UPDATE sample SET holds = 0 WHERE id = 1", "keeps 0 holds; 1 stands."),
        ("UPDATE sample SET status = 'reserved' WHERE id = 2", "is reserved and 0 reservations stand for it."),
        (
            "INSERT INTO organisation (id, code, name, kind, commercial) VALUES (9, 'X', 'X', 'agency', 0)",
            "Row 9 of organisation stands in no entry.",
        ),
        ("DROP INDEX sample_position", "The index sample_position is gone."),
    ],
)
def test_a_change_behind_the_programs_back_is_named(filled, raw, tampering, said):
    raw(tampering)
    assert any(said in finding for finding in found(filled)), found(filled)


def test_a_removed_row_is_named(filled, raw, database):
    if database == "sqlite":
        raw("DROP TRIGGER hold_sample_not_removed")
    else:
        raw("DROP TRIGGER hold_sample_not_removed ON hold_sample")
    raw("DELETE FROM hold_sample")
    said = found(filled)
    assert "Row 1 of hold_sample is gone." in said
    assert "The trigger hold_sample_not_removed is gone." in said


@pytest.fixture
def noted(filled, actor):
    """Registers tube N-1 with a note."""

    def register(note: str) -> None:
        with filled.transaction(actor, Verb.SAMPLE_REGISTER) as tx:
            tx.permit()
            number, _prefix = tx.allocate("sample")
            alike = {**_row(tx.connection, 2), "unit_id": None, "row": None, "col": None}
            tx.insert(SAMPLE, [{**alike, "id": number, "code": "N-1", "note": note}])

    return register


@pytest.mark.parametrize("text", ['a "quoted" word', "back\\slash", "two\nlines", "µ, é and \U0001f9ea", "%s and {0}"])
def test_a_text_that_the_ledger_escapes_is_compared_too(filled, noted, raw, text):
    noted(text)
    assert found(filled) == []
    raw("UPDATE sample SET note = 'other' WHERE code = 'N-1'")
    assert any("note of row 5 of sample" in finding for finding in found(filled))


def test_a_value_that_swallows_its_neighbour_is_no_match(filled, noted, raw):
    """Text that looks like the ledger's writing of two columns is still one column's text."""
    noted("clot")
    with filled.read() as connection:
        material = _row(connection, 5)["material"]
    raw("UPDATE sample SET material = ?, note = NULL WHERE code = 'N-1'", f'{material}","note":"clot')
    said = found(filled)
    assert any("material of row 5 of sample" in finding for finding in said)
    assert any("note of row 5 of sample" in finding for finding in said)


def _row(connection, number):
    return dict(connection.execute(select(SAMPLE).where(SAMPLE.c.id == number)).one()._mapping)


def test_two_tubes_in_one_position_are_named(filled, raw):
    raw("DROP INDEX sample_position")
    raw("UPDATE sample SET col = 0 WHERE id = 2")
    assert any("2 tubes stand in row 1, column 1" in finding for finding in found(filled))


def test_an_edited_ledger_is_named(filled, raw, database):
    raw("DROP TRIGGER ledger_record_not_edited" + (" ON ledger_record" if database == "postgresql" else ""))
    raw("UPDATE ledger_record SET change = 'nonsense' WHERE entry = 2 AND seq = 1")
    assert "The records of entry 2 were edited, removed or reordered." in found(filled)


def test_many_findings_of_one_kind_are_counted(bank, make, raw):
    make.samples(SHOWN + 5)
    raw("UPDATE sample SET note = 'x'")
    said = found(bank)
    assert len(said) == SHOWN + 1
    assert said[-1] == "… and 5 more of this kind."
