"""One tube whole, as words: facts, place, lineage, consents, holds, what stands against it, and its life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.content import Content

from biobank_tui.rules.text import visible
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import Tone, look
from biobank_tui.wall import clock
from biobank_tui.words import _, figure

if TYPE_CHECKING:
    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.releases import ResultRow
    from biobank_tui.queries.sample_detail import Event, Relative, SampleDetail
    from biobank_tui.queries.storage import Box

LABEL: Final = 11
"""Cells of the names of facts."""

MOST_RELATIVES, MOST_EVENTS, MOST_RESULTS = 14, 8, 4


@dataclass(frozen=True, slots=True)
class SampleWhole:
    """What the pane shows of one tube. box: the one it is in, where that has a grid. results: of projects."""

    detail: SampleDetail
    lineage: tuple[Relative, ...]
    events: tuple[Event, ...]
    box: Box | None
    results: tuple[ResultRow, ...] = ()


def read_sample(bank: Bank, code: str) -> SampleWhole:
    """Fetch all of a tube; in a thread. NotFound where there is none."""
    from biobank_tui.queries import sample_detail, storage
    from biobank_tui.queries.releases import results

    with bank.read() as connection:
        tube = sample_detail.detail(connection, code)
        box = storage.box(connection, tube.place.unit) if tube.place and tube.place.position else None
        return SampleWhole(
            tube,
            sample_detail.lineage(connection, tube.id),
            sample_detail.history(connection, "sample", tube.id, limit=MOST_EVENTS + 1),
            box,
            results(connection, sample=tube.code),
        )


def ink(tone: Tone) -> str:
    """A tone as a style."""
    return "" if tone is Tone.PLAIN else f"${tone}"


def status_content(tube: SampleDetail) -> Content:
    """Glyph and word of the status, and of each hold beside it."""
    seen = look("sample", tube.status)
    parts = [Content.styled(f"{seen.glyph} {seen.word}", ink(seen.tone) or "")]
    for hold in tube.holds:
        kind = look("hold", hold.kind)
        parts += [Content("   "), Content.styled(f"{kind.glyph} {kind.word}", ink(kind.tone))]
    return Content.assemble(*parts)


def headline(tube: SampleDetail) -> Content:
    """Code, material and what is left, in one line."""
    left = f"  ·  {visible(tube.amount)}" if tube.amount else ""
    return Content.assemble(
        plain(tube.code, "bold $accent"), "  ", plain(material_word(tube.material), "bold"), (left, "")
    )


def whole(sample: SampleWhole, width: int) -> Content:
    """Everything, section after section."""
    tube = sample.detail
    lines = [headline(tube), status_content(tube), Content("")]
    lines += [_fact(name, value, width) for name, value in facts(tube) if value]
    lines += [Content(""), *warned] if (warned := warnings(tube)) else []
    if sample.box is not None and tube.place is not None:
        lines += _section(_("Place"), [_fact(_("in"), str(tube.place), width), *box_map(sample.box, tube.id)])
    elif tube.place is not None:
        lines += _section(_("Place"), [_fact(_("in"), str(tube.place), width)])
    else:
        lines += _section(_("Place"), [plain(_("It has no place."), "$quiet")])
    if len(sample.lineage) > 1:
        lines += _section(_("Lineage"), tree(sample.lineage, tube.id))
    lines += _section(_("Consents"), list(_consents(tube)))
    if sample.results:
        lines += _section(_("Results"), _results(sample.results))
    lines += _section(_("Life"), life(sample.events))
    return Content("\n").join(lines)


def facts(tube: SampleDetail) -> Iterable[tuple[str, str]]:
    """Names and values, empty ones too."""
    had = f"{tube.amount or '?'} / {tube.amount_initial}" if tube.amount_initial else tube.amount
    yield _("Amount"), had
    yield _("Conc."), tube.concentration
    yield _("Barcode"), tube.barcode or ""
    yield _("Kind"), _(tube.kind) + (f" ← {tube.parent}" if tube.parent else "")
    yield _("Donor"), tube.donor or ""
    yield _("Custodian"), tube.custodian
    yield _("Diagnosis"), tube.diagnosis or ""
    yield _("Site"), tube.topography or ""
    yield _("Collected"), shown(tube.collected)
    yield _("Received"), shown(tube.received)
    yield _("Processed"), shown(tube.processed)
    yield _("Frozen"), shown(tube.frozen)
    yield _("Thaws"), str(tube.thaws) if tube.thaws else ""
    yield _("SPREC"), tube.sprec or ""
    yield from tube.external
    yield _("Note"), tube.note or ""


def shown(moment: str | None) -> str:
    """A moment to the minute, on the wall; empty where unknown."""
    return clock(moment)


def _fact(name: str, value: str, width: int) -> Content:
    head = visible(name)[:LABEL]
    room = max(width - LABEL - 1, 8)
    said = visible(value)
    rows = wrap(said, room) or [""]
    lines = [Content.assemble((head + " " * (LABEL - cell_len(head) + 1), "$quiet"), (rows[0], ""))]
    lines += [Content(" " * (LABEL + 1) + row) for row in rows[1:]]
    return Content("\n").join(lines)


def warnings(tube: SampleDetail) -> list[Content]:
    """What stands against using a tube, a line each."""
    lines: list[Content] = []
    if tube.donor_state == "withdrawn":
        lines.append(paragraph(f"✕ {_('Its donor has withdrawn: nothing of theirs may be used.')}", "$bad"))
    for hold in tube.holds:
        told = _("‖ {kind} since {since} by {who}: {reason}")
        facts_ = {"kind": look("hold", hold.kind).word, "since": hold.since[:10], "who": hold.by, "reason": hold.reason}
        lines.append(paragraph(told.format(**facts_), "$bad"))
    if tube.reservation is not None:
        told = _("◐ reserved for {project} ({request}) until {until}")
        until = (tube.reservation.expires or "?")[:10]
        said = told.format(project=tube.reservation.project, request=tube.reservation.request, until=until)
        lines.append(paragraph(said, "$accent"))
    if tube.out is not None:
        who, since = tube.out
        lines.append(paragraph(_("↗ out with {who} since {since}").format(who=who, since=shown(since)), "$warn"))
    if tube.shipment is not None:
        code, recipient, when = tube.shipment
        told = _("→ in shipment {code} to {recipient}, {when}")
        lines.append(paragraph(told.format(code=code, recipient=recipient, when=(when or "—")[:10]), "$info"))
    return lines


def _section(title: str, lines: list[Content]) -> list[Content]:
    return [Content(""), plain(title, "bold $accent"), *lines]


def box_map(box: Box, sample_id: int) -> list[Content]:
    """The box as dots, one cell a position; this tube stands out."""
    taken = box.taken
    rows = []
    for row in range(box.layout.rows):
        parts: list[tuple[str, str]] = [("  ", "")]
        for col in range(box.layout.columns):
            cell = taken.get((row, col))
            if cell is None:
                parts.append(("· ", "$rule"))
            elif cell.sample_id == sample_id:
                parts.append(("◆ ", "bold $accent"))
            else:
                parts.append(("▪ ", "$quiet"))
        rows.append(Content.assemble(*parts))
    return rows


def tree(relatives: tuple[Relative, ...], sample_id: int) -> list[Content]:
    """The lineage, each tube under the one it was made from; this one stands out."""
    at = next((place for place, each in enumerate(relatives) if each.id == sample_id), 0)
    first = max(0, min(at - MOST_RELATIVES // 2, len(relatives) - MOST_RELATIVES))
    lines = [plain(f"  … {first}", "$quiet")] if first else []
    for each in relatives[first : first + MOST_RELATIVES]:
        seen = look("sample", each.status)
        here = each.id == sample_id
        branch = "  " * each.depth + ("└ " if each.depth else "")
        lines.append(
            Content.assemble(
                (f"  {branch}", "$rule"),
                (f"{seen.glyph} ", ink(seen.tone)),
                plain(each.code, "bold $accent" if here else ""),
                plain(f"  {material_word(each.material)}", "$quiet"),
                plain(f"  {each.amount}" if each.amount else ""),
            )
        )
    rest = len(relatives) - first - MOST_RELATIVES
    return [*lines, plain(_("  … and {count} more").format(count=figure(rest)), "$quiet")] if rest > 0 else lines


def _consents(tube: SampleDetail) -> Iterable[Content]:
    if not tube.consents:
        yield plain(_("No consent is recorded."), "$warn")
    for form, given, state in tube.consents[:4]:
        seen = look("consent", state)
        yield Content.assemble(
            (f"  {seen.glyph} {seen.word}  ", ink(seen.tone)), plain(form), plain(f"  {given[:10]}", "$quiet")
        )


def _results(rows: tuple[ResultRow, ...]) -> list[Content]:
    lines = [
        Content.assemble(
            plain(f"  {row.returned[:10]}  ", "$quiet"), plain(row.title), plain(f"  {row.project}", "$quiet")
        )
        for row in rows[:MOST_RESULTS]
    ]
    if len(rows) > MOST_RESULTS:
        lines.append(plain(_("  … and {count} more").format(count=figure(len(rows) - MOST_RESULTS)), "$quiet"))
    return lines


def life(events: tuple[Event, ...]) -> list[Content]:
    """The last acts, the newest first: when, what, who."""
    lines = [
        Content.assemble(
            plain(f"  {event.at[:10]}  ", "$quiet"), plain(verb_word(event.verb)), plain(f"  {event.actor}", "$quiet")
        )
        for event in events[:MOST_EVENTS]
    ]
    if len(events) > MOST_EVENTS:
        lines.append(plain(_("  … H shows all of it"), "$quiet"))
    return lines


def verb_word(verb: str) -> str:
    """An act as people say it: "sample.checkout" is "sample checkout"."""
    return _(verb.replace(".", " ").replace("_", " "))
