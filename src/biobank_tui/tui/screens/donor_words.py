"""A donor in words: facts, diagnoses, consents on a time line, samples by material."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from biobank_tui.queries.donors import ConsentRow, DiagnosisRow, DonorDetail
from biobank_tui.rules.duo import TERMS, Permission
from biobank_tui.tui.safe import hanging, paragraph, plain
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import look
from biobank_tui.tui.when import day
from biobank_tui.tui.widgets.columns import cut
from biobank_tui.words import _, figure, mark, pair

SEXES: Final = {
    "female": mark("female"),
    "male": mark("male"),
    "undifferentiated": mark("undifferentiated"),
    "unknown": mark("sex unknown"),
}
EXPRESSED: Final = {
    "donor": mark("the donor"),
    "guardian": mark("a guardian"),
    "next_of_kin": mark("next of kin"),
    "authority": mark("an authority"),
}
BASES: Final = {
    "consent": mark("consent"),
    "non_opposition": mark("non-opposition"),
    "derogation": mark("derogation"),
}
ANSWERS: Final = (
    ("yes", "✓", "good", mark("yes")),
    ("no", "✕", "bad", mark("no")),
    ("not_asked", "–", "quiet", mark("not asked")),
)
"""Cells that the following lines of a long text are set in."""

WIDEST: Final = 24
"""Cells of a material's name."""
ENDS: Final = {"active": "→", "withdrawn": "✕", "expired": "◌", "superseded": "│"}


def question_word(code: str, parameter: str | None = None) -> str:
    """A coded question in words."""
    known = TERMS[Permission(code)].label if code in TERMS else code
    return pair(_(known), parameter) if parameter else _(known)


def donor_content(donor: DonorDetail, today: date, width: int) -> Content:
    """The whole of a donor, for so many cells."""
    lines = [*_facts(donor, today), Content("")]
    if donor.diagnoses:
        told = (line for each in donor.diagnoses for line in _diagnosis(each, width))
        lines += [_heading(_("Diagnoses")), *told, Content("")]
    lines += [_heading(_("Consent")), *_consents(donor, today, width), Content("")]
    lines += [_heading(_("Samples")), *_samples(donor)]
    return Content("\n").join(lines)


def _heading(text: str) -> Content:
    return plain(text, "bold $accent")


def _facts(donor: DonorDetail, today: date) -> list[Content]:
    row, seen = donor.row, look("donor", donor.row.state)
    born = str(row.birth_year or "")
    if row.birth_year and donor.birth_month:
        born += f"-{donor.birth_month:02d}"
    age = _("about {years} years").format(years=today.year - row.birth_year) if row.birth_year else ""
    facts = [
        _(SEXES.get(row.sex, row.sex)),
        _("born {when}").format(when=born) if born else "",
        age if row.state == "active" else "",
    ]
    more = [
        row.custodian,
        donor.country or "",
        _("study {code}").format(code=donor.study) if donor.study else "",
        *(f"{system} {value}" for system, value in donor.external),
    ]
    lines = [
        Content.assemble(
            plain(row.code, "bold"),
            plain(f"  {seen.glyph} {seen.word}", f"${seen.tone}"),
        ),
        plain(" · ".join(fact for fact in facts if fact)),
        plain(" · ".join(each for each in more if each), "$quiet"),
    ]
    if donor.note:
        lines.append(paragraph(donor.note, "italic"))
    return lines


def _diagnosis(found: DiagnosisRow, width: int) -> list[Content]:
    when = day(found.date) if found.date else ""
    age = _("at {years}").format(years=f"{found.age:g}") if found.age is not None else ""
    tnm = found.tnm or ""
    if tnm and found.tnm_edition:
        tnm += " " + _("(TNM {edition})").format(edition=found.tnm_edition)
    stage = _("stage {stage}").format(stage=found.stage) if found.stage else ""
    facts = [found.morphology or "", when, age, stage, tnm]
    head = plain(f"  {found.code:<7}", "bold")
    return hanging(head, " · ".join(each for each in facts if each), "", width)


