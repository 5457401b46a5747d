"""What criteria would give, in bars: how many are eligible, why not the others, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from biobank_tui.queries.barriers import ReasonCount
from biobank_tui.queries.feasibility import FacetCount, Feasibility
from biobank_tui.tui.safe import plain
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import look
from biobank_tui.tui.widgets.bars import bar
from biobank_tui.words import _, figure, filled_in, mark

FACET_WORDS: Final = {
    "type": mark("by material"),
    "dx": mark("by diagnosis"),
    "site": mark("by custodian"),
    "collected": mark("by year"),
    "status": mark("all that match, by status"),
}
"""Facets in the order they are shown; all but the last count what is eligible."""

FIELD_WORDS: Final = {
    "type": mark("material"),
    "dx": mark("diagnosis"),
    "site": mark("custodian"),
    "collected": mark("year"),
}
"""Facets by which a line can be narrowed: fields of the filter language."""


def feasible_content(found: Feasibility, width: int, asked: int, small_cell: int, most: int) -> Content:
    """Eligible of matching in one bar; below it why not at the left, facets at the right."""
    eligible = found.eligible
    few = eligible is None or eligible < asked
    filled, rest = bar((eligible or 0) / (found.matching or 1), 16)
    shown = _("fewer than {limit}").format(limit=small_cell) if eligible is None else figure(eligible)
    lines = [
        Content.assemble(
            plain(_("{count} eligible now").format(count=shown), f"bold ${'warn' if few else 'good'}"),
            plain("  "),
            (filled, "$accent on $panel"),
            (rest, "on $panel"),
            plain("  " + _("of {count} that match").format(count=count_word(found.matching, small_cell)), "$quiet"),
        )
    ]
    half = width // 2 - 1
    left = _reasons(found.reasons, half, small_cell, most)
    right = _facets(found, width - half - 2, small_cell, most)
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else Content("")
        other = right[place] if place < len(right) else Content("")
        lines.append(Content.assemble(one, " " * max(half + 2 - one.cell_length, 1), other))
    lines += [plain(f"  {filled_in(duty.sentence, duty.facts)}", "$quiet") for duty in found.obligations[: most // 4]]
    return Content("\n").join(lines)


def count_word(n: int | None, small_cell: int) -> str:
    """A count; that it is too small to be told, or told in steps, where the reader may not see it exactly."""
    if n is None:
        return f"<{small_cell}"
    return f"≈{figure(n)}" if small_cell else figure(n)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else text[: max(width - 1, 0)] + "…"


def _reasons(found: Sequence[ReasonCount], width: int, small_cell: int, most: int) -> list[Content]:
    if not found:
        return [plain(_("Nothing keeps any of them."), "$quiet")]
    lines = [plain(_("Not eligible, and why"), "bold $accent")]
    for each in found[:most]:
        facts = {name: _in_words(name, value) for name, value in each.barrier.facts.items()}
        words = filled_in(each.barrier.fragment, facts)
        lines.append(
            Content.assemble(plain(f"{count_word(each.n, small_cell):>7} "), plain(_cut(words, width - 8), "$quiet"))
        )
    if len(found) > most:
        lines.append(
            plain("        " + _("… and {count} other reasons").format(count=figure(len(found) - most)), "$quiet")
        )
    return lines


def _in_words(name: str, value: object) -> object:
    """A status or a consent reason in the language in use; other facts as they are."""
    if name == "status":
        return look("sample", str(value)).word
    template, facts = getattr(value, "sentence", None), getattr(value, "facts", None)
    return filled_in(template, facts) if template is not None and facts is not None else value


def _facets(found: Feasibility, width: int, small_cell: int, most: int) -> list[Content]:
    """What is eligible, facet by facet, as far as there is room: each with its commonest values."""
    names = [name for name in FACET_WORDS if len(found.facets.get(name, ())) > 1]
    lines: list[Content] = []
    for name in names:
        left = most + 1 - len(lines)
        if left < 2:
            break
        lines += _facet(name, found.facets[name], width, small_cell, min(left - 1, most // 3 + 1))
    return lines


def _facet(name: str, values: Sequence[FacetCount], width: int, small_cell: int, most: int) -> list[Content]:
    title = _(FACET_WORDS[name]) if name == "status" else _("Eligible {facet}").format(facet=_(FACET_WORDS[name]))
    more = f" (+{len(values) - most})" if len(values) > most else ""
    lines = [Content.assemble(plain(_cut(title, width - len(more)), "bold $accent"), plain(more, "$quiet"))]
    largest = max((each.n or 0 for each in values), default=0) or 1
    label = min(max((cell_len(value_word(name, each)) for each in values[:most]), default=4), 14)
    size = max(width - label - 9, 4)
    for each in values[:most]:
        filled, rest = bar((each.n or 0) / largest, size)
        lines.append(
            Content.assemble(
                plain(_cut(value_word(name, each), label).ljust(label) + " "),
                (filled, "$accent"),
                (rest, ""),
                plain(f" {count_word(each.n, small_cell):>6}", "$quiet"),
            )
        )
    return lines


def value_word(name: str, found: FacetCount) -> str:
    """A facet's value as people read it."""
    if not found.value:
        return _("not known")
    if name == "status":
        return look("sample", found.value).word
    return material_word(found.value) if name == "type" else found.value
