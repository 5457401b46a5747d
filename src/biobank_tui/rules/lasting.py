"""How long something lasts, in hours and days: what counts while a freezer warms."""

from __future__ import annotations

from biobank_tui.rules.moments import minutes_between

DAY = 24 * 60


def lasting(since: str | None, now: str) -> str:
    """The time from one UTC moment to another: "25 min", "3 h 20 min", "2 d 4 h"; empty where it is not known."""
    minutes = minutes_between(since, now)
    if minutes is None or minutes < 0:
        return ""
    whole = int(minutes)
    if whole < 60:
        return f"{whole} min"
    if whole < 2 * DAY:
        return f"{whole // 60} h {whole % 60} min"
    return f"{whole // DAY} d {whole % DAY // 60} h"
