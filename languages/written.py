"""Sentences where they are written: the arguments of the functions and errors that take a sentence.

Babel's own reader joins the two halves of `"a" if x else "b"` into one; this one reads the syntax tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Msgid = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: the argument's number from 0, or its name, and what the function writes before it."""

    argument: int | str
    before: str = ""


SECOND = (Place(1),)

KEYWORDS: Final[dict[str, tuple[Place, ...]]] = {
    "_": (Place(0),),
    "mark": (Place(0),),
    "phrase": (Place(0),),
    "counted": (Place(1),),
    "say": (Place(0),),
    "sign": (Place(2),),
    "BiobankError": SECOND,
    "ProgramFault": SECOND,
    "Refused": SECOND,
    "Denied": SECOND,
    "NotFound": SECOND,
    "Conflict": SECOND,
    "BadData": SECOND,
    "Unreachable": SECOND,
    "Reason": SECOND,
    "Finding": SECOND,
    "ReportColumn": SECOND,
    "Report": (Place(1), Place("note")),
    "Fault": (Place(2),),
    "Resolved": (Place(4),),
    "wrong": (Place(1, "The map {file} is wrong at {key}: "),),
}
"""Functions of which an argument is a sentence, and which."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence, or one and many, and the file it is in, by its path in the project."""

    msgid: Msgid
    file: str


def written(root: Path, folder: Path) -> Iterator[Found]:
    """Every sentence under the folder; files are named from the root."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        yield from (Found(msgid, name) for msgid in in_source(path.read_text(encoding="utf-8")))


def in_source(source: str) -> Iterator[Msgid]:
    """Every sentence of one module."""
    yield from _under(ast.parse(source), {})


def _under(node: ast.AST, named: dict[str, ast.expr]) -> Iterator[Msgid]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        named = named | _assigned(node)
    if isinstance(node, ast.Call):
        yield from _of_call(node, named)
    for below in ast.iter_child_nodes(node):
        yield from _under(below, named)


def _assigned(function: ast.AST) -> dict[str, ast.expr]:
    return {
        each.targets[0].id: each.value
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    }


def _of_call(call: ast.Call, named: dict[str, ast.expr]) -> Iterator[Msgid]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "ngettext":
        forms = [each.value for each in call.args[:2] if isinstance(each, ast.Constant)]
        if len(forms) == 2:
            yield str(forms[0]), str(forms[1])
        return
    for place in KEYWORDS.get(name, ()):
        for text in _texts(_argument(call, place.argument), named):
            yield place.before + text


def _argument(call: ast.Call, wanted: int | str) -> list[ast.expr]:
    if isinstance(wanted, int):
        return call.args[wanted : wanted + 1]
    return [each.value for each in call.keywords if each.arg == wanted]


def _texts(expressions: Iterable[ast.expr], named: dict[str, ast.expr]) -> Iterator[str]:
    for each in expressions:
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
            yield each.value
        elif isinstance(each, ast.IfExp):
            yield from _texts((each.body, each.orelse), named)
        elif isinstance(each, ast.Name) and each.id in named:
            yield from _texts([named[each.id]], {})
