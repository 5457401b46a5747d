"""What came of an import, told: file by file, with its defects; and how far it is while it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from biobank_tui.cli.desk import Desk
from biobank_tui.rules.errors import BadData
from biobank_tui.rules.text import visible
from biobank_tui.words import _, figure, sentence

if TYPE_CHECKING:
    from biobank_tui.actions.importing import ImportReport

COUNTS = ("rows", "created", "changed", "unchanged", "left_out", "refused", "placed")
SHOWN_DEFECTS = 20


class Gauge:
    """One line on a terminal's stderr that says how far something is; nothing where stderr is a file."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, what: str, done: int, rate: float = 0.0, total: int = 0, *, left: float | None = None) -> None:
        """Say so much of it is done, of so much and with so many seconds left where that is known, at such a rate."""
        if not self._on:
            return
        share = f" / {figure(total)}" if total else ""
        speed = _("{rate} a second").format(rate=figure(round(rate))) if rate else ""
        rest = _("{time} left").format(time=f"{left // 60:.0f}:{left % 60:02.0f}") if left is not None else ""
        sys.stderr.write(f"\r\x1b[K{visible(what)}: {figure(done)}{share}  {speed}  {rest}".rstrip())
        sys.stderr.flush()


def tell_report(desk: Desk, report: ImportReport, errors: Path | None) -> None:
    """The counts, the defects or where they are written; BadData where a file was refused."""
    from biobank_tui.exchange.defects import as_rows, say, write_report

    found = report.defects
    if errors is not None:
        write_report(found, errors, _)
    if desk.flags.json:
        desk.lines([], as_object(report, errors))
    else:
        # Under a map of several kinds most files say nothing of most of them.
        told = [each for each in report.files if each.rows or each.refusal or len(report.files) == 1] or report.files
        desk.rows(
            [_("File"), _("Kind"), *(_(name.replace("_", " ").capitalize()) for name in COUNTS), _("Defects")],
            [(each.file, each.kind, *(getattr(each, name) for name in COUNTS), each.defects.height) for each in told],
        )
        for defect in as_rows(found, SHOWN_DEFECTS) if errors is None else ():
            where = f"{defect.file}:{defect.line} {defect.column}".rstrip()
            print(visible(f"{where}: {say(defect, _)}"), file=sys.stderr)
        if errors is None and found.height > SHOWN_DEFECTS:
            desk.say("… and {count} more; --errors FILE writes all.", count=found.height - SHOWN_DEFECTS)
        for each in report.files:
            if each.ignored and each.rows:
                desk.say("{file}: columns nothing reads: {columns}", file=each.file, columns=", ".join(each.ignored))
            if each.refusal is not None and each.refusal.code != "import.together":
                print(visible(sentence(each.refusal)), file=sys.stderr)
        for file, name, count in report.unread:
            desk.say("{file}: {count} × {name} is read by nothing", file=file, count=count, name=name)
        for path in report.mending:
            desk.say("The refused rows are in {file}; mend them and import it under the same map.", file=str(path))
    if any(each.refusal is not None and each.refusal.code == "import.together" for each in report.files):
        desk.say("What could have come in did not either: files of one call come in together or not at all.")
    if report.refused:
        raise BadData(
            "import.files_refused",
            "{refused} of {files} files {refused:was|were} not taken.",
            refused=len({each.file for each in report.refused}),
            files=len({each.file for each in report.files}),
        )
    if report.total("refused"):
        raise BadData(
            "import.rows_refused",
            "{rows} {rows:row was|rows were} not taken; the others were.",
            rows=report.total("refused"),
        )
    if report.dry_run:
        desk.say("Nothing was written: this was a trial.")


def as_object(report: ImportReport, errors: Path | None) -> dict[str, object]:
    """The report for a script: totals, each file, defects by code; the defects themselves are in the errors file."""
    by_code = report.defects["code"].value_counts().sort("code").rows() if report.defects.height else []
    return {
        "kind": report.kind,
        "dry_run": report.dry_run,
        "records": report.records,
        "units": report.units,
        "donors_in_bank": report.donors_in_bank,
        **{name: report.total(name) for name in COUNTS},
        "defects": dict(by_code),
        "errors": str(errors) if errors is not None else None,
        "unread": [{"file": file, "name": name, "count": count} for file, name, count in report.unread],
        "refused_rows": [str(path) for path in report.mending],
        "files": [
            {
                "file": each.file,
                "kind": each.kind,
                **{name: getattr(each, name) for name in COUNTS},
                "made": each.made,
                "units": len(each.units),
                "defects": each.defects.height,
                "ignored": each.ignored,
                "entry": each.entry,
                "refusal": sentence(each.refusal) if each.refusal is not None else None,
                "seconds": round(each.seconds, 3),
            }
            for each in report.files
        ],
    }
