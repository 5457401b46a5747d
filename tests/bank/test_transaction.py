"""One act: all of it with its ledger entry, or nothing; by somebody who may, with a reason where one is due, once."""

from __future__ import annotations

import json
import threading
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import (
    LEDGER_ENTRY,
    LEDGER_RECORD,
    ORGANISATION,
    PERSON,
    SAMPLE,
    SERIAL,
    SETTING,
    STORAGE_UNIT,
)
from biobank_tui.rules.errors import Conflict, Denied, NotFound, Refused
from biobank_tui.rules.permissions import NEEDS_REASON, Role, Verb

PARTNER = {"code": "PARTNER", "name": "Partner", "kind": "company", "commercial": 1, "country": "FR"}


def entries(bank: Bank) -> list[Any]:
    with bank.read() as connection:
        return list(connection.execute(select(LEDGER_ENTRY).order_by(LEDGER_ENTRY.c.number)))


def records(bank: Bank, number: int) -> list[tuple[str, int, dict[str, Any]]]:
    with bank.read() as connection:
        rows = connection.execute(select(LEDGER_RECORD).where(LEDGER_RECORD.c.entry == number))
        return [(row.noun, row.target_id, json.loads(row.change)) for row in rows]


def everything(raw: Any) -> list[Any]:
    """What is in the tables an act writes to."""
    return [raw(f"SELECT * FROM {table} ORDER BY 1, 2") for table in (
        "organisation", "serial", "sample", "sample_tally", "usable_tally", "storage_unit", "ledger_entry",
        "ledger_record")]  # fmt: skip


def test_a_new_bank_has_one_entry_that_made_it(bank: Bank) -> None:
    (first,) = entries(bank)
    assert (first.number, first.verb, first.actor, first.role) == (1, "bank.create", "admin", "administrator")
    assert ("person", 1, {
        "login": "admin", "name": "Administrator", "organisation_id": 1, "active": 1}) in records(bank, 1)  # fmt: skip


def test_an_act_is_one_entry_with_what_it_was_before_and_after(bank: Bank, actor: Actor, clock: Any) -> None:
    with bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        partner = tx.add(ORGANISATION, **PARTNER)
        tx.subject = "PARTNER"
    clock.now = "2026-03-03T08:00:00Z"
    with bank.transaction(actor, Verb.ORGANISATION_ADD, reason="  merged  ") as tx:
        tx.update(ORGANISATION, {partner: {"name": "Partner SA", "country": None, "commercial": 1}})
        tx.facts = {"by": "letter"}
    _first, second, third = entries(bank)
    assert (second.subject, second.at, second.reason) == ("PARTNER", "2026-03-02T09:00:00Z", None)
    assert records(bank, 2) == [("organisation", partner, PARTNER)]
    assert (third.at, third.reason, third.facts) == ("2026-03-03T08:00:00Z", "merged", '{"by":"letter"}')
    assert records(bank, 3) == [("organisation", partner, {"country": ["FR", None], "name": ["Partner", "Partner SA"]})]
    assert third.previous == second.hash
    assert third.workstation == actor.workstation


def test_an_act_that_fails_leaves_nothing(bank: Bank, actor: Actor, make: Any, raw: Any) -> None:
    box = make.box()
    make.sample(unit=box, position="A1")
    before = everything(raw)
    with pytest.raises(RuntimeError, match="half way"), bank.transaction(actor, Verb.IMPORT) as tx:
        tx.add(ORGANISATION, **PARTNER)
        tx.update(SAMPLE, {1: {"status": "missing", "unit_id": None, "row": None, "col": None}})
        raise RuntimeError("half way")
    assert everything(raw) == before


def test_an_act_refused_by_the_database_leaves_nothing(bank: Bank, actor: Actor, raw: Any) -> None:
    before = everything(raw)
    with pytest.raises(Conflict), bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.add(ORGANISATION, **PARTNER)
        tx.add(ORGANISATION, **PARTNER)
    assert everything(raw) == before


