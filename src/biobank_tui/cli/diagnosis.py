"""What `biobank doctor` finds: settings with their origins, the SQLite at hand, the bank, the disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, fields, replace
from pathlib import Path

from biobank_tui.cli.desk import Desk
from biobank_tui.rules.errors import BiobankError
from biobank_tui.settings import Loaded, Settings
from biobank_tui.words import _, in_words, mark, sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the diagnosis. origin: where a setting came from, or a remark."""

    what: str
    value: str
    origin: str = ""


def in_language(lines: list[Line]) -> list[Line]:
    """What each line is about, and where it came from, in the language in use; settings keep their names."""
    names = {each.name for each in fields(Settings)}
    return [
        replace(each, what=each.what if each.what in names else in_words(each.what), origin=in_words(each.origin))
        for each in lines
    ]


def examine(desk: Desk) -> tuple[list[Line], BiobankError | None]:
    """All lines, and why the bank could not be opened if it could not."""
    lines = [*_program(), *_settings(desk.loaded, desk.address)]
    try:
        lines += _bank(desk)
    except BiobankError as error:
        return [*lines, Line(mark("bank state"), sentence(error))], error
    return lines, None


def _program() -> list[Line]:
    import platform

    from biobank_tui import __version__
    from biobank_tui.bank.dialects import sqlite_module, wal_is_sound

    module = sqlite_module()
    sound = wal_is_sound(module.sqlite_version_info)
    return [
        Line("biobank-tui", __version__),
        Line("python", platform.python_version()),
        Line(
            "sqlite",
            module.sqlite_version,
            _("write-ahead log is sound") if sound else _("write-ahead log is faulty in it; rollback journal is used"),
        ),
    ]


def _settings(loaded: Loaded, address: str) -> list[Line]:
    lines = [Line(mark("settings file"), str(loaded.file), "" if loaded.file.is_file() else _("not there"))]
    for each in fields(loaded.settings):
        value = getattr(loaded.settings, each.name) or (_without_password(address) if each.name == "bank" else "")
        shown = ", ".join(f"{name}={key}" for name, key in value.items()) if isinstance(value, dict) else value
        lines.append(Line(each.name, _without_password(shown), str(loaded.origins[each.name])))
    return lines


def _without_password(address: str) -> str:
    if "://" not in address:
        return address
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    return address.replace(f":{parts.password}@", ":***@") if parts.password else address


def _bank(desk: Desk) -> list[Line]:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.condition import condition

    lines: list[Line] = []
    if "://" not in desk.address:
        folder = Path(desk.address).resolve().parent
        if folder.is_dir():
            lines.append(Line(mark("disk free"), _gigabytes(shutil.disk_usage(folder).free)))
        if Path(desk.address).is_file():
            lines.append(Line(mark("bank size"), _gigabytes(Path(desk.address).stat().st_size)))
    with Bank.open(desk.address) as bank, bank.read() as connection:
        state = condition(connection)
    lines += [Line(each.name, str(getattr(state, each.name))) for each in fields(state)]
    return [*lines, Line(mark("bank state"), _("open"))]


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.2f} GB"
