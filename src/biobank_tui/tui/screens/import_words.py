"""The import screen's questions, and what it says of a file, a trial and an import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from biobank_tui.exchange.defects import SENTENCES
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.exchange.maps import TOLERABLE
from biobank_tui.tui.dialogs import Change
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.import_job import ALL, DRAFT, FILE, NAMES, Looked, Wanted
from biobank_tui.tui.status import Tone
from biobank_tui.words import _, figure, mark, ngettext, sentence

if TYPE_CHECKING:
    from biobank_tui.actions.importing import ImportReport

KIND_WORDS: Final = {
    "donors": mark("Donors"),
    "diagnoses": mark("Diagnoses"),
    "samples": mark("Samples"),
    "aliquots": mark("Aliquots"),
    "consents": mark("Consents"),
    "storage": mark("Storage units"),
    "positions": mark("Positions"),
}
ENCODINGS: Final = ("cp1252", "latin-1", "utf-16", "mac-roman", "cp850")
assert KIND_WORDS.keys() == KINDS.keys()


def fields(maps: Sequence[str]) -> tuple[Field, ...]:
    """What the screen asks. maps: the names of those that travel with the program."""
    kinds = [Option(name, _(word)) for name, word in KIND_WORDS.items()]
    blank: dict[str, str] = defaultdict(lambda: "…")
    return (
        Field("file", _("File"), hint=_("CSV, Excel, JSON, FHIR, XML, a folder or a zip; F2 lists, → completes")),
        Field("kind", _("It holds"), Kind.CHOICE, [*kinds, Option(ALL, _("what the map says"))], ALL),
        Field(
            "map",
            _("Map"),
            Kind.CHOICE,
            [
                Option(DRAFT, _("drafted from the file"), _("shown below, to be changed column by column")),
                Option(NAMES, _("none"), _("the headers are the fields' own names")),
                *(Option(name, name, _("travels with the program")) for name in maps),
                Option(FILE, _("a file"), ".toml"),
            ],
            DRAFT,
        ),
        Field("map_file", _("Map file"), hint=_("a column map, .toml; F2 lists")),
        Field(
            "mode",
            _("Takes"),
            Kind.CHOICE,
            [
                Option("upsert", _("new and known")),
                Option("create", _("only new")),
                Option("update", _("only known")),
            ],
            "upsert",
        ),
        Field(
            "bad",
            _("Bad rows"),
            Kind.CHOICE,
            [Option("all", _("refuse the file")), Option("good", _("are left out"))],
            "all",
        ),
        Field(
            "relax",
            _("Let pass"),
            Kind.MANY,
            [Option(code, code, _(SENTENCES[code]).format_map(blank)) for code in sorted(TOLERABLE)],
            required=False,
            hint=_("nothing; Space to choose"),
        ),
        Field(
            "encoding",
            _("Encoding"),
            Kind.CHOICE,
            [Option("", _("UTF-8, or the map’s")), *(Option(name, name) for name in ENCODINGS)],
            required=False,
        ),
    )


def named(wanted: Wanted) -> str:
    """The file by its name, or how many there are."""
    if wanted.path is None:
        return ""
    if not wanted.others:
        return wanted.path.name
    return _("{count} files").format(count=figure(len(wanted.paths)))


def asked(looked: Looked) -> tuple[Level, str]:
    """What is said of a file that was looked at."""
    under = looked.under
    if under is None:
        return Level.NOTE, ""
    odd = len({row for row, _at in under.unread})
    said = ngettext("{count} row looked at.", "{count} rows looked at.", len(under.lines)).format(
        count=len(under.lines)
    )
    if looked.wanted.others and looked.wanted.path is not None:
        of_all = _("{file}, one of {count} files; F4 shows the next.")
        said = of_all.format(file=looked.wanted.path.name, count=figure(len(looked.wanted.paths))) + " " + said
    if odd:
        more = ngettext(
            "{count} of them has a value that is not understood (✕).",
            "{count} of them have values that are not understood (✕).",
            odd,
        )
        said += " " + more.format(count=figure(odd))
    if under.ignored:
        said += " " + _("Nothing reads {columns}.").format(columns=", ".join(under.ignored))
    said += " " + _("F5 tries the whole file and writes nothing.")
    return (Level.WARN if odd else Level.NOTE), said


def counted(report: ImportReport) -> str:
    """The rows of a trial or an import, by what becomes of them."""
    parts = [_("{count} new").format(count=figure(report.total("created")))]
    for name, word in (
        ("changed", mark("{count} changed")),
        ("unchanged", mark("{count} as they were")),
        ("left_out", mark("{count} left out")),
        ("refused", mark("{count} refused")),
    ):
        if report.total(name):
            parts.append(_(word).format(count=figure(report.total(name))))
    return ", ".join(parts)


def news(report: ImportReport) -> bool:
    """Whether a file says anything that the bank does not know."""
    return bool(report.total("created") or report.total("changed") or any(each.made for each in report.files))


def tried(report: ImportReport, keep_good: bool) -> tuple[Level, str]:
    """What a trial came to, and what can be done now. BAD where nothing could come in."""
    for each in report.refused:
        if each.refusal is None:
            continue
        said = sentence(each.refusal)
        if each.refusal.code == "import.refused":
            said += " " + _("F8 writes the refused rows, to be mended; or let bad rows be left out.")
        return Level.BAD, said
    if report.total("refused") and not keep_good:
        return Level.BAD, _("Tried: {counts}.").format(counts=counted(report))
    said = _("Tried: {counts}.").format(counts=counted(report))
    if report.unread:
        names = ", ".join(f"{figure(count)} × {name}" for _file, name, count in report.unread)
        said += " " + _("Nothing reads {columns}.").format(columns=names)
    if not news(report):
        return Level.NOTE, said + " " + _("It says nothing that the bank does not know.")
    return (Level.WARN if report.defects.height else Level.GOOD), said + " " + _("^S imports it.")


def changes(report: ImportReport) -> tuple[Change, ...]:
    """What an import is about to do, counted."""
    words = (
        ("created", mark("new records"), Tone.GOOD),
        ("changed", mark("records are changed"), Tone.WARN),
        ("placed", mark("are given a place"), Tone.PLAIN),
        ("unchanged", mark("say nothing new"), Tone.QUIET),
        ("left_out", mark("rows are passed over"), Tone.QUIET),
        ("refused", mark("rows are refused and left out"), Tone.BAD),
    )
    made = [Change(report.total(name), _(word), tone) for name, word, tone in words if report.total(name)]
    others: dict[str, int] = {}
    for each in report.files:
        for name, count in each.made.items():
            others[name] = others.get(name, 0) + count
    made += [Change(count, _("made on the way: {what}").format(what=name)) for name, count in others.items()]
    if report.defects.height:
        made.append(Change(report.defects.height, _("errors and remarks in the list"), Tone.WARN))
    return tuple(made)


def written_words(report: ImportReport) -> tuple[Level, str]:
    """What an import came to. BAD where nothing came in."""
    for each in report.refused:
        if each.refusal is not None:
            return Level.BAD, sentence(each.refusal)
    entry = next((each.entry for each in report.files if each.entry is not None), None)
    names = dict.fromkeys(each.file for each in report.files)
    name = next(iter(names)) if len(names) == 1 else _("{count} files").format(count=figure(len(names)))
    if entry is None:
        return Level.NOTE, _("Nothing of {file} was new; nothing was written.").format(file=name)
    said = _("Imported {file}: {counts}; ledger entry {entry}.").format(file=name, counts=counted(report), entry=entry)
    return (Level.WARN if report.total("refused") else Level.GOOD), said
