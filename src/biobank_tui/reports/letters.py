"""Letters and lists on paper: paragraphs and one table, as plain text and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import wrap

from biobank_tui.rules.text import visible

WIDTH = 78
MARGIN_PT = 56.0
SIZE_PT = 9.5
REGULAR, BOLD = "Vera", "VeraBd"


@dataclass(frozen=True, slots=True)
class Letter:
    """title: one line. paragraphs: above the table. titles, rows: the table; none where there are no titles."""

    title: str
    paragraphs: tuple[str, ...]
    titles: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    closing: tuple[str, ...] = ()


def as_text(letter: Letter) -> str:
    """The letter as plain text, 78 characters wide where its table allows."""
    title = visible(letter.title)
    lines = [title, "=" * len(title), ""]
    for paragraph in letter.paragraphs:
        lines += [*(wrap(visible(paragraph), WIDTH) or [""]), ""]
    if letter.titles:
        table = [letter.titles, *letter.rows]
        widths = [max(len(visible(row[place])) for row in table) for place in range(len(letter.titles))]
        lines += [_line(letter.titles, widths), "  ".join("-" * width for width in widths)]
        lines += [_line(row, widths) for row in letter.rows] + [""]
    for paragraph in letter.closing:
        lines += [*(wrap(visible(paragraph), WIDTH) or [""]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{visible(cell):<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def as_pdf(letter: Letter) -> bytes:
    """The letter as a PDF on A4, the table's head repeated on each page."""
    import reportlab
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    folder = Path(reportlab.__file__).parent / "fonts"
    for name in (REGULAR, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    plain = ParagraphStyle("plain", fontName=REGULAR, fontSize=SIZE_PT, leading=SIZE_PT * 1.4, spaceAfter=SIZE_PT)
    head = ParagraphStyle("head", parent=plain, fontName=BOLD, fontSize=13, leading=18)
    cell = ParagraphStyle("cell", parent=plain, spaceAfter=0)
    strong = ParagraphStyle("strong", parent=cell, fontName=BOLD)

    def words(text: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(_literal(text), style)

    story = [words(letter.title, head), *(words(each, plain) for each in letter.paragraphs)]
    if letter.titles:
        table = [[words(each, strong) for each in letter.titles]]
        table += [[words(each, cell) for each in row] for row in letter.rows]
        ruled = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, "#999999"), ("VALIGN", (0, 0), (-1, -1), "TOP")])
        story += [Table(table, style=ruled, repeatRows=1, hAlign="LEFT"), Spacer(1, 2 * SIZE_PT)]
    story += [words(each, plain) for each in letter.closing]
    out = BytesIO()
    SimpleDocTemplate(
        out, pagesize=A4, title=visible(letter.title), invariant=1,
        leftMargin=MARGIN_PT, rightMargin=MARGIN_PT, topMargin=MARGIN_PT, bottomMargin=MARGIN_PT,
    ).build(story)  # fmt: skip
    return out.getvalue()


def _literal(text: str) -> str:
    """Text that the page's own markup takes for nothing but text."""
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
