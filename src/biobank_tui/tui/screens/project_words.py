"""A request, a project, and the year's call, in words and bars."""

from __future__ import annotations

from datetime import date
from typing import Final

from textual.content import Content

from biobank_tui.queries.barriers import hide_small
from biobank_tui.queries.calls import Call
from biobank_tui.queries.projects import ProjectDetail
from biobank_tui.queries.requests import LineRow, RequestDetail
from biobank_tui.rules.consent import Purpose
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens.project_lists import TITLES, Desk, Listing
from biobank_tui.tui.screens.project_papers import Papers, papers_content
from biobank_tui.tui.status import look
from biobank_tui.tui.when import ago, day, days_since
from biobank_tui.words import _, figure, filled_in, in_words, mark, ngettext, phrase

TARGET_BAR: Final = 20
MOST_NAMED: Final = 3
SOON: Final = 7
"""Days ahead of which a reservation's end is warned of."""
MOST_BARRED: Final = 8

VOTES: Final = {
    "approve": ("✓", "good", mark("approved")),
    "reject": ("⊘", "bad", mark("rejected")),
    "changes": ("↺", "warn", mark("asked for changes")),
}
INTERESTS: Final = {
    "team": mark("You are on its team: others score it, and its scores are not shown to you."),
    "organisation": mark("Your organisation takes part: others score it, and its scores are not shown to you."),
    "declared": mark("You declared a conflict of interest: others score it, and its scores are not shown to you."),
}
USES: Final = (
    ("genetic", mark("genetic research")),
    ("animal", mark("work in animals")),
    ("commercial", mark("commercial")),
    ("recontact", mark("contact again")),
    ("incidental_findings", mark("incidental findings returned")),
    ("minors", mark("minors too")),
    ("methods_only", mark("methods only")),
)
RESEARCH: Final = {
    "general": mark("general research"),
    "biomedical": mark("biomedical research"),
    "disease": mark("research on a disease"),
    "drug": mark("drug or test development"),
    "methods": mark("development of methods"),
    "control": mark("control samples"),
    "population": mark("population research"),
    "ancestry": mark("ancestry research"),
    "clinical_care": mark("clinical care"),
}


def head(desk: Desk, listing: Listing) -> Content:
    """The lists to turn through, and the call's count against its target."""
    counts = {
        Listing.REQUESTS: len(desk.requests),
        Listing.PROJECTS: len(desk.projects),
        Listing.CALL: len(desk.call.proposals),
    }
    parts: list[Content | tuple[str, str]] = []
    for each in Listing:
        here = each is listing
        label = _(TITLES[each]).format(year=desk.call.year)
        parts += [plain(f" {label} ", "bold reverse $accent" if here else ""), plain(f" {counts[each]}  ", "$quiet")]
    if desk.mine:
        waits = ngettext(" {count} waits for you", " {count} wait for you", len(desk.mine))
        parts.append(plain(waits.format(count=figure(len(desk.mine))), "bold $accent"))
    below = target(desk.call)
    if listing is Listing.CALL:
        below = Content.assemble(below, "\n", plain(f" {call_days(desk.call)}", "$quiet"))
    return Content.assemble(*parts, "\n", below)


def call_days(found: Call) -> str:
    """From when to when proposals come in; and the reader's own, where they are not shown."""
    told = []
    if found.opens or found.closes:
        told.append(_("open {opens} to {closes}").format(opens=found.opens or "…", closes=found.closes or "…"))
    if found.hidden:
        hidden = ngettext("{count} of your own is not shown", "{count} of your own are not shown", found.hidden)
        told.append(hidden.format(count=figure(found.hidden)))
    return " · ".join(told)


def target(found: Call) -> Content:
    """How many projects the year's call has selected, of how many it should."""
    done = min(found.selected, found.target)
    size = min(max(found.target, 1), TARGET_BAR)
    filled = size * done // max(found.target, 1)
    words = _("{selected} of {target} projects selected in {year}").format(
        selected=found.selected, target=found.target, year=found.year
    )
    return Content.assemble(
        (" " + "■" * filled, "$good"),
        ("□" * (size - filled), "$quiet"),
        plain(f"  {words}", "$quiet"),
    )


