"""Who there is, and who sits at the workstation."""

from __future__ import annotations

import pytest

from biobank_tui.actions import parties
from biobank_tui.bank.access import require
from biobank_tui.queries.people import login_at_work, organisations, people
from biobank_tui.rules.errors import Denied, NotFound
from biobank_tui.rules.permissions import Role, Verb


def test_the_login_asked_for_comes_before_the_account_and_the_account_before_the_only_person(bank, make):
    with bank.read() as connection:
        assert login_at_work(connection, "", "somebody") == "admin"
    make.person(login="tom")
    with bank.read() as connection:
        assert login_at_work(connection, "admin", "tom") == "admin"
        assert login_at_work(connection, "", "tom") == "tom"
        with pytest.raises(Denied) as unclear:
            login_at_work(connection, "", "somebody")
        with pytest.raises(NotFound):
            login_at_work(connection, "eve", "tom")
    assert unclear.value.facts["logins"] == "admin, tom"


def test_roles_are_told_with_their_reach_and_those_taken_back_are_not(bank, actor, make):
    make.organisation("IGR", commercial=True, country="fr")
    make.person(Role.TECHNICIAN, login="tom")
    parties.grant(bank, actor, parties.NewGrant("tom", Role.MANAGER, organisation="IGR"))
    parties.revoke(bank, actor, "tom", Role.TECHNICIAN)
    with bank.read() as connection:
        tom = next(person for person in people(connection) if person.login == "tom")
        assert [(row.code, row.commercial, row.country) for row in organisations(connection)] == [
            ("HOME", False, None),
            ("IGR", True, "FR"),
        ]
    assert (tom.roles, tom.active, tom.password) == (("manager@IGR",), True, False)


def test_what_writes_no_entry_still_needs_a_role(bank, make):
    technician, auditor = make.person(Role.TECHNICIAN), make.person(Role.AUDITOR)
    with bank.read() as connection:
        require(connection, auditor, Verb.LEDGER_READ)
        with pytest.raises(Denied):
            require(connection, technician, Verb.LEDGER_READ)
