"""Zip archives of tables: one of their files, read as it lies in there, with its unzipped size bounded."""

from __future__ import annotations

import zipfile
import zlib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Final

from biobank_tui.rules.errors import BadData

MOST_UNZIPPED: Final = 4 << 30
MOST_RATIO: Final = 400
SMALL: Final = 16 << 20
WORKBOOK_PARTS: Final = ("xl/", "content.xml", "[Content_Types].xml", "mimetype")
WORKBOOK_NAMES: Final = (".xlsx", ".xlsm", ".xlsb", ".ods")


def is_archive(path: Path) -> bool:
    """Whether the file is a zip that is no workbook."""
    if str(path) == "-" or path.suffix.lower() in WORKBOOK_NAMES or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name.startswith(WORKBOOK_PARTS) for name in archive.namelist())
    except (zipfile.BadZipFile, zlib.error):
        return False


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """The files of an archive."""
    with zipfile.ZipFile(path) as archive:
        return [each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX")]


def member_of(path: Path, wanted: str | None) -> str:
    """The name of the archive's file to read. BadData where it is not clear which, or it is too large or encrypted."""
    files = members_of(path)
    pattern = (wanted or "*").lower()
    fit = [each for each in files if each.filename == wanted or _fits(each.filename.lower(), pattern)]
    if len(fit) != 1:
        raise BadData(
            "archive.member",
            '{file} holds {count} files like “{member}”; say in the map which to read: member = "…". It has {files}.',
            file=path.name,
            count=len(fit),
            member=wanted or "*",
            files=", ".join(each.filename for each in files[:20]) or "—",
        )
    [member] = fit
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > MOST_UNZIPPED or (member.file_size > SMALL and ratio > MOST_RATIO):
        raise BadData("archive.large", "{member} in {file} is far larger unzipped than a table is: refused.",
                      file=path.name, member=member.filename)  # fmt: skip
    if member.flag_bits & 0x1:
        raise BadData("archive.locked", "{file} is locked with a password; unpack it first.", file=path.name)
    return member.filename


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name.rpartition("/")[2], pattern)


def opened_member(path: Path, member: str) -> IO[bytes]:
    """The bytes of one file of the archive."""
    return zipfile.ZipFile(path).open(member)
