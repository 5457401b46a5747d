"""The manual of the commands, written from the commands themselves: `python -m biobank_tui.cli.manual`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from biobank_tui.cli.tree import SECTIONS, load, root

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "commands.md"

OPENING = """\
# Commands

This page is written from the commands themselves; `python -m biobank_tui.cli.manual` writes it anew.

`biobank` alone opens the app. Every act of the app has a command, and the same function runs.

**Data goes to stdout, talk goes to stderr.** On a terminal, tables are aligned; in a pipe they are tab-separated with a
title line. `--json` gives the whole result as JSON. Where codes are taken, `-` reads them from stdin, the first word of
each line, so that commands can be joined:

```
biobank find --codes --limit 0 'type:plasma status:available' | biobank label - --stock L4732 --to labels.pdf
```

**Exit codes are API.**

| code | meaning |
|---|---|
| 0 | done |
| 1 | refused by a rule, with the reason on stderr; with `--json` an object `{"error", "sentence", "facts"}` |
| 2 | usage |
| 3 | busy or unreachable: trying again may help |
| 4 | bad data: a file's rows, a bank that is not as it should be |
| 70 | a fault of the program; the log it names holds no data of donors |
| 130 | interrupted |

**Who acts** is the login in `--user` or `BIOBANK_USER`, else the workstation's account if a person has that login, else
the only person there is. A person with a password is asked for it on the terminal; scripts give it in
`BIOBANK_PASSWORD`. Destructions and withdrawals ask for it once more.

**Settings** come from a TOML file, overridden by the environment (`BIOBANK_BANK`, `BIOBANK_USER`, `BIOBANK_LANG`, …),
overridden by options; `biobank doctor` shows where each came from. The language is `--lang` or `BIOBANK_LANG`, else
that of the system: `LANGUAGE`, `LC_ALL`, `LC_MESSAGES` or `LANG`.

## Options of every command

They may stand anywhere on the line.

"""


def text() -> str:
    """The whole manual."""
    return OPENING + "\n".join(_parameters(root())) + "\n" + "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    for title, entries in SECTIONS.items():
        yield f"\n## {title}\n"
        for entry in entries:
            yield from _command(f"biobank {entry.name}", load(entry.name), "###")


def _command(name: str, command: Any, heading: str) -> Iterator[str]:
    yield f"{heading} {name}\n"
    yield f"{command.help}\n"
    below = getattr(command, "commands", {})
    if not below:
        context = typer.Context(command, info_name=name)
        yield f"```\n{' '.join([name, *command.collect_usage_pieces(context)])}\n```\n"
        rows = list(_parameters(command))
        if len(rows) > 2:
            yield from rows
            yield ""
    for each, inner in below.items():
        yield from _command(f"{name} {each}", inner, heading + "#")


def _parameters(command: Any) -> Iterator[str]:
    """A table of a command's arguments and options."""
    yield "| option | meaning |"
    yield "|---|---|"
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        context = typer.Context(command, info_name="")
        record = parameter.get_help_record(context)
        if record is not None:
            name, meaning = (str(part).replace("|", "\\|").replace("\n", " ") for part in record)
            yield f"| `{' '.join(name.split())}` | {' '.join(meaning.split())} |"


def main() -> None:
    """Write the manual."""
    MANUAL.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
