"""After a withdrawal: it wins on its day, and what arrives late is on a list again; a hold reaches what was pooled."""

from pathlib import Path

import pytest

from biobank_tui.actions import aliquoting, consents, holding, importing, lapsing, samples, settling, undoing
from biobank_tui.actions.consents import NewConsent
from biobank_tui.actions.settling import Settling
from biobank_tui.actions.withdrawing import withdraw
from biobank_tui.queries import donors
from biobank_tui.queries.disposal import waiting_tubes
from biobank_tui.queries.sample_detail import detail
from biobank_tui.queries.worklists import Work, worklist
from biobank_tui.rules.errors import Denied, Refused
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.withdrawing import outlasts
from tests.looking import sound

TODAY, TOMORROW = "2026-03-02", "2026-03-03"


def state(bank, donor):
    with bank.read() as connection:
        found = donors.detail(connection, donor)
    return found.row.state, found.in_force is not None


def again(bank, actor, donor, given=TODAY, **more):
    return consents.record_consent(bank, actor, NewConsent(donor, "FORM1", {"GRU": "yes"}, given, **more))


@pytest.mark.parametrize(
    ("given", "ended", "follows", "stands"),
    [
        ("2026-03-03", ["2026-03-02"], False, True),
        ("2026-03-02", ["2026-03-02"], False, False),
        ("2026-03-02", ["2026-03-02"], True, True),
        ("2026-03-01", ["2026-03-02"], True, False),
        ("2026-03", ["2026-03-02"], False, False),
        ("2026-03", ["2026-03-02"], True, True),
        ("2022-05-05", ["2021"], False, True),
        ("2021-05-05", ["2021"], False, False),
        ("2026-03-02", ["2020-01-01", "2026-03-02"], False, False),
        ("2026-03-02", [], False, True),
    ],
)
def test_a_consent_outlasts_the_withdrawals_before_it_and_on_their_day_only_by_word(given, ended, follows, stands):
    assert outlasts(given, ended, follows=follows) is stands


def test_a_withdrawal_wins_on_its_day_unless_the_consent_is_said_to_follow_it(bank, actor, make):
    donor = make.consenting()
    tube = make.sample(donor=donor)
    withdraw(bank, actor, donor, "letter")
    first = again(bank, actor, donor)
    assert (first.state, first.withdrew) == ("superseded", TODAY)
    assert state(bank, donor) == ("withdrawn", False)
    second = again(bank, actor, donor, follows=True)
    assert (second.state, second.withdrew) == ("active", None)
    assert state(bank, donor) == ("active", True)
    with bank.read() as connection:
        assert waiting_tubes(connection, donor) == ()
        assert worklist(connection, Work.TO_DESTROY, actor).count == 0
    with pytest.raises(Refused, match="is not withdrawn"):
        settling.settle(bank, actor, Settling(donor, "the old list"))
    assert holding.release(bank, actor, donor, "takes part again") == 1
    with bank.read() as connection:
        assert detail(connection, tube).holds == ()
    sound(bank)


def test_a_consent_that_follows_nothing_or_something_later_is_refused(bank, actor, make):
    donor = make.consenting()
    with pytest.raises(Refused, match="has not withdrawn"):
        again(bank, actor, donor, follows=True)
    withdraw(bank, actor, donor, "letter")
    with pytest.raises(Refused, match="does not follow the withdrawal of 2026-03-02"):
        again(bank, actor, donor, "2026-03-01", follows=True)


def test_who_withdrew_without_a_consent_to_mark_is_not_brought_back_by_an_old_paper(bank, actor, make):
    make.consenting()
    donor = make.donor()
    withdraw(bank, actor, donor, "by telephone")
    assert again(bank, actor, donor, "2025-11-11").state == "superseded"
    assert again(bank, actor, donor).state == "superseded"
    assert state(bank, donor) == ("withdrawn", False)


def take(bank, actor, folder: Path, rows: str, **how):
    file = folder / f"{len(list(folder.iterdir()))}.csv"
    file.write_text("donor,form,given,withdrawn,follows_withdrawal,answer.GRU\n" + rows)
    return importing.import_files(bank, actor, importing.ImportRequest("consents", (file,), **how))


