"""The way to the import screen, and what is shown behind it afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from biobank_tui.tui.screens.importing import ImportPage

if TYPE_CHECKING:
    from biobank_tui.tui.app import BiobankApp

STYLES: Final = Path(__file__).with_name("importing.tcss")


async def show_import(app: BiobankApp) -> None:
    """Open the screen in front of the view; what was taken in is shown behind it afterwards."""
    assert app.session is not None
    if not app.stylesheet.has_source(str(STYLES), ""):
        app.stylesheet.read(STYLES)
        app.stylesheet.reparse()
    with tempfile.TemporaryDirectory(prefix="biobank-") as folder:
        page = ImportPage(app.session, Path(folder))
        done = await app.push_screen_wait(page)
    if done:
        app.done(done)
        if app.view is not None:
            app.view.changed()
