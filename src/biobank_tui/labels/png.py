"""One label as a PNG image, for printers and programs that take pictures."""

from __future__ import annotations

import io
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from biobank_tui.labels.files import write_whole
from biobank_tui.labels.glyphs import in_winansi
from biobank_tui.labels.layout import Label, Layout, layout_for
from biobank_tui.labels.plan import ASCENT, LEADING, MM_PER_INCH, Typeface, plan
from biobank_tui.labels.stock import Stock

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

# Pillow measures in whole pixels at small sizes: widths are taken at this size and scaled.
MEASURE_PX = 100


@lru_cache(maxsize=64)
def _font(bold: bool, size_px: float) -> FreeTypeFont:
    """Bitstream Vera, which comes with reportlab and may be passed on freely."""
    import reportlab
    from PIL import ImageFont

    folder = Path(reportlab.__file__).parent / "fonts"
    return ImageFont.truetype(str(folder / ("VeraBd.ttf" if bold else "Vera.ttf")), size_px)


def _em(text: str, bold: bool) -> float:
    return _font(bold, MEASURE_PX).getlength(text) / MEASURE_PX


VERA = Typeface(em=_em, has=in_winansi)


def write_png(
    label: Label,
    stock: Stock,
    path: str | os.PathLike[str],
    *,
    dpi: int = 300,
    layout: Layout | None = None,
) -> Path:
    """One label at true size, black on white, its resolution stated in the file.

    Raises Refused (the stock is too small for the code) or Unreachable (the file cannot be written).
    """
    from PIL import Image, ImageDraw

    ready = plan(label, stock, layout or layout_for(stock), dpi, VERA)
    per_mm = dpi / MM_PER_INCH
    image = Image.new("L", (round(stock.width_mm * per_mm), round(stock.height_mm * per_mm)), 255)
    draw = ImageDraw.Draw(image)
    left, top = round(ready.left_mm * per_mm), round(ready.top_mm * per_mm)
    for y, row in enumerate(ready.symbol):
        for x, dark in enumerate(row):
            if dark:
                at = (left + x * ready.dots, top + y * ready.dots)
                draw.rectangle((*at, at[0] + ready.dots - 1, at[1] + ready.dots - 1), fill=0)
    for text in ready.texts:
        size = text.size_pt * dpi / 72
        baseline = text.top_mm * per_mm + size * ASCENT * LEADING
        draw.text((text.left_mm * per_mm, baseline), text.text, fill=0, font=_font(text.bold, size), anchor="ls")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", dpi=(dpi, dpi))
    target = Path(path)
    write_whole(target, buffer.getvalue())
    return target
