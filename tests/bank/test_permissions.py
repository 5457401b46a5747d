"""Who may do what: every verb against every role and every reach, through the unit of work itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.model.tables import ORGANISATION, PERSON, PROJECT, ROLE_GRANT
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import PERMISSIONS, Grant, Role, Verb, reaches, roles_for

OWN, OTHER = 1, 2
HERE, THERE = 1, 2

TOUCHED: dict[str, dict[str, Any]] = {
    "nothing named": {},
    "its own organisation": {"organisations": [OWN]},
    "another organisation": {"organisations": [OTHER]},
    "its own and another": {"organisations": [OWN, OTHER]},
    "nobody's unit": {"organisations": [None]},
    "its own project": {"project_id": HERE},
    "another project": {"project_id": THERE},
    "its own project with another's samples": {"organisations": [OTHER], "project_id": HERE},
}
"""What an act says it touches."""

REACH: dict[str, tuple[str, ...]] = {
    "everywhere": tuple(TOUCHED),
    "organisation": ("its own organisation",),
    "project": ("its own project", "its own project with another's samples"),
}
"""What a grant of each scope reaches."""


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bank, dict[tuple[Role, str], Actor]]]:
    """Two organisations, two projects, and one person for every role in every scope."""
    with Bank.create(tmp_path_factory.mktemp("staffed") / "bank.db") as bank:
        people: dict[tuple[Role, str], Actor] = {}
        with bank.transaction(bank.actor("admin"), Verb.PERSON_ADD) as tx:
            tx.add(ORGANISATION, code="OTHER", name="Other", kind="university", commercial=0, country=None)
            for code in ("P-1", "P-2"):
                tx.add(PROJECT, code=code, title=code, lead_id=1, organisation_id=OWN, year=2026, state="active")
            for role in Role:
                for scope in REACH:
                    login = f"{role}.{scope}"
                    person = tx.add(PERSON, login=login, name=login, organisation_id=OWN, password=None, active=1)
                    tx.add(
                        ROLE_GRANT,
                        person_id=person,
                        role=str(role),
                        organisation_id=OWN if scope == "organisation" else None,
                        project_id=HERE if scope == "project" else None,
                    )
                    people[role, scope] = Actor(person, login)
        yield bank, people


class Undone(Exception):
    """Takes an act back that was allowed."""


def allowed(bank: Bank, actor: Actor, verb: Verb, touched: dict[str, Any]) -> bool:
    try:
        with bank.transaction(actor, verb, reason="tested") as tx:
            tx.permit(**touched)
            tx.seal()
            raise Undone
    except Undone:
        return True
    except Denied:
        return False


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", Verb)
def test_a_role_does_what_the_table_says_where_its_grant_reaches(
    staffed: tuple[Bank, dict[tuple[Role, str], Actor]], verb: Verb, role: Role
) -> None:
    bank, people = staffed
    for scope, reach in REACH.items():
        for what, touched in TOUCHED.items():
            may = verb is not Verb.BANK_CREATE and role in PERMISSIONS[verb] and what in reach
            may = may or (verb is Verb.BANK_CREATE and role is Role.ADMINISTRATOR and what in reach)
            assert allowed(bank, people[role, scope], verb, touched) is may, (scope, what)


def test_every_verb_has_its_roles() -> None:
    assert set(PERMISSIONS) == set(Verb)
    assert all(PERMISSIONS.values())


def test_an_auditor_reads_and_changes_nothing() -> None:
    assert {verb for verb, roles in PERMISSIONS.items() if Role.AUDITOR in roles} == {Verb.BANK_READ, Verb.LEDGER_READ}


def test_only_administrators_make_people_and_give_roles() -> None:
    for verb in (Verb.PERSON_ADD, Verb.PERSON_GRANT, Verb.PERSON_PASSWORD):
        assert PERMISSIONS[verb] == (Role.ADMINISTRATOR,)


def test_a_project_lead_touches_no_sample() -> None:
    led = {verb for verb, roles in PERMISSIONS.items() if Role.PROJECT_LEAD in roles}
    assert not any(str(verb).startswith(("sample.", "donor.", "consent.", "storage.")) for verb in led)


def test_the_widest_grant_comes_first() -> None:
    within, everywhere = Grant(Role.MANAGER, organisation_id=1), Grant(Role.TECHNICIAN)
    assert roles_for(Verb.SAMPLE_PLACE, [within, everywhere]) == (everywhere, within)


def test_grants_in_two_organisations_together_reach_both() -> None:
    grants = [Grant(Role.TECHNICIAN, organisation_id=1), Grant(Role.TECHNICIAN, organisation_id=2)]
    assert reaches(grants, frozenset({1, 2}))
    assert not reaches(grants, frozenset({1, 2, 3}))


def test_a_grant_for_another_verb_lends_no_reach() -> None:
    """A technician in one organisation who is a manager in another withdraws consents only in the other."""
    grants = [Grant(Role.TECHNICIAN, organisation_id=1), Grant(Role.MANAGER, organisation_id=2)]
    assert not reaches(roles_for(Verb.CONSENT_WITHDRAW, grants), frozenset({1}))
    assert reaches(roles_for(Verb.CONSENT_WITHDRAW, grants), frozenset({2}))
