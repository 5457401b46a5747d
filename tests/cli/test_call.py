"""The call and what is short, from a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from biobank_tui.rules.codes import render
from tests.cli.conftest import Biobank

PROJECT, REQUEST, OTHER = render("P", 1), render("R", 1), render("R", 2)
PROPOSAL = """\
title = "Plasma"
lead = "lena"
organisation = "UNI"
[purpose]
research_type = "biomedical"
countries = ["FR"]
"""


@pytest.fixture
def people(freezer: Biobank) -> Biobank:
    """A lead of UNI, and a member of the committee from elsewhere."""
    for code in ("UNI", "ELSE"):
        assert freezer("org", "add", code, code).code == 0
    for login, organisation, role in (("lena", "UNI", "project_lead"), ("cleo", "ELSE", "committee")):
        assert freezer("user", "add", login, login.title(), "--org", organisation, "--role", role).code == 0
    return freezer


def test_a_proposal_goes_from_its_file_to_a_decision(
    people: Biobank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    empty = people("project", "template")
    assert "research_type" in empty.out
    Path("p.toml").write_text(PROPOSAL)
    assert people("project", "announce", "2026", "--opens", "2020-01-01", "--closes", "2099-12-31").lines == ["2026"]
    proposed = people("project", "propose", "p.toml", "--user", "lena")
    assert proposed.lines == [PROJECT], proposed.err
    both = people("project", "propose", "p.toml", "--lead", "tom")
    assert (both.code, "says it all" in both.err) == (1, True)
    marks = [word for code in ("science", "feasibility", "patients", "team") for word in ("--mark", f"{code}=8")]
    scored = people("project", "score", PROJECT, *marks, "--user", "cleo")
    assert scored.code == 0, scored.err
    assert "is no mark" in people("project", "score", PROJECT, "--mark", "science:8", "--user", "cleo").err
    (proposal,) = people("--json", "project", "call", "2026").json["proposals"] or [None]
    assert (proposal["mean"], proposal["rank"]["place"], proposal["scores"]) == (8.0, 1, 1)
    assert people("project", "decide", PROJECT, "declined").code == 1
    assert people("project", "decide", PROJECT, "selected", "--reason", "the best").code == 0


def test_a_refused_file_tells_its_lines_and_ends_with_code_4(people: Biobank, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(PROPOSAL.replace('lead = "lena"', "lead = 3"))
    answer = people("project", "propose", path)
    assert answer.code == 4
    assert "p.toml, line 2, lead: 3 — lead is a text between quotation marks." in answer.err


def test_what_is_short_waits_is_served_prolonged_and_transferred(people: Biobank) -> None:
    tubes = people("sample", "register", "D-0000010", "plasma", "--amount", "500 µL", "--count", "3").lines
    assert (
        people(
            "project",
            "propose",
            "Plasma",
            "--lead",
            "lena",
            "--org",
            "UNI",
            "--research",
            "biomedical",
            "--country",
            "FR",
        ).code
        == 0
    )
    assert people("project", "decide", PROJECT, "selected").code == 0
    assert people("project", "activate", PROJECT).code == 0
    for code, count in ((REQUEST, 3), (OTHER, 4)):
        people("request", "new", PROJECT, "Plasma", "--criteria", "type:plasma", "--count", count, "--user", "lena")
        people("request", "submit", code, "--user", "lena")
    assert people("request", "review", REQUEST, "approve", "--user", "cleo").code == 0
    part = people("request", "review", OTHER, "approve", "--grant", "1=2", "--reason", "few are left", "--user", "cleo")
    assert part.code == 0, part.err
    assert people("request", "reserve", REQUEST, "--user", "tom").code == 0
    assert people("request", "wait", OTHER, "--user", "lena").code == 0
    assert people("request", "prolong", REQUEST, "60", "--user", "tom").code == 0
    assert (
        people("request", "release", REQUEST, "--reason", "one less", "--sample", tubes[0], "--user", "tom").code == 0
    )
    (line,) = people("--json", "request", "show", OTHER).json["lines"]
    assert (line["asked"], line["granted"], line["reserved"], line["waiting"] is None) == (4, 2, 1, False)
    moved = people("request", "transfer", REQUEST, OTHER, "--reason", "rarer", "--sample", tubes[1], "--user", "cleo")
    assert moved.lines == [tubes[1]], moved.err
    (row, other) = people("--json", "request", "list").json
    assert {row["reserved"], other["reserved"]} == {1, 2}
    assert people("--json", "request", "sweep", "--user", "tom").json["expired"] == 0
    assert "1 sample came free and is reserved for line 1" in people("request", "show", OTHER).err
    assert people("request", "substitutes", REQUEST).code == 0


def test_a_lead_sees_the_own_requests_alone(people: Biobank) -> None:
    assert people("user", "add", "otto", "Otto", "--org", "UNI", "--role", "project_lead").code == 0
    people("project", "propose", "Plasma", "--lead", "lena", "--org", "UNI", "--research", "biomedical")
    people("project", "decide", PROJECT, "selected")
    people("project", "activate", PROJECT)
    people("request", "new", PROJECT, "Plasma", "--criteria", "type:plasma", "--count", "1", "--user", "lena")
    assert people("--json", "request", "list", "--user", "otto").json == []
    assert people("--json", "project", "list", "--user", "otto").json == []
    hidden = people("request", "show", REQUEST, "--user", "otto")
    assert (hidden.code, "another team's project" in hidden.err) == (1, True)
    assert people("request", "show", REQUEST, "--user", "lena").code == 0
