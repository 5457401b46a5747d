"""What one import takes: files, the files of a folder, the tables of an archive."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from biobank_tui.exchange.archives import is_archive, member_of, members_of
from biobank_tui.rules.errors import BadData, Refused
from biobank_tui.rules.text import visible

ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".xml", ".gz", ".zip")
PACKED: Final = (".gz", ".zip")
MOST_FILES: Final = 1_000
STDIN: Final = "-"


def gathered(paths: Iterable[Path], into: Path, *, unpacking: bool = True) -> tuple[Path, ...]:
    """The files that are meant: of a folder those that an import reads, by name; of an archive its tables.

    into: a folder in which archives of several tables are laid down; unpacking: whether they are, or are left to a map
    that says which of their tables it reads. Raises Refused where a folder holds nothing to read, or an archive two
    tables of one name; BadData where an archive is refused.
    """
    found: list[Path] = []
    for number, path in enumerate(paths):
        if str(path) == STDIN:
            found.append(path)
        elif path.is_dir():
            found += _inside(path)
        elif unpacking and path.exists() and is_archive(path) and _holds_files(path):
            found += _laid_down(path, into / f"archive-{number}")
        else:
            found.append(path)
    return tuple(found)


def told_apart(paths: Iterable[Path]) -> None:
    """Raise Refused where two files are called the same."""
    names: set[str] = set()
    for path in paths:
        if path.name in names:
            raise Refused(
                "file.twice", "Two of the files are called {file}; a report could not tell them apart.", file=path.name
            )
        names.add(path.name)


def _holds_files(path: Path) -> bool:
    """Whether an archive holds several tables, or one that is packed once more and is no text as it lies there."""
    members = members_of(path)
    return len(members) > 1 or any(each.filename.lower().endswith(PACKED) for each in members)


def _inside(folder: Path) -> list[Path]:
    fits = sorted(each for each in folder.iterdir() if _readable(each.name) and each.is_file())
    if not fits or len(fits) > MOST_FILES:
        raise Refused(
            "file.folder_given",
            "The folder {file} holds {count} files that an import reads; 1 to {most} are taken at once.",
            file=str(folder),
            count=len(fits),
            most=MOST_FILES,
        )
    return fits


def _readable(name: str) -> bool:
    return name.lower().endswith(ENDINGS) and not name.startswith(".") and visible(name) == name


def _laid_down(path: Path, into: Path) -> list[Path]:
    """The tables of an archive as files, under their own names and nowhere else."""
    into.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    with zipfile.ZipFile(path) as archive:
        for member in members_of(path)[: MOST_FILES + 1]:
            name = PurePosixPath(member.filename.replace("\\", "/")).name
            if not _readable(name):
                continue
            if name.lower().endswith(".zip"):
                raise BadData("archive.nested", "{member} in {file} is an archive itself; unpack it first.",
                              file=path.name, member=name)  # fmt: skip
            target = into / name
            told_apart((*made, target))
            member_of(path, member.filename)
            with archive.open(member) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out)
            made.append(target)
    if not made or len(made) > MOST_FILES:
        raise BadData(
            "archive.tables",
            "{file} holds {count} tables; 1 to {most} are taken at once.",
            file=path.name,
            count=len(made),
            most=MOST_FILES,
        )
    return made
