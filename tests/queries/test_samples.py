"""The list answers every filter as a plain look at every sample would."""

import pytest

from biobank_tui.actions import holding, placing
from biobank_tui.queries import samples as listing
from biobank_tui.queries.samples import SORTS, Sort
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.query import parse

TUBES = (
    {"material": "plasma", "diagnosis": "C50.4", "amount": "500 µL", "collected": "2021-03-04", "barcode": "00111"},
    {"material": "plasma", "diagnosis": "C50.9", "amount": "0.1 mL", "collected": "2022"},
    {"material": "serum", "diagnosis": "C34.1", "amount": "2 mL", "collected": "2021-12-31T23:59Z"},
    {"material": "dna", "diagnosis": None, "amount": "40 µg", "collected": None, "external": {"uuid": "AA-BB"}},
    {"material": "serum", "diagnosis": "C61", "amount": None, "collected": "2023-05", "code": "TCGA-AR-A1AR-01A"},
)


@pytest.fixture
def tubes(bank, actor, make):
    made = [make.sample(**tube) for tube in TUBES]
    box = make.storage("rack R / 1 box 9x9")
    placing.place(bank, actor, [placing.Placing(made[1], f"{box}.B1", "C3")])
    holding.hold_samples(bank, actor, [made[2]], "quality", "cloudy")
    placing.check_out(bank, actor, [made[3]])
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("type:plasma", [0, 1]),
        ("type:plasma,serum status:available", [0, 1, 2, 4]),
        ("-type:plasma", [2, 3, 4]),
        ("dx:C50", [0, 1]),
        ("dx:C50.4", [0]),
        ("dx:C30-C50", [0, 1, 2]),
        ("-dx:C50", [2, 3, 4]),
        ("-dx:*", [3]),
        ("status:checked_out", [3]),
        ("held:yes", [2]),
        ("held:no type:serum", [4]),
        ("collected:2021", [0, 2]),
        ("collected:2021..2022", [0, 1, 2]),
        ("collected:>=2022", [1, 4]),
        ("-collected:*", [3]),
        ("amount:>=200µL", [0, 2]),
        ("amount:..100uL", [1]),
        ("amount:>=1µg", [3]),
        ("box:R", [1]),
        ("-box:*", [0, 2, 3, 4]),
        ("site:HOME kind:primary", [0, 1, 2, 3, 4]),
        ("site:NOWHERE", []),
        ("barcode:001*", [0]),
        ("00111", [0]),
        ("external:aa-bb", [3]),
        ("aa-b", [3]),
        ("tcga-ar", [4]),
        ("code:TCGA*", [4]),
        ("thaws:0 thaws:<=3", [0, 1, 2, 3, 4]),
        ("thaws:>2", []),
        ("project:P-1 request:R-1", []),
        ("form:GEN", []),
        ("parent:*", []),
    ],
)
def test_a_filter_finds_what_it_says(bank, tubes, text, expected):
    query = parse(text)
    with bank.read() as connection:
        found = listing.order(connection, query, Sort("code", False))
        rows = listing.window(connection, found, 0, 100)
        known = listing.count(connection, query)
        page = listing.first_page(connection, query, Sort("code", False))
    assert sorted(row.code for row in rows) == sorted(tubes[k] for k in expected)
    assert known in (None, len(expected))
    assert page == rows


@pytest.mark.parametrize("column", SORTS)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("few", [0, 8_000])
def test_pages_of_any_order_are_the_whole_order(bank, tubes, monkeypatch, column, descending, few):
    monkeypatch.setattr(listing, "FEW", few)
    query, sort = parse("type:plasma,serum,dna"), Sort(column, descending)
    with bank.read() as connection:
        whole = listing.order(connection, query, sort)
        forward = [row.id for row in listing.window(connection, whole, 0, 100)]
        assert [row.id for row in listing.first_page(connection, query, sort, 2)] == forward[:2]
        assert [row.id for start in range(0, 5, 2) for row in listing.window(connection, whole, start, 2)] == forward
        assert len(forward) == 5


def test_facets_count_what_matches(bank, tubes):
    with bank.read() as connection:
        kept = listing.facets(connection, parse("type:plasma,serum"))
        counted = listing.facets(connection, parse("type:plasma,serum thaws:0"))
    assert kept == counted
    assert {facet.value: facet.n for facet in kept["type"]} == {"Plasma": 2, "Serum": 2}


def test_small_cells_are_hidden_from_those_who_may_not_see_them(bank, tubes):
    with bank.read() as connection:
        shown = listing.facets(connection, parse(""), small_cell=2)
    assert {facet.value: facet.n for facet in shown["type"]} == {"Plasma": 2, "Serum": 2, "DNA": 0}


def test_a_field_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(Refused, match="status"):
        parse("staus:available")
