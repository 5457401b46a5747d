"""Labels for thermal printers, as ZPL II.

Data never becomes a command: everything that means something to the printer travels as ^FH hex.
"""

from __future__ import annotations

from collections.abc import Sequence

from biobank_tui.labels.glyphs import in_wgl4
from biobank_tui.labels.layout import Label, Layout, layout_for
from biobank_tui.labels.plan import MM_PER_INCH, Plan, Typeface, plan
from biobank_tui.labels.stock import Stock
from biobank_tui.rules.errors import Refused

RESOLUTIONS = (152, 203, 300, 600)
USUAL_DPI = 203
MOST_COPIES = 999
LARGEST_MAGNIFICATION = 10
COMMAND_SIGNS = frozenset("^~_\\")
# Font 0 is condensed: 0.6 of the height is wider than its average letter, so the text stays inside.
FONT_0 = Typeface(em=lambda text, _bold: 0.6 * len(text), has=in_wgl4)


def hex_escaped(text: str) -> str:
    """Field data as it may stand after ^FH^FD: command signs and control characters as _XX."""
    return "".join(
        f"_{ord(char):02X}" if char in COMMAND_SIGNS or ord(char) < 0x20 or ord(char) == 0x7F else char for char in text
    )


def _check_code(code: str) -> None:
    """The printer encodes the QR code itself, and its automatic mode takes ASCII only."""
    if not code.isascii():
        raise Refused(
            "label.code.ascii",
            "Code {code} has characters that label printers cannot put in a QR code. Print it as a PDF.",
            code=code,
        )


def _format(label: Label, ready: Plan, stock: Stock, dpi: int, copies: int) -> str:
    def dots(length_mm: float) -> int:
        return round(length_mm * dpi / MM_PER_INCH)

    # ^BQ sinks by the ^BY height, which outlives a job in the printer: pinned to 1 and taken off again.
    symbol_top = max(dots(ready.top_mm) - 1, 0)
    magnification = min(ready.dots, LARGEST_MAGNIFICATION)
    lines = [
        "^XA^CI28^LH0,0",
        f"^PW{dots(stock.width_mm)}^LL{dots(stock.height_mm)}",
        f"^FO{dots(ready.left_mm)},{symbol_top}^BY2,3,1^BQN,2,{magnification},Q,7^FH^FDQA,{hex_escaped(label.code)}^FS",
    ]
    for text in ready.texts:
        height = max(round(text.size_pt * dpi / 72), 1)
        lines.append(
            f"^FO{max(dots(text.left_mm), 0)},{dots(text.top_mm)}^A0N,{height},{height}"
            f"^FH^FD{hex_escaped(text.text)}^FS"
        )
    lines.append(f"^PQ{copies}^XZ")
    return "\n".join(lines) + "\n"


def formats(
    labels: Sequence[Label], stock: Stock, dpi: int = USUAL_DPI, copies: int = 1, layout: Layout | None = None
) -> tuple[str, ...]:
    """One complete ZPL format (^XA … ^XZ) per label, so that a queue can send and count them one by one.

    Raises Refused for a resolution or number of copies out of range, a stock too small for a code, or a code
    the printer cannot encode; nothing is sent before all labels are known to be printable.
    """
    if not labels:
        raise Refused("label.none", "There is no label to print.")
    if dpi not in RESOLUTIONS:
        raise Refused(
            "label.dpi",
            "No printer has {dpi} dpi: take one of {allowed}.",
            dpi=dpi,
            allowed=", ".join(map(str, RESOLUTIONS)),
        )
    if not 1 <= copies <= MOST_COPIES:
        raise Refused(
            "label.copies",
            "{copies} copies cannot be printed: take 1 to {most}.",
            copies=copies,
            most=MOST_COPIES,
        )
    chosen = layout or layout_for(stock)
    done = []
    for label in labels:
        _check_code(label.code)
        done.append(_format(label, plan(label, stock, chosen, dpi, FONT_0), stock, dpi, copies))
    return tuple(done)


def render_zpl(
    labels: Sequence[Label], stock: Stock, dpi: int = USUAL_DPI, copies: int = 1, layout: Layout | None = None
) -> str:
    """All labels as one ZPL text, to be sent as UTF-8. Raises what `formats` raises."""
    return "".join(formats(labels, stock, dpi, copies, layout))
