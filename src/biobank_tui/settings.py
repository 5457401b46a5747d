"""What a person sets for themselves: one TOML file; the environment and the command line override it.

The bank's own settings (its name, its limits) are kept in the bank: see bank/settings.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.phrases import mark


class Origin(StrEnum):
    """Where a value came from; each overrides those before it."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


def _told(meaning: str, default: str = "") -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """One person's settings. Empty text is a default found at the time it is needed."""

    bank: str = _told("The bank to open: a file, or a postgresql:// address. Empty: bank.db in the user's data folder.")
    user: str = _told("The login to act as. Empty: the account of the workstation, if a person has that login.")
    lang: str = _told("The language of words and sentences: en or fr. Empty: as the system says.")
    theme: str = _told("The app's theme by name, such as biobank-dark or biobank-light.", "biobank-dark")
    stock: str = _told("The label stock to print on unless another is named.")
    printer: str = _told("Where labels go unless told: a file, tcp://HOST:9100 or lp:QUEUE.")
    keys: dict[str, str] = field(
        default_factory=dict, metadata={"meaning": "Keys of the app by command name, for those remapped."}
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with where each came from. file: where the TOML file is, or would be."""

    settings: Settings
    origins: dict[str, Origin]
    file: Path


def variable(name: str) -> str:
    """The environment variable that sets a setting."""
    return f"BIOBANK_{name.upper()}"


def meanings() -> dict[str, str]:
    """Every setting with what it means."""
    return {each.name: each.metadata["meaning"] for each in fields(Settings)}


def settings_file(environ: Mapping[str, str]) -> Path:
    """The TOML file: BIOBANK_SETTINGS, else settings.toml in the user's configuration folder."""
    named = environ.get("BIOBANK_SETTINGS")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("biobank", appauthor=False) / "settings.toml"


def default_bank() -> Path:
    """The bank in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("biobank", appauthor=False) / "bank.db"


def load(flags: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """The settings in force. Refused where the file names a setting there is not, or cannot be read."""
    surroundings = os.environ if environ is None else environ
    file = settings_file(surroundings)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    written = _read(file)
    for name in meanings():
        told = (
            (Origin.FILE, written.get(name)),
            (Origin.ENVIRONMENT, surroundings.get(variable(name)) if name != "keys" else None),
            (Origin.FLAG, (flags or {}).get(name)),
        )
        origins[name] = Origin.DEFAULT
        for origin, value in told:
            if value:
                values[name], origins[name] = value, origin
    return Loaded(Settings(**values), origins, file)


def system_language(environ: Mapping[str, str] | None = None) -> str:
    """The language the system speaks, as LANGUAGE, LC_ALL, LC_MESSAGES or LANG say; empty where they are silent."""
    surroundings = os.environ if environ is None else environ
    found = (surroundings.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return next((value for value in found if value), "")


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    import tomllib

    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise Refused(
            "settings.unreadable", "The settings in {file} cannot be read: {detail}", file=str(file), detail=str(fault)
        ) from fault
    known = meanings()
    for name, value in written.items():
        if name not in known:
            raise Refused(
                "settings.unknown",
                "{file} sets {name}, which there is not; there are {names}.",
                file=str(file),
                name=name,
                names=", ".join(known),
            )
        if not isinstance(value, dict if name == "keys" else str):
            raise Refused(
                "settings.kind",
                "{name} in {file} is {wanted}, not {value}.",
                name=name,
                file=str(file),
                wanted=mark("a table of keys") if name == "keys" else mark("text in quotes"),
                value=str(value),
            )
    return written
