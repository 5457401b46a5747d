"""The ledger's entries are listed by number, and only those that fit."""

from __future__ import annotations

from biobank_tui.queries.ledger import LedgerFilter, acts, by_number, numbers


def test_every_entry_stands_in_the_list_from_the_newest(bank, make) -> None:
    make.samples(2)
    make.box()
    with bank.read() as connection:
        listed = numbers(connection)
        assert list(listed) == list(range(len(listed), 0, -1))
        assert by_number(connection, listed[:2]) == acts(connection, limit=2)


def test_entries_come_in_the_order_asked_for_and_removed_ones_are_left_out(bank, make) -> None:
    make.sample()
    with bank.read() as connection:
        assert [act.number for act in by_number(connection, [1, 999, 2])] == [1, 2]


def test_all_that_a_filter_asks_must_fit(bank, make, clock) -> None:
    first = make.sample()
    clock.now = "2026-03-09T08:00:00Z"
    second = make.sample()
    make.box()
    with bank.read() as connection:

        def subjects(**wanted: str) -> list[str | None]:
            found = by_number(connection, numbers(connection, LedgerFilter(**wanted)))
            return [act.subject for act in found]

        assert subjects(verb="sample.register") == [second, first]
        assert subjects(verb="sample") == [second, first]
        assert subjects(verb="sample", since="2026-03-09") == [second]
        assert subjects(verb="sample", until="2026-03-09") == [first]
        assert subjects(subject=first) == [first]
        assert subjects(actor="nobody") == []
