"""Letters written to files: plain text or PDF, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from biobank_tui.rules.errors import Refused

if TYPE_CHECKING:
    from biobank_tui.reports.letters import Letter


def write_letter(letter: Letter, path: Path) -> None:
    """Write it whole or not at all; Refused where the ending is neither .pdf nor .txt."""
    from biobank_tui.labels.files import write_whole
    from biobank_tui.reports.letters import as_pdf, as_text

    if path.suffix.lower() == ".pdf":
        write_whole(path, as_pdf(letter))
    elif path.suffix.lower() == ".txt":
        write_whole(path, as_text(letter).encode())
    else:
        raise Refused("letter.ending", "Name a file that ends in .pdf or .txt, not {file}.", file=path.name)
