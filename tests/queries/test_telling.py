"""The ledger's records are told as people say them: places, amounts, codes."""

from __future__ import annotations

from biobank_tui.actions.placing import Placing, place
from biobank_tui.queries.sample_detail import history
from biobank_tui.queries.telling import called, told


def life(bank, code: str) -> list[dict[str, tuple[str | None, str | None]]]:
    """Each act of a tube's life, the newest first: field to what it was and became."""
    from biobank_tui.queries import finding

    with bank.read() as connection:
        number = finding.sample(connection, code)["id"]
        assert called(connection, "sample", number) == code
        return [
            {
                each.field: (each.before, each.after)
                for each in told(connection, "sample", number, event.number, event.by_column)
            }
            for event in history(connection, "sample", number)
        ]


def test_a_new_tube_is_told_with_its_amount_and_its_donor_and_no_column_s_name(bank, make) -> None:
    donor = make.donor()
    code = make.sample(donor=donor)
    [registered] = life(bank, code)
    assert registered["donor"] == (None, donor)
    assert registered["amount"][1].endswith("µL")
    assert not [field for field in registered if "_" in field or field.endswith("id")]


def test_a_move_within_a_box_is_told_from_place_to_place(bank, actor, make) -> None:
    box = make.box()
    [code] = make.placed(1, unit=box, positions=["A1"])
    place(bank, actor, [Placing(code, box, "A2")])
    moved, *_earlier = life(bank, code)
    assert moved == {"place": (f"{box} A1", f"{box} A2")}
