"""Maps are written as TOML: what `mapfiles` reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def text(value: str) -> str:
    """A TOML text in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'


def written(content: Mapping[str, Any]) -> str:
    """A map of one kind as TOML: first what stands alone, then its tables, each value on a line of its own."""
    return "\n".join(_lines(content, "")) + "\n"


def written_together(contents: Iterable[Mapping[str, Any]]) -> str:
    """A map of several tables as TOML, each told by itself."""
    return "\n".join(line for content in contents for line in ("[[table]]", *_lines(content, "table."), "")) + "\n"


def _lines(content: Mapping[str, Any], within: str) -> list[str]:
    lines = [f"{_key(name)} = {_value(value)}" for name, value in content.items() if not isinstance(value, Mapping)]
    for name, table in content.items():
        if isinstance(table, Mapping) and table:
            rows = (f"{_key(key)} = {_value(value)}" for key, value in table.items())
            lines += ["", f"[{within}{_key(name)}]", *rows]
    return lines


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return text(str(value))
