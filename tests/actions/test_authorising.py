"""Declarations and authorisations of collections: recorded, in date or not, ended with a reason."""

import pytest

from biobank_tui.actions.authorising import NewAuthorisation, authorise, end_authorisation
from biobank_tui.queries.authorisations import authorisations, uncovered
from biobank_tui.rules.errors import Conflict, Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role

DECLARED = NewAuthorisation("HOME", "declaration", "DC-2025-1", "tumour tissue", "2025-01-01", expires="2026-12-31")


def standing(bank, day="2026-03-02"):
    with bank.read() as connection:
        return {row.reference: row.standing for row in authorisations(connection, day)}


def test_a_collection_is_covered_while_its_declaration_is_in_date(bank, actor, make):
    make.sample()
    with bank.read() as connection:
        assert uncovered(connection, "2026-03-02") == ("HOME",)
    authorise(bank, actor, DECLARED)
    assert standing(bank) == {"DC-2025-1": "stands"}
    assert standing(bank, "2027-01-01") == {"DC-2025-1": "expired"}
    with bank.read() as connection:
        assert uncovered(connection, "2026-03-02") == ()
        assert uncovered(connection, "2027-01-01") == ("HOME",)


def test_an_export_authorisation_covers_no_collection_and_names_its_countries(bank, actor, make):
    make.sample()
    authorise(bank, actor, NewAuthorisation("HOME", "export", "IE-1", "plasma", "2026-01-01", countries=("CH", "US")))
    with bank.read() as connection:
        (row,) = authorisations(connection, "2026-03-02")
        assert uncovered(connection, "2026-03-02") == ("HOME",)
    assert (row.kind, row.countries) == ("export", "CH,US")


def test_it_is_ended_with_a_reason_and_stays_to_be_read(bank, actor):
    authorise(bank, actor, DECLARED)
    with pytest.raises(Conflict, match="already"):
        authorise(bank, actor, DECLARED)
    with pytest.raises(Refused, match="reason"):
        end_authorisation(bank, actor, "HOME", "DC-2025-1", " ")
    end_authorisation(bank, actor, "HOME", "DC-2025-1", "replaced")
    assert standing(bank) == {"DC-2025-1": "ended"}
    with pytest.raises(NotFound, match="DC-2025-1"):
        end_authorisation(bank, actor, "HOME", "DC-2025-1", "again")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "blessing"}, "declaration, authorisation, export"),
        ({"reference": " "}, "reference and a scope"),
        ({"expires": "2024-01-01"}, "before it was issued"),
        ({"countries": ("US",)}, "Only an export"),
        ({"kind": "export", "countries": ("Utopia",)}, "no country code"),
        ({"scope": "tissue\x1b[2J"}, "write it without"),
    ],
)
def test_what_is_wrong_with_it_is_said(bank, actor, changes, told):
    from dataclasses import replace

    with pytest.raises(Refused, match=told):
        authorise(bank, actor, replace(DECLARED, **changes))


def test_only_a_manager_records_one(bank, make):
    with pytest.raises(Denied):
        authorise(bank, make.person(Role.TECHNICIAN), DECLARED)
