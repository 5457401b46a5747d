"""Sentences and words that stand in tables, and are translated where they are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Any

from sqlalchemy import Table

from biobank_tui.bank import settings as bank_settings
from biobank_tui.bank import violations
from biobank_tui.cli import tree
from biobank_tui.exchange import defects, validating, values
from biobank_tui.model import storage, tables
from biobank_tui.queries import (
    barriers,
    condition,
    donors,
    finding,
    ledger,
    projects,
    requests,
    sample_detail,
    scanning,
    withdrawal,
    worklists,
)
from biobank_tui.queries.preanalytics import sprec_table
from biobank_tui.rules import duo, lifecycles, materials, permissions, profiles, purpose, temperatures
from biobank_tui.rules import fields as filter_fields
from biobank_tui.settings import Origin, Settings
from languages.written import Found


def _spoken(*kinds: type[StrEnum]) -> Iterator[str]:
    for kind in kinds:
        yield from (str(each).replace(".", " ").replace("_", " ") for each in kind)


def _is_table(thing: object) -> bool:
    return isinstance(thing, Table)


def _phrases(allowed: Iterable[str]) -> Iterator[str]:
    """Those of the allowed values that are words, not codes or numbers."""
    return (each for each in allowed if _WORDS.search(each))


def _names(*records: type) -> Iterator[str]:
    for record in records:
        yield from (each.name.replace("_", " ") for each in fields(record))


def _commands() -> Iterator[str]:
    for name in tree.ENTRIES:
        yield from _helps(tree.load(name))


def _sprec() -> Iterator[str]:
    """The elements of a SPREC code and what each of their codes means."""
    yield "Unknown"
    for elements in sprec_table().values():
        for element in elements:
            yield element.name.replace("_", " ")
            yield from (each.label for each in element.classes.values())


def _helps(command: Any) -> Iterator[str]:
    yield command.help or ""
    yield from (getattr(each, "help", None) or "" for each in command.params)
    for below in getattr(command, "commands", {}).values():
        yield from _helps(below)


_WORDS = re.compile(r"[a-z]{3,} [a-z]{2,}")

TABLES: tuple[tuple[str, Callable[[], Iterable[str]]], ...] = (
    ("bank/settings.py", lambda: (each.meaning for each in bank_settings.SETTINGS.values())),
    ("bank/violations.py", lambda: (each[1] for each in (violations.TAKEN | violations.REFUSED).values())),
    ("exchange/defects.py", defects.SENTENCES.values),
    ("exchange/validating.py", lambda: _phrases(validating.AMOUNTS_ALLOWED.values())),
    ("exchange/values.py", lambda: _phrases(values.EXAMPLES.values())),
    ("model/storage.py", lambda: _spoken(storage.UnitKind)),
    ("model/tables.py", lambda: (each.name.replace("_", " ") for each in vars(tables).values() if _is_table(each))),
    ("queries/barriers.py", lambda: (text for pair in barriers.SENTENCES.values() for text in pair)),
    ("queries/finding.py", finding.NOUNS.values),
    ("queries/preanalytics.py", _sprec),
    ("queries/scanning.py", scanning.SENTENCES.values),
    ("queries/worklists.py", lambda: _spoken(worklists.Work)),
    ("rules/duo.py", lambda: (each.label for each in duo.TERMS.values())),
    ("rules/fields.py", lambda: (each.help for each in filter_fields.FIELDS.values())),
    ("rules/lifecycles.py", lambda: _spoken(*lifecycles.MACHINES, lifecycles.SampleKind, lifecycles.Turn)),
    ("rules/lifecycles.py", lifecycles.NOUNS.values),
    ("rules/materials.py", lambda: (each.label for each in materials.MATERIALS.values())),
    ("rules/permissions.py", lambda: _spoken(permissions.Role, permissions.Verb)),
    ("rules/profiles.py", lambda: _spoken(profiles.LegalBasis, profiles.Answer)),
    ("rules/purpose.py", lambda: _spoken(purpose.ResearchType)),
    ("rules/temperatures.py", lambda: (each.label for each in temperatures.TEMPERATURES.values())),
    ("settings.py", lambda: (each.metadata["meaning"] for each in fields(Settings))),
    (
        "queries",
        lambda: _names(
            condition.Condition,
            donors.DonorRow,
            donors.DonorDetail,
            ledger.Act,
            projects.ProjectDetail,
            requests.RequestRow,
            sample_detail.SampleDetail,
            withdrawal.WithdrawalPreview,
        ),
    ),
    ("settings.py", lambda: _spoken(Origin)),
    ("cli", _commands),
)
"""Where words stand in a table, and how they are read out of it."""


def tabled(package: str) -> Iterator[Found]:
    """Every word of the tables; files are named below the package's folder."""
    for file, words in TABLES:
        yield from (Found(word, f"{package}/{file}") for word in words() if word)
