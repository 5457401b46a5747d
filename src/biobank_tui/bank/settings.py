"""What each bank may set for itself: names, kinds, defaults and meaning, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, select

from biobank_tui.model.tables import SETTING
from biobank_tui.rules.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class BankSetting:
    """kind: "text" or "number". least: the smallest number taken. choices: the only words taken, where it lists any."""

    name: str
    default: str
    kind: str
    meaning: str
    least: int = 0
    choices: tuple[str, ...] = ()


SETTINGS: dict[str, BankSetting] = {
    setting.name: setting
    for setting in (
        BankSetting("name", "Biobank", "text", "The bank's name, on the screen and on reports."),
        BankSetting("small_cell", "5", "number", "Counts below this are hidden from project leads.", 1),
        BankSetting("k_anonymity", "5", "number", "The k a release must reach.", 2),
        BankSetting("reservation_days", "30", "number", "How long a reservation stands, in days.", 1),
        BankSetting(
            "reservation_notice_days",
            "7",
            "number",
            "How many days before a reservation runs out its project is told.",
            0,
        ),
        BankSetting("call_target", "10", "number", "Projects to be selected each year.", 0),
        BankSetting(
            "pool_withdrawal",
            "hold",
            "text",
            "What a withdrawal does to a pool with shares of others: hold it, destroy it whole, or keep it and only"
            " record the share as withdrawn.",
            choices=("hold", "destroy", "keep"),
        ),
        BankSetting("majority_age", "18", "number", "The age at which donors decide for themselves.", 1),
        BankSetting(
            "limit_warm_ischaemia", "30", "number", "Minutes of warm ischaemia beyond which a tissue is flagged.", 1
        ),
        BankSetting(
            "limit_cold_ischaemia", "60", "number", "Minutes of cold ischaemia beyond which a tissue is flagged.", 1
        ),
        BankSetting(
            "limit_processing",
            "240",
            "number",
            "Minutes to processing beyond which a fluid is flagged.",
            1,
        ),
        BankSetting(
            "limit_freezing",
            "480",
            "number",
            "Minutes to freezing beyond which a sample is flagged.",
            1,
        ),
        BankSetting(
            "zone", "UTC", "text", "The time zone in which times are shown, and of those typed or imported without one."
        ),
    )
}

PREFIXES: dict[str, str] = {
    "sample": "S",
    "donor": "D",
    "storage_unit": "U",
    "project": "P",
    "request": "R",
    "pick_list": "K",
    "move_list": "M",
    "shipment": "H",
    "project_donor": "N",
    "project_sample": "Q",
    "data_release": "L",
}
"""What codes of each noun begin with, behind the bank's own prefix."""


def setting(connection: Connection, name: str) -> str:
    """A setting's value, or its default."""
    if name not in SETTINGS:
        raise NotFound(
            "setting.unknown",
            "There is no setting {name}; there are {names}.",
            name=name,
            names=", ".join(SETTINGS),
        )
    value: str | None = connection.scalar(select(SETTING.c.value).where(SETTING.c.name == name))
    return SETTINGS[name].default if value is None else value


def checked(name: str, value: str) -> str:
    """The value as it will be stored; Refused where it is of the wrong kind."""
    if name not in SETTINGS:
        raise NotFound(
            "setting.unknown",
            "There is no setting {name}; there are {names}.",
            name=name,
            names=", ".join(SETTINGS),
        )
    found = SETTINGS[name]
    if found.kind == "number" and (not value.isdigit() or int(value) < found.least):
        raise Refused(
            "setting.number",
            "{name} is a whole number of {least} or more, not {value}.",
            name=name,
            least=found.least,
            value=value,
        )
    if name == "zone":
        zone_named(value)
    if found.choices and value not in found.choices:
        raise Refused(
            "value.unknown", "{value} is not one of {allowed}.", value=value, allowed=", ".join(found.choices)
        )
    return value


def zone_named(name: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused("zone.unknown", "“{zone}” is no time zone; one looks like Europe/Paris.", zone=name) from error
