"""What can go wrong, as one tree.

    BiobankError            the root: faces catch this and show its sentence
    ├── Refused             a rule said no                          exit 1
    │   └── Denied          the actor may not do this               exit 1
    ├── NotFound            the bank has no such thing              exit 1
    ├── Conflict            somebody else was first                 exit 1
    ├── BadData             rows that cannot be taken, with where   exit 4
    └── Unreachable         a bank, file, folder or printer that is
                            absent, busy, full or not permitted     exit 3

Every error carries a stable `code` (dotted, for scripts), a `sentence` (an English template, translated
by the faces) and the `facts` that fill it. `str(error)` is the English sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from biobank_tui.rules.phrases import filled


class BiobankError(Exception):
    """The root of the tree.

    code: stable dotted name, e.g. "position.taken". sentence: template with {named} facts.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, sentence: str, /, **facts: object) -> None:
        super().__init__(code, sentence, facts)
        self.code = code
        self.sentence = sentence
        self.facts = facts

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)


class Refused(BiobankError):
    """A rule said no; the sentence says which and with what figures."""


class Denied(Refused):
    """The actor's roles do not reach this act."""


class NotFound(BiobankError):
    """Nothing in this bank goes by that code."""


class Conflict(BiobankError):
    """Somebody else took it first, or it changed since it was read."""


class Unreachable(BiobankError):
    """A bank, a file, a folder or a printer cannot be reached; trying again, or another one, may help."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class RowDefect:
    """One thing wrong with one row of a file.

    line is 1-based as an editor counts; column is the file's own header; value is as written;
    allowed says what would have been taken.
    """

    file: str
    line: int
    column: str
    value: str
    code: str
    sentence: str
    allowed: str = ""


class BadData(BiobankError):
    """A file that cannot be taken whole; `defects` says where and why."""

    exit_code = 4

    def __init__(self, code: str, sentence: str, /, defects: Sequence[RowDefect] = (), **facts: object) -> None:
        super().__init__(code, sentence, **facts)
        self.defects = tuple(defects)
