"""The print queue by commands: a printer that dies leaves the rest waiting, and an exit code that says try again."""

from __future__ import annotations

from tests.fake_printer import FakePrinter


def tubes(freezer, count):
    return freezer("sample", "register", "D-0000010", "plasma", "--count", str(count)).out


def test_a_job_that_stopped_is_listed_and_resumed(freezer):
    codes = tubes(freezer, 5)
    with FakePrinter(dies_after=2, swallows=True) as press:
        stopped = freezer("label", "-", "--stock", "L4732", "--to", press.target, stdin=codes)
    assert stopped.code == 3
    assert f"Label 3 ({codes.split()[2]}) may have come out" in stopped.err
    assert "2 labels are printed, 2 wait in job 1; biobank label resume 1" in stopped.err
    (job,) = freezer("label", "queue", "--json").json
    assert (job["state"], job["printed"], job["doubtful"], job["waiting"]) == ("stopped", 2, 1, 2)
    assert [each["state"] for each in freezer("label", "queue", "1", "--json").json] == [
        "printed", "printed", "doubtful", "waiting", "waiting",
    ]  # fmt: skip
    with FakePrinter(port=press.port) as again:
        assert freezer("label", "resume", "1").code == 1
        assert freezer("label", "resume", "1", "--doubtful", "printed").code == 0
    assert again.codes == codes.split()[3:]
    assert freezer("label", "queue", "--json").json == []
    assert len(freezer("label", "queue", "--all", "--json").json) == 1


def test_a_job_is_given_up(freezer):
    codes = tubes(freezer, 3)
    with FakePrinter() as gone:
        pass
    assert freezer("label", "-", "--stock", "L4732", "--to", gone.target, stdin=codes).code == 3
    given_up = freezer("label", "cancel", "1", "--reason", "wrong paper", "--json")
    assert given_up.json == {"job": 1, "not_printed": 3, "doubtful": []}
    assert freezer("label", "resume", "1").code == 1
    assert freezer("label", "resume", "7").code == 1


def test_layouts_are_listed_and_one_of_ones_own_is_taken(freezer, tmp_path):
    assert {"cap", "default", "straw", "unit"} <= {line.split("\t")[0] for line in freezer("label", "--layouts").lines}
    (code,) = tubes(freezer, 1).split()
    own = tmp_path / "own.toml"
    own.write_text('name = "own"\nqr_place = "left"\nqr_side_mm = 9\nlines = [{fields = ["code"], size_pt = 6}]\n')
    assert freezer("label", "print", code, "--stock", "L4732", "--layout", own, "--to", tmp_path / "a.pdf").code == 0


def test_units_donors_and_shipments_are_labelled_as_tubes_are(freezer, tmp_path):
    to = ("--stock", "L4732", "--to")
    done = freezer("label", "--in", "F01", "--kind", "box", *to, tmp_path / "boxes.pdf", "--json")
    assert (done.code, done.json["labels"]) == (0, 6)
    assert freezer("label", "F01", "D-0000010", *to, tmp_path / "two.pdf", "--json").json["labels"] == 2
    again = freezer("label", "F01.R1.B1", *to, tmp_path / "again.pdf")
    assert again.code == 1
    assert "F01.R1.B1 was printed before; say why" in again.err
    assert freezer("label", "F01.R1.B1", "--reason", "torn", *to, tmp_path / "again.pdf").code == 0
    assert "F01.R1.B1" in freezer("label", "F01.R1.B1", "--stock", "L4732", "--preview").out


def test_whose_labels_are_meant_is_said_in_one_way(freezer, tmp_path):
    to = ("--stock", "L4732", "--to", tmp_path / "a.pdf")
    assert "one of them" in freezer("label", "F01", "--in", "F01", *to).err
    assert "cupboard is no kind of storage unit" in freezer("label", "--in", "F01", "--kind", "cupboard", *to).err
    assert "Nothing of the kind bag is in F01" in freezer("label", "--in", "F01", "--kind", "bag", *to).err
    assert "Say with --in" in freezer("label", "--kind", "box", *to).err
    assert not (tmp_path / "a.pdf").exists()


def test_the_life_of_a_tube_tells_of_its_labels_and_why_a_second_was_printed(freezer, tmp_path):
    codes = tubes(freezer, 2)
    first, other = codes.split()
    assert freezer("label", "-", "--stock", "L4732", "--to", tmp_path / "a.pdf", stdin=codes).code == 0
    torn = ("--reason", "torn off", "--to", tmp_path / "b.pdf")
    assert freezer("label", "print", first, "--stock", "L4732", *torn).code == 0
    told = [(each["verb"], each["reason"]) for each in freezer("--json", "history", first).json]
    assert [why for verb, why in told if verb == "label.print"] == ["torn off", None]
    assert [each["verb"] for each in freezer("--json", "history", other).json].count("label.print") == 1
    assert "state: printed" in freezer("history", other).out


def test_a_label_that_waits_is_not_in_the_life_of_its_tube_before_it_came_out(freezer):
    codes = tubes(freezer, 3)
    with FakePrinter(dies_after=1) as printer:
        assert freezer("label", "-", "--stock", "L4732", "--to", printer.target, stdin=codes).code == 3
    first, second, _third = codes.split()
    assert "label.print" in freezer("history", first).out
    assert "label.print" not in freezer("history", second).out


def test_a_preview_asks_for_the_stock_alone(freezer):
    (code,) = tubes(freezer, 1).split()
    answer = freezer("label", "print", code, "--preview")
    assert answer.err == "Say with --stock on which label stock; --stocks lists stocks.\n"
