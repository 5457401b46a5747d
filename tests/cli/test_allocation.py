"""From a proposal to picked tubes, by commands: lead, committee, manager, technician."""

from __future__ import annotations

import pytest


@pytest.fixture
def cluster(freezer):
    """Six tubes, a lead, a committee member; a selected and active project."""
    # Whoever judges a proposal belongs to none of its organisations.
    assert freezer("org", "add", "UNI", "University").code == 0
    for login, role, of in (("lea", "project_lead", "IGR"), ("cam", "committee", "UNI"), ("max", "manager", "IGR")):
        assert freezer("user", "add", login, login.title(), "--org", of, "--role", role).code == 0
    tubes = freezer(
        "sample", "register", "D-0000010", "plasma", "--amount", "500 µL", "--count", "6", "--box", "F01.R1.B1"
    ).lines
    assert len(tubes) == 6
    return freezer, tubes


@pytest.fixture
def project(cluster):
    biobank, _tubes = cluster
    code = biobank(
        "project", "propose", "Proteins before surgery", "--lead", "lea", "--org", "IGR",
        "--research", "biomedical", "--country", "FR", "--user", "lea",
    ).lines[0]  # fmt: skip
    assert biobank("project", "score", code, "8", "--user", "cam").code == 0
    assert biobank("project", "decide", code, "selected", "--user", "cam").code == 0
    assert biobank("project", "activate", code, "--user", "max").code == 0
    return code


def approved(biobank, project, count="4"):
    code = biobank(
        "request", "new", project, "Plasma", "--criteria", "type:plasma", "--count", count, "--user", "lea"
    ).lines[0]
    assert biobank("request", "submit", code, "--user", "lea").code == 0
    assert biobank("request", "review", code, "approve", "--user", "max").code == 0
    return code


def test_the_call_shows_its_ranking_against_the_target(cluster, project):
    biobank, _tubes = cluster
    shown = biobank("project", "show", project, "--json").json
    call = biobank("project", "call", str(shown["project"]["year"]), "--user", "max")
    assert "1 selected of 10" in call.err
    assert call.lines[1].split("\t")[:5:4] == ["1", "8.0"]


def test_a_request_says_whose_turn_it_is_at_every_step(cluster, project):
    biobank, _tubes = cluster
    new = ("request", "new", project, "Plasma", "--criteria", "type:plasma", "--count", "4", "--user", "lea")
    code = biobank(*new, "--json").json["code"]

    def turn():
        return biobank("request", "show", code, "--json").json["request"]["turn"]

    assert turn() == "lead"
    biobank("request", "submit", code, "--user", "lea")
    assert turn() == "committee"
    assert biobank("request", "list", "--mine", "--user", "max", "--json").json[0]["code"] == code
    biobank("request", "review", code, "changes", "--reason", "fewer", "--user", "max")
    assert turn() == "lead"
    assert biobank("request", "line", code, "--change", "1", "--count", "3", "--user", "lea").code == 0
    assert biobank("request", "message", code, "Three will do.", "--user", "lea").code == 0
    biobank("request", "submit", code, "--user", "lea")
    biobank("request", "review", code, "approve", "--user", "max")
    assert turn() == "technician"


def test_nobody_reviews_what_their_own_project_asks(cluster, project):
    biobank, _tubes = cluster
    biobank("project", "team", project, "--person", "max", "--user", "lea")
    code = biobank(
        "request", "new", project, "Plasma", "--criteria", "type:plasma", "--count", "1", "--user", "lea"
    ).lines[0]
    biobank("request", "submit", code, "--user", "lea")
    assert biobank("request", "review", code, "approve", "--user", "max").code == 1


def test_what_a_request_may_have_is_listed_with_what_keeps_the_others(cluster, project):
    biobank, tubes = cluster
    biobank("sample", "hold", tubes[0], "--reason", "cracked")
    code = approved(biobank, project)
    (line,) = biobank("request", "eligible", code, "--json", "--user", "max").json
    assert line["eligible"] == 5
    assert tubes[0] not in line["samples"]
    assert line["kept"] == [["on hold", 1]]