def test_a_change_that_changes_nothing_is_not_recorded(bank: Bank, actor: Actor) -> None:
    with bank.transaction(actor, Verb.BANK_SETTING) as tx:
        assert tx.update(ORGANISATION, {1: {"name": "Home organisation"}}) == 0
        assert tx.update(ORGANISATION, {}) == 0
    assert records(bank, 2) == []
    assert entries(bank)[1].count == 0


def test_a_change_to_what_is_not_there_is_refused(bank: Bank, actor: Actor) -> None:
    with pytest.raises(NotFound), bank.transaction(actor, Verb.BANK_SETTING) as tx:
        tx.update(ORGANISATION, {99: {"name": "Nobody"}})


def test_many_rows_are_one_entry(bank: Bank, actor: Actor) -> None:
    with bank.transaction(actor, Verb.IMPORT) as tx:
        tx.permit()
        first, _prefix = tx.allocate("organisation", 300)
        tx.insert(ORGANISATION, [PARTNER | {"id": first + n, "code": f"P{n}"} for n in range(300)])
        tx.update_all(ORGANISATION, range(first, first + 300), country="BE")
    assert entries(bank)[1].count == 600
    assert len(records(bank, 2)) == 600


def test_a_setting_is_recorded_with_what_it_said_before(bank: Bank, actor: Actor) -> None:
    for before, after in ((None, "7"), ("7", "9")):
        with bank.transaction(actor, Verb.BANK_SETTING) as tx:
            tx.put_setting("small_cell", before, after)
    assert bank.setting("small_cell") == "9"
    assert records(bank, 3) == [("setting", 0, {"small_cell": ["7", "9"]})]


def test_a_password_never_reaches_the_ledger(bank: Bank, actor: Actor, raw: Any) -> None:
    with bank.transaction(actor, Verb.PERSON_PASSWORD) as tx:
        tx.update(PERSON, {1: {"password": "$argon2id$secret"}})
    assert "argon2" not in str(raw("SELECT * FROM ledger_record"))
    assert raw("SELECT password FROM person") == [("$argon2id$secret",)]


def test_numbers_are_given_once_even_when_an_act_fails_and_another_follows(bank: Bank, actor: Actor) -> None:
    with bank.transaction(actor, Verb.IMPORT) as tx:
        tx.permit()
        assert tx.allocate("sample", 5) == (1, "S")
    with bank.transaction(actor, Verb.IMPORT) as tx:
        tx.permit()
        assert tx.allocate("sample") == (6, "S")


def test_the_prefix_of_a_bank_stands_before_that_of_the_noun(tmp_path: Any) -> None:
    with Bank.create(tmp_path / "b.db", prefix="qc") as bank, bank.read() as connection:
        prefixes = dict(connection.execute(select(SERIAL.c.noun, SERIAL.c.prefix)).all())  # type: ignore[arg-type]
    assert (prefixes["sample"], prefixes["donor"], prefixes["organisation"]) == ("QCS", "QCD", "QC")


@pytest.mark.parametrize("verb", sorted(NEEDS_REASON))
@pytest.mark.parametrize("reason", [None, "", "   "])
def test_an_act_that_needs_a_reason_is_refused_without_one(sqlite_bank: Bank, verb: Verb, reason: str | None) -> None:
    with pytest.raises(Refused) as caught, sqlite_bank.transaction(sqlite_bank.actor("admin"), verb, reason=reason):
        pass
    assert caught.value.code == "reason.needed"


def test_the_same_key_does_an_act_once(bank: Bank, actor: Actor) -> None:
    with bank.transaction(actor, Verb.ORGANISATION_ADD, key="a1") as tx:
        tx.add(ORGANISATION, **PARTNER)
    # Asked again, it is told that it was done, not that its code is taken.
    with pytest.raises(Conflict) as caught, bank.transaction(actor, Verb.ORGANISATION_ADD, key="a1") as tx:
        tx.add(ORGANISATION, **PARTNER)
    assert caught.value.code == "ledger.repeated"
    assert caught.value.facts == {"number": 2}
    with bank.transaction(actor, Verb.BANK_SETTING, key="a2"):
        pass
    assert [entry.key for entry in entries(bank)] == [None, "a1", "a2"]


