"""Samples that would leave their country: under which export authorisation they may, and what is wanting.

The project names the authorisation, as it was decided; the custodian's record of it says where to and until when.
Both have to fit on the day of the dispatch. A bank that has never recorded an export authorisation keeps to what its
projects name; with the first one recorded, nothing leaves under a reference that is not on record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, select

from biobank_tui.model import AuthorisationKind
from biobank_tui.model.tables import AUTHORISATION, ORGANISATION
from biobank_tui.queries.gate import Gate
from biobank_tui.rules.borders import ExportPaper, Standing, fitting, names, standing
from biobank_tui.rules.phrases import mark

EXPORTS = AUTHORISATION.c.kind == AuthorisationKind.EXPORT


@dataclass(frozen=True, slots=True)
class Border:
    """What a shipment crosses. origins: custodians (code, country) whose samples leave their country or may.

    named: what the project says of its authorisation. papers: by custodian. recorded: whether the bank records any.
    """

    project: str
    named: str | None
    recipient: str
    country: str | None
    origins: tuple[tuple[str, str | None], ...] = ()
    papers: dict[str, list[ExportPaper]] = field(default_factory=dict)
    recorded: bool = False

    def used(self, day: str) -> tuple[str, ...]:
        """The references under which the samples leave, as they are on record; else what the project names."""
        if not self.origins:
            return ()
        if not self.recorded:
            return (self.named,) if self.named else ()
        found = [self._fitting(custodian, day) for custodian, _country in self.origins]
        return tuple(dict.fromkeys(papers[0].reference for papers in found if papers))

    def against(self, day: str) -> tuple[Gate, ...]:
        """What keeps the samples here, one sentence for each custodian."""
        if self.origins and not self.named:
            return (self._unnamed(day),)
        if not self.recorded:
            return ()
        return tuple(
            self._unfit(custodian, day) for custodian, _country in self.origins if not self._fitting(custodian, day)
        )

    def _fitting(self, custodian: str, day: str) -> list[ExportPaper]:
        return [each for each in self._would_do(custodian, day) if names(self.named, each.reference)]

    def _would_do(self, custodian: str, day: str) -> list[ExportPaper]:
        return fitting(self.papers.get(custodian, ()), self.country, day)

    def _unnamed(self, day: str) -> Gate:
        """The project names no authorisation at all."""
        for organisation, country in ((self.recipient, self.country), *self.origins):
            if country is None:
                sentence = mark(
                    "The country of {organisation} is not known, so these samples count as leaving theirs: say it"
                    " (biobank org country), or record the export authorisation of {project}."
                )
                return Gate("export.country", sentence, {"organisation": organisation, "project": self.project})
        custodian, origin = self.origins[0]
        facts = {"origin": origin, "country": self.country, "project": self.project}
        would = self._would_do(custodian, day)
        if would:
            sentence = mark(
                "The samples go from {origin} to {country}; {project} names no export authorisation for that."
                " {reference} of {custodian} covers it: name it in the project."
            )
            return Gate("export.unnamed", sentence, facts | {"custodian": custodian, "reference": would[0].reference})
        sentence = mark("The samples go from {origin} to {country}; {project} has no export authorisation for that.")
        return Gate("export.unauthorised", sentence, facts)

    def _unfit(self, custodian: str, day: str) -> Gate:
        """What the project names does not let this custodian's samples go there that day."""
        facts: dict[str, object] = {"custodian": custodian, "project": self.project, "named": self.named}
        facts |= {"country": self.country or "?"}
        would = self._would_do(custodian, day)
        if would:
            sentence = mark(
                "{project} names {named}, which does not let samples of {custodian} go to {country}; {reference} does:"
                " name it in the project."
            )
            return Gate("export.other", sentence, facts | {"reference": would[0].reference})
        own = [each for each in self.papers.get(custodian, ()) if names(self.named, each.reference)]
        if not own:
            sentence = mark(
                "{project} names {named}, but no export authorisation of {custodian} on record is called so: record"
                " it, with its countries and its days."
            )
            return Gate("export.unrecorded", sentence, facts)
        paper = max(own, key=lambda each: (each.ended is None, each.issued))
        facts |= {"reference": paper.reference}
        match standing(paper.issued, paper.expires, paper.ended, day):
            case Standing.ENDED:
                sentence = mark(
                    "The export authorisation {reference} of {custodian} was ended on {day}; it needs another."
                )
                return Gate("export.ended", sentence, facts | {"day": str(paper.ended)[:10]})
            case Standing.EXPIRED:
                sentence = mark(
                    "The export authorisation {reference} of {custodian} ran out on {day}; it needs another."
                )
                return Gate("export.expired", sentence, facts | {"day": paper.expires})
            case Standing.FUTURE:
                sentence = mark("The export authorisation {reference} of {custodian} holds from {day} on, not before.")
                return Gate("export.future", sentence, facts | {"day": paper.issued})
        facts |= {"countries": ", ".join(paper.countries)}
        if self.country is None:
            sentence = mark(
                "The export authorisation {reference} of {custodian} covers {countries}, and the country of"
                " {recipient} is not known: say its country."
            )
            return Gate("export.country", sentence, facts | {"recipient": self.recipient})
        sentence = mark("The export authorisation {reference} of {custodian} covers {countries}, not {country}.")
        return Gate("export.elsewhere", sentence, facts)


def border(connection: Connection, project: RowMapping, recipient: RowMapping, custodians: Collection[int]) -> Border:
    """What samples of these custodians (ids) cross on their way to the recipient; nothing within one country."""
    rows = connection.execute(
        select(ORGANISATION.c.id, ORGANISATION.c.code, ORGANISATION.c.country)
        .where(ORGANISATION.c.id.in_([each for each in custodians if each != recipient["id"]]))
        .order_by(ORGANISATION.c.code)
    ).all()
    to = recipient["country"]
    leaving = [row for row in rows if to is None or row.country is None or row.country != to]
    papers: dict[str, list[ExportPaper]] = defaultdict(list)
    found = connection.execute(
        select(ORGANISATION.c.code, AUTHORISATION)
        .join(ORGANISATION, ORGANISATION.c.id == AUTHORISATION.c.organisation_id)
        .where(EXPORTS, AUTHORISATION.c.organisation_id.in_([row.id for row in leaving]))
        .order_by(AUTHORISATION.c.id)
    )
    for row in found.mappings():
        countries = tuple(row["countries"].split(",")) if row["countries"] else ()
        papers[row["code"]].append(
            ExportPaper(row["reference"], row["issued"], row["expires"], row["ended"], countries)
        )
    return Border(
        project["code"],
        project["export_authorisation"],
        recipient["code"],
        to,
        tuple((row.code, row.country) for row in leaving),
        dict(papers),
        connection.scalar(select(AUTHORISATION.c.id).where(EXPORTS).limit(1)) is not None,
    )
