"""Files around an import: the one that is chosen, and those that are written of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from textual.suggester import Suggester

from biobank_tui.exchange.defects import write_report
from biobank_tui.exchange.destinations import refuse_taken, writing
from biobank_tui.exchange.gathering import ENDINGS
from biobank_tui.exchange.mapwriting import written
from biobank_tui.exchange.previewing import told_encoding
from biobank_tui.exchange.reading import Shape
from biobank_tui.exchange.refused import write_refused
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.rules.text import visible
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.screens.import_job import Looked, Wanted
from biobank_tui.words import _, figure, ngettext, phrase

if TYPE_CHECKING:
    from textual.screen import Screen

    from biobank_tui.actions.importing import ImportReport

ALL_OF_IT: Final = "."
MOST: Final = 2_000
"""Entries of a folder that are listed."""


class Paths(Suggester):
    """Completes the name of a file; → takes what is offered."""

    def __init__(self, endings: tuple[str, ...] = ENDINGS) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.endings = endings

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed, value, self.endings) if value else None


def completed(text: str, endings: tuple[str, ...] = ENDINGS) -> str | None:
    """The first file or folder whose name begins so; names that would act on a terminal are never offered."""
    folder, slash, begun = text.rpartition("/")
    for name, is_folder in _entries(Path(f"{folder}{slash}" or ".").expanduser(), endings):
        if name.startswith(begun) and (begun or not name.startswith(".")) and (is_folder or name != begun):
            return f"{folder}{slash}{name}{'/' if is_folder else ''}"
    return None


def _entries(folder: Path, endings: tuple[str, ...]) -> list[tuple[str, bool]]:
    """What a folder holds that could be chosen: folders last, and nothing whose name is not what it looks like."""
    try:
        found = [(each.name, each.is_dir()) for each in folder.iterdir()]
    except OSError:
        return []
    fits = [each for each in found if (each[1] or each[0].lower().endswith(endings)) and visible(each[0]) == each[0]]
    return sorted(fits, key=lambda each: (each[1], each[0].casefold()))[:MOST]


async def browse(screen: Screen[Any], text: str, endings: tuple[str, ...] = ENDINGS) -> str | None:
    """Choose a file, folder by folder."""
    begun = Path(text or ".").expanduser()
    folder = (begun if begun.is_dir() else begun.parent).absolute()
    while True:
        entries = await asyncio.to_thread(_entries, folder, endings)
        options = [Option(name, f"{name}/" if is_folder else name) for name, is_folder in entries if name[0] != "."]
        options.append(Option("..", "../"))
        files = sum(not is_folder for _name, is_folder in entries)
        if endings == ENDINGS and files > 1:
            all_of_it = ngettext("the {count} file of this folder", "all {count} files of this folder", files)
            options.append(Option(ALL_OF_IT, all_of_it.format(count=figure(files))))
        chosen = await screen.app.push_screen_wait(Choose(str(folder), options))
        if chosen is None:
            return None
        if chosen == ALL_OF_IT:
            return str(folder)
        folder = folder.parent if chosen == ".." else folder / chosen
        if not folder.is_dir():
            return str(folder)


async def save_outcome(
    screen: Screen[Any], looked: Looked, report: ImportReport, again: Callable[[Path], object]
) -> str | None:
    """Write the refused rows, to be mended and taken in again, or the list of all that is wrong; what to say then.

    again: tries several files once more, and writes the refused rows of each into a folder.
    """
    assert looked.wanted.path is not None
    path, several = looked.wanted.path, bool(looked.wanted.others)
    options = [Option("errors", _("The list of errors"), _("one line for each, as CSV"))]
    if report.total("refused"):
        options.insert(0, Option("rows", _("The refused rows"), _("to be mended and imported again")))
    stem, folder = path.name.split(".")[0], beside(looked.wanted)

    def act(answer: Answer) -> str:
        ending = "errors.csv" if answer["what"] == "errors" else "refused" if several else "refused.csv"
        out = _new(answer["file"] or f"{stem}.{ending}", folder)
        if answer["what"] == "errors":
            write_report(report.defects, out, _)
            return phrase("{count} {count:error is|errors are} in {file}.", count=report.defects.height, file=out)
        if several:
            with writing(out):
                again(out)
            return phrase(
                "{count} refused {count:row is|rows are} in the folder {file}, a file for each that has any.",
                count=report.total("refused"),
                file=out,
            )
        count = write_refused(path, _shape(looked), _refused(report), out)
        if not count:
            raise Refused("refused.none", "The refused rows of {file} cannot be written apart.", file=path.name)
        return _("{count} refused rows are in {file}: mend them, and import it in the same way.").format(
            count=count, file=out
        )

    form = ActForm(
        _("Write a file"),
        [
            Field("what", _("What"), Kind.CHOICE, options, options[0].key),
            Field("file", _("File"), required=False, hint=_("beside the file, named after it")),
        ],
        act,
        places={"export.exists": "file", "file.": "file"},
        submit=_("Write"),
    )
    return None if await screen.app.push_screen_wait(form) is None else str(form.result)


def beside(wanted: Wanted) -> Path:
    """Where what is written of the files goes: beside them; of an archive's, where the program was started."""
    assert wanted.path is not None
    folder = wanted.path.parent
    return Path.cwd() if folder.is_relative_to(tempfile.gettempdir()) and wanted.others else folder


async def save_map(screen: Screen[Any], looked: Looked) -> str | None:
    """Keep the drafted map as a file, for the next time and for the command line; what to say then."""
    assert looked.wanted.path is not None
    folder = beside(looked.wanted)
    stem = looked.wanted.path.name.split(".")[0]

    def act(answer: Answer) -> str:
        out = _new(answer["file"], folder)
        with writing(out):
            out.write_text(written(looked.content or {}), encoding="utf-8")
        return _("The map is in {file}.").format(file=out)

    form = ActForm(
        _("Keep the map"), [Field("file", _("File"), value=f"{stem}.toml", hint=".toml")], act, submit=_("Write")
    )
    return None if await screen.app.push_screen_wait(form) is None else str(form.result)


def _new(name: str, folder: Path) -> Path:
    out = Path(name).expanduser()
    out = out if out.is_absolute() else folder / out
    refuse_taken(out)
    if not out.parent.is_dir():
        raise Unreachable("file.folder", "There is no folder {folder}.", folder=str(out.parent))
    return out


def _shape(looked: Looked) -> Shape:
    shape = looked.maps[0].shape if looked.maps else Shape()
    return told_encoding(shape, looked.wanted.encoding)


def _refused(report: ImportReport) -> pl.Series:
    return pl.concat([each.refused_lines for each in report.files]).unique()
