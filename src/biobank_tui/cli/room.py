"""A room of commands: one group, or the commands written in one file."""

from __future__ import annotations

import typer


def room(about: str | None = None) -> typer.Typer:
    """An empty room. about: one line about the group; none where its commands stand at the top."""
    return typer.Typer(help=about, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