def test_a_lead_is_told_no_count_below_the_limit(cluster, project):
    biobank, tubes = cluster
    for tube in tubes[:3]:
        biobank("sample", "hold", tube, "--reason", "cracked")
    code = approved(biobank, project, "2")
    (line,) = biobank("request", "eligible", code, "--json", "--user", "lea").json
    assert line["eligible"] is None
    assert line["kept"] == [["on hold", None]]


def test_a_lead_sees_nothing_under_the_banks_own_codes(cluster):
    biobank, tubes = cluster
    lead = ("--user", "lea")
    for refused in (("find",), ("show", tubes[0]), ("storage", "box", "F01.R1.B1"),
                    ("scan", tubes[0]), ("storage", "out"), ("sample", "lineage", tubes[0])):  # fmt: skip
        answer = biobank(*refused, "--json", *lead)
        assert (answer.code, answer.refusal["error"]) in ((1, "sample.hidden"), (1, "donor.hidden")), refused
        assert tubes[0] not in answer.out
    for refused in (("show", "D-0000010"), ("donor", "list"), ("donor", "show", "D-0000010"), ("history", tubes[0])):
        answer = biobank(*refused, "--json", *lead)
        assert (answer.code, answer.refusal["error"]) == (1, "donor.hidden")
    assert "F01.R1.B1" in biobank("show", "F01.R1.B1", *lead).out
    assert biobank("work", *lead).code == 0
    assert tubes[0] not in biobank("work", "--json", *lead).out


def test_reserved_tubes_are_picked_by_scan_and_strangers_are_refused(cluster, project):
    biobank, tubes = cluster
    code = approved(biobank, project)
    reserved = biobank("request", "reserve", code, "--user", "tom").lines
    assert len(reserved) == 4
    stranger = next(tube for tube in tubes if tube not in reserved)
    walk = biobank("request", "pick", code, "--user", "tom").lines
    assert [line.split("\t")[0] for line in walk[1:]] == reserved
    pick_list = walk[1].split("\t")[6]
    scans = biobank("pick", "scan", pick_list, reserved[0], stranger, reserved[1], "--user", "tom")
    assert scans.code == 1
    assert scans.lines == reserved[:2]
    assert f"{stranger} (Plasma) is not on this list" in scans.err
    rest = biobank("request", "pick", code, "-", "--user", "tom", stdin="\n".join(reserved[2:]))
    assert (rest.code, rest.lines) == (0, reserved[2:])


def test_a_missing_tube_is_replaced_on_the_spot(cluster, project):
    biobank, _tubes = cluster
    code = approved(biobank, project)
    reserved = biobank("request", "reserve", code, "--user", "tom").lines
    pick_list = biobank("request", "pick", code, "--json", "--user", "tom").json["pick_list"]
    offered = biobank("pick", "substitutes", pick_list, reserved[0], "--json", "--user", "tom").json
    others = biobank("pick", "missing", pick_list, reserved[0], "--json", "--user", "tom").json
    assert offered[0]["code"] == others[0]["code"]
    assert biobank("pick", "substitute", pick_list, reserved[0], others[0]["code"], "--user", "tom").code == 0
    assert biobank("pick", "scan", pick_list, others[0]["code"], "--user", "tom").code == 0
    assert biobank("pick", "undo", pick_list, others[0]["code"], "--user", "tom").code == 0
    assert biobank("pick", "drop", pick_list, reserved[1], "--reason", "leaks", "--user", "tom").code == 0
    assert biobank("pick", "close", pick_list, "--user", "tom").code == 0
    assert biobank("pick", "list", "--json", "--user", "tom").json == []