def test_a_file_brings_nobody_back_on_the_day_they_withdrew_but_by_its_word(bank, actor, make, tmp_path):
    donor = make.consenting()
    make.sample(donor=donor)
    withdraw(bank, actor, donor, "letter")
    take(bank, actor, tmp_path, f"{donor},FORM1,{TODAY},,no,yes\n")
    assert state(bank, donor) == ("withdrawn", False)
    take(bank, actor, tmp_path, f"{donor},FORM1,{TODAY},,yes,no\n")
    assert state(bank, donor) == ("active", True)
    told = take(bank, actor, tmp_path, f"{donor},FORM1,{TODAY},,yes,no\n")
    assert (told.total("created"), told.total("unchanged")) == (0, 1)
    sound(bank)


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_a_files_rows_changes_nothing(bank, actor, make, tmp_path, turned):
    make.consenting()
    back, same, gone = make.donors(3)
    rows = [
        f"{back},FORM1,2024-01-01,2024-06-01,,yes\n",
        f"{back},FORM1,2025-01-01,,,yes\n",
        f"{same},FORM1,2024-01-01,2024-06-01,,yes\n",
        f"{same},FORM1,2024-06-01,,yes,yes\n",
        f"{gone},FORM1,2024-01-01,,,yes\n",
        f"{gone},FORM1,2024-06-01,2024-06-01,,yes\n",
    ]
    content = "".join(reversed(rows) if turned else rows)
    take(bank, actor, tmp_path, content)
    assert [state(bank, donor) for donor in (back, same, gone)] == [
        ("active", True), ("active", True), ("withdrawn", False),
    ]  # fmt: skip
    with bank.read() as connection:
        assert [one.state for one in donors.detail(connection, gone).consents if one.state == "active"] == []
    late = samples.register(bank, actor, [samples.NewSample(donor, "plasma") for donor in (back, same, gone)])
    assert late.alarms == (gone,)
    told = take(bank, actor, tmp_path, content)
    assert (told.total("created"), told.total("unchanged"), told.refused) == (0, 6, ())
    sound(bank)


def listed(bank, actor):
    with bank.read() as connection:
        work = worklist(connection, Work.TO_DESTROY, actor, limit=9)
        assert work.count == len(work.rows)
        assert {row.code for row in work.rows} == {each.sample for each in waiting_tubes(connection)}
        return {row.code for row in work.rows}


def test_late_tubes_of_a_settled_withdrawal_come_onto_a_list_of_their_own(bank, actor, make, tmp_path):
    donor = make.consenting()
    old = make.sample(donor=donor)
    withdraw(bank, actor, donor, "letter")
    assert listed(bank, actor) == {old}
    assert settling.settle(bank, actor, Settling(donor, "incinerated")).left == 0
    assert listed(bank, actor) == set()
    late = make.sample(donor=donor)
    assert listed(bank, actor) == {late}
    assert settling.settle(bank, actor, Settling(donor, "incinerated as well")).samples == 1
    assert listed(bank, actor) == set()
    file = tmp_path / "late.csv"
    file.write_text(f"code,donor,material\nLATE-1,{donor},Plasma\n")
    importing.import_files(bank, actor, importing.ImportRequest("samples", (file,)))
    assert listed(bank, actor) == {"LATE-1"}
    with pytest.raises(Refused, match="not on the list"):
        settling.settle(bank, actor, Settling(donor, "which?", (old,)))
    settling.settle(bank, actor, Settling(donor, "that, too", ("LATE-1",)))
    assert listed(bank, actor) == set()
    sound(bank)


def test_a_late_tube_registered_by_mistake_leaves_the_list_when_that_is_undone(bank, actor, make):
    donor = make.consenting()
    make.sample(donor=donor)
    withdraw(bank, actor, donor, "letter")
    settling.settle(bank, actor, Settling(donor, "incinerated"))
    make.sample(donor=donor)
    undoing.undo(bank, actor)
    assert listed(bank, actor) == set()
    sound(bank)


def test_a_donors_hold_reaches_the_pools_they_have_a_share_in_and_leaves_with_it(bank, actor, make):
    mine, other = make.consenting(), make.consenting()
    tubes = [make.sample(donor=donor, amount="1 mL") for donor in (mine, other)]
    pool = aliquoting.pool(bank, actor, [(tube, "500 µL") for tube in tubes])
    shared = aliquoting.aliquot(bank, actor, aliquoting.Aliquoting(pool, 1, "100 µL")).codes[0]
    assert holding.hold_donor(bank, actor, mine, "dispute", "two tubes may be mixed up") == 3
    with bank.read() as connection:
        holds = {code: len(detail(connection, code).holds) for code in (*tubes, pool, shared)}
    assert holds == {tubes[0]: 1, tubes[1]: 0, pool: 1, shared: 1}
    with pytest.raises(Refused, match="on hold"):
        aliquoting.aliquot(bank, actor, aliquoting.Aliquoting(pool, 1, "100 µL"))
    assert holding.release(bank, actor, mine, "they are not") == 3
    with bank.read() as connection:
        assert detail(connection, shared).holds == ()
    sound(bank)


def test_who_looks_after_one_organisation_ends_its_consents_and_is_told_of_the_others(bank, actor, make, clock):
    make.consenting()
    make.organisation("WARD")
    ours, theirs = make.donor(custodian="WARD"), make.donor()
    for donor in (ours, theirs):
        again(bank, actor, donor, "2026-01-01", expires="2026-04-01")
    clock.now = "2026-06-01T08:00:00Z"
    nurse = make.person(Role.TECHNICIAN, within="WARD")
    done = lapsing.expire_consents(bank, nurse)
    assert (done.expired, done.left) == ((ours,), 1)
    assert (lapsing.expire_consents(bank, nurse).expired, lapsing.expire_consents(bank, nurse).left) == ((), 1)
    with pytest.raises(Denied):
        lapsing.expire_consents(bank, make.person(Role.COMMITTEE))
    assert lapsing.expire_consents(bank, actor).expired == (theirs,)
    sound(bank)
