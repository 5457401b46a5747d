"""The print queue: a printer may die at any label; what came out is known, and nothing is silently printed twice."""

import pytest

from biobank_tui.actions import labelling, printing, withdrawing
from biobank_tui.actions.labelling import PrintRequest
from biobank_tui.bank import ledger
from biobank_tui.labels import printers
from biobank_tui.model.tables import LEDGER_ENTRY, PRINTED_LABEL
from biobank_tui.queries.printing import job, jobs, labels_in
from biobank_tui.rules.errors import NotFound, Refused
from biobank_tui.rules.permissions import Role
from biobank_tui.rules.printing import Doubt
from tests.fake_printer import FakePrinter


def asking(codes, press, **more):
    return PrintRequest(tuple(codes), "L4732", press.target, **more)


def states(bank, number):
    with bank.read() as connection:
        return [each.state for each in labels_in(connection, number)]


def looked(bank, number):
    with bank.read() as connection:
        return job(connection, number)


def test_a_printer_that_dies_after_37_of_100_labels_goes_on_at_the_38th(bank, actor, make):
    codes = make.samples(100)
    with FakePrinter(dies_after=37) as press:
        done = labelling.print_labels(bank, actor, asking(codes, press)).printing
    assert (done.printed, done.waiting, done.doubtful) == (37, 63, ())
    assert press.codes == codes[:37]
    assert states(bank, done.job) == ["printed"] * 37 + ["waiting"] * 63
    found = looked(bank, done.job)
    assert (found.state, found.next_place, found.next_code) == ("stopped", 38, codes[37])

    with FakePrinter(port=press.port) as again:
        rest = printing.resume(bank, actor, done.job)
    assert (rest.printed, rest.done) == (63, True)
    assert again.codes == codes[37:]
    assert states(bank, done.job) == ["printed"] * 100
    with bank.read() as connection:
        assert jobs(connection) == ()
        assert ledger.verify(connection).fault is None
        told = connection.execute(
            LEDGER_ENTRY.select().with_only_columns(LEDGER_ENTRY.c.facts).where(LEDGER_ENTRY.c.verb == "label.print")
        ).scalars()
        assert any('"stopped"' in facts and '"waiting":63' in facts for facts in told)


def test_a_label_that_may_have_come_out_is_said_and_waits_for_somebody_to_look(bank, actor, make):
    codes = make.samples(10)
    with FakePrinter(dies_after=3, swallows=True) as press:
        done = labelling.print_labels(bank, actor, asking(codes, press)).printing
    assert done.doubtful == ((4, codes[3]),)
    assert states(bank, done.job) == ["printed"] * 3 + ["doubtful"] + ["waiting"] * 6
    with pytest.raises(Refused, match=rf"Label 4 of job {done.job} \({codes[3]}\) may have come out"):
        printing.resume(bank, actor, done.job)
    with FakePrinter(port=press.port) as again:
        printing.resume(bank, actor, done.job, doubtful=Doubt.PRINTED)
    assert again.codes == codes[4:]


def test_a_doubtful_label_is_printed_again_where_somebody_says_so(bank, actor, make):
    codes = make.samples(3)
    with FakePrinter(dies_after=1, swallows=True) as press:
        done = labelling.print_labels(bank, actor, asking(codes, press)).printing
    with FakePrinter() as other:
        printing.resume(bank, actor, done.job, doubtful=Doubt.AGAIN, target=other.target)
    assert other.codes == codes[1:]
    assert looked(bank, done.job).target == other.target


def test_a_printer_that_is_away_leaves_the_whole_job_waiting(bank, actor, make):
    codes = make.samples(3)
    with FakePrinter() as gone:
        pass
    done = labelling.print_labels(bank, actor, asking(codes, gone)).printing
    assert (done.printed, done.waiting) == (0, 3)
    assert done.said
    with pytest.raises(Refused, match=rf"already waits in print job {done.job}"):
        labelling.print_labels(bank, actor, asking(codes[:1], gone))


def test_a_donor_who_withdraws_while_labels_wait_gets_none(bank, actor, make):
    leaving = make.donor()
    codes = [make.sample(), make.sample(donor=leaving), make.sample()]
    with FakePrinter() as gone:
        pass
    number = labelling.print_labels(bank, actor, asking(codes, gone)).printing.job
    withdrawing.withdraw(bank, actor, leaving, "letter")
    with FakePrinter(port=gone.port) as press:
        done = printing.resume(bank, actor, number)
    assert press.codes == [codes[0], codes[2]]
    assert done.refused == (codes[1],)
    assert states(bank, number) == ["printed", "refused", "printed"]