def test_more_than_there_is_is_refused_whole_unless_fewer_will_do(cluster, project):
    biobank, _tubes = cluster
    code = approved(biobank, project, "9")
    assert biobank("request", "reserve", code, "--user", "tom").code == 1
    assert len(biobank("request", "reserve", code, "--fewest", "5", "--user", "tom").lines) == 6
    assert biobank("request", "release", code, "--reason", "changed plan", "--json", "--user", "tom").json == {
        "released": 6
    }
    assert biobank("request", "cancel", code, "--user", "lea").code == 0


def test_a_verdict_gives_its_reasons(cluster, project):
    biobank, _tubes = cluster
    assert biobank("consent", "verdict", "D-0000010", project).lines[0] in ("permitted", "obligations")
    amended = biobank("project", "amend", project, "--research", "biomedical", "--use", "genetic", "--user", "max")
    assert amended.code == 0, amended.err
    verdict = biobank("consent", "verdict", "D-0000010", project)
    assert verdict.lines[0] == "refused"
    assert "genetic" in verdict.lines[1]


def test_feasibility_is_counted_by_facet_and_small_counts_are_hidden_from_leads(cluster, project):
    biobank, _tubes = cluster
    asked = ("project", "feasibility", project, "type:plasma", "--json")
    found = biobank(*asked, "--user", "max").json
    assert (found["eligible"], found["facets"]["type"]) == (6, [{"value": "Plasma", "n": 6}])
    biobank("sample", "consume", *_tubes[:3])
    found = biobank(*asked, "--user", "lea").json
    assert (found["eligible"], found["facets"]["type"]) == (None, [{"value": "Plasma", "n": None}])
    assert biobank("project", "feasibility", project, "type:plasma", "--user", "max").lines[0].startswith("Facet")


def test_an_uncoded_project_gets_nothing(cluster):
    biobank, _tubes = cluster
    code = biobank("project", "propose", "Vague", "--lead", "lea", "--org", "IGR", "--user", "lea").lines[0]
    biobank("project", "decide", code, "selected", "--user", "cam")
    biobank("project", "activate", code, "--user", "max")
    request = approved(biobank, code, "1")
    assert biobank("request", "reserve", request, "--user", "tom").code == 1


def test_agreements_suspension_and_closing(cluster, project):
    biobank, _tubes = cluster
    assert biobank("agreement", "add", project, "IGR", "MTA-1", "--signed", "2026-01-01", "--user", "max").code == 0
    assert biobank("project", "suspend", project, "--reason", "audit", "--user", "max").code == 0
    assert biobank("project", "list", "--state", "suspended", "--json").json[0]["code"] == project
    assert biobank("project", "activate", project, "--user", "max").code == 0
    assert biobank("project", "close", project, "--user", "max").code == 0
    assert biobank("project", "team", project, "--user", "max").code == 1


def test_a_project_is_shown_in_words_and_whole(cluster, project):
    biobank, tubes = cluster
    assert biobank("project", "team", project, "--org", "UNI", "--user", "max").code == 0
    assert biobank("agreement", "add", project, "UNI", "MTA-7", "--signed", "2026-01-02", "--user", "max").code == 0
    for command in (("project", "show", project), ("show", project)):
        told = biobank(*command, "--user", "max").out
        assert "research_type\tbiomedical" in told
        assert "UNI\tUniversity\t\tno" in told
        assert "MTA-7\tUNI\t2026-01-02" in told
        assert "cam\t8" in told
        assert "(" not in told, "no object of the program's is shown"
    request = approved(biobank, project)
    assert biobank("request", "reserve", request, "--user", "tom").code == 0
    told = biobank("show", tubes[0], "--user", "tom").out
    assert f"reservation\t{request} · {project} · Plasma · " in told
    assert biobank("sample", "hold", tubes[5], "--reason", "Thawed?", "--user", "max").code == 0
    assert "holds\tquality · Thawed? · Max · " in biobank("show", tubes[5], "--user", "tom").out
