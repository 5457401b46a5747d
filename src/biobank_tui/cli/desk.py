"""What a command works at: the settings in force, the open bank, who acts, and where results go."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from biobank_tui.cli.flags import Flags
from biobank_tui.cli.output import as_json, on_screen, plain, print_lines, print_table, record_rows
from biobank_tui.rules.errors import Denied
from biobank_tui.rules.permissions import Role, Verb
from biobank_tui.rules.text import visible
from biobank_tui.settings import Loaded, default_bank, load
from biobank_tui.wall import set_zone
from biobank_tui.words import _, filled_in, in_words

if TYPE_CHECKING:
    import typer
    from sqlalchemy import Connection

    from biobank_tui.bank.bank import Bank
    from biobank_tui.bank.transaction import Actor
    from biobank_tui.queries.ledger import Change


class ReaderGone(Exception):
    """Whoever read the output has closed it."""


def desk_of(ctx: typer.Context) -> Desk:
    """The desk of the command line being run."""
    desk = ctx.find_root().obj
    assert isinstance(desk, Desk)
    return desk


@dataclass
class Desk:
    """Opens the bank and finds the person when first asked; prints results the way that was asked for.

    open_app: opens the app on this desk's bank, and returns its exit code. person: id of who acts, once that is known.
    """

    flags: Flags
    open_app: Callable[[Desk], int]

    person: int = 0

    @cached_property
    def loaded(self) -> Loaded:
        """The settings in force."""
        return load(self.flags.values)

    def at(self, address: str) -> Desk:
        """The same desk, at another bank."""
        return Desk(replace(self.flags, values={**self.flags.values, "bank": address}), self.open_app)

    @property
    def address(self) -> str:
        """The bank's address."""
        return self.loaded.settings.bank or str(default_bank())

    @contextmanager
    def acting(self) -> Iterator[tuple[Bank, Actor]]:
        """The open bank and the person who acts in it, for an action."""
        from biobank_tui.bank.bank import Bank

        with Bank.open(self.address) as bank:
            yield bank, self.actor_in(bank)

    @contextmanager
    def reading(self, verb: Verb = Verb.BANK_READ) -> Iterator[Connection]:
        """A connection for queries, once the person's roles let them ask."""
        from biobank_tui.bank.access import require

        with self.acting() as (bank, actor), bank.read() as connection:
            require(connection, actor, verb)
            yield connection

    def actor_in(self, bank: Bank) -> Actor:
        """Who acts: the login asked for, else the workstation's account, else the only person there is."""
        from biobank_tui.bank.access import check_password, needs_password
        from biobank_tui.queries.people import login_at_work

        with bank.read() as connection:
            login = login_at_work(connection, self.loaded.settings.user, _account())
            if needs_password(connection, login):
                check_password(connection, login, self.password(login))
        actor = bank.actor(login)
        self.person = actor.person_id or 0
        set_zone(bank.setting("zone"))
        return actor

    @contextmanager
    def reading_tubes(self) -> Iterator[Connection]:
        """The same for what is told under the bank's own codes; Denied to those who only lead projects."""
        from biobank_tui.queries.sight import sight_of

        with self.reading() as connection:
            sight_of(connection, self.person).require_bank_codes()
            yield connection

    def only_leads(self, connection: Connection) -> bool:
        """Whether the person does nothing here but lead projects; they see no donor's code, and no small count."""
        from biobank_tui.bank.transaction import grants_of

        return {grant.role for grant in grants_of(connection, self.person)} <= {Role.PROJECT_LEAD}

    def refuse_leads(self, connection: Connection) -> None:
        """Denied to those who only lead projects."""
        if self.only_leads(connection):
            raise Denied("donor.hidden", "Project leads do not see the bank's own codes of donors.")

    def small_cell(self, connection: Connection) -> int:
        """The count below which the person is told no figure; 0 for those whose roles let them see all."""
        from biobank_tui.bank.settings import setting

        return int(setting(connection, "small_cell")) if self.only_leads(connection) else 0

    def sign(self, bank: Bank, actor: Actor, meaning: str, **facts: object) -> None:
        """State what a signature means, and take the person's password for it once more."""
        from biobank_tui.bank.access import check_password, needs_password

        print(visible(filled_in(meaning, facts)), file=sys.stderr)
        with bank.read() as connection:
            if needs_password(connection, actor.login):
                check_password(connection, actor.login, self.password(actor.login))

    def password(self, login: str) -> str:
        """The password: BIOBANK_PASSWORD, else asked for on the terminal."""
        given = os.environ.get("BIOBANK_PASSWORD")
        if given is not None:
            return given
        if not sys.stdin.isatty():
            raise Denied(
                "password.needed",
                "{login} has a password; run this on a terminal, or give it in BIOBANK_PASSWORD.",
                login=login,
            )
        return getpass.getpass(_("Password of {login}: ").format(login=login))

    def say(self, sentence: str, **facts: object) -> None:
        """Talk, on stderr; with --json there is none."""
        if not self.flags.json:
            print(visible(filled_in(sentence, facts)), file=sys.stderr)

    def lines(self, lines: Sequence[str], result: object) -> None:
        """Data as lines, the codes a script goes on with; with --json the whole result."""
        if self.flags.json:
            print(as_json(result))
        else:
            print_lines(lines)

    def table(self, rows: Iterable[Any], titles: Mapping[str, str]) -> None:
        """Rows by the attributes that have a title; with --json a list of the whole rows."""
        if self.flags.json:
            print(as_json(rows))
            return
        print_table(list(titles.values()), ([getattr(row, name) for name in titles] for row in rows), list(titles))

    def rows(self, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows that are no objects of their own."""
        print_table(titles, rows)

    def record(self, value: object, *more: tuple[str, object]) -> None:
        """One thing as names and values; with --json an object."""
        rows = [*record_rows(value), *more]
        if self.flags.json:
            print(as_json(dict(rows)))
            return
        # On a terminal the names are words; in a pipe they are what a script reads, whatever the language.
        if not sys.stdout.isatty():
            for name, each in rows:
                print(f"{name}\t{plain(each)}".rstrip())
            return
        told = [(in_words(name), on_screen(name, each)) for name, each in rows if name != "id"]
        width = max((len(name) for name, _value in told), default=0)
        for name, shown in told:
            print(f"{name:<{width}}  {shown}".rstrip())

    def changes(self, changes: Iterable[Change]) -> None:
        """What acts did to rows, one field a line."""
        rows = [
            (
                each.number,
                each.at,
                each.actor,
                each.verb,
                f"{each.noun} {each.target_id}",
                name,
                each.before.get(name),
                value,
            )
            for each in changes
            for name, value in each.after.items()
        ]
        titles = [_("Entry"), _("When"), _("Who"), _("Act"), _("Row"), _("Field"), _("Before"), _("After")]
        print_table(titles, rows)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
