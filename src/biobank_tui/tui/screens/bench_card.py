"""The tube last scanned, as the bench shows it."""

from __future__ import annotations

from textual.content import Content

from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.sample_pane import SampleWhole, headline, shown, status_content, warnings
from biobank_tui.words import _


def tube_card(sample: SampleWhole) -> Content:
    """A tube in a few lines that are read at arm's length."""
    tube = sample.detail
    place = str(tube.place) if tube.place is not None else _("no place yet")
    facts = "   ".join(
        part
        for part in (
            f"{tube.amount} / {tube.amount_initial}" if tube.amount and tube.amount_initial else tube.amount,
            tube.donor or "",
            tube.diagnosis or "",
            shown(tube.frozen or tube.collected),
        )
        if part
    )
    lines = [
        headline(tube),
        Content.assemble(status_content(tube), "   ", plain(place, "bold" if tube.place is not None else "$warn")),
        plain(facts, "$quiet"),
        *warnings(tube),
    ]
    return Content("\n").join(lines)
