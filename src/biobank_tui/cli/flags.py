"""The global options, taken wherever they stand: `biobank show CODE --json` is `biobank --json show CODE`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

VALUED = ("bank", "user", "lang")
PLAIN = ("json",)


@dataclass(frozen=True, slots=True)
class Flags:
    """values: --bank, --user and --lang as given. json: results as JSON. rest: the other arguments, in order."""

    values: dict[str, str] = field(default_factory=dict)
    json: bool = False
    rest: tuple[str, ...] = ()


def hoist(arguments: Sequence[str]) -> Flags:
    """Part the global options from the rest; what follows a lone `--` is left alone."""
    values: dict[str, str] = {}
    rest: list[str] = []
    json = False
    queue = list(arguments)
    while queue:
        argument = queue.pop(0)
        if argument == "--":
            rest += [argument, *queue]
            break
        name, equals, value = argument[2:].partition("=") if argument.startswith("--") else ("", "", "")
        if name in PLAIN and not equals:
            json = True
        elif name in VALUED and (equals or queue):
            values[name] = value if equals else queue.pop(0)
        else:
            rest.append(argument)
    return Flags(values, json, tuple(rest))
