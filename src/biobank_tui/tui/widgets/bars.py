"""Bars of whole cells and eighths, for shares and counts."""

from __future__ import annotations

from typing import Final

from biobank_tui.words import _

EIGHTHS: Final = " ▏▎▍▌▋▊▉"
FULL: Final = "█"


def bar(share: float, width: int) -> tuple[str, str]:
    """The filled part and the rest of a bar of so many cells. share: 0 to 1; something is never shown as nothing."""
    share = min(max(share, 0.0), 1.0)
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    if share < 1:
        eighths = min(eighths, width * 8 - 1)
    whole, part = divmod(eighths, 8)
    filled = FULL * whole + (EIGHTHS[part] if part else "")
    return filled, " " * (width - len(filled))


def percent(part: int, total: int) -> str:
    """A share in whole percent that is 0 % and 100 % only where it is so; empty of nothing."""
    if total <= 0:
        return ""
    shown = round(100 * part / total)
    if part and not shown:
        shown = 1
    if part < total and shown == 100:
        shown = 99
    return _("{share}%").format(share=shown)
