"""Where the files that travel with the program lie."""

from __future__ import annotations

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def schema_dir() -> Path:
    """The folder of table schemas, code lists and migrations.

    An installed wheel carries it inside the package; a checkout has it at its root.
    """
    inside = PACKAGE / "schema"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "schema"


def index_file(address: str, file: Path | None) -> Path:
    """Where the index of a bank's samples lies: beside its file, or for a server's among this account's caches."""
    if file is not None:
        return file.with_name(file.name + "-index")
    from platformdirs import user_cache_path

    return user_cache_path("biobank-tui") / (hashlib.sha256(address.encode()).hexdigest()[:16] + "-index")