def test_a_program_killed_while_it_prints_leaves_its_labels_doubtful(bank, actor, make, monkeypatch):
    codes = make.samples(30)

    class Killed:
        at_once = 1

        def send(self, formats):
            yield
            raise KeyboardInterrupt

    monkeypatch.setattr(printers, "printer", lambda _target: Killed())
    with pytest.raises(KeyboardInterrupt):
        labelling.print_labels(bank, actor, PrintRequest(tuple(codes), "L4732", "tcp://127.0.0.1"))
    with bank.read() as connection:
        (stopped,) = jobs(connection)
    assert states(bank, stopped.id) == ["printed", "doubtful"] + ["waiting"] * 28
    assert (stopped.state, stopped.said) == ("stopped", "KeyboardInterrupt")


def test_a_job_that_somebody_seems_to_print_is_taken_over_only_by_saying_so(bank, actor, make, raw):
    codes = make.samples(2)
    with FakePrinter() as gone:
        pass
    number = labelling.print_labels(bank, actor, asking(codes, gone)).printing.job
    raw("UPDATE print_job SET state = 'printing' WHERE id = ?", number)
    raw("UPDATE printed_label SET state = 'sent' WHERE job_id = ? AND place = 1", number)
    with pytest.raises(Refused, match="is being printed since"):
        printing.resume(bank, actor, number)
    with FakePrinter(port=gone.port) as press:
        printing.resume(bank, actor, number, doubtful=Doubt.PRINTED)
    assert press.codes == codes[1:]


def test_whoever_prints_a_job_that_was_taken_over_stops(bank, actor, make, raw):
    with FakePrinter() as gone:
        pass
    number = labelling.print_labels(bank, actor, asking(make.samples(2), gone)).printing.job
    pressed = printers.RawPrinter("127.0.0.1", gone.port)

    class Overtaken:
        at_once = 1

        def send(self, formats):
            raw("UPDATE print_job SET run = run + 1 WHERE id = ?", number)
            yield from pressed.send(formats)

    with pytest.MonkeyPatch.context() as patch, FakePrinter(port=gone.port):
        patch.setattr(printers, "printer", lambda _target: Overtaken())
        with pytest.raises(Refused, match="Somebody else goes on"):
            printing.work_off(bank, actor, number)


def test_a_job_is_given_up_and_its_labels_are_free_to_print(bank, actor, make, tmp_path):
    codes = make.samples(4)
    with FakePrinter(dies_after=1, swallows=True) as press:
        number = labelling.print_labels(bank, actor, asking(codes, press)).printing.job
    assert printing.cancel(bank, actor, number, "wrong stock") == 2
    assert states(bank, number) == ["printed", "doubtful", "cancelled", "cancelled"]
    with pytest.raises(Refused, match=r"Job \d+ is cancelled"):
        printing.resume(bank, actor, number)
    labelling.print_labels(bank, actor, PrintRequest(tuple(codes[2:]), "L4732", str(tmp_path / "a.pdf")))
    with pytest.raises(Refused, match="printed before"):
        labelling.print_labels(bank, actor, PrintRequest(tuple(codes[1:2]), "L4732", str(tmp_path / "b.pdf")))


def test_only_who_may_print_goes_on_with_a_job(bank, actor, make):
    with FakePrinter() as gone:
        pass
    number = labelling.print_labels(bank, actor, asking(make.samples(1), gone)).printing.job
    with pytest.raises(Refused):
        printing.resume(bank, make.person(Role.AUDITOR), number)
    other = make.person(Role.TECHNICIAN, within=make.organisation())
    with pytest.raises(Refused, match="own organisation"):
        printing.cancel(bank, other, number)
    with pytest.raises(NotFound, match="no print job 99"):
        printing.cancel(bank, actor, 99)


def test_the_reason_of_a_reprint_is_in_the_ledger_with_the_job(bank, actor, make, raw):
    codes = make.samples(1)
    with FakePrinter() as press:
        labelling.print_labels(bank, actor, asking(codes, press))
        labelling.print_labels(bank, actor, asking(codes, press, reason="torn off"))
    assert press.codes == codes * 2
    reasons = raw("SELECT reason FROM ledger_entry WHERE verb = 'label.print' AND reason IS NOT NULL")
    assert reasons == [("torn off",)]
    with bank.read() as connection:
        assert connection.scalars(PRINTED_LABEL.select().with_only_columns(PRINTED_LABEL.c.state)).all() == [
            "printed",
            "printed",
        ]
