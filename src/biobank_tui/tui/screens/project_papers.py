"""A project's papers, the data it was given and the results it returned: read at one moment, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from biobank_tui.queries import finding
from biobank_tui.queries.agreements import AgreementRow, agreements
from biobank_tui.queries.authorisations import AuthorisationRow, authorisations
from biobank_tui.queries.projects import ProjectDetail
from biobank_tui.queries.releases import ReleaseRow, ResultRow, releases, results
from biobank_tui.rules.borders import names
from biobank_tui.tui.safe import plain
from biobank_tui.tui.status import look
from biobank_tui.tui.when import day
from biobank_tui.words import _, figure, ngettext, phrase

if TYPE_CHECKING:
    from sqlalchemy import Connection

SHOWN = 12
"""Releases, and results, told of one project; the command line lists all."""


@dataclass(frozen=True, slots=True)
class Papers:
    """agreements, releases, results: the newest first. exports: the authorisations on record that the project names.

    recorded: whether the bank has any export authorisation on record.
    """

    agreements: tuple[AgreementRow, ...] = ()
    releases: tuple[ReleaseRow, ...] = ()
    results: tuple[ResultRow, ...] = ()
    exports: tuple[AuthorisationRow, ...] = ()
    recorded: bool = False

    @property
    def standing(self) -> tuple[AgreementRow, ...]:
        """The agreements that can still be called off."""
        return tuple(each for each in self.agreements if each.ended is None)


def read_papers(connection: Connection, project: str, at: str) -> Papers:
    """Read them; at: the moment agreements are looked at."""
    named = finding.project(connection, project)["export_authorisation"]
    exports = [row for row in authorisations(connection, at[:10]) if row.kind == "export"]
    return Papers(
        agreements(connection, at, project),
        releases(connection, project=project),
        results(connection, project=project),
        tuple(row for row in exports if names(named, row.reference)),
        bool(exports),
    )


def papers_content(found: ProjectDetail, papers: Papers) -> list[Content]:
    """Ethics, export and agreements; then what was given and what came back, where anything did."""
    lines = [Content(""), plain(_("Papers"), "bold $accent")]
    if found.ethics_reference:
        ethics = _("Ethics {reference}, until {day}")
        lines.append(plain("  " + ethics.format(reference=found.ethics_reference, day=day(found.ethics_expires))))
    else:
        lines.append(plain("  ▲ " + _("No ethics approval is on file."), "$warn"))
    lines += _exports(found.export_authorisation, papers)
    if not papers.agreements:
        lines.append(plain("  " + _("No transfer agreement (MTA) is on file."), "$quiet"))
    for paper in papers.agreements:
        seen = look("agreement", paper.standing)
        said = _("signed {signed} · until {day}")
        if paper.standing == "unsigned":
            said = _("to be signed {signed} · until {day}") if paper.signed else _("until {day}")
        dates = said.format(signed=day(paper.signed), day=day(paper.expires))
        lines += [
            Content.assemble(
                plain(f"  {seen.glyph} {paper.reference}", f"bold ${seen.tone}"),
                plain("  " + _("with {party}").format(party=paper.party)),
                plain(f"  {seen.word}", f"${seen.tone}"),
            ),
            plain(f"    {dates}", "$quiet"),
        ]
    lines += _given(papers.releases) + _returned(papers.results)
    return lines


def _exports(named: str | None, papers: Papers) -> list[Content]:
    """What the project names to let samples leave their country, and how that stands on record."""
    if not named:
        return [plain("  " + _("No export authorisation is on file."), "$quiet")]
    lines = [plain("  " + _("Export {reference}").format(reference=named))]
    for row in papers.exports:
        seen = look("authorisation", row.standing)
        line = [each for each in authorisation_facts(row) if each != row.organisation]
        lines.append(
            Content.assemble(
                plain(f"    {seen.glyph} {row.organisation}", f"${seen.tone}"), plain("  " + " · ".join(line), "$quiet")
            )
        )
    if papers.recorded and not papers.exports:
        lines.append(plain("    ▲ " + _("None of that name is on record: nothing leaves under it."), "$warn"))
    return lines


def authorisation_facts(row: AuthorisationRow) -> list[str]:
    """Whose it is, where to, until when and how it stands, each in words."""
    where = (
        _("to {countries}").format(countries=row.countries.replace(",", ", ")) if row.countries else _("to anywhere")
    )
    until = _("until {day}").format(day=day(row.expires)) if row.expires else _("without an end")
    told = (row.organisation, where if row.kind == "export" else "", until, look("authorisation", row.standing).word)
    return [each for each in told if each]


def _given(rows: tuple[ReleaseRow, ...]) -> list[Content]:
    if not rows:
        return []
    lines = [Content(""), plain(_("Data given"), "bold $accent")]
    for row in rows[:SHOWN]:
        told = phrase(
            "{samples} {samples:sample|samples} of {donors} {donors:donor|donors}, k = {k}",
            samples=row.samples,
            donors=row.donors,
            k=row.k,
        )
        lines += [
            Content.assemble(plain(f"  {row.code}", "bold"), plain(f"  {day(row.made)}  {told}")),
            plain(f"    {row.file} · {row.by} · SHA-256 {row.digest[:12]}…", "$quiet"),
        ]
    return lines + _more(len(rows))


def _returned(rows: tuple[ResultRow, ...]) -> list[Content]:
    if not rows:
        return []
    lines = [Content(""), plain(_("Results returned"), "bold $accent")]
    for row in rows[:SHOWN]:
        linked = ngettext("{count} sample", "{count} samples", row.samples).format(count=figure(row.samples))
        lines += [
            Content.assemble(plain(f"  {day(row.returned)}", "bold"), plain(f"  {row.title}")),
            plain(f"    {row.file} · {linked} · SHA-256 {row.digest[:12]}…", "$quiet"),
        ]
    return lines + _more(len(rows))


def _more(count: int) -> list[Content]:
    return (
        [plain("  " + _("… and {count} more").format(count=figure(count - SHOWN)), "$quiet")] if count > SHOWN else []
    )
