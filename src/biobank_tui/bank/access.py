"""Passwords: argon2 hashes, checked where a person has one."""

from __future__ import annotations

from sqlalchemy import Connection, select

from biobank_tui.bank.transaction import Actor, grants_of
from biobank_tui.model.tables import PERSON
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Verb, roles_for


def hash_password(password: str) -> str:
    """An argon2id hash with its salt and parameters."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def needs_password(connection: Connection, login: str) -> bool:
    """Whether the person has set a password."""
    return connection.scalar(select(PERSON.c.password).where(PERSON.c.login == login)) is not None


def check_password(connection: Connection, login: str, password: str) -> None:
    """Raise Denied unless the password is this person's."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    stored = connection.scalar(select(PERSON.c.password).where(PERSON.c.login == login))
    if stored is None:
        return
    try:
        PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError) as wrong:
        raise Denied("password.wrong", "That password is not right.") from wrong


def require(connection: Connection, actor: Actor, verb: Verb) -> None:
    """Raise Denied unless one of the actor's roles lets them do this somewhere; for what writes no ledger entry."""
    if actor.person_id is None:
        raise Denied("permission.nobody", "Nobody is logged in.")
    roles_for(verb, grants_of(connection, actor.person_id))