def _consents(donor: DonorDetail, today: date, width: int) -> list[Content]:
    if donor.in_force is None:
        state = _("No consent is in force: nothing of this donor may be used.")
        lines = hanging(plain("  ✕ ", "bold $bad"), state, "bold $bad", width)
    else:
        lines = []
    if donor.consents:
        lines += timeline(donor.consents, today, max(width - 2, 20))
    for each in donor.consents:
        lines += _consent(each, width)
    return lines


def timeline(consents: Sequence[ConsentRow], today: date, width: int) -> list[Content]:
    """Each consent as a bar from the day it was given to the day it ended, on one axis of years."""
    first = min(_years(each.given) for each in consents)
    last = max(today.year + (today.month - 1) / 12, *(_years(_end(each, today)) for each in consents)) + 0.2
    room = width - 2
    scale = room / max(last - first, 0.5)

    def cell(moment: str) -> int:
        return min(max(int((_years(moment) - first) * scale), 0), room - 1)

    lines = []
    for each in reversed(consents):
        start, end = cell(each.given), cell(_end(each, today))
        seen = look("consent", each.state)
        drawn = "●" + "━" * max(end - start - 1, 0) + (ENDS.get(each.state, "") if end > start else "")
        lines.append(Content.assemble((" " * (2 + start), ""), (drawn, f"${seen.tone}")))
    axis = [" "] * room
    for year in range(int(first), int(last) + 1):
        at = cell(f"{year}-01")
        if year >= first and axis[at] == " ":
            axis[at] = "┴"
    left, right = str(int(first)), str(today.year)
    ruler = "".join(each if each != " " else "─" for each in axis)
    lines.append(plain("  " + ruler, "$rule"))
    lines.append(
        plain("  " + left + right.rjust(max(cell(today.isoformat()) + 1 - len(left), len(right) + 1)), "$quiet")
    )
    return lines


def _years(moment: str) -> float:
    return int(moment[:4]) + ((int(moment[5:7]) - 1) / 12 if len(moment) >= 7 else 0.0)


def _end(consent: ConsentRow, today: date) -> str:
    if consent.state == "withdrawn" and consent.withdrawn:
        return consent.withdrawn
    if consent.expires and consent.expires < today.isoformat():
        return consent.expires
    return today.isoformat()


def _consent(found: ConsentRow, width: int) -> list[Content]:
    seen = look("consent", found.state)
    facts = [
        day(found.given),
        _(BASES.get(found.basis, found.basis)),
        _("by {who}").format(who=_(EXPRESSED.get(found.expressed_by, found.expressed_by))),
        _("until {day}").format(day=day(found.expires)) if found.expires else "",
        _("withdrawn {day}").format(day=day(found.withdrawn)) if found.withdrawn else "",
    ]
    head = Content.assemble(
        plain(f"  {seen.glyph} {seen.word}", f"bold ${seen.tone}"), plain(f"  {found.form}  ", "bold")
    )
    lines = hanging(head, " · ".join(each for each in facts if each), "$quiet", width)
    for answer, glyph, tone, word in ANSWERS:
        said = [question_word(code, parameter) for code, given, parameter in found.answers if given == answer]
        if said:
            lines += hanging(
                plain("    " + _("{glyph} {word}: ").format(glyph=glyph, word=_(word)), f"${tone}"),
                ", ".join(said),
                "" if answer == "yes" else "$quiet",
                width,
            )
    return lines


def _samples(donor: DonorDetail) -> list[Content]:
    by_material: dict[str, list[tuple[str, int]]] = {}
    for material, status, n in donor.samples:
        by_material.setdefault(material, []).append((status, n))
    if not by_material:
        return [plain("  " + _("None yet."), "$quiet")]
    named = {material: material_word(material) for material in by_material}
    width = min(max(cell_len(word) for word in named.values()), WIDEST)
    lines = []
    if donor.row.state == "withdrawn":
        lines.append(plain("  ‖ " + _("Held since the withdrawal: none may be used."), "$bad"))
    for material, counts in by_material.items():
        parts: list[Content] = [
            plain(f"  {cut(named[material], width)} "),
            plain(f"{sum(n for _s, n in counts):>4}", "bold"),
        ]
        for status, n in counts:
            seen = look("sample", status)
            parts.append(plain(f"  {seen.glyph} {pair(seen.word, figure(n))}", f"${seen.tone}"))
        lines.append(Content.assemble(*parts))
    return lines