def test_a_key_refused_once_can_be_used_when_the_act_did_not_happen(bank: Bank, actor: Actor) -> None:
    with pytest.raises(RuntimeError), bank.transaction(actor, Verb.BANK_SETTING, key="a1"):
        raise RuntimeError
    with bank.transaction(actor, Verb.BANK_SETTING, key="a1"):
        pass
    assert len(entries(bank)) == 2


def test_nobody_acts_without_a_login(bank: Bank) -> None:
    with pytest.raises(Denied), bank.transaction(Actor(None, "ghost"), Verb.SAMPLE_PLACE):
        pass


def test_somebody_who_left_does_nothing_more(bank: Bank, actor: Actor, make: Any) -> None:
    leaver = make.person(Role.MANAGER)
    with bank.transaction(leaver, Verb.BANK_SETTING):
        pass
    with bank.transaction(actor, Verb.PERSON_GRANT) as tx:
        tx.update(PERSON, {leaver.person_id: {"active": 0}})
    with pytest.raises(Denied), bank.transaction(leaver, Verb.BANK_SETTING):
        pass
    with pytest.raises(NotFound):
        bank.actor(leaver.login)


def test_a_role_taken_back_holds_no_longer(bank: Bank, actor: Actor, make: Any) -> None:
    from biobank_tui.actions import parties

    technician = make.person(Role.TECHNICIAN)
    parties.revoke(bank, actor, technician.login, Role.TECHNICIAN)
    with pytest.raises(Denied), bank.transaction(technician, Verb.SAMPLE_PLACE):
        pass


def test_an_act_within_a_scope_is_refused_at_its_seal_when_it_never_showed_what_it_touches(
    bank: Bank, make: Any, raw: Any
) -> None:
    make.organisation("PARTNER")
    technician = make.person(Role.TECHNICIAN, within="PARTNER")
    before = everything(raw)
    with pytest.raises(Denied) as caught, bank.transaction(technician, Verb.STORAGE_ADD) as tx:
        tx.update(ORGANISATION, {1: {"name": "Mine"}})
    assert caught.value.code == "permission.scope"
    assert everything(raw) == before


def test_reads_see_one_state_while_others_write(bank: Bank, actor: Actor) -> None:
    with bank.read() as connection:
        counted = select(func.count()).select_from(ORGANISATION)
        assert connection.scalar(counted) == 1
        with bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
            tx.add(ORGANISATION, **PARTNER)
        assert connection.scalar(counted) == 1
    with bank.read() as connection:
        assert connection.scalar(counted) == 2


def test_a_read_on_postgresql_cannot_write(postgresql_bank: Bank) -> None:
    from sqlalchemy.exc import InternalError

    with pytest.raises(InternalError, match="read-only"), postgresql_bank.read() as connection:
        connection.execute(SETTING.insert().values(name="zone", value="UTC"))


def test_writers_queue_and_leave_one_chain(bank: Bank, actor: Actor) -> None:
    """Eight threads, five acts each: every act finds the one before it as its predecessor."""
    failed: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for k in range(5):
                with bank.transaction(actor, Verb.STORAGE_ADD) as tx:
                    number, _prefix = tx.allocate("storage_unit")
                    path = f"{number:03d}"
                    tx.insert(STORAGE_UNIT, [_unit(number, f"U-{n}-{k}", path)])
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    written = entries(bank)
    assert [entry.number for entry in written] == list(range(1, 42))
    assert all(after.previous == before.hash for before, after in pairwise(written))


def _unit(number: int, code: str, path: str) -> dict[str, Any]:
    return {
        "id": number, "code": code, "name": code, "kind": "freezer", "path": path, "places": 0, "tubes": 0,
        "row_scheme": "letters", "column_scheme": "numbers", "label_style": "A1", "service": "active",
    }  # fmt: skip


def test_a_value_no_database_can_hold_is_a_sentence(postgresql_bank: Bank) -> None:
    actor = postgresql_bank.actor("admin")
    with pytest.raises(Refused) as caught, postgresql_bank.transaction(actor, Verb.ORGANISATION_ADD) as tx:
        tx.add(ORGANISATION, **PARTNER | {"name": "a\x00b"})
    assert caught.value.code == "database.value"