def request_content(found: RequestDetail, now: date, width: int, small_cell: int, login: str = "") -> Content:
    """A request whole. small_cell: eligible counts below it are hidden from this reader; 0 hides none.

    login: the reader's, who is told that it is their turn where it is.
    """
    row = found.request
    mine = any(each.login == login for each in found.may_act)
    state, turn = look("request", row.state), look("turn", "mine" if mine else row.turn)
    since = ago(row.turn_since, now)
    lines = [
        Content.assemble(
            plain(row.code, "bold"),
            plain(f"  {state.glyph} {state.word}", f"${state.tone}"),
            plain(f"  {row.title}"),
        ),
        Content.assemble(
            plain(f"{turn.glyph} {turn.word}", f"bold ${turn.tone}"),
            plain("  " + _("since {day}").format(day=day(row.turn_since)) + (f" ({since})" if since else ""), "$quiet"),
        ),
        *_waits_for(found, mine),
        plain(f"{row.project} · {found.project_title} · " + _("lead {login}").format(login=found.lead), "$quiet"),
        *_runs_out(found, now),
        Content(""),
        *_lines(found.lines, width, small_cell),
    ]
    if found.decisions:
        lines += [Content(""), plain(_("Decisions"), "bold $accent")]
    for each in found.decisions:
        glyph, tone, word = VOTES.get(each.vote, ("?", "quiet", each.vote))
        lines.append(
            Content.assemble(
                plain(f"  {glyph} {_(word)}", f"${tone}"),
                plain(f"  {each.person} · {day(each.decided)}", "$quiet"),
                plain(f"  {each.reason}" if each.reason else ""),
            )
        )
    if found.messages:
        lines += [Content(""), plain(_("Messages"), "bold $accent")]
    for each_said in found.messages:
        lines.append(plain(f"  {each_said.person} · {day(each_said.said)}", "$quiet"))
        facts = each_said.facts
        lines.append(paragraph(each_said.body if facts is None else filled_in(each_said.body, facts)))
    return Content("\n").join(lines)


def _waits_for(found: RequestDetail, mine: bool) -> list[Content]:
    """Who may act, by name: a turn of the committee's is a manager's too, and the line says so."""
    if not found.may_act:
        return []
    named: dict[str, list[str]] = {}
    for each in found.may_act:
        named.setdefault(each.role, []).append(each.name)
    shown = []
    for role, names in named.items():
        more = len(names) - MOST_NAMED
        others = [ngettext("{count} other", "{count} others", more).format(count=figure(more))] if more > 0 else []
        shown.append(f"{in_words(role)} {', '.join([*names[:MOST_NAMED], *others])}")
    turn = look("turn", found.request.turn).word
    who = " · ".join(shown)
    told = _("{turn}; who may act: {who}").format(turn=turn, who=who) if mine else _("waits for {who}").format(who=who)
    return [paragraph(told, "$quiet")]


def _runs_out(found: RequestDetail, now: date) -> list[Content]:
    if found.expires is None:
        return []
    soon = -(days_since(found.expires, now) or 0) <= SOON
    told = _("reservations stand until {day}").format(day=day(found.expires))
    return [plain(f"{told} ({ago(found.expires, now)})", "$warn" if soon else "$quiet")]


FIGURES: Final = (mark("asked"), mark("eligible"), mark("reserved"), mark("picked"), mark("shipped"))


def _lines(lines: tuple[LineRow, ...], width: int, small_cell: int) -> list[Content]:
    heads = [_(each) for each in FIGURES]
    sizes = [max(len(each), 6) for each in heads]
    figures_width = sum(sizes) + len(sizes)
    beside = width - figures_width >= 24
    title = width - figures_width - 1 if beside else width
    titles = "".join(f" {each:>{size}}" for each, size in zip(heads, sizes, strict=True))
    shown = [plain((" " * title if beside else "   ") + titles, "$quiet")]
    for line in lines:
        what = line.criteria or _("samples by name: {count}").format(count=figure(len(line.samples)))
        if line.least:
            what += " " + _("≥ {amount} each").format(amount=line.least)
        eligible = "" if line.eligible is None else _shown(hide_small(line.eligible, small_cell), small_cell)
        given = (str(line.asked), eligible, str(line.reserved), str(line.picked), str(line.shipped))
        figures = "".join(f" {each:>{size}}" for each, size in zip(given, sizes, strict=True))
        label = f"{line.place}. {what}"
        if beside and len(label) < title:
            shown.append(Content.assemble(plain(label.ljust(title), "bold"), plain(figures)))
        else:
            shown += [plain(label, "bold"), plain((" " * title if beside else "   ") + figures)]
        shown.append(_progress(line, min(width - 3, 60)))
        if line.granted < line.asked:
            told = phrase("{granted} of {asked} {granted:is|are} approved", granted=line.granted, asked=line.asked)
            shown.append(plain(f"   ◑ {told}", "$warn"))
        if line.returned:
            told = _("{count} of those shipped came back").format(count=figure(line.returned))
            shown.append(plain(f"   ↩ {told}", "$quiet"))
        if line.waiting is not None:
            told = _("{count} on the wait-list since {day}").format(count=figure(line.missing), day=day(line.waiting))
            shown.append(plain(f"   ◌ {told}", "$info"))
        shown += [plain(f"   ⊘ {barred}", "$warn") for barred in line.barred[:MOST_BARRED]]
        if len(line.barred) > MOST_BARRED:
            shown.append(
                plain("   " + _("… and {count} more").format(count=figure(len(line.barred) - MOST_BARRED)), "$quiet")
            )
    return shown


