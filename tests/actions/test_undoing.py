"""The last act is undone by a new entry, where nothing has happened since and the domain allows it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biobank_tui.actions import (
    holding,
    labelling,
    placing,
    receiving,
    releasing,
    reserving,
    samples,
    undoing,
    withdrawing,
)
from biobank_tui.actions import storage as storing
from biobank_tui.actions.aliquoting import Aliquoting, aliquot, pool
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.labels.stock import stocks
from biobank_tui.queries import finding
from biobank_tui.queries import undoing as asking
from biobank_tui.queries.ledger import act
from biobank_tui.rules.errors import Conflict, Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role
from tests.looking import sound, tube


def test_a_placing_is_undone_by_a_new_entry_that_names_the_old_one(bank: Bank, actor: Actor, make: Any) -> None:
    code, box = make.sample(), make.box()
    placing.place(bank, actor, [placing.Placing(code, box, "A1")])
    done = undoing.undo(bank, actor)
    assert tube(bank, code).place is None
    with bank.read() as connection:
        entry = act(connection, done.entry)
    assert entry is not None
    assert (entry.verb, entry.subject, entry.facts) == (
        "act.undo", code, {"undoes": done.undoes, "verb": "sample.place"},
    )  # fmt: skip
    sound(bank)


def test_tubes_that_changed_places_with_each_other_change_back(bank: Bank, actor: Actor, make: Any) -> None:
    box = make.box()
    one, two = (make.sample(unit=box, position=label) for label in ("A1", "A2"))
    placing.place(bank, actor, [placing.Placing(one, box, "A2"), placing.Placing(two, box, "A1")])
    undoing.undo(bank, actor)
    assert [str(tube(bank, code).place).split()[-1] for code in (one, two)] == ["A1", "A2"]
    sound(bank)


def test_moves_are_undone_one_after_the_other_back_to_the_first(bank: Bank, actor: Actor, make: Any) -> None:
    box = make.box()
    code = make.sample(unit=box, position="A1")
    for label in ("B2", "C3"):
        placing.place(bank, actor, [placing.Placing(code, box, label)])
    undoing.undo(bank, actor)
    assert str(tube(bank, code).place).endswith("B2")
    undoing.undo(bank, actor)
    assert str(tube(bank, code).place).endswith("A1")
    sound(bank)


def test_an_act_is_undone_once_and_an_undoing_never(bank: Bank, actor: Actor, make: Any) -> None:
    code, box = make.sample(), make.box()
    placing.place(bank, actor, [placing.Placing(code, box, "A1")])
    done = undoing.undo(bank, actor)
    with pytest.raises(Conflict, match=f"Entry {done.undoes} is undone already"):
        undoing.undo(bank, actor, done.undoes)
    with pytest.raises(Refused, match="do the act again"):
        undoing.undo(bank, actor, done.entry)


def test_what_was_touched_since_is_not_undone_and_the_sentence_says_by_whom(
    bank: Bank, actor: Actor, make: Any
) -> None:
    code, box = make.sample(), make.box()
    placing.place(bank, actor, [placing.Placing(code, box, "A1")])
    with bank.read() as connection:
        number = asking.last_act(connection, "admin")
    holding.hold_samples(bank, actor, [code], "quality", "haemolysed")
    with pytest.raises(
        Conflict, match=rf"{code} was touched since, by admin on .* \(sample.hold, entry {number + 1}\)"
    ):
        undoing.undo(bank, actor, number)


def test_a_place_taken_meanwhile_is_not_given_back(bank: Bank, actor: Actor, make: Any) -> None:
    box = make.box()
    code = make.sample(unit=box, position="A1")
    placing.place(bank, actor, [placing.Placing(code, box, "B1")])
    with bank.read() as connection:
        number = asking.last_act(connection, "admin")
    other = make.sample(unit=box, position="A1")
    with pytest.raises(Conflict, match=f"A1 already holds {other}"):
        undoing.undo(bank, actor, number)


def test_tubes_registered_by_mistake_are_struck_off_and_their_barcode_is_free_again(
    bank: Bank, actor: Actor, make: Any
) -> None:
    donor, box = make.donor(), make.box()
    new = samples.NewSample(donor, "serum", "500 µL", barcode="0123456789", unit=box, external={"LIMS": "77"})
    wrong = samples.register(bank, actor, [new]).codes[0]
    undoing.undo(bank, actor)
    struck = tube(bank, wrong)
    assert (struck.status, struck.place, struck.barcode) == ("rejected", None, None)
    right = samples.register(bank, actor, [new]).codes[0]
    assert right != wrong
    assert tube(bank, "0123456789").code == right == tube(bank, "77").code
    sound(bank)


def test_aliquots_untouched_since_are_struck_off_and_the_parent_has_its_amount_again(
    bank: Bank, actor: Actor, make: Any
) -> None:
    parent = make.sample(amount="1 mL")
    made = aliquot(bank, actor, Aliquoting(parent, 3, "200 µL", unit=make.box()))
    assert tube(bank, parent).amount == "0.4 mL"
    effects = {str(effect): effect.count for effect in undoing.foresee(bank, actor).effects}
    assert effects == {
        "tubes made by it are struck off; their codes are never used again": 3,
        "tube has its former amount again": 1,
    }
    undoing.undo(bank, actor)
    assert tube(bank, parent).amount == "1 mL"
    assert {tube(bank, code).status for code in made.codes} == {"rejected"}
    sound(bank)


def test_aliquots_of_which_one_was_touched_stay(bank: Bank, actor: Actor, make: Any) -> None:
    parent = make.sample(amount="1 mL")
    made = aliquot(bank, actor, Aliquoting(parent, 3, "200 µL"))
    with bank.read() as connection:
        number = asking.last_act(connection, "admin")
    placing.place(bank, actor, [placing.Placing(made.codes[1], make.box())])
    with pytest.raises(Conflict, match=f"{made.codes[1]} was touched since"):
        undoing.undo(bank, actor, number)


def test_a_tube_that_was_used_since_is_not_struck_off_though_its_row_is_as_it_was(
    bank: Bank, actor: Actor, make: Any
) -> None:
    parent = make.sample(amount=None)
    with bank.read() as connection:
        number = asking.last_act(connection, "admin")
    aliquot(bank, actor, Aliquoting(parent, 1))
    with pytest.raises(Conflict, match=f"{parent} was touched since, .*sample.aliquot"):
        undoing.undo(bank, actor, number)


def test_labels_that_were_printed_are_named_so_that_they_are_destroyed(
    bank: Bank, actor: Actor, make: Any, tmp_path: Any
) -> None:
    parent = make.sample(amount="1 mL")
    made = aliquot(bank, actor, Aliquoting(parent, 2, "200 µL"))
    labelling.print_labels(
        bank, actor, labelling.PrintRequest(made.codes, next(iter(stocks())), str(tmp_path / "labels.pdf"))
    )
    heeded = [effect for effect in undoing.foresee(bank, actor).effects if effect.heed]
    assert [(effect.count, str(effect)) for effect in heeded] == [(2, "labels of them were printed: destroy these")]
    assert undoing.undo(bank, actor).verb == "sample.aliquot"


def test_a_tube_used_up_by_the_act_keeps_the_act_standing(bank: Bank, actor: Actor, make: Any) -> None:
    parent = make.sample(amount="1 mL")
    aliquot(bank, actor, Aliquoting(parent, 2, "500 µL", close=True))
    with pytest.raises(Refused, match=f"{parent} was consumed by entry"):
        undoing.undo(bank, actor)


def test_a_pool_is_undone_and_every_share_goes_back(bank: Bank, actor: Actor, make: Any) -> None:
    shares = make.samples(2, amount="500 µL")
    code = pool(bank, actor, [(share, "100 µL") for share in shares])
    undoing.undo(bank, actor)
    assert tube(bank, code).status == "rejected"
    assert {tube(bank, share).amount for share in shares} == {"500 µL"}
    sound(bank)


def test_a_checkout_its_return_a_hold_and_its_release_are_undone(bank: Bank, actor: Actor, make: Any) -> None:
    code = make.sample(unit=make.box())
    placing.check_out(bank, actor, [code])
    undoing.undo(bank, actor)
    assert (tube(bank, code).status, tube(bank, code).out) == ("available", None)
    placing.check_out(bank, actor, [code])
    placing.put_back(bank, actor, [code], thawed=True)
    undoing.undo(bank, actor)
    assert (tube(bank, code).status, tube(bank, code).thaws) == ("checked_out", 0)
    assert tube(bank, code).out is not None
    held = make.sample()
    holding.hold_samples(bank, actor, [held], "quality", "wrong tube")
    undoing.undo(bank, actor)
    assert tube(bank, held).holds == ()
    holding.hold_samples(bank, actor, [held], "quality", "right tube")
    holding.release(bank, actor, held, "looked at")
    undoing.undo(bank, actor)
    assert [hold.reason for hold in tube(bank, held).holds] == ["right tube"]
    sound(bank)


def test_a_receipt_and_a_correction_are_undone(bank: Bank, actor: Actor, make: Any) -> None:
    code = make.sample(expected=True)
    receiving.arrive(bank, actor, [receiving.Arrival(code)])
    undoing.undo(bank, actor)
    assert (tube(bank, code).status, tube(bank, code).received) == ("expected", None)
    samples.correct(bank, actor, code, "typed wrongly", material="serum")
    undoing.undo(bank, actor)
    assert tube(bank, code).material == "Plasma"
    sound(bank)


def test_a_reservation_and_its_release_are_undone(bank: Bank, actor: Actor, make: Any) -> None:
    make.samples(2, donor=make.consenting())
    request = make.request(NewLine("type:plasma", asked=2))
    reserved = reserving.reserve(bank, actor, reserving.Reserve(request))
    codes = reserved.lines[0].samples
    undoing.undo(bank, actor)
    assert {tube(bank, code).status for code in codes} == {"available"}
    reserving.reserve(bank, actor, reserving.Reserve(request))
    releasing.release(bank, actor, releasing.Release(request, "not needed"))
    undoing.undo(bank, actor)
    assert {tube(bank, code).status for code in codes} == {"reserved"}
    assert all(tube(bank, code).reservation for code in codes)
    sound(bank)


def test_a_moved_box_goes_back_with_its_tubes_and_the_counts_agree(bank: Bank, actor: Actor, make: Any) -> None:
    tree = make.storage("freezer F01 / 2 racks / 1 box 9x9")
    tubes = make.samples(2, unit="F01.R1.B1")
    storing.move_unit(bank, actor, "F01.R1.B1", "F01.R2")
    other = make.sample(unit="F01.R2.B1")
    with bank.read() as connection:
        move = next(n for n in range(1, 100) if (found := act(connection, n)) and found.verb == "storage.move")
    undoing.undo(bank, actor, move)
    with bank.read() as connection:
        assert finding.unit(connection, "F01.R1")["tubes"] == 2
        assert finding.unit(connection, "F01.R2")["tubes"] == 1
    assert "R1" in str(tube(bank, tubes[0]).place)
    assert tube(bank, other).place is not None
    assert tree == "F01"
    sound(bank)


@pytest.mark.parametrize("what", ["withdraw", "destroy", "consume"])
def test_what_the_domain_forbids_is_refused_in_its_own_sentence(bank: Bank, actor: Actor, make: Any, what: str) -> None:
    donor = make.consenting()
    code = make.sample(donor=donor)
    if what == "withdraw":
        withdrawing.withdraw(bank, actor, donor, "asked by letter")
        expected = "signs a new consent"
    elif what == "destroy":
        samples.end(bank, actor, [code], samples.SampleStatus.DESTROYED, "asked")
        expected = "A destruction is not undone"
    else:
        samples.end(bank, actor, [code], samples.SampleStatus.CONSUMED)
        expected = "used up or rejected stays so"
    with pytest.raises(Refused, match=expected):
        undoing.undo(bank, actor)


def test_what_stands_under_a_withdrawal_is_not_brought_back(bank: Bank, actor: Actor, make: Any) -> None:
    donor = make.consenting()
    code = make.sample(donor=donor, unit=make.box())
    placing.check_out(bank, actor, [code])
    with bank.read() as connection:
        number = asking.last_act(connection, "admin")
    withdrawing.withdraw(bank, actor, donor, "asked by letter")
    with pytest.raises(Conflict, match=r"consent\.withdraw"):
        undoing.undo(bank, actor, number)


def test_one_undoes_ones_own_acts_and_a_manager_anybodys(bank: Bank, actor: Actor, make: Any) -> None:
    tech, other, boss = (make.person(role) for role in (Role.TECHNICIAN, Role.TECHNICIAN, Role.MANAGER))
    code = make.sample()
    placing.place(bank, tech, [placing.Placing(code, make.box())])
    with bank.read() as connection:
        number = asking.last_act(connection, tech.login)
    with pytest.raises(Denied, match=f"This act is {tech.login}'s"):
        undoing.undo(bank, other, number)
    with pytest.raises(Refused, match="nothing of yours"):
        undoing.undo(bank, other)
    undoing.undo(bank, boss, number)
    assert tube(bank, code).place is None


def test_a_lead_undoes_nothing_at_the_bench(bank: Bank, actor: Actor, make: Any) -> None:
    lead = make.person(Role.PROJECT_LEAD)
    code = make.sample()
    placing.place(bank, actor, [placing.Placing(code, make.box())])
    with bank.read() as connection:
        number = asking.last_act(connection, "admin")
    with pytest.raises(Denied):
        undoing.undo(bank, lead, number)
    with pytest.raises(NotFound, match="no entry 9999"):
        undoing.undo(bank, actor, 9999)


def test_undoing_reads_the_ledger_alone_so_the_records_name_every_field(bank: Bank, actor: Actor, make: Any) -> None:
    code, box = make.sample(), make.box()
    placing.place(bank, actor, [placing.Placing(code, box, "A1")])
    done = undoing.undo(bank, actor)
    with bank.read() as connection:
        from biobank_tui.queries.ledger import changes

        (change,) = changes(connection, done.entry)
    assert json.dumps(change.after, sort_keys=True) == '{"col": null, "row": null, "unit_id": null}'
