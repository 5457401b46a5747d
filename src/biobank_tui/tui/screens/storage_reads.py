"""What the storage screen asks of the bank, in a thread."""

from __future__ import annotations

from biobank_tui.queries import storage
from biobank_tui.queries.sample_detail import SampleDetail, detail
from biobank_tui.queries.storage import Unit
from biobank_tui.tui.ports import Session

Below = dict[int | None, tuple[Unit, ...]]


def below(session: Session, parents: tuple[int | None, ...]) -> Below:
    """What stands in each of these units; None: at the top."""
    with session.bank.read() as connection:
        return {parent: storage.children(connection, parent) for parent in parents}


def tube_detail(session: Session, code: str) -> SampleDetail:
    """All that is known of one tube."""
    with session.bank.read() as connection:
        return detail(connection, code)
