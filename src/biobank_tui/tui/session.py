"""Opening a bank and sitting down at it: who acts, what they may do, and what their scans mean.

Nothing here imports the store before it is asked to open it: the first frame does not wait for that.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from biobank_tui.rules.errors import Denied, Unreachable
from biobank_tui.rules.materials import MATERIALS
from biobank_tui.rules.permissions import Role, Verb, roles_for
from biobank_tui.settings import Settings
from biobank_tui.tui.ports import Found, Level, ScanAnswer, Session, Verdict
from biobank_tui.tui.status import look
from biobank_tui.wall import set_zone
from biobank_tui.words import _, filled_in, mark, sentence

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from biobank_tui.bank.bank import Bank
    from biobank_tui.queries.people import PersonRow
    from biobank_tui.queries.resolve import Resolved
    from biobank_tui.queries.searching import Thing

SCREENS: Final = {
    "sample": "samples",
    "given": "samples",
    "storage_unit": "storage",
    "donor": "donors",
    "project": "projects",
    "request": "projects",
    "pick_list": "work",
    "shipment": "work",
    "move_list": "storage",
}
"""The screen that shows each noun."""

NOUNS: Final = {
    "sample": mark("sample"),
    "given": mark("sample of your project"),
    "storage_unit": mark("storage unit"),
    "donor": mark("donor"),
    "project": mark("project"),
    "request": mark("request"),
    "pick_list": mark("pick list"),
    "shipment": mark("shipment"),
    "move_list": mark("list of moves"),
}

_LEVELS: Final = {"good": Level.GOOD, "notice": Level.WARN, "alarm": Level.BAD}


@dataclass(frozen=True, slots=True)
class WhoActs:
    """The bank is open; a person must say who they are. likely: the login to begin with, "" where unknown."""

    bank_name: str
    people: tuple[PersonRow, ...]
    likely: str = ""


@dataclass(frozen=True, slots=True)
class NoBank:
    """There is no bank at the address yet."""

    address: str


@dataclass(frozen=True, slots=True)
class NewBank:
    """What the first screen asks: who the bank is, who keeps it, and the first freezer as a one-line plan."""

    name: str
    organisation: tuple[str, str]
    administrator: tuple[str, str]
    freezer: str = ""
    temperature: str = ""


def account() -> str:
    """The workstation's account, "" where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class Door:
    """Opens one bank, once, and lets people in. All methods run in a thread and touch no widget.

    address: a file or a URL. settings: user is the login asked for, "" to find it out; stock and printer go
    into the session. workstation_account: the login to take where none is asked for.
    """

    def __init__(self, address: str, settings: Settings, workstation_account: str = "") -> None:
        self.address = address
        self.settings = settings
        self.account = workstation_account
        self.bank: Bank | None = None

    def open(self) -> Session | WhoActs | NoBank:
        """Open the bank and, where no more need be asked, sit down."""
        from biobank_tui.bank.bank import Bank

        try:
            self.bank = Bank.open(self.address)
        except Unreachable as absent:
            if absent.code != "bank.absent":
                raise
            return NoBank(self.address)
        return self.sit()

    def sit(self) -> Session | WhoActs:
        """Sit down as the login asked for, the workstation's account, or the only person there is; else ask."""
        from biobank_tui.queries.people import login_at_work

        asked = self.ask()
        try:
            with self._open_bank().read() as connection:
                login = login_at_work(connection, self.settings.user, self.account)
        except Denied:
            return asked
        if any(person.login == login and person.password for person in asked.people):
            return WhoActs(asked.bank_name, asked.people, login)
        return self.enter(login)

    def ask(self) -> WhoActs:
        """Who could sit here: the people who have not left."""
        from biobank_tui.queries.people import people

        bank = self._open_bank()
        with bank.read() as connection:
            known = tuple(person for person in people(connection) if person.active)
        return WhoActs(bank.setting("name"), known)

    def enter(self, login: str, password: str = "") -> Session:
        """Sit down as this person; Denied where the password is not theirs."""
        from biobank_tui.bank.access import check_password, needs_password
        from biobank_tui.bank.transaction import grants_of

        bank = self._open_bank()
        actor = bank.actor(login)
        with bank.read() as connection:
            if needs_password(connection, login):
                check_password(connection, login, password)
            grants = grants_of(connection, actor.person_id) if actor.person_id is not None else ()
        roles = dict.fromkeys(str(grant.role) for grant in grants)

        def may(verb: str) -> str | None:
            try:
                roles_for(Verb(verb), grants)
            except Denied as refusal:
                return sentence(refusal)
            return None

        set_zone(bank.setting("zone"))
        shown = _("all roles") if len(roles) > 3 else ", ".join(_(role.replace("_", " ")) for role in roles)
        return Session(
            bank,
            bank.setting("name"),
            actor.name,
            shown,
            BankFinder(bank, actor.person_id),
            may,
            bank.close,
            actor,
            self.settings.stock,
            self.settings.printer,
            set(roles) <= {str(Role.PROJECT_LEAD)},
        )

    def create(self, new: NewBank) -> Session:
        """Create the bank with its first organisation, person and freezer, and sit down in it."""
        from biobank_tui.actions.storage import NewTree, add_tree
        from biobank_tui.bank.bank import Bank
        from biobank_tui.rules.treeplan import parse_plan

        if new.freezer:
            parse_plan(new.freezer)
        self._make_room()
        self.bank = Bank.create(
            self.address, name=new.name, organisation=new.organisation, administrator=new.administrator
        )
        actor = self.bank.actor(new.administrator[0])
        if new.freezer:
            add_tree(self.bank, actor, NewTree(new.freezer, temperature=new.temperature or None))
        return self.enter(actor.login)

    def demonstrate(self, progress: Callable[[str, int, int], None]) -> WhoActs:
        """Create the demonstration bank here, and ask who to be in it."""
        from biobank_tui.demo import generate

        self._make_room()
        try:
            self.bank = generate(self.address, progress=progress)
        except BaseException:
            # Half a demonstration is of no use, and would be taken for a bank the next time.
            if "://" not in self.address:
                for suffix in ("", "-wal", "-shm", "-journal"):
                    Path(self.address + suffix).unlink(missing_ok=True)
            raise
        return self.ask()

    def close(self) -> None:
        """Close the bank, where it was opened."""
        if self.bank is not None:
            self.bank.close()

    def _open_bank(self) -> Bank:
        assert self.bank is not None, "the bank is opened first"
        return self.bank

    def _make_room(self) -> None:
        if "://" not in self.address:
            Path(self.address).parent.mkdir(parents=True, exist_ok=True)


