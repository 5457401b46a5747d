"""Things are found by how their code begins, whatever they are."""

from __future__ import annotations

from biobank_tui.queries.searching import EACH, things


def test_codes_are_found_by_their_beginning_in_either_case(bank, make) -> None:
    code, box = make.sample(barcode="FB00123"), make.box()
    with bank.read() as connection:
        assert [each.code for each in things(connection, code[:-1].lower(), 10)] == [code]
        assert [(each.kind, each.code) for each in things(connection, "FB001", 10)] == [("sample", code)]
        assert box in {each.code for each in things(connection, box, 10)}


def test_no_noun_crowds_out_the_others(bank, make) -> None:
    make.samples(EACH + 3)
    with bank.read() as connection:
        assert len(things(connection, "S-", 100)) == EACH


def test_nothing_is_found_for_nothing(bank, make) -> None:
    make.sample()
    with bank.read() as connection:
        assert things(connection, "  ", 10) == ()
        assert things(connection, "%", 10) == ()
