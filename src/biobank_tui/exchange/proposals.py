"""A proposal from a TOML or JSON file: what is wrong with it is told key by key, all at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from biobank_tui.rules.errors import BadData, BiobankError, RowDefect, Unreachable
from biobank_tui.rules.phrases import mark
from biobank_tui.rules.purpose import Purpose, ResearchType
from biobank_tui.rules.text import visible

LARGEST: Final = 1_000_000
"""Bytes of a proposal's file; a larger one is something else."""

SUFFIXES: Final = (".toml", ".json")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as its file says it. lead: login. organisation, partners: by code. people: logins of the team."""

    title: str
    lead: str
    organisation: str
    summary: str | None = None
    year: int | None = None
    quota: int | None = None
    ethics_reference: str | None = None
    ethics_expires: str | None = None
    export_authorisation: str | None = None
    people: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    purpose: Purpose | None = None


SENTENCES: Final = {
    "key.unknown": mark("{column} is no key of a proposal; there are {allowed}."),
    "key.missing": mark("{column} is missing."),
    "value.text": mark("{column} is a text between quotation marks."),
    "value.whole": mark("{column} is a whole number, without quotation marks."),
    "value.truth": mark("{column} is true or false."),
    "value.list": mark("{column} is a list of texts, as {allowed}."),
    "value.table": mark("{column} is a table of its own: {allowed}."),
    "value.date": mark("{column} is a day, as 2031-12-31."),
    "value.purpose": mark("“{value}” is not taken here: {allowed}."),
}

TEMPLATE: Final = """\
# A proposal for the call of a year; hand it in with: biobank project propose FILE
title = ""
lead = ""                    # the login of the person who leads it
organisation = ""            # the lead's organisation, by code
summary = ""
# year = 2026                # of the call; this year's if not given
# quota = 200                # most samples it may hold
# ethics_reference = ""
# ethics_expires = 2031-12-31
# export_authorisation = ""  # the reference to send samples abroad
people = []                  # logins of others on the team
partners = []                # organisations on the team, by code

