"""The form of a release of data: what is told, how exactly, and which rows would tell who a donor is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from biobank_tui.actions.data_releases import DUTIES
from biobank_tui.queries.releasable import COLUMNS, USUAL, USUAL_QUASI, Ask, Table, table
from biobank_tui.rules.anonymity import EXACT, LEVELS, WITHHELD
from biobank_tui.rules.errors import BiobankError, Refused
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Change, Confirm, Option, counted
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer, Form
from biobank_tui.tui.ports import Session
from biobank_tui.tui.status import Tone
from biobank_tui.words import _, figure, filled_in, mark, phrase, sentence

COLUMN_WORDS = {
    "sample": mark("Sample"),
    "donor": mark("Donor"),
    "material": mark("Material"),
    "topography": mark("Topography"),
    "diagnosis": mark("Diagnosis"),
    "sex": mark("Sex"),
    "birth_year": mark("Birth year"),
    "country": mark("Country"),
    "custodian": mark("Custodian"),
    "collected": mark("Collected"),
    "amount": mark("Amount"),
    "thaws": mark("Thaws"),
}
LEVEL_WORDS = {
    "exact": mark("exactly"),
    "5 years": mark("in steps of 5 years"),
    "10 years": mark("in steps of 10 years"),
    "20 years": mark("in steps of 20 years"),
    "category": mark("by category"),
    "chapter": mark("by chapter"),
    "month": mark("to the month"),
    "year": mark("to the year"),
}
TOLD = tuple(name for name, levels in LEVELS.items() if len(levels) > 2)
"""Columns that can be told less exactly; the others are told or left out."""
SHOWN = 8
PLACES = {"release.k": "k", "file": "file", "release.column": "columns", "release.empty": "columns", "query": "where",
          "release.nothing": "where"}  # fmt: skip
"""The field a refusal belongs to, by the beginning of its code; the quasi-identifiers take the others."""


class ReleaseForm(Form):
    """Asks, judges, shows what breaks and what would mend it; answers once nothing breaks and the user goes on.

    typed: what stands in the fields at first. found: the table as it would be given, once it was judged.
    """

    def __init__(self, session: Session, project: str, typed: Mapping[str, str]) -> None:
        super().__init__(
            _("Give data to {project}").format(project=project), _fields(project, typed), submit=_("Judge it")
        )
        self.session = session
        self.project = project
        self.found: Table | None = None
        self.typed: dict[str, str] = dict(typed)

    def accept(self, answer: Answer) -> None:
        work.run(self, "judge", partial(self._judge, answer), partial(self._judged, answer), self._refused)

    def _judge(self, answer: Answer) -> Table:
        path = file_of(answer)
        if path.exists():
            raise Refused("file.exists", "{path} is there already; name another file.", path=str(path))
        with self.session.bank.read() as connection:
            found = table(connection, ask_of(self.project, answer), self.session.bank.clock())
        if not found.ids:
            raise Refused(
                "release.nothing", "No sample of {project} is left that may be told.", project=found.project["code"]
            )
        return found

    def _refused(self, error: BiobankError) -> None:
        place = next((name for start, name in PLACES.items() if error.code.startswith(start)), "quasi")
        self.show_problems({place: sentence(error)})

    def _judged(self, answer: Answer, found: Table) -> None:
        self.found = found
        self.typed = {field.name: self.entry(field.name).value for field in self.fields}
        breaking = len(found.judgement.breaking)
        if breaking and answer["withhold"] != "yes":
            question = phrase(
                "{n} {n:row|rows} of {all} {n:stands|stand} for fewer than {k} donors. Nothing is written.",
                n=breaking,
                all=len(found.ids),
                k=found.k,
            )
            dialog = Confirm(question, breaks(found), yes=_("Take the advice"), no=_("Back"), tone=Tone.WARN)
            self.app.push_screen(dialog, partial(self._mend, found))
            return
        question = _("Give {project} these data?").format(project=found.project["code"])
        dialog = Confirm(question, offer(found, file_of(answer)), yes=_("Go on and sign"), no=_("Back"))
        self.app.push_screen(dialog, partial(self._sure, answer))

    def _sure(self, answer: Answer, yes: bool | None) -> None:
        if yes:
            self.dismiss(answer)

    def _mend(self, found: Table, yes: bool | None) -> None:
        """Take over the levels that would do, and judge again."""
        if not yes or found.advice is None:
            return
        levels, left = found.advice
        for name, level in levels.items():
            if name in TOLD and level != WITHHELD.name:
                self.entry(f"told_{name}").value = level
            elif level == WITHHELD.name:
                for listed in ("columns", "quasi"):
                    kept = [each for each in self.entry(listed).value.split(",") if each != name]
                    self.entry(listed).value = ",".join(kept)
        if left:
            self.entry("withhold").value = "yes"
        self.submit()


def _fields(project: str, typed: Mapping[str, str]) -> list[Field]:
    def said(name: str, usual: str = "") -> str:
        return typed.get(name, usual)

    return [
        Field("columns", _("What is told"), Kind.MANY, [Option(each, _(COLUMN_WORDS[each])) for each in COLUMNS],
              said("columns", ",".join(USUAL))),
        Field("quasi", _("Alike over"), Kind.MANY, [Option(each, _(COLUMN_WORDS[each])) for each in LEVELS],
              said("quasi", ",".join(USUAL_QUASI)), required=False),
        *(
            Field(f"told_{name}", _(COLUMN_WORDS[name]), Kind.CHOICE,
                  [Option(each.name, _(LEVEL_WORDS[each.name])) for each in LEVELS[name] if each != WITHHELD],
                  said(f"told_{name}", EXACT.name))
            for name in TOLD
        ),
        Field("where", _("Only"), value=said("where"), required=False, hint="type:plasma"),
        Field("withhold", _("Rows that break"), Kind.CHOICE,
              [Option("no", _("nothing is given")), Option("yes", _("are left out"))], said("withhold", "no")),
        Field("k", _("k at least"), Kind.NUMBER, value=said("k"), required=False, hint=_("the bank's own")),
        Field("file", _("File"), value=said("file", f"{project}-data.csv")),
    ]  # fmt: skip


def file_of(answer: Answer) -> Path:
    """Where the file is written."""
    return Path(answer["file"]).expanduser().absolute()


def ask_of(project: str, answer: Answer) -> Ask:
    """What is asked for; a column that is told less exactly is watched too."""
    told = {
        name: answer[f"told_{name}"]
        for name in TOLD
        if answer[f"told_{name}"] != EXACT.name and name in answer["columns"]
    }
    quasi = tuple(dict.fromkeys((*answer["quasi"], *told)))
    return Ask(
        project, answer["columns"], quasi, answer["where"], told, answer["withhold"] == "yes",
        None if answer["k"] is None else int(answer["k"]),
    )  # fmt: skip


def breaks(found: Table) -> list[Change]:
    """The rows that break k, and what would mend it."""
    rows = found.breaking
    lines = [
        Change(None, f"{code}  {' · '.join(part or '—' for part in told)}", Tone.WARN) for code, told in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        lines.append(Change(None, _("… and {count} more").format(count=figure(len(rows) - SHOWN)), Tone.QUIET))
    if found.advice is not None:
        levels, left = found.advice
        for name, level in levels.items():
            way = _("not told") if level == WITHHELD.name else _(LEVEL_WORDS.get(level, level))
            lines.append(Change(None, _("would do: {column} {way}").format(column=_(COLUMN_WORDS[name]), way=way)))
        if left:
            lines.append(counted(left, "{count:row|rows} left out then"))
    return lines


def offer(found: Table, file: Path) -> list[Change]:
    """What would be given, counted, and what the project takes on with it."""
    held = len(found.judgement.breaking)
    lines = [
        counted(len(found.ids) - held, "{count:sample, under a code|samples, under codes} that only {project} knows",
                project=found.project["code"]),
        counted(found.judgement.donors, "{count:donor|donors} before rows are left out" if held else
                "{count:donor|donors}"),
        Change(max(found.k, found.judgement.k), _("donors at least look alike in every row (k)")),
    ]  # fmt: skip
    if held:
        lines.append(counted(held, "{count:row|rows} left out, which would break k", Tone.WARN))
    if found.kept:
        lines.append(
            counted(
                found.kept,
                "{count:sample left out: its donor does|samples left out: their donors do} not permit this project",
                Tone.WARN,
            )
        )
    lines.append(Change(None, str(file), Tone.QUIET))
    lines += [Change(None, "§ " + _(duty)) for duty in DUTIES]
    lines += [Change(None, "§ " + filled_in(each.sentence, each.facts)) for each in found.obligations]
    return lines
