"""Moments as people say them: how long ago, and the exact one beside."""

from __future__ import annotations

from datetime import date

from rich.cells import cell_len

from biobank_tui.words import _, figure, ngettext

DAYS_OF_MONTH = 30.44
DAYS_OF_YEAR = 365.25


def day(moment: str | None) -> str:
    """The day of a possibly partial moment; a dash where there is none."""
    return moment[:10] if moment else "—"


def ago(moment: str | None, today: date) -> str:
    """How long ago a moment was, or how far ahead it is, in one unit; empty where it is unknown or only a year."""
    days = days_since(moment, today)
    if days is None:
        return ""
    if days == 0:
        return _("today")
    span = _span(abs(days))
    return _("{span} ago").format(span=span) if days > 0 else _("in {span}").format(span=span)


def ago_width() -> int:
    """Cells that a moment of the past takes at most, in the language in use."""
    return max(cell_len(_("{span} ago").format(span=_span(days))) for days in (59, 23 * 30, 100 * 365))


def days_since(moment: str | None, today: date) -> int | None:
    """Whole days from a moment's day to today; None where the day is not known."""
    if not moment or len(moment) < 10:
        return None
    try:
        return (today - date.fromisoformat(moment[:10])).days
    except ValueError:
        return None


def _span(days: int) -> str:
    if days < 60:
        return ngettext("{count} day", "{count} days", days).format(count=figure(days))
    months = round(days / DAYS_OF_MONTH)
    if months < 24:
        return ngettext("{count} month", "{count} months", months).format(count=figure(months))
    years = round(days / DAYS_OF_YEAR)
    return ngettext("{count} year", "{count} years", years).format(count=figure(years))
