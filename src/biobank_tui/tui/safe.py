"""The single gate from data to the screen.

Textual parses a plain `str` as markup and lets most control codes through to the terminal. Whatever comes
from data is turned into `Content` here, and a filter at the head of the app's line filters catches what
went round the gate.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual.content import Content
from textual.filter import LineFilter
from textual.style import Style

from biobank_tui.rules.text import visible, visible_lines

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color

# What the filter replaces, one cell for one: C0, DEL and C1; bidi marks, embeddings, overrides and isolates;
# line separators; BOM; tag characters. The gate itself, `rules.text.visible`, is stricter.
_RAW = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def plain(text: str, style: str | Style = "") -> Content:
    """One line of data, shown literally: no markup, no escapes, no direction tricks."""
    safe = visible(text)
    return Content.styled(safe, style) if style else Content(safe)


def paragraph(text: str, style: str | Style = "") -> Content:
    """Data of several lines (notes, reasons), shown literally; the line breaks are kept."""
    safe = "\n".join(visible_lines(text))
    return Content.styled(safe, style) if style else Content(safe)


def hanging(head: Content, text: str, style: str, width: int, inset: int = 6) -> list[Content]:
    """A text after its head; what does not fit goes on under it, set in by as many cells, or by less than the head."""
    first, *rest = wrap(text, max(width - head.cell_length, 12)) or [""]
    inset = min(head.cell_length, inset)
    after = wrap(" ".join(rest), max(width - inset, 12))
    return [Content.assemble(head, plain(first, style)), *(plain(" " * inset + line, style) for line in after)]


class SafeFilter(LineFilter):
    """Replaces what a terminal would act on, in every line of every widget, and drops links."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments with nothing raw in them."""
        return [self._clean(segment) for segment in segments if not segment.control]

    def _clean(self, segment: Segment) -> Segment:
        text, style, _ = segment
        if style is not None and style.link:
            style = style.update_link(None)
        return Segment(_RAW.sub(_picture, text), style)


def guard(app: App[Any]) -> None:
    """Put the filter at the head of the app's line filters (Textual keeps them in a private list)."""
    app._filters.insert(0, SafeFilter())
