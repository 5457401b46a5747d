"""What commands read of their arguments: codes from stdin, NAME=VALUE pairs."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from biobank_tui.rules.errors import Refused


def codes_of(arguments: Iterable[str]) -> list[str]:
    """The codes given; a lone - stands for those on stdin: the first word of each line, a title line passed over."""
    codes: list[str] = []
    for argument in arguments:
        if argument == "-":
            words = (line.split() for line in sys.stdin)
            codes += [found[0] for found in words if found]
        else:
            codes.append(argument)
    if not codes:
        raise Refused("codes.none", "No codes were given; nothing was done.")
    return codes


def pairs_of(arguments: Iterable[str] | None, option: str) -> dict[str, str]:
    """NAME=VALUE arguments as a dictionary."""
    pairs: dict[str, str] = {}
    for argument in arguments or ():
        name, equals, value = argument.partition("=")
        if not equals or not name:
            raise Refused("pair.form", "{option} is written NAME=VALUE, not {value}.", option=option, value=argument)
        pairs[name.strip()] = value.strip()
    return pairs
