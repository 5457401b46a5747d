"""The token sheet: our themes, and the few named inks that every widget uses.

A token is a CSS variable ($rule, $quiet, $faint, $good, $warn, $bad, $info, $cursor, $mark, $cat-1…8, $age-1…5);
Textual's own themes get theirs derived, so every theme has them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from biobank_tui.tui.status import Tone

DARK: Final = "biobank-dark"
LIGHT: Final = "biobank-light"
CONTRAST: Final = "biobank-contrast"

THEMES: Final = (
    Theme(
        name=DARK,
        dark=True,
        primary="#6cc3d5",
        secondary="#8aa3b8",
        accent="#6cc3d5",
        foreground="#d5dde3",
        background="#0f1418",
        surface="#131a1f",
        panel="#1a2229",
        success="#86cc96",
        warning="#e4b765",
        error="#ee8a82",
        variables={
            "rule": "#2b363f",
            "quiet": "#8595a1",
            "faint": "#55626c",
            "info": "#9db8e8",
            "cursor": "#234553",
            "mark": "#1b2f38",
        },
    ),
    Theme(
        name=LIGHT,
        dark=False,
        primary="#0b6478",
        secondary="#4b6475",
        accent="#0b6478",
        foreground="#1d282e",
        background="#fbfbf8",
        surface="#f5f5f1",
        panel="#eaebe6",
        success="#23703a",
        warning="#8a5606",
        error="#ad2219",
        variables={
            "rule": "#d3d6d2",
            "quiet": "#5d6a72",
            "faint": "#a3aba8",
            "info": "#2d56a8",
            "cursor": "#c5e2e8",
            "mark": "#e2eff1",
        },
    ),
    Theme(
        name=CONTRAST,
        dark=True,
        primary="#ffe14d",
        secondary="#ffffff",
        accent="#ffe14d",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        success="#6dff8b",
        warning="#ffc252",
        error="#ff9a94",
        variables={
            "rule": "#ffffff",
            "quiet": "#e0e0e0",
            "faint": "#909090",
            "info": "#a9cbff",
            "cursor": "#5c4d00",
            "mark": "#2e2e2e",
        },
    ),
)

_CATEGORIES_ON_DARK = ["#6cc3d5", "#e4b765", "#b9a3e3", "#86cc96", "#ea94b0", "#d7cf72", "#e59f72", "#9fb4c7"]
_CATEGORIES_ON_LIGHT = ["#0b6478", "#8a5606", "#6a4bb0", "#23703a", "#a8285a", "#6d6700", "#9c4414", "#44586a"]


def tokens(variables: Mapping[str, str], dark: bool) -> dict[str, str]:
    """The tokens of a theme that does not name them, derived from its colours (CSS variables without "$")."""
    ground = Color.parse(variables["background"])
    ink = Color.parse(variables["foreground"])
    accent = Color.parse(variables["accent"])
    named = ink.ansi is not None or ground.ansi is not None

    def mixed(color: Color, part: float, otherwise: str) -> str:
        return otherwise if named else ground.blend(color, part).hex

    new, old = accent, Color.parse(variables["warning"])
    found = {
        "rule": mixed(ink, 0.2, "ansi_bright_black"),
        "quiet": mixed(ink, 0.6, "ansi_bright_black"),
        "faint": mixed(ink, 0.35, "ansi_bright_black"),
        "good": variables["success"],
        "warn": variables["warning"],
        "bad": variables["error"],
        "info": variables["secondary"],
        "cursor": mixed(accent, 0.3, "ansi_blue"),
        "mark": mixed(accent, 0.13, "ansi_black"),
    }
    categories = _CATEGORIES_ON_DARK if dark else _CATEGORIES_ON_LIGHT
    found.update({f"cat-{number}": color for number, color in enumerate(categories, 1)})
    for step in range(5):
        found[f"age-{step + 1}"] = variables["foreground"] if named else new.blend(old, step / 4).hex
    return found


def inks(app: App[Any]) -> dict[str, Style]:
    """Rich styles for widgets that paint lines: one ink per tone and category, `on-` the grounds."""
    values = app.theme_variables

    def ink(token: str) -> Style:
        return Style(color=Color.parse(values[token]).rich_color)

    def ground(token: str) -> Style:
        return Style(bgcolor=Color.parse(values[token]).rich_color)

    found = {str(tone): ink(str(tone)) for tone in Tone if tone is not Tone.PLAIN}
    found[Tone.PLAIN] = ink("foreground")
    found |= {name: ink(name) for name in ("rule", *(f"cat-{n}" for n in range(1, 9)))}
    found |= {name: ink(name) for name in (f"age-{n}" for n in range(1, 6))}
    found |= {f"on-{name}": ground(name) for name in ("cursor", "mark", "panel", "surface", "background")}
    return found
