"""The app on a bank: first run, who acts, and a change of person at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Any, Final, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Item

from biobank_tui.rules.errors import BiobankError, Denied, Refused
from biobank_tui.rules.temperatures import TEMPERATURES
from biobank_tui.rules.treeplan import parse_plan
from biobank_tui.settings import Settings
from biobank_tui.tui import work
from biobank_tui.tui.app import BiobankApp, run_app
from biobank_tui.tui.dialogs import Choose, Dialog, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Form
from biobank_tui.tui.longwork import carry_out
from biobank_tui.tui.ports import Level, Session
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.session import Door, NewBank, NoBank, WhoActs, account
from biobank_tui.tui.work import Progress
from biobank_tui.words import _, mark, sentence

FIRST_FREEZER: Final = "freezer F01 / 4 racks / 5 drawers / 5 boxes 9x9"

PHASES: Final = {
    "storage": mark("Building freezers"),
    "donors": mark("Enrolling donors"),
    "samples": mark("Filling boxes"),
    "acts": mark("Writing the last months, act by act"),
}
"""What the demonstration's generator says it is at, in a person's words."""


class BankApp(BiobankApp):
    """The app with its door: nobody acts before they have said who they are."""

    def __init__(self, door: Door, **given: Any) -> None:
        super().__init__(cast("Callable[[], Session]", door.open), **given)
        self.door = door

    def _opened(self, answer: Session | WhoActs | NoBank) -> None:
        if isinstance(answer, Session):
            super()._opened(answer)
        elif isinstance(answer, WhoActs):
            self.run_worker(self._let_in(answer), group="door")
        else:
            self.run_worker(self._first_run(answer), group="door")

    def do_person(self) -> None:
        """Let somebody else sit down, unless something typed would be lost."""
        if self.door.bank is None:
            self.say(Level.WARN, _("No bank is open here."))
            return
        if any(view.dirty for view in self._views.values()):
            self.say(Level.WARN, _("Save or leave what is being typed first: the screens are made anew."))
            return
        self.run_worker(self._change_person(), group="door")

    async def _change_person(self) -> None:
        try:
            who = await work.ask(self, self.door.ask)
        except BiobankError as error:
            self.say_error(error)
            return
        await self._let_in(who)

    async def _let_in(self, who: WhoActs) -> None:
        session = await self._who(who)
        if session is not None:
            await self._seat(session)
        elif self.session is None:
            self.say(Level.WARN, _("Nobody is logged in. Press F4 to say who you are."))

    async def _who(self, who: WhoActs) -> Session | None:
        """Ask until somebody is let in, or gives up."""
        people = {person.login: person for person in who.people}
        options = [
            Option(
                person.login, person.name, " · ".join([person.login, _roles(person.roles), person.organisation or ""])
            )
            for person in who.people
        ]
        login: str | None = who.likely
        while True:
            if not login:
                title = _("{bank}: who are you?").format(bank=who.bank_name)
                login = await self.push_screen_wait(Choose(title, options, [self._sitting()]))
            if login is None:
                return None
            password = ""
            if people[login].password:
                title = _("{name}: your password").format(name=people[login].name)
                asked = Form(title, [Field("password", _("Password"), Kind.SECRET)], submit=_("Enter"))
                answer = await self.push_screen_wait(asked)
                if answer is None:
                    login = None if len(people) == 1 else ""
                    continue
                password = answer["password"]
            try:
                return await work.ask(self, partial(self.door.enter, login, password))
            except Denied as refusal:
                self.say_error(refusal)

    def _sitting(self) -> str:
        return self.session.actor.login if self.session is not None and self.session.actor is not None else ""

    async def _seat(self, session: Session) -> None:
        """Give the bank to this person: the screens are made anew, for what they show is theirs."""
        if self.session is not None:
            self.session = None
            await self.remake_views()
        super()._opened(session)
        self.say(Level.GOOD, _("Welcome, {name}.").format(name=session.person))

    # -- the first run -----------------------------------------------------------------------------

    async def _first_run(self, absent: NoBank) -> None:
        while self.session is None:
            wanted = await self.push_screen_wait(Welcome(absent.address))
            if wanted is None:
                self.exit(return_code=0)
                return
            try:
                await (self._create() if wanted == "create" else self._demonstrate())
            except BiobankError as error:
                self.say_error(error)

    async def _create(self) -> None:
        answer = await self.push_screen_wait(Form(_("A new bank"), _bank_fields(), check=_check, submit=_("Create")))
        if answer is None:
            return
        new = NewBank(
            answer["name"],
            (answer["code"].strip().upper(), answer["organisation"]),
            (answer["login"].strip(), answer["person"]),
            answer["freezer"],
            answer["temperature"] or "",
        )
        await self._seat(await work.ask(self, partial(self.door.create, new)))

    async def _demonstrate(self) -> None:
        def make(progress: Progress) -> WhoActs:
            def stepped(phase: str, done: int, total: int) -> None:
                title = _(PHASES.get(phase, phase))
                if title != progress.title:
                    progress.title, progress.began, progress.done = title, monotonic(), 0
                progress.total = total
                progress.step(done - progress.done)

            return self.door.demonstrate(stepped)

        await self._let_in(await carry_out(self, _("Making the demonstration bank"), make))


class Welcome(Dialog[str | None]):
    """The first screen of all: there is no bank here yet. Answers "create", "demo" or None."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(_("Welcome. There is no bank here yet.")), classes="dialog-title")
            yield Static(paragraph(_("It will be kept in {address}").format(address=self.address), "$quiet"))
            yield OptionList(
                Item(plain(_("Create a bank: its name, the first organisation, the first freezer")), id="create"),
                Item(plain(_("Look around in a demonstration bank: 2,000 donors, 50,000 tubes")), id="demo"),
                Item(plain(_("Leave")), id="leave"),
                compact=True,
            )
            yield Static(plain(_("↑ ↓ ⏎ choose · Esc leave")), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        self.dismiss(None if event.option_id == "leave" else event.option_id)


def _roles(roles: tuple[str, ...]) -> str:
    return _("all roles") if len(roles) > 3 else ", ".join(_(role.replace("_", " ")) for role in roles)


def _bank_fields() -> list[Field]:
    classes = [Option(kind.code, _(kind.label)) for kind in TEMPERATURES.values()]
    return [
        Field("name", _("Name of the bank"), hint=_("Tumour Bank West")),
        Field("organisation", _("First organisation"), hint=_("University Hospital Valmont")),
        Field("code", _("Its code"), hint="VALMONT"),
        Field("person", _("Your name")),
        Field("login", _("Your login"), value=account()),
        Field("freezer", _("First freezer"), value=FIRST_FREEZER, required=False),
        Field("temperature", _("Its temperature"), Kind.CHOICE, classes, "-60to-85", required=False),
    ]


def _check(answer: Mapping[str, Any]) -> dict[str, str]:
    try:
        if answer["freezer"]:
            parse_plan(answer["freezer"])
    except Refused as refusal:
        return {"freezer": sentence(refusal)}
    return {}


def open_bank(address: str, settings: Settings) -> int:
    """Open the app on a bank, or on the first screen where there is none; the exit code."""
    door = Door(address, settings, account())
    try:
        return run_app(BankApp(door, remapped=settings.keys, theme_name=settings.theme))
    finally:
        door.close()
