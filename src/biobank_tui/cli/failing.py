"""How a command says that it failed: one sentence on stderr, or one JSON object there with --json."""

from __future__ import annotations

import contextlib
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from biobank_tui.cli.output import as_json
from biobank_tui.rules.errors import BadData, BiobankError
from biobank_tui.rules.text import visible
from biobank_tui.words import _, filled_in, sentence

SHOWN_DEFECTS = 20


class ProgramFault(BiobankError):
    """Not a rule that said no but a mistake of the program."""

    exit_code = 70


def tell(error: BiobankError) -> None:
    """Say what went wrong, and where in a file."""
    print(visible(sentence(error)), file=sys.stderr)
    defects = error.defects if isinstance(error, BadData) else ()
    for defect in defects[:SHOWN_DEFECTS]:
        where = _("{file}, line {line}, {column}: {value}").format(
            file=defect.file, line=defect.line, column=defect.column, value=defect.value
        )
        told = filled_in(
            defect.sentence,
            {"value": defect.value, "allowed": defect.allowed, "column": defect.column, "line": defect.line},
        )
        print(visible(f"  {where} — {told}"), file=sys.stderr)
    if len(defects) > SHOWN_DEFECTS:
        left = len(defects) - SHOWN_DEFECTS
        print(_("  … and {count} more; --json or --errors shows all.").format(count=left), file=sys.stderr)


def tell_as_json(error: BiobankError) -> None:
    """The same for a script: {"error": code, "sentence": …, "facts": …}, with the defects of bad data."""
    told: dict[str, object] = {"error": error.code, "sentence": sentence(error), "facts": error.facts}
    if isinstance(error, BadData):
        told["defects"] = error.defects
    print(as_json(told), file=sys.stderr)


def recorded(fault: BaseException) -> ProgramFault:
    """Write a fault of the program to the log; the error to tell, with a reference to it."""
    reference, log = secrets.token_hex(4), log_file()
    with contextlib.suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as lines:
            lines.write(_entry(fault, reference))
    return ProgramFault(
        "program.fault",
        "An internal fault stopped the program; nothing was left half written. Reference {reference} in {log}.",
        reference=reference,
        log=str(log),
    )


def log_file() -> Path:
    """Where faults are written: the user's log folder."""
    from platformdirs import user_log_path

    return user_log_path("biobank", appauthor=False) / "faults.log"


def _entry(fault: BaseException, reference: str) -> str:
    """The kinds of the exceptions and where they were raised: never their messages, which may quote a row."""
    from biobank_tui import __version__

    lines = [f"{datetime.now(UTC).isoformat(timespec='seconds')} {reference} biobank-tui {__version__}"]
    chain: BaseException | None = fault
    while chain is not None:
        lines.append(f"  {type(chain).__module__}.{type(chain).__qualname__}")
        lines += [
            f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(chain.__traceback__)
        ]
        chain = chain.__cause__ or chain.__context__
    return "\n".join(lines) + "\n"
