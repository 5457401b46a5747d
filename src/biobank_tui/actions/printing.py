"""The print queue: labels that wait for a printer, one job at a time.

A label is written down as sent before it leaves and as printed once the printer has it, so that whatever
breaks down in between, no label is silently printed twice: one that may have come out is doubtful until
somebody has looked at the printer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.labels import printers, zpl
from biobank_tui.labels.layout import Label, Layout
from biobank_tui.labels.stock import stock
from biobank_tui.model.tables import PRINT_JOB, PRINTED_LABEL
from biobank_tui.queries.labelling import bearers, labels_of, shape_of, withdrawn_donors
from biobank_tui.queries.printing import row
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.printing import OPEN_JOBS, Doubt, JobState, LabelState

AT_ONCE = 20
"""Labels written down as sent together: as many are doubtful at most where this very program is killed."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """stock, layout: names. labels: in the order they are printed. copies: of each."""

    stock: str
    target: str
    labels: tuple[Label, ...]
    layout: str | None = None
    copies: int = 1
    dpi: int = 203


@dataclass(frozen=True, slots=True)
class Printing:
    """How a job stands after it was worked on.

    printed: labels that came out in this run. refused: their donors withdrew meanwhile. waiting: still to come.
    doubtful: (place, code) of those that may have come out. said: why it stopped; empty where it is done.
    """

    job: int
    target: str
    printed: int
    refused: tuple[str, ...]
    waiting: int
    doubtful: tuple[tuple[int, str], ...]
    said: str

    @property
    def done(self) -> bool:
        return not self.said


def add_job(tx: Transaction, new: NewJob, state: JobState) -> int:
    """Write a job down with its labels, within an act already under way; its number."""
    job = tx.add(
        PRINT_JOB,
        stock=new.stock,
        target=new.target,
        layout=new.layout,
        copies=new.copies,
        dpi=new.dpi,
        labels=len(new.labels) * new.copies,
        made=tx.at,
        person_id=tx.actor.person_id,
        reason=tx.reason,
        state=state,
        run=0,
        seen=tx.at if state is JobState.DONE else None,
        said=None,
    )
    first, _prefix = tx.allocate(PRINTED_LABEL.name, len(new.labels))
    of_label = LabelState.PRINTED if state is JobState.DONE else LabelState.WAITING
    tx.insert(
        PRINTED_LABEL,
        [
            {"id": first + place, "job_id": job, "place": place + 1, "code": label.code, "state": of_label}
            for place, label in enumerate(new.labels)
        ],
    )
    tx.subject = new.labels[0].code
    tx.facts = {"labels": len(new.labels) * new.copies, "stock": new.stock, "target": new.target, "job": job}
    return job


def resume(
    bank: Bank, actor: Actor, number: int, *, doubtful: Doubt | None = None, target: str | None = None
) -> Printing:
    """Print what is left of a job, from the label it stopped at: `take_up` and `work_off`."""
    take_up(bank, actor, number, doubtful=doubtful, target=target)
    return work_off(bank, actor, number)


def take_up(bank: Bank, actor: Actor, number: int, *, doubtful: Doubt | None = None, target: str | None = None) -> None:
    """Make a job that stopped ready to go on.

    doubtful: what was seen at the printer of labels that may have come out; needed where there are some, and to
    take over a job that somebody seems to be printing. target: another printer.
    """
    if target is not None:
        printers.printer(target)
    with bank.transaction(actor, Verb.LABEL_PRINT) as tx:
        job = row(tx.connection, number)
        _require_open(job)
        if job["state"] == JobState.PRINTING and doubtful is None:
            raise Refused(
                "print.running",
                "Job {job} is being printed since {since}. If nobody prints it any more, say what became of the"
                " labels on their way: printed, or again.",
                job=number, since=job["seen"] or job["made"],
            )  # fmt: skip
        unsure = _labels(tx, number, LabelState.DOUBTFUL, LabelState.SENT)
        if unsure and doubtful is None:
            raise Refused(
                "print.doubtful",
                "Label {place} of job {job} ({code}) may have come out; in doubt: {count}. Look at the printer, and say"
                " whether it is printed, or is to be printed again (--doubtful printed, or again).",
                place=unsure[0]["place"], job=number, code=unsure[0]["code"], count=len(unsure),
            )  # fmt: skip
        now = LabelState.WAITING if doubtful is Doubt.AGAIN else LabelState.PRINTED
        tx.permit(_owners(tx, number))
        tx.update_all(PRINTED_LABEL, [each["id"] for each in unsure], state=now)
        # A new run: whoever still prints the one before stops at his next labels.
        tx.update(PRINT_JOB, {number: {"run": job["run"] + 1, "target": target or job["target"], "said": None}})
        tx.facts = {"job": number, "resumed": job["run"] + 1}
        if unsure:
            tx.facts |= {"doubtful": [each["code"] for each in unsure], "taken_as": str(doubtful)}


def cancel(bank: Bank, actor: Actor, number: int, reason: str | None = None) -> int:
    """Give a job up: what waits is not printed. What may have come out stays doubtful. How many are not printed."""
    with bank.transaction(actor, Verb.LABEL_PRINT, reason=reason) as tx:
        job = row(tx.connection, number)
        _require_open(job)
        waiting = _labels(tx, number, LabelState.WAITING)
        sent = _labels(tx, number, LabelState.SENT)
        tx.permit(_owners(tx, number))
        tx.update_all(PRINTED_LABEL, [each["id"] for each in waiting], state=LabelState.CANCELLED)
        tx.update_all(PRINTED_LABEL, [each["id"] for each in sent], state=LabelState.DOUBTFUL)
        tx.update(PRINT_JOB, {number: {"state": JobState.CANCELLED, "run": job["run"] + 1}})
        tx.facts = {"job": number, "not_printed": len(waiting)}
        return len(waiting)


def work_off(bank: Bank, actor: Actor, number: int, after_each: Callable[[], None] = lambda: None) -> Printing:
    """Print the labels of a job that wait, until the printer stops or all are out.

    after_each: called after each label; what it raises stops the job there.
    """
    with bank.read() as connection:
        job = row(connection, number)
    printer = printers.printer(job["target"])
    shape = shape_of(job["stock"], job["layout"])
    out: list[RowMapping] = []
    printed, refused = 0, []
    while True:
        with bank.transaction(actor, Verb.LABEL_PRINT) as tx:
            _require_mine(row(tx.connection, number), job["run"])
            tx.update_all(PRINTED_LABEL, [each["id"] for each in out], state=LabelState.PRINTED)
            sent, texts, barred = _next(tx, job, shape)
            refused += barred
            state = JobState.PRINTING if sent else JobState.DONE
            tx.update(PRINT_JOB, {number: {"state": state, "seen": tx.at, "said": None}})
            tx.facts = {"job": number, "printed": len(out), "sent": len(sent)}
        if not sent:
            return Printing(number, job["target"], printed, tuple(refused), 0, (), "")
        done, flying = 0, True
        try:
            for _each in printer.send(texts):
                done, flying = done + 1, False
                after_each()
                flying = True
        except printers.Halted as halt:
            printed += done
            return _halt(bank, actor, job, sent, done, halt, printed, tuple(refused))
        except BaseException as broken:
            in_hand = min(printer.at_once, len(sent) - done) if flying else 0
            fault = printers.Halted(in_hand, type(broken).__name__)
            _halt(bank, actor, job, sent, done, fault, printed + done, tuple(refused))
            raise
        printed += done
        out = sent


def _next(tx: Transaction, job: RowMapping, shape: Layout) -> tuple[list[RowMapping], tuple[str, ...], list[str]]:
    """The next labels, marked as sent; their formats; and the codes of those that are no longer printed."""
    sent: list[RowMapping] = []
    barred: list[str] = []
    texts: tuple[str, ...] = ()
    while not sent:
        rows = _labels(tx, job["id"], LabelState.WAITING, most=AT_ONCE)
        borne = bearers(tx.connection, [each["code"] for each in rows])
        # Also where nothing is left: the act is permitted within the reach of what the job's labels are for.
        tx.permit({each.owner_id for each in borne} or _owners(tx, job["id"]))
        if not rows:
            break
        gone = withdrawn_donors(tx.connection, borne)
        stays = [each.donor_id not in gone for each in borne]
        sent = [each for each, stay in zip(rows, stays, strict=True) if stay]
        wanted = [each for each, stay in zip(borne, stays, strict=True) if stay]
        lost = [each for each, stay in zip(rows, stays, strict=True) if not stay]
        barred += [each["code"] for each in lost]
        tx.update_all(PRINTED_LABEL, [each["id"] for each in lost], state=LabelState.REFUSED)
        tx.update_all(PRINTED_LABEL, [each["id"] for each in sent], state=LabelState.SENT)
        if wanted:
            labels = labels_of(tx.connection, wanted, shape)
            texts = zpl.formats(labels, stock(job["stock"]), job["dpi"], job["copies"], shape)
    return sent, texts, barred


def _halt(
    bank: Bank,
    actor: Actor,
    job: RowMapping,
    sent: Sequence[RowMapping],
    done: int,
    halt: printers.Halted,
    printed: int,
    refused: tuple[str, ...],
) -> Printing:
    """Write down what came out, what may have, and what still waits."""
    doubtful = sent[done : done + halt.doubtful]
    with bank.transaction(actor, Verb.LABEL_PRINT) as tx:
        _require_mine(row(tx.connection, job["id"]), job["run"])
        tx.permit(_owners(tx, job["id"]))
        tx.update_all(PRINTED_LABEL, [each["id"] for each in sent[:done]], state=LabelState.PRINTED)
        tx.update_all(PRINTED_LABEL, [each["id"] for each in doubtful], state=LabelState.DOUBTFUL)
        back = sent[done + len(doubtful) :]
        tx.update_all(PRINTED_LABEL, [each["id"] for each in back], state=LabelState.WAITING)
        tx.update(PRINT_JOB, {job["id"]: {"state": JobState.STOPPED, "seen": tx.at, "said": halt.reason}})
        waiting = tx.count(
            PRINTED_LABEL, PRINTED_LABEL.c.job_id == job["id"], PRINTED_LABEL.c.state == LabelState.WAITING
        )
        tx.subject = sent[done]["code"] if done < len(sent) else None
        tx.facts = {
            "job": job["id"], "printed": done, "stopped": halt.reason, "waiting": waiting,
            "doubtful": [each["code"] for each in doubtful],
        }  # fmt: skip
    unsure = tuple((each["place"], each["code"]) for each in doubtful)
    return Printing(job["id"], job["target"], printed, refused, waiting, unsure, halt.reason)


def _labels(tx: Transaction, number: int, *states: LabelState, most: int | None = None) -> list[RowMapping]:
    query = (
        select(PRINTED_LABEL)
        .where(PRINTED_LABEL.c.job_id == number, PRINTED_LABEL.c.state.in_(states))
        .order_by(PRINTED_LABEL.c.place)
        .limit(most)
    )
    return list(tx.connection.execute(query).mappings())


def _owners(tx: Transaction, number: int) -> set[int | None]:
    codes = [each["code"] for each in _labels(tx, number, *LabelState)]
    return {each.owner_id for each in bearers(tx.connection, codes)}


def _require_open(job: RowMapping) -> None:
    if job["state"] not in OPEN_JOBS:
        raise Refused("print.ended", "Job {job} is {state}; nothing of it waits.", job=job["id"], state=job["state"])


def _require_mine(job: RowMapping, run: int) -> None:
    if job["run"] != run:
        raise Refused("print.taken_over", "Somebody else goes on with job {job}; this one stops here.", job=job["id"])
