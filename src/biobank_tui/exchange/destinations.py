"""Where a file goes: a new file that stands only once it is whole, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from biobank_tui.rules.errors import Refused, Unreachable

STDOUT = "-"


def refuse_taken(to: Path) -> None:
    """Refused where a file, or anything else, stands there already."""
    if to.exists():
        raise Refused("export.exists", "{file} is already there; nothing was written.", file=str(to))


@contextmanager
def writing(to: Path) -> Iterator[None]:
    """What goes wrong in the file system while something is written there is said of it. Unreachable."""
    try:
        yield
    except OSError as fault:
        raise Unreachable(
            "file.unwritable", "{file} cannot be written: {detail}", file=str(to), detail=fault.strerror or ""
        ) from fault


@contextmanager
def new_file(to: Path) -> Iterator[BinaryIO]:
    """A file to write, which gets its name when it is whole and is gone where something went wrong."""
    refuse_taken(to)
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        with writing(to):
            with part.open("w+b") as out:
                yield cast(BinaryIO, out)
            part.replace(to)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def destination(to: Path | None, *, binary: bool = False) -> Iterator[BinaryIO]:
    """The new file `to`, or standard output where there is none; bytes that are no text go to no terminal."""
    if to is not None:
        with new_file(to) as out:
            yield out
        return
    if binary and sys.stdout.isatty():
        raise Refused("export.terminal", "This is no text for a terminal; name a file with --to, or send it on.")
    sys.stdout.flush()
    yield cast(BinaryIO, sys.stdout.buffer)
    sys.stdout.buffer.flush()
