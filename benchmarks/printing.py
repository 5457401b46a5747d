"""Labels: a thousand on sheets, and as a thermal printer takes them."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

from benchmarks.measuring import Figure, figure
from biobank_tui.labels.layout import Label
from biobank_tui.labels.sheet import write_pdf
from biobank_tui.labels.stock import stock
from biobank_tui.labels.zpl import formats
from biobank_tui.rules.codes import renders

LABELS = 1000
TARGET = 2000.0
"""Milliseconds for a thousand labels on sheets."""
LINES = ("Plasma 200 µL", "2026-03-02 P-00001A")


def figures() -> list[Figure]:
    """Each round prints codes that were never printed before: nothing is remembered from the last."""
    paper, roll = stock("L4732"), stock("Generic TT roll cryovial 1-2 mL")
    numbers = count(1, LABELS)

    def labels() -> list[Label]:
        return [Label(code, LINES) for code in renders("S", next(numbers), LABELS)]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.pdf"
        return [
            figure(f"{LABELS:,} labels as a PDF", [lambda: write_pdf(labels(), paper, path)], target=TARGET, rounds=8),
            figure(f"{LABELS:,} labels as ZPL", [lambda: formats(labels(), roll)], target=TARGET, rounds=8),
        ]
