"""Which paper lets samples leave their country: export authorisations, where to, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a declaration or an authorisation stands on a day."""

    STANDS = "stands"
    FUTURE = "future"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ExportPaper:
    """An export authorisation. issued, expires, ended: ISO, possibly partial. countries: where to; none: anywhere."""

    reference: str
    issued: str
    expires: str | None = None
    ended: str | None = None
    countries: tuple[str, ...] = ()

    def covers(self, country: str | None, day: str) -> bool:
        """Whether it stands that day and reaches the country; one that is not known is reached by "anywhere" alone."""
        reaches = not self.countries or (country is not None and country in self.countries)
        return reaches and standing(self.issued, self.expires, self.ended, day) is Standing.STANDS


def standing(issued: str, expires: str | None, ended: str | None, day: str) -> Standing:
    """How a paper stands on a day; one that names a month or a year only holds through the whole of it."""
    if ended is not None and ended[:10] <= day:
        return Standing.ENDED
    if expires is not None and expires < day[: len(expires)]:
        return Standing.EXPIRED
    return Standing.STANDS if issued <= day[: len(issued)] else Standing.FUTURE


def names(text: str | None, reference: str) -> bool:
    """Whether a project's text names this reference: as the whole of it, or as one among several."""
    wanted = _folded(reference)
    return bool(text) and wanted in {_folded(str(text)), *(_folded(part) for part in re.split(r"[,;\n]", str(text)))}


def fitting(papers: Iterable[ExportPaper], country: str | None, day: str) -> list[ExportPaper]:
    """Those that cover a country that day, the one that holds longest first."""
    found = [paper for paper in papers if paper.covers(country, day)]
    return sorted(found, key=lambda paper: paper.expires or "~", reverse=True)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
