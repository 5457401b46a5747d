"""What a reader may see, beside what they may do: who only leads projects sees no donor's code and no small count.

All functions read the bank: they are called in a thread.
"""

from __future__ import annotations

from biobank_tui.bank.settings import setting
from biobank_tui.bank.transaction import grants_of
from biobank_tui.queries.sight import sight_of
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.ports import Session


def leads_only(session: Session) -> bool:
    """Whether the person does nothing here but lead projects."""
    person = session.actor.person_id
    if person is None:
        return True
    with session.bank.read() as connection:
        return {grant.role for grant in grants_of(connection, person)} <= {Role.PROJECT_LEAD}


def small_cell(session: Session) -> int:
    """The limit below which counts are hidden from this reader; 0 hides none."""
    if not leads_only(session):
        return 0
    with session.bank.read() as connection:
        return int(setting(connection, "small_cell"))


def require_bank_codes(session: Session) -> None:
    """Denied to those who only lead projects, before tubes are shown under the bank's own codes."""
    with session.bank.read() as connection:
        sight_of(connection, session.actor.person_id).require_bank_codes()
