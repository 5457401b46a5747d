"""The clock on the wall: moments are kept in UTC, and shown in the zone that the bank's setting `zone` names."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.moments import parse_moment, show_local


class _Wall:
    """The zone in use; the face that opens a bank sets it."""

    zone: tzinfo = UTC


def set_zone(name: str) -> None:
    """Show moments in this zone from now on; in UTC where there is no such zone."""
    try:
        _Wall.zone = UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        _Wall.zone = UTC


def zone() -> tzinfo:
    """The zone in use."""
    return _Wall.zone


def clock(moment: str | None) -> str:
    """A moment as the wall has it, to the minute: 2026-03-02 10:15; one that is partial as it is, none as nothing."""
    return show_local(moment, _Wall.zone) if moment else ""


def typed(moment: str | None) -> str:
    """A moment as somebody here would type it; as it is kept where that would not say the same."""
    told = clock(moment)
    try:
        return told if not moment or parse_moment(told, _Wall.zone) == moment else moment
    except Refused:
        return moment or ""
