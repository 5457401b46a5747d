"""One thing that keeps a shipment here, with its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from biobank_tui.rules.phrases import filled


@dataclass(frozen=True, slots=True)
class Gate:
    """sentence: a template filled by facts. sample: the tube it is about."""

    code: str
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)
    sample: str | None = None

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)
