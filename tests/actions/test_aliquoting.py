"""Tubes made from tubes: amounts that add up, places in the order of the labels, consent inherited."""

import pytest

from biobank_tui.actions import aliquoting, consents, holding
from biobank_tui.actions.aliquoting import Aliquoting, Deriving
from biobank_tui.bank import ledger
from biobank_tui.queries.sample_detail import detail, lineage
from biobank_tui.rules.errors import Refused


def look(bank, code):
    with bank.read() as connection:
        return detail(connection, code)


def test_three_aliquots_their_places_and_the_remainder_are_one_act(bank, actor, make):
    box, parent = make.box(), make.sample(amount="1 mL")
    with bank.read() as connection:
        before = ledger.head(connection)[0]
    made = aliquoting.aliquot(bank, actor, Aliquoting(parent, 3, "200 µL", unit=box, position="B2"))
    assert [one.position for one in made.placed] == ["B2", "B3", "B4"]
    assert made.left == "0.4 mL"
    assert look(bank, parent).amount == "0.4 mL"
    assert [look(bank, code).amount for code in made.codes] == ["200 µL"] * 3
    with bank.read() as connection:
        assert ledger.head(connection)[0] == before + 1


def test_an_overdraw_is_refused_with_the_figures_and_makes_nothing(bank, actor, make):
    parent = make.sample(amount="500 µL")
    with pytest.raises(Refused, match="600 µL asked, 500 µL left"):
        aliquoting.aliquot(bank, actor, Aliquoting(parent, 3, "200 µL"))
    assert look(bank, parent).amount == "500 µL"


def test_units_of_another_dimension_are_refused(bank, actor, make):
    with pytest.raises(Refused):
        aliquoting.aliquot(bank, actor, Aliquoting(make.sample(amount="500 µL"), 1, "2 mg"))


def test_a_derivative_has_a_yield_of_its_own(bank, actor, make):
    parent = make.sample(material="WholeBlood", amount="5 mL")
    made = aliquoting.derive(bank, actor, Deriving(parent, "dna", 2, each="40 µg", taken="2 mL"))
    child = look(bank, made.codes[0])
    assert (child.material, child.kind, child.amount) == ("DNA", "derivative", "40 µg")
    assert look(bank, parent).amount == "3 mL"


def test_a_closed_parent_is_used_up_and_frees_its_place(bank, actor, make):
    (parent,) = make.placed(1, unit=make.box(), positions=["A1"])
    aliquoting.aliquot(bank, actor, Aliquoting(parent, 2, "100 µL", close=True))
    found = look(bank, parent)
    assert (found.status, found.amount, found.place) == ("consumed", "0 µL", None)


def test_nothing_is_taken_from_a_tube_on_hold(bank, actor, make):
    tube = make.sample()
    holding.hold_samples(bank, actor, [tube], "quality", "cloudy")
    with pytest.raises(Refused, match="on hold"):
        aliquoting.aliquot(bank, actor, Aliquoting(tube, 1, "10 µL"))


def test_barcodes_are_one_for_each_child(bank, actor, make):
    tube = make.sample()
    with pytest.raises(Refused, match="2 barcodes"):
        aliquoting.aliquot(bank, actor, Aliquoting(tube, 3, "10 µL", barcodes=("1", "2")))
    made = aliquoting.aliquot(bank, actor, Aliquoting(tube, 2, "10 µL", barcodes=("0001", "0002")))
    assert [look(bank, code).barcode for code in made.codes] == ["0001", "0002"]


def test_a_pool_permits_what_all_its_donors_permit(bank, actor, make):
    consents.add_form(bank, actor, consents.NewForm("GEN", "1", "General", ("HMB", "genetic_research")))
    tubes = []
    for genetic in ("yes", "no"):
        donor = make.donor()
        answers = {"HMB": "yes", "genetic_research": genetic}
        consents.record_consent(bank, actor, consents.NewConsent(donor, "GEN", answers, "2025-01-01"))
        tubes.append(make.sample(donor=donor))
    code = aliquoting.pool(bank, actor, [(tubes[0], "100 µL"), (tubes[1], "150 µL")])
    found = look(bank, code)
    assert (found.kind, found.amount, found.donor) == ("pool", "250 µL", None)
    with bank.read() as connection:
        from biobank_tui.model.tables import CONSENT_PROFILE, SAMPLE

        answers = connection.execute(
            CONSENT_PROFILE.select().where(CONSENT_PROFILE.c.id == SAMPLE.c.profile_id, SAMPLE.c.code == code)
        ).one()
    assert '["HMB","yes",null]' in answers.answers
    assert '["genetic_research","no",null]' in answers.answers


def test_the_lineage_reads_from_its_root(bank, actor, make):
    root = make.sample(material="WholeBlood", amount="5 mL")
    plasma = aliquoting.derive(bank, actor, Deriving(root, "plasma", 2, each="1 mL", taken="3 mL")).codes
    small = aliquoting.aliquot(bank, actor, Aliquoting(plasma[0], 1, "100 µL")).codes
    with bank.read() as connection:
        tree = lineage(connection, detail(connection, small[0]).id)
    assert [(one.code, one.depth) for one in tree] == [(root, 0), (plasma[0], 1), (small[0], 2), (plasma[1], 1)]