[purpose]                    # nothing coded gets nothing
research_type = "biomedical" # {research}
diseases = []                # ICD-10 codes or ranges, as ["C50", "C81-C96"]
countries = ["FR"]           # where samples or data go; empty is anywhere
{truths}
"""

_TEXT = {"title", "lead", "organisation", "summary", "ethics_reference", "export_authorisation"}
_NEEDED = ("title", "lead", "organisation")
_PURPOSE = {each.name for each in fields(Purpose)} - {
    "project", "institutions", "users", "ethics_reference", "ethics_expires"
}  # fmt: skip
_LISTS = {"diseases", "countries", "topics", "sexes"}
_AGES = {"age_from", "age_to"}
_TRUTHS = tuple(each.name for each in fields(Purpose) if each.type == "bool")


def template() -> str:
    """An empty proposal with its keys explained, as TOML."""
    truths = "\n".join(f"{name} = false" for name in _TRUTHS)
    return TEMPLATE.format(research=", ".join(ResearchType), truths=truths)


def read_proposal(path: Path) -> Proposal:
    """The proposal in a file; BadData with every defect, each at its line."""
    text = _text_of(path)
    try:
        said = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, RecursionError) as wrong:
        raise BadData(
            "proposal.syntax", "{file} is not understood: {detail}", file=path.name, detail=visible(str(wrong))
        ) from None
    if not isinstance(said, dict):
        raise BadData("proposal.syntax", "{file} is not understood: {detail}", file=path.name, detail="no table")
    reader = _Reader(path.name, text)
    found = reader.proposal(said)
    if reader.defects or found is None:
        raise BadData(
            "proposal.refused", "{file} is not taken: {count} keys are not right.",
            reader.defects, file=path.name, count=len(reader.defects),
        )  # fmt: skip
    return found


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise BadData("proposal.large", "{file} is too large for a proposal.", file=path.name)
        return path.read_text(encoding="utf-8-sig")
    except OSError as absent:
        raise Unreachable(
            "proposal.absent", "{file} cannot be read: {detail}.", file=str(path), detail=absent.strerror or ""
        ) from None
    except UnicodeDecodeError:
        raise BadData("proposal.encoding", "{file} is not UTF-8 text.", file=path.name) from None


@dataclass
class _Reader:
    file: str
    text: str
    defects: list[RowDefect] = field(default_factory=list)

    def proposal(self, said: Mapping[str, Any]) -> Proposal | None:
        self._known(said, {each.name for each in fields(Proposal)}, "")
        for name in _NEEDED:
            if not said.get(name):
                self._wrong("key.missing", name, "")
        values: dict[str, Any] = {name: self._text(said, name) for name in _TEXT if said.get(name) not in (None, "")}
        values |= {name: self._whole(said, name, "") for name in ("year", "quota") if name in said}
        values |= {name: self._list(said, name, "") for name in ("people", "partners") if name in said}
        if said.get("ethics_expires"):
            values["ethics_expires"] = self._day(said["ethics_expires"])
        if "purpose" in said:
            values["purpose"] = self._purpose(said["purpose"])
        return None if self.defects else Proposal(**values)

    def _purpose(self, said: Any) -> Purpose | None:
        if not isinstance(said, dict):
            self._wrong("value.table", "purpose", said, "[purpose]")
            return None
        self._known(said, _PURPOSE, "purpose.")
        values: dict[str, Any] = {}
        for name, value in said.items():
            if name in _LISTS:
                values[name] = self._list(said, name, "purpose.")
            elif name in _AGES:
                values[name] = self._whole(said, name, "purpose.")
            elif name in _TRUTHS:
                values[name] = self._truth(name, value)
            elif name == "research_type" and value:
                values[name] = self._text(said, name)
        try:
            # One part at a time, so that what is refused can be named.
            for name, value in values.items():
                part = name
                Purpose(**{name: value})
            return Purpose(**values)
        except BiobankError as wrong:
            self._wrong("value.purpose", f"purpose.{part}", said[part], str(wrong).rstrip("."))
        except (TypeError, AttributeError):
            self._wrong("value.purpose", f"purpose.{part}", said[part], part)
        return None

    def _known(self, said: Mapping[str, Any], known: set[str], under: str) -> None:
        for name in said:
            if name not in known:
                self._wrong("key.unknown", f"{under}{name}", "", ", ".join(sorted(known)))

    def _text(self, said: Mapping[str, Any], name: str) -> str:
        return str(self._of(said[name], str, "value.text", name))

    def _whole(self, said: Mapping[str, Any], name: str, under: str) -> int | None:
        value = said[name]
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if not whole:
            self._wrong("value.whole", f"{under}{name}", value)
        return value if whole else None

    def _truth(self, name: str, value: Any) -> bool:
        return bool(self._of(value, bool, "value.truth", f"purpose.{name}"))

    def _list(self, said: Mapping[str, Any], name: str, under: str) -> tuple[str, ...]:
        value = said[name]
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(each.strip() for each in value if each.strip())
        self._wrong("value.list", f"{under}{name}", value, '["C50", "C56"]')
        return ()

    def _day(self, value: Any) -> str | None:
        text = value.isoformat() if hasattr(value, "isoformat") else value
        fits = isinstance(text, str) and re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text)
        if not fits:
            self._wrong("value.date", "ethics_expires", value)
        return str(text) if fits else None

    def _of(self, value: Any, kind: type, code: str, name: str) -> Any:
        if not isinstance(value, kind):
            self._wrong(code, name, value)
        return value

    def _wrong(self, code: str, column: str, value: Any, allowed: str = "") -> None:
        key = column.rpartition(".")[2]
        pattern = re.compile(rf'^\s*"?{re.escape(key)}"?\s*[=:]', re.MULTILINE)
        found = pattern.search(self.text)
        line = self.text.count("\n", 0, found.start()) + 1 if found else 1
        shown = visible(str(value))[:80]
        self.defects.append(RowDefect(self.file, line, visible(column)[:80], shown, code, SENTENCES[code], allowed))


def is_proposal_file(text: str) -> bool:
    """Whether what was given instead of a title names a proposal's file."""
    return text.lower().endswith(SUFFIXES)