class BankFinder:
    """Finds things by code in an open bank, as far as a person reads them.

    reader: the person's id; None reads everything.
    """

    def __init__(self, bank: Bank, reader: int | None = None) -> None:
        self.bank = bank
        self.reader = reader

    def scan(self, text: str) -> ScanAnswer:
        """What a scan means, as a sentence in the language in use; the value is a Found, or None."""
        from biobank_tui.queries.resolve import resolve
        from biobank_tui.queries.sight import EVERYTHING, refused, sight_of

        with self.bank.read() as connection:
            sight = EVERYTHING if self.reader is None else sight_of(connection, self.reader)
            if not sight.whole and (own := self._own(connection, text)) is not None:
                return own
            found = resolve(connection, text)
            hidden = refused(connection, found.kind, found.code, self.reader)
        if hidden is not None:
            return ScanAnswer(Verdict(Level.WARN, sentence(hidden)))
        verdict = Verdict(_LEVELS[found.mood], said(found))
        if found.kind is None or found.code is None:
            return ScanAnswer(verdict)
        key = found.sample.id if found.sample is not None else int(found.facts.get("id", 0))
        title = _(NOUNS[found.kind])
        return ScanAnswer(verdict, Found(found.kind, key, found.code, title, SCREENS[found.kind]))

    def _own(self, connection: Connection, text: str) -> ScanAnswer | None:
        """A sample of a project of the reader's, by the project's code of it."""
        from biobank_tui.queries.given import own_samples

        wanted = text.strip().upper()
        own = own_samples(connection, self.bank.address, self.reader)
        found = next((each for each in own if each.code == wanted), None)
        if found is None:
            return None
        sentence = _("{code}: {material}, {amount}, {status}; it is for {request} of {project}.").format(
            code=found.code, material=material_word(found.material), amount=found.amount or "—",
            status=look("given", found.status).word, request=found.request, project=found.project,
        )  # fmt: skip
        return ScanAnswer(
            Verdict(Level.GOOD, sentence), Found("given", 0, found.code, _(NOUNS["given"]), SCREENS["given"])
        )

    def search(self, text: str, limit: int) -> Sequence[Found]:
        """Things whose code begins with the text."""
        from biobank_tui.queries.searching import things

        with self.bank.read() as connection:
            found = things(connection, text, limit, reader=self.reader)
        return [_found(each) for each in found]


def _found(thing: Thing) -> Found:
    what = material_word(thing.title) if thing.kind == "sample" else thing.title
    title = f"{_(NOUNS[thing.kind])} · {what}" if what else _(NOUNS[thing.kind])
    return Found(thing.kind, thing.id, thing.code, title, SCREENS[thing.kind])


def said(found: Resolved) -> str:
    """A scan's sentence, its coded facts in words."""
    facts = {name: _in_words(found.kind, name, value) for name, value in found.facts.items()}
    return filled_in(found.sentence, facts)


def _in_words(kind: str | None, name: str, value: object) -> object:
    if name == "material":
        return material_word(str(value))
    if name == "status" and kind == "sample":
        return look("sample", str(value)).word
    if name == "service":
        return look("service", str(value)).word
    if name == "state" and kind in ("project", "request", "shipment"):
        return look(kind, str(value)).word
    if kind == "storage_unit" and name == "kind":
        return _(str(value)).capitalize()
    return value


def material_word(code: str) -> str:
    """A material as people say it; the code itself where it is not one we know."""
    known = MATERIALS.get(code)
    return _(known.label) if known else code
