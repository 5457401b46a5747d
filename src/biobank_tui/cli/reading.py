"""What commands read of their arguments: codes from stdin, NAME=VALUE pairs, the digest of a document."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from biobank_tui.rules.errors import Refused, Unreachable


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


def digest_of(file: Path | None) -> str | None:
    """SHA-256 (hex) of a document; nothing where none is given. Unreachable where it cannot be read."""
    if file is None:
        return None
    try:
        with file.open("rb") as document:
            return hashlib.file_digest(document, "sha256").hexdigest()
    except OSError as broken:
        raise Unreachable(
            "file.unreadable", "Cannot read {file}: {reason}.", file=str(file), reason=broken.strerror or str(broken)
        ) from broken
