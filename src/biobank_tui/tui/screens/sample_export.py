"""Writing files: what, in which form, of which samples, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from biobank_tui.rules.errors import Unreachable
from biobank_tui.rules.moments import today
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Answer
from biobank_tui.tui.longwork import carry_out
from biobank_tui.tui.views import View
from biobank_tui.tui.work import Progress
from biobank_tui.words import _, figure, mark, ngettext, phrase

if TYPE_CHECKING:
    from biobank_tui.actions.exporting import Export, Exported

WORDS: Final = {
    "samples": mark("Samples"),
    "donors": mark("Their donors"),
    "diagnoses": mark("Their donors' diagnoses"),
    "consents": mark("Their donors' consents"),
    "positions": mark("Where they lie"),
    "storage": mark("The units they lie in"),
    "holds": mark("Holds on them"),
    "boxes": mark("Maps of their boxes"),
}
"""What can be written of samples."""
FORMS: Final = {
    "csv": "CSV",
    "xlsx": "Excel (XLSX)",
    "parquet": "Parquet",
    "jsonl": "JSON lines",
    "pdf": "PDF",
    "miabis-fhir": "MIABIS on FHIR",
    "mii-fhir": "MII FHIR",
    "miabis": "MIABIS",
    "openspecimen": "OpenSpecimen",
}
ENDINGS: Final = {"miabis-fhir": "json", "mii-fhir": "json", "miabis": "csv", "openspecimen": "csv"}
ALL, FOUND, MARKED = "all", "found", "marked"


async def export_samples(view: View, codes: Sequence[str], query: str) -> bool:
    """Ask, check, and write behind a bar. codes: of what is marked. query: the filter line in force."""
    from biobank_tui.actions.exporting import Export

    def asked(answer: Answer) -> Export:
        chosen = answer["which"]
        form = answer["form"]
        file = answer["file"] or f"{answer['kind']}-{today().isoformat()}.{ENDINGS.get(form, form)}"
        return Export(
            answer["kind"],
            form,
            Path(file).expanduser().absolute(),
            query if chosen == FOUND else "",
            tuple(codes) if chosen == MARKED else (),
        )

    def check(answer: Answer) -> Export:
        """What is refused before anything is written is told where it was typed."""
        from biobank_tui.exchange.destinations import refuse_taken
        from biobank_tui.queries.export_forms import job

        wanted = asked(answer)
        assert wanted.to is not None
        job(wanted.kind, wanted.form)
        refuse_taken(wanted.to)
        if not wanted.to.parent.is_dir():
            raise Unreachable("file.folder", "There is no folder {folder}.", folder=str(wanted.to.parent))
        return wanted

    which = [Option(ALL, _("All"))]
    if query.strip():
        which.insert(0, Option(FOUND, _("What the filter finds")))
    if codes:
        marked = ngettext("{count} marked", "{count} marked", len(codes)).format(count=figure(len(codes)))
        which.insert(0, Option(MARKED, marked))
    form = ActForm(
        _("Write a file"),
        [
            Field("kind", _("What"), Kind.CHOICE, [Option(name, _(word)) for name, word in WORDS.items()], "samples"),
            Field("which", _("Of which samples"), Kind.CHOICE, which, which[0].key),
            Field("form", _("Form"), Kind.CHOICE, [Option(name, word) for name, word in FORMS.items()], "csv"),
            Field("file", _("File"), required=False, hint=_("named by what it is and the day")),
        ],
        check,
        places={"export.form": "form", "export.exists": "file", "file.": "file"},
        submit=_("Write"),
    )
    if await view.app.push_screen_wait(form) is None:
        return False
    done: Exported = await carry_out(view, _("Writing"), partial(_write, view, form.result))
    told = ngettext("{rows} row is in {file}.", "{rows} rows are in {file}.", done.rows).format(
        rows=done.rows, file=done.to
    )
    if done.left_out:
        told += " " + phrase(
            "{count} {count:row of a donor who withdrew was|rows of donors who withdrew were} left out.",
            count=done.left_out,
        )
    view.shell.done(told)
    return True


def _write(view: View, wanted: Export, progress: Progress) -> Exported:
    from biobank_tui.actions.exporting import export

    session, before = view.session, 0

    def told(rows: int) -> None:
        nonlocal before
        progress.step(rows - before)
        before = rows

    return export(session.bank, session.actor, wanted, told)
