"""Label files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from biobank_tui.rules.errors import Unreachable


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there in one step; an older one stays until then.

    Raises Unreachable where the folder is missing or the disk refuses.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as broken:
        if not path.parent.is_dir():
            raise Unreachable(
                "file.folder",
                "There is no folder {folder}. Create it, or name another.",
                folder=str(path.parent),
            ) from broken
        raise Unreachable(
            "file.unwritable",
            "Cannot write {file}: {reason}.",
            file=str(path),
            reason=broken.strerror or str(broken),
        ) from broken
