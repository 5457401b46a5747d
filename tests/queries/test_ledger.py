"""The ledger is read from its newest entry, through filters, down to each field."""

from __future__ import annotations

import pytest

from biobank_tui.actions import parties, samples
from biobank_tui.queries.condition import condition, settings
from biobank_tui.queries.ledger import LedgerFilter, act, acts, changes


@pytest.fixture
def told(bank, actor, make, clock):
    """A bank of some acts, on two days."""
    tube = make.sample()
    clock.now = "2026-03-03T10:00:00Z"
    samples.correct(bank, actor, tube, "misread", note="second look")
    parties.set_setting(bank, actor, "call_target", "12")
    return bank, tube


def test_entries_come_newest_first_and_go_on_from_a_number(told):
    bank, _tube = told
    with bank.read() as connection:
        newest = acts(connection, limit=2)
        older = acts(connection, before=newest[-1].number, limit=50)
    numbers = [each.number for each in (*newest, *older)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1


@pytest.mark.parametrize(
    ("wanted", "verbs"),
    [
        (LedgerFilter(verb="sample"), ["sample.edit", "sample.register"]),
        (LedgerFilter(verb="sample.edit"), ["sample.edit"]),
        (LedgerFilter(since="2026-03-03"), ["bank.setting", "sample.edit"]),
        (LedgerFilter(until="2026-03-03", verb="donor.add"), ["donor.add"]),
        (LedgerFilter(actor="nobody"), []),
        (LedgerFilter(subject="call_target"), ["bank.setting"]),
        (LedgerFilter(verb="sample%"), []),
    ],
)
def test_filters_all_have_to_fit(told, wanted, verbs):
    bank, _tube = told
    with bank.read() as connection:
        assert [each.verb for each in acts(connection, wanted)] == verbs


def test_an_entry_tells_what_it_changed_before_and_after(told):
    bank, tube = told
    with bank.read() as connection:
        (entry,) = acts(connection, LedgerFilter(verb="sample.edit"))
        (change,) = changes(connection, entry.number)
        assert act(connection, entry.number) == entry
        assert act(connection, 999) is None
    assert (entry.subject, entry.reason, entry.facts) == (tube, "misread", {"corrected": ["note"]})
    assert (change.noun, change.before, change.after) == ("sample", {"note": None}, {"note": "second look"})


def test_the_banks_condition_counts_what_it_holds(told):
    bank, _tube = told
    with bank.read() as connection:
        state = condition(connection)
        values = {each.name: each.value for each in settings(connection)}
    assert (state.donors, state.samples, state.organisations, state.people) == (1, 1, 1, 1)
    assert state.revision == "0001"
    assert (values["call_target"], values["small_cell"]) == ("12", "5")
