"""Where the files that travel with the program lie."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def schema_dir() -> Path:
    """The folder of table schemas, code lists and migrations.

    An installed wheel carries it inside the package; a checkout has it at its root.
    """
    inside = PACKAGE / "schema"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "schema"