def _shown(n: int | None, small_cell: int) -> str:
    if n is None:
        return f"<{small_cell}"
    return f"≈{figure(n)}" if small_cell else figure(n)


def _progress(line: LineRow, size: int) -> Content:
    """What was asked as one bar: shipped, picked, reserved, still missing. picked holds what is shipped too."""
    done = 0
    parts: list[tuple[str, str]] = [("   ", "")]
    steps = ((line.shipped, "█", "$good"), (line.picked - line.shipped, "▓", "$accent"), (line.reserved, "▒", "$info"))
    reached = 0
    for n, glyph, tone in steps:
        reached += max(n, 0)
        end = round(size * min(reached, line.asked) / max(line.asked, 1))
        parts.append((glyph * (end - done), tone))
        done = end
    parts.append(("·" * (size - done), "$rule"))
    return Content.assemble(*parts)


def project_content(found: ProjectDetail, width: int, papers: Papers) -> Content:
    """A project whole: what it is for, who takes part, papers, scores."""
    row = found.project
    state = look("project", row.state)
    quota = phrase("{held} of {quota} {quota:sample|samples}", held=row.held, quota=row.quota) if row.quota else ""
    facts = [
        _("lead {login}").format(login=row.lead),
        row.organisation,
        _("call of {year}").format(year=row.year),
        quota or _("samples: {held}").format(held=figure(row.held)),
    ]
    lines = [
        Content.assemble(plain(row.code, "bold"), plain(f"  {state.glyph} {state.word}", f"${state.tone}")),
        plain(row.title, "bold"),
        plain(" · ".join(facts), "$quiet"),
    ]
    if found.decided:
        told = _("decided on {day}").format(day=day(found.decided)) + (f": {found.grounds}" if found.grounds else "")
        lines.append(paragraph(told, "$quiet"))
    if found.summary:
        lines.append(paragraph(found.summary))
    lines += [Content(""), plain(_("Purpose"), "bold $accent"), *_purpose(found.purpose)]
    lines += [Content(""), plain(_("Team"), "bold $accent")]
    for party in found.parties:
        kind = plain("  " + _("commercial"), "$warn") if party.commercial else Content("")
        lines.append(
            Content.assemble(plain(f"  {party.code}", "bold"), plain(f"  {party.name} {party.country or ''}"), kind)
        )
    if found.people:
        lines.append(plain("  " + ", ".join(found.people), "$quiet"))
    lines += papers_content(found, papers)
    if found.scores:
        lines += [Content(""), plain(_("Scores"), "bold $accent")]
    if found.interest is not None:
        lines += [Content(""), plain("⊘ " + _(INTERESTS[found.interest]), "$warn")]
    for each in found.scores:
        given = f"{each.points:g}" if each.points is not None else _("conflict: {why}").format(why=each.conflict)
        comment = f"  {each.comment}" if each.comment else ""
        marks = "".join(f"  {code} {points:g}" for code, points in each.marks.items())
        lines.append(
            Content.assemble(
                plain(f"  {each.person:<12}"), plain(given, "bold"), plain(marks, "$quiet"), plain(comment, "$quiet")
            )
        )
    return Content("\n").join(lines)


def _purpose(purpose: Purpose | None) -> list[Content]:
    if purpose is None or purpose.research_type is None:
        return [plain("  ✕ " + _("Nothing is coded, so no donor's consent permits it."), "$bad")]
    first = _(RESEARCH.get(str(purpose.research_type), str(purpose.research_type)))
    if purpose.diseases:
        first += ": " + ", ".join(purpose.diseases)
    uses = [_(word) for name, word in USES if getattr(purpose, name)]
    lines = [plain(f"  {first}")]
    if uses:
        lines.append(plain("  " + " · ".join(uses), "$quiet"))
    where = ", ".join(dict.fromkeys(purpose.countries)) or _("anywhere")
    lines.append(plain("  " + _("in {countries}").format(countries=where), "$quiet"))
    return lines
