"""Consent taken back at the command line: previewed, signed, carried out, and told to projects on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Biobank


@pytest.fixture
def donor(bank: Biobank) -> tuple[str, str]:
    """A donor who agreed to research and to commercial use, and a tube of theirs."""
    code = bank("donor", "add", "--org", "IGR").lines[0]
    bank("consent", "form", "GEN", "1", "General", "--asks", "GRU", "--asks", "commercial_use")
    bank("consent", "record", code, "GEN", "--given", "2025-01-01", "--yes", "GRU", "--yes", "commercial_use")
    return code, bank("sample", "register", code, "plasma", "--amount", "1 mL").lines[0]


def test_a_withdrawal_is_previewed_signed_listed_and_carried_out(
    bank: Biobank, donor: tuple[str, str], tmp_path: Path
) -> None:
    code, tube = donor
    assert bank("--json", "consent", "withdraw", code, "--dry-run").json["samples"] == 1
    assert bank("consent", "withdraw", code).code == 1
    assert bank("consent", "withdraw", code, "--reason", "letter", "--outcome", "return").code == 0
    listed = bank("--json", "consent", "pending").json
    assert [(each["sample"], each["outcome"]) for each in listed] == [(tube, "return")]
    for ending in ("txt", "pdf"):
        assert bank("consent", "pending", "--to", str(tmp_path / f"list.{ending}")).code == 0
    text = (tmp_path / "list.txt").read_text()
    assert tube in text
    assert "return to the donor" in text
    assert code not in text
    assert tube in words_of(tmp_path / "list.pdf")
    assert bank("consent", "pending", "--to", str(tmp_path / "list.odt")).code == 1
    done = bank("--json", "consent", "settle", code, "--reason", "handed over").json
    assert (done["samples"], done["left"]) == (1, 0)
    assert bank("--json", "consent", "pending").json == []


def test_a_permission_is_taken_back_and_the_rest_stands(bank: Biobank, donor: tuple[str, str]) -> None:
    code, _tube = donor
    assert bank("consent", "narrow", code, "commercial_use", "--reason", "telephone").code == 0
    again = bank("consent", "narrow", code, "commercial_use", "--reason", "telephone")
    assert (again.code, "granted are GRU" in again.err) == (1, True)


def test_the_nightly_act_says_what_ran_out_and_does_nothing_twice(bank: Biobank, donor: tuple[str, str]) -> None:
    minor = bank("donor", "add", "--org", "IGR", "--birth-year", "2000").lines[0]
    bank("consent", "record", minor, "GEN", "--given", "2010-01-01", "--yes", "GRU", "--by", "guardian")
    assert bank("consent", "expire").lines == [minor]
    assert bank("consent", "expire").lines == []
    assert bank("--json", "donor", "show", minor).json["in_force"] is None


def test_notices_are_written_as_text_and_pdf_and_name_no_donor(
    bank: Biobank, donor: tuple[str, str], tmp_path: Path
) -> None:
    code, tube = donor
    for login, role in (("lea", "project_lead"), ("lou", "project_lead"), ("cam", "committee"), ("max", "manager")):
        bank("user", "add", login, login.title(), "--org", "IGR", "--role", role)
    by = ("--user", "lea")
    proposal = ("--lead", "lea", "--org", "IGR", "--research", "biomedical", "--country", "FR", *by)
    project = bank("project", "propose", "Proteins", *proposal).lines[0]
    bank("project", "decide", project, "selected", "--user", "cam")
    bank("project", "activate", project, "--user", "max")
    request = bank("request", "new", project, "Tubes", "--criteria", "type:plasma", "--count", "1", *by).lines[0]
    bank("request", "submit", request, *by)
    bank("request", "review", request, "approve", "--user", "max")
    assert bank("request", "reserve", request, "--user", "max").code == 0
    bank("consent", "withdraw", code, "--reason", "letter")
    text, pdf = (Path(file) for file in bank("consent", "notices", "--to", str(tmp_path / "notices")).lines)
    for said in (text.read_text(), words_of(pdf)):
        assert "not yet coded for you" in said
        assert tube not in said
        assert project in said
        assert code not in said
        assert "letter" not in said
    assert len(bank("--json", "consent", "notices", "--project", project, *by).json) == 1
    assert bank("consent", "notices", "--project", project, "--user", "lou").code == 1


def words_of(path: Path) -> str:
    import pypdfium2

    document: Any = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)
