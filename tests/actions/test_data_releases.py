"""What a project is told of donors, and what it gives back."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.actions import data_releases, requests, reserving, results, withdrawing
from biobank_tui.actions.requests import NewLine
from biobank_tui.actions.results import NewResult
from biobank_tui.bank import ledger
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.queries import given, releases
from biobank_tui.queries.releasable import Ask, table
from biobank_tui.rules.errors import Denied, NotFound, Refused
from biobank_tui.rules.permissions import Role


class Cohort:
    """Six donors alike and one who stands alone, a tube of each reserved for a project."""

    def __init__(self, bank: Bank, actor: Actor, make: Any) -> None:
        self.bank, self.actor, self.make = bank, actor, make
        alike = [make.consenting("GRU", sex="female", birth_year=1951 + n % 2) for n in range(6)]
        self.donors = [*alike, make.consenting("GRU", sex="male", birth_year=1988)]
        self.tubes = [make.sample(donor=donor, diagnosis="C50.4") for donor in self.donors]
        self.project = make.project()
        self.request = make.request(NewLine(samples=tuple(self.tubes)), project=self.project)
        reserving.reserve(bank, actor, reserving.Reserve(self.request))

    def ask(self, **more: Any) -> Ask:
        return Ask(self.project, **more)

    def judged(self, **more: Any) -> Any:
        with self.bank.read() as connection:
            return table(connection, self.ask(**more), self.bank.clock())


@pytest.fixture
def cohort(bank: Bank, actor: Actor, make: Any) -> Cohort:
    return Cohort(bank, actor, make)


def read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    return head, list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_the_rows_that_break_k_are_named_and_a_way_out_is_offered(cohort: Cohort) -> None:
    found = cohort.judged()
    assert (found.k, found.judgement.k) == (5, 1)
    assert {code for code, _told in found.breaking} == set(cohort.tubes)
    levels, withheld = found.advice
    assert levels["birth_year"] != "exact" or withheld == 1


def test_a_release_that_breaks_k_is_refused_and_writes_nothing(cohort: Cohort, tmp_path: Path, raw: Any) -> None:
    to = tmp_path / "data.csv"
    with pytest.raises(Refused, match="7 rows of 7 stand for fewer than 5 donors"):
        data_releases.release(cohort.bank, cohort.actor, cohort.ask(), to)
    assert not to.exists()
    assert raw("SELECT count(*) FROM data_release") == [(0,)]
    assert raw("SELECT count(*) FROM project_donor") == [(0,)]


def test_bands_and_withholding_make_it_k_anonymous(cohort: Cohort, tmp_path: Path, raw: Any) -> None:
    to = tmp_path / "data.csv"
    ask = cohort.ask(told={"birth_year": "5 years"}, withhold=True)
    done = data_releases.release(cohort.bank, cohort.actor, ask, to)
    assert (done.samples, done.donors, done.withheld) == (6, 6, 1)
    head, rows = read(to)
    assert {(row["birth_year"], row["sex"], row["diagnosis"]) for row in rows} == {("1950-1954", "female", "C50.4")}
    assert any("k = 5 over diagnosis, sex, birth_year" in line for line in head)
    assert any("Do not try to find out who a donor is" in line for line in head)
    assert done.digest == hashlib.sha256(to.read_bytes()).hexdigest()
    content = to.read_text(encoding="utf-8")
    assert [code for code in (*cohort.donors, *cohort.tubes) if code in content] == []
    (facts,) = raw("SELECT facts FROM ledger_entry WHERE verb = 'data.release'")
    assert done.digest in facts[0]
    assert "You sign that the data of 6 samples" in facts[0]


def test_the_same_donor_keeps_its_code_within_a_project_and_has_another_in_the_next(
    cohort: Cohort, tmp_path: Path
) -> None:
    ask = cohort.ask(told={"birth_year": "5 years"}, withhold=True)
    for name in ("a.csv", "b.csv"):
        data_releases.release(cohort.bank, cohort.actor, ask, tmp_path / name)
    first, second = (read(tmp_path / name)[1] for name in ("a.csv", "b.csv"))
    assert first == second
    other = Cohort(cohort.bank, cohort.actor, cohort.make)
    data_releases.release(
        cohort.bank, cohort.actor, other.ask(told={"birth_year": "5 years"}, withhold=True), tmp_path / "c.csv"
    )
    assert not {row["donor"] for row in first} & {row["donor"] for row in read(tmp_path / "c.csv")[1]}


def test_a_donor_who_withdrew_is_in_no_release(cohort: Cohort) -> None:
    withdrawing.withdraw(cohort.bank, cohort.actor, cohort.donors[0], "asked by letter")
    found = cohort.judged()
    assert cohort.tubes[0] not in found.sources


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        ({"k": 4}, "reaches k = 5 here; 4 is less"),
        ({"columns": ("sample", "name")}, "no column name"),
        ({"quasi": ("sex",)}, "birth_year helps to tell|diagnosis helps to tell"),
        ({"columns": ("sample",), "quasi": ("sex",)}, "sex is not in the release"),
        ({"told": {"birth_year": "a bit"}}, "is told exact or"),
        ({"columns": (), "quasi": ()}, "Choose what"),
    ],
)
def test_a_release_that_cannot_be_is_refused(cohort: Cohort, ask: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        cohort.judged(**ask)


def test_an_older_file_is_not_written_over(cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "there.csv").touch()
    with pytest.raises(Refused, match="is there already"):
        data_releases.release(cohort.bank, cohort.actor, cohort.ask(withhold=True), tmp_path / "there.csv")


def test_only_a_manager_releases_data(cohort: Cohort, tmp_path: Path) -> None:
    lead = cohort.make.person(Role.PROJECT_LEAD, project=cohort.project)
    with pytest.raises(Denied):
        data_releases.release(cohort.bank, lead, cohort.ask(), tmp_path / "data.csv")


def test_a_projects_people_see_its_samples_under_its_own_codes(cohort: Cohort, tmp_path: Path) -> None:
    with cohort.bank.read() as connection:
        before = given.samples_of(connection, cohort.bank.address, cohort.project)
    assert len(before) == 7
    assert [code for code in (*cohort.tubes, *cohort.donors) if code in repr(before)] == []
    data_releases.release(
        cohort.bank, cohort.actor, cohort.ask(told={"birth_year": "hidden", "sex": "hidden"}), tmp_path / "data.csv"
    )
    with cohort.bank.read() as connection:
        assert given.samples_of(connection, cohort.bank.address, cohort.project) == before
    assert {row["sample"] for row in read(tmp_path / "data.csv")[1]} == {each.code for each in before}


def test_those_who_lead_other_projects_are_strangers(cohort: Cohort) -> None:
    stranger = cohort.make.person(Role.PROJECT_LEAD)
    with cohort.bank.read() as connection:
        number = given.finding.project(connection, cohort.project)["id"]
        with pytest.raises(Denied, match="led by others"):
            given.refuse_strangers(connection, number, stranger.person_id)


def test_results_are_linked_to_the_samples_they_speak_of(cohort: Cohort, tmp_path: Path) -> None:
    lead = cohort.make.person(Role.PROJECT_LEAD, project=cohort.project)
    file = tmp_path / "variants.vcf"
    file.write_text("##fileformat=VCFv4.3\n", encoding="utf-8")
    with cohort.bank.read() as connection:
        number = releases.finding.sample(connection, cohort.tubes[1])["id"]
        project = releases.finding.project(connection, cohort.project)["id"]
        prefix = given.prefixes_of(connection)["project_sample"]
        code_of_second = given.keyed(cohort.bank.address, project, "sample_id", number, prefix)
    done = results.give_back(
        cohort.bank, lead, NewResult(cohort.project, "Exomes", file, (cohort.tubes[0], code_of_second))
    )
    assert (done.samples, done.digest) == (2, hashlib.sha256(file.read_bytes()).hexdigest())
    with cohort.bank.read() as connection:
        assert [row.title for row in releases.results(connection, sample=cohort.tubes[0])] == ["Exomes"]
        assert [row.samples for row in releases.results(connection, project=cohort.project)] == [2]
        assert releases.results(connection, sample=cohort.tubes[2]) == ()
    with pytest.raises(Refused, match="returned this very file"):
        results.give_back(cohort.bank, lead, NewResult(cohort.project, "Again", file))


def test_results_name_only_samples_the_project_had_and_do_not_tell_what_else_there_is(
    cohort: Cohort, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.touch()
    foreign = cohort.make.sample()
    for text in (foreign, "NO-SUCH-TUBE"):
        with pytest.raises(NotFound, match=f"has no sample {text}"):
            results.give_back(cohort.bank, cohort.actor, NewResult(cohort.project, "A", file, (text,)))


def test_the_ledger_verifies_after_releases_and_results(cohort: Cohort, tmp_path: Path) -> None:
    data_releases.release(
        cohort.bank, cohort.actor, cohort.ask(told={"birth_year": "5 years"}, withhold=True), tmp_path / "a.csv"
    )
    results.give_back(cohort.bank, cohort.actor, NewResult(cohort.project, "Table", tmp_path / "a.csv"))
    requests.cancel(cohort.bank, cohort.actor, cohort.request, "done")
    with cohort.bank.read() as connection:
        assert ledger.verify(connection).fault is None
