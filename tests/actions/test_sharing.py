"""Many parents in one act: places over several boxes, amounts of each, nothing made where one of them is short."""

import pytest

from biobank_tui.actions import aliquoting, placing
from biobank_tui.actions.aliquoting import Aliquoting, Deriving
from biobank_tui.bank import ledger
from biobank_tui.queries.lineage import family
from biobank_tui.queries.sample_detail import detail
from biobank_tui.rules.errors import Conflict, NotFound, Refused


def look(bank, code):
    with bank.read() as connection:
        return detail(connection, code)


def entries(bank):
    with bank.read() as connection:
        return ledger.head(connection)[0]


def test_96_parents_into_288_aliquots_are_one_entry_and_lie_in_the_order_of_their_labels(bank, actor, make):
    parents = tuple(make.samples(96, amount="1 mL"))
    boxes = (make.box(8, 12), make.box(16, 24))
    before = entries(bank)
    made = aliquoting.aliquot(bank, actor, Aliquoting(parents, 3, "200 µL", unit=boxes))
    assert entries(bank) == before + 1
    assert len(made.codes) == 288
    assert made.codes == tuple(sorted(made.codes)) == tuple(each.sample for each in made.placed)
    assert [each.unit for each in made.placed] == [boxes[0]] * 96 + [boxes[1]] * 192
    assert [each.position for each in made.placed[:3]] == ["A1", "A2", "A3"]
    assert [look(bank, code).parent for code in made.codes[:4]] == [parents[0]] * 3 + [parents[1]]
    assert {each.amount for each in made.remainders} == {"0.4 mL"}
    assert look(bank, parents[95]).amount == "0.4 mL"


def test_each_set_goes_into_a_box_of_its_own_where_asked(bank, actor, make):
    parents = tuple(make.samples(4))
    boxes = (make.box(), make.box(), make.box())
    asked = Aliquoting(parents, 3, "10 µL", unit=boxes, position="B1", apart=True)
    made = aliquoting.aliquot(bank, actor, asked)
    places = [(each.unit, each.position) for each in made.placed]
    assert places == [(box, label) for box in boxes for label in ("B1", "B2", "B3", "B4")]
    assert [look(bank, code).parent for code in made.codes] == list(parents) * 3


def test_one_parent_that_holds_too_little_stops_all_of_them_with_the_figures(bank, actor, make):
    parents = (make.sample(amount="500 µL"), make.sample(amount="200 µL"), make.sample(amount="0.25 mL"))
    before = entries(bank)
    with pytest.raises(Refused, match=rf"2 tubes hold less than that, {parents[1]} the least: 300 µL asked, 200 µL"):
        aliquoting.aliquot(bank, actor, Aliquoting(parents, 3, "100 µL"))
    assert entries(bank) == before
    assert look(bank, parents[0]).amount == "500 µL"


def test_boxes_with_too_little_room_are_said_before_anything_is_made(bank, actor, make):
    parents, box = tuple(make.samples(5)), make.box(2, 2)
    with pytest.raises(Refused, match=f"4 free places in {box} for 5 tubes"):
        aliquoting.aliquot(bank, actor, Aliquoting(parents, 1, "10 µL", unit=(box,)))
    make.placed(1, unit=box, positions=["A1"])
    with pytest.raises(Conflict, match="A1 already holds"):
        aliquoting.aliquot(bank, actor, Aliquoting(parents[0], 1, "10 µL", unit=box, position="A1"))


def test_a_parent_named_twice_or_unknown_is_refused(bank, actor, make):
    tube = make.sample()
    with pytest.raises(Refused, match="named twice"):
        aliquoting.aliquot(bank, actor, Aliquoting((tube, tube), 1, "10 µL"))
    with pytest.raises(NotFound):
        aliquoting.aliquot(bank, actor, Aliquoting((tube, "S-NONE"), 1, "10 µL"))
    with pytest.raises(Refused, match="No codes"):
        aliquoting.aliquot(bank, actor, Aliquoting((), 1, "10 µL"))


def test_barcodes_follow_the_labels_over_all_parents(bank, actor, make):
    parents = tuple(make.samples(2))
    with pytest.raises(Refused, match="3 barcodes are given for 4 tubes"):
        aliquoting.aliquot(bank, actor, Aliquoting(parents, 2, "10 µL", barcodes=("1", "2", "3")))
    made = aliquoting.aliquot(bank, actor, Aliquoting(parents, 2, "10 µL", barcodes=("01", "02", "03", "04")))
    assert [look(bank, code).barcode for code in made.codes] == ["01", "02", "03", "04"]


def test_thawing_counts_for_parents_and_aliquots_but_not_for_what_is_made_anew(bank, actor, make, clock):
    box, tube = make.box(), make.sample(amount="1 mL")
    placing.place(bank, actor, [placing.Placing(tube, box)])
    placing.check_out(bank, actor, [tube])
    placing.put_back(bank, actor, [tube], thawed=True)
    clock.now = "2026-04-01T08:00:00Z"
    made = aliquoting.aliquot(bank, actor, Aliquoting(tube, 1, "100 µL", thawed=True))
    dna = aliquoting.derive(bank, actor, Deriving(tube, "DNA", each="1 µg"))
    assert [look(bank, code).thaws for code in (tube, *made.codes, *dna.codes)] == [2, 2, 0]
    with bank.read() as connection:
        told = family(connection, tube).thaws
    assert [(each.at[:10], each.verb, each.before, each.after) for each in told] == [
        ("2026-04-01", "sample.aliquot", 1, 2),
        ("2026-03-02", "sample.return", 0, 1),
    ]


def test_a_pool_of_all_that_is_left_is_placed_and_uses_its_parents_up(bank, actor, make):
    donor, box = make.donor(), make.box()
    tubes = [make.sample(donor=donor, amount="100 µL"), make.sample(donor=donor, amount="0.3 mL")]
    code = aliquoting.pool(
        bank, actor, [(tube, "all") for tube in tubes], barcode="FB9", unit=box, position="C3", close=True
    )
    found = look(bank, code)
    assert (found.amount, found.barcode, str(found.place)[-2:]) == ("400 µL", "FB9", "C3")
    assert [look(bank, tube).status for tube in tubes] == ["consumed"] * 2
    with bank.read() as connection:
        assert [(each.code, each.amount) for each in family(connection, code).pooled_from] == [
            (tubes[0], "100 µL"),
            (tubes[1], "0.3 mL"),
        ]
        assert family(connection, tubes[0]).pooled_into[0].code == code
    with pytest.raises(Refused, match="Nobody knows how much"):
        aliquoting.pool(bank, actor, [(make.sample(amount=None), "all"), (make.sample(), "all")])


def test_the_family_says_what_is_left_of_what_there_was_and_where(bank, actor, make):
    box, root = make.box(), make.sample(material="WholeBlood", amount="5 mL")
    plasma = aliquoting.derive(bank, actor, Deriving(root, "plasma", 2, each="1 mL", taken="3 mL", unit=box)).codes
    with bank.read() as connection:
        tree = family(connection, plasma[1]).tree
    assert [(each.code, each.depth, each.left, each.initial, each.place) for each in tree] == [
        (root, 0, "2 mL", "5 mL", ""),
        (plasma[0], 1, "1 mL", "1 mL", f"{box} A1"),
        (plasma[1], 1, "1 mL", "1 mL", f"{box} A2"),
    ]
