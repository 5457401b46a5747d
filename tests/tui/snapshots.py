"""Compares a screen with the one kept: twenty lines, no plug-in. BIOBANK_SNAPSHOTS=1 keeps anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from biobank_tui.tui.app import BiobankApp

FOLDER = Path(__file__).parent / "snapshots"
UPDATE = "BIOBANK_SNAPSHOTS"


def picture(app: BiobankApp) -> str:
    """The screen as SVG, without what differs from run to run."""
    drawn = re.sub(r"terminal-\d+", "terminal", app.export_screenshot())
    # The fonts would be asked of a host elsewhere; the reader's own do as well.
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


def assert_snapshot(app: BiobankApp, name: str) -> None:
    """The screen is as kept; where it is not, the new one is left beside for the eye to compare."""
    kept, seen = FOLDER / f"{name}.svg", picture(app)
    if os.environ.get(UPDATE):
        FOLDER.mkdir(exist_ok=True)
        kept.write_text(seen, encoding="utf-8")
    if not kept.exists() or kept.read_text(encoding="utf-8") != seen:
        (FOLDER / f"{name}.new.svg").write_text(seen, encoding="utf-8")
        raise AssertionError(f"{name} looks otherwise: compare {name}.new.svg, keep it with {UPDATE}=1")
    (FOLDER / f"{name}.new.svg").unlink(missing_ok=True)
