"""An import loses no withdrawal, brings none of it back, and changes nothing beyond what its actor reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.actions.withdrawing import withdraw
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.exchange.defects import as_rows
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Role
from tests.looking import sound

FORM = "FORM1"


def take(bank: Bank, actor: Actor, folder: Path, kind: str, content: str) -> ImportReport:
    path = folder / f"{kind}.csv"
    path.write_text(content, encoding="utf-8")
    return import_files(bank, actor, ImportRequest(kind, (path,)))


def found(report: ImportReport) -> list[tuple[str, str]]:
    return [(defect.column, defect.code) for defect in as_rows(report.defects)]


def state_of(raw: Any, donor: str) -> tuple[str, bool]:
    """The donor's state, and whether answers are in force."""
    [(state, profile)] = raw("SELECT state, profile_id FROM donor WHERE code = ?", donor)
    return state, profile is not None


@pytest.mark.parametrize("given", ["2026-01-05", "2025-05-01"])
def test_a_withdrawal_in_a_file_is_refused_towards_the_act_for_a_donor_without_samples(
    bank: Bank, actor: Actor, make: Any, raw: Any, tmp_path: Path, given: str
) -> None:
    donor = make.consenting()
    report = take(
        bank, actor, tmp_path, "consents",
        f"donor,form,given,answer.GRU,withdrawn\n{donor},{FORM},{given},yes,2026-02-01\n",
    )  # fmt: skip
    assert found(report) == [("donor", "consent.withdraw")]
    assert report.refused
    assert state_of(raw, donor) == ("active", True)


def test_a_withdrawal_of_somebody_new_comes_in_and_a_second_time_is_no_change(
    bank: Bank, actor: Actor, make: Any, raw: Any, tmp_path: Path
) -> None:
    make.consenting()
    donor = make.donor()
    content = f"donor,form,given,answer.GRU,withdrawn\n{donor},{FORM},2025-05-01,yes,2025-12-01\n"
    assert take(bank, actor, tmp_path, "consents", content).total("created") == 1
    assert state_of(raw, donor) == ("withdrawn", False)
    again = take(bank, actor, tmp_path, "consents", content)
    assert (again.total("created"), again.total("unchanged"), again.refused) == (0, 1, ())
    sound(bank)


@pytest.mark.parametrize("said", ["", "active"])
def test_an_old_consent_from_a_file_brings_nothing_of_a_withdrawn_donor_back(
    bank: Bank, actor: Actor, make: Any, raw: Any, tmp_path: Path, said: str
) -> None:
    donor = make.consenting()
    sample = make.sample(donor=donor)
    withdraw(bank, actor, donor, "asked by letter")
    report = take(
        bank, actor, tmp_path, "consents",
        f"donor,form,given,answer.GRU,state\n{donor},{FORM},2020-05-01,yes,{said}\n",
    )  # fmt: skip
    assert not report.refused
    assert raw("SELECT state FROM consent WHERE given = '2020-05-01'") == [("superseded",)]
    assert state_of(raw, donor) == ("withdrawn", False)
    assert raw("SELECT profile_id, holds FROM sample WHERE code = ?", sample) == [(None, 1)]
    sound(bank)


def test_an_old_consent_does_not_come_back_for_a_donor_who_withdrew_without_any(
    bank: Bank, actor: Actor, make: Any, raw: Any, tmp_path: Path
) -> None:
    make.consenting()
    donor = make.donor()
    withdraw(bank, actor, donor, "asked by letter")
    take(bank, actor, tmp_path, "consents", f"donor,form,given,answer.GRU\n{donor},{FORM},2020-05-01,yes\n")
    assert raw("SELECT state FROM consent WHERE given = '2020-05-01'") == [("superseded",)]
    assert state_of(raw, donor) == ("withdrawn", False)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("samples", "code,donor,custodian,material,note\n{sample},{donor},ORGB,Plasma,theirs\n"),
        ("donors", "code,custodian,note\n{donor},ORGB,theirs\n"),
    ],
)
def test_a_file_that_claims_another_custodian_reaches_no_further_than_its_actor(
    bank: Bank, make: Any, raw: Any, tmp_path: Path, kind: str, content: str
) -> None:
    make.organisation("ORGB")
    limited = make.person(Role.MANAGER, organisation="ORGB", within="ORGB")
    donor = make.consenting()
    sample = make.sample(donor=donor)
    with pytest.raises(Denied) as denied:
        take(bank, limited, tmp_path, kind, content.format(sample=sample, donor=donor))
    assert denied.value.code == "permission.scope"
    assert raw("SELECT note FROM sample") == [(None,)]
    assert raw("SELECT note FROM donor") == [(None,)]


def test_a_manager_of_one_organisation_changes_its_own_donors_and_samples(
    bank: Bank, make: Any, raw: Any, tmp_path: Path
) -> None:
    make.organisation("ORGB")
    limited = make.person(Role.MANAGER, organisation="ORGB", within="ORGB")
    donor = make.donor(custodian="ORGB")
    sample = make.sample(donor=donor)
    donors = take(bank, limited, tmp_path, "donors", f"code,note\n{donor},ours\n")
    samples = take(bank, limited, tmp_path, "samples", f"code,donor,material,note\n{sample},{donor},Plasma,ours\n")
    assert (donors.total("changed"), samples.total("changed")) == (1, 1)
    assert raw("SELECT note FROM donor") == [("ours",)]
    assert raw("SELECT note FROM sample") == [("ours",)]
