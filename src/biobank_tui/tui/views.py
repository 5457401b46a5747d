"""What a screen is, and the eight of them: each is imported when it is first shown."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from biobank_tui.tui.ports import Found, Level, Scan, ScanAnswer, Session, Situation, Verdict
from biobank_tui.tui.safe import plain
from biobank_tui.words import _, mark

if TYPE_CHECKING:
    from biobank_tui.tui.app import BiobankApp


class View(Container):
    """One of the eight screens. A subclass composes widgets and may override what follows.

    command_group: its name in the command table; about: the sentences F1 shows; styles: its .tcss.
    A command "samples.move" runs the method `do_move`, plain or async.
    """

    command_group: ClassVar[str] = ""
    about: ClassVar[str] = ""
    styles_path: ClassVar[Path | None] = None

    @property
    def shell(self) -> BiobankApp:
        """The app, as ours."""
        return cast("BiobankApp", self.app)

    @property
    def session(self) -> Session:
        """The open bank; only for use once `ready` was called."""
        session = self.shell.session
        assert session is not None
        return session

    def ready(self, session: Session) -> None:
        """The bank is open and the view is mounted: fetch what is to be shown. Called once."""

    def shown_again(self) -> None:
        """The view comes back to the front: fetch again what may have changed."""

    def changed(self) -> None:
        """Something was written elsewhere while this view was in front: fetch again."""
        self.shown_again()

    def situation(self) -> Situation:
        """What the commands' `enabled` may know; add row, marked and words with `replace(super().situation(), …)`."""
        return Situation(self.command_group, self.shell.session)

    def keep(self) -> object:
        """What the view made in this one's place should show again, as after a change of person; None for nothing."""
        return None

    def show_kept(self, kept: object) -> None:
        """Show what `keep` of the view before this one gave, once the bank is there; called before `ready`."""

    def open_thing(self, found: Found) -> None:
        """Show this thing: it was scanned, or chosen in the palette."""

    def take_scan(self, scan: Scan) -> ScanAnswer:
        """Judge a scan, in a thread, touching no widget. Here: look it up and open it."""
        session = self.shell.session
        if session is None:
            return ScanAnswer(Verdict(Level.BAD, _("The bank is still opening: scan again in a moment.")))
        if session.finder is None:
            return ScanAnswer(Verdict(Level.WARN, _("Nothing here takes scans.")))
        return session.finder.scan(scan.text)

    def scan_taken(self, scan: Scan, answer: ScanAnswer) -> None:
        """The verdict is on screen; show what was found. Here: open it in its own view."""
        if isinstance(answer.value, Found):
            self.shell.open_found(answer.value)

    @property
    def dirty(self) -> bool:
        """Whether something typed would be lost on leaving the app."""
        return False


class Later(View):
    """Stands in for a view that is not there."""

    def compose(self) -> ComposeResult:
        yield Static(plain(_("This screen is not part of this version.")), classes="empty")


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A screen: the command that shows it has the same name. place: "module:class".

    own: the one in its stead for who only leads projects, where theirs is another.
    """

    name: str
    label: str
    place: str
    own: str = ""

    def make(self, session: Session | None = None) -> View:
        """Import and build the one that is for whoever sits here."""
        place = self.own if self.own and session is not None and session.leads else self.place
        module, _colon, name = place.partition(":")
        if find_spec(module) is None:
            return Later(id=f"view-{self.name}")
        made: View = getattr(import_module(module), name)(id=f"view-{self.name}")
        return made


_SCREENS = "biobank_tui.tui.screens."

VIEWS: Final = (
    ViewSpec("bench", mark("Bench"), _SCREENS + "bench:Bench"),
    ViewSpec("samples", mark("Samples"), _SCREENS + "samples:Samples", _SCREENS + "own_samples:OwnSamples"),
    ViewSpec("storage", mark("Storage"), _SCREENS + "storage:Storage"),
    ViewSpec("donors", mark("Donors"), _SCREENS + "donors:Donors"),
    ViewSpec("projects", mark("Projects"), _SCREENS + "projects:Projects"),
    ViewSpec("work", mark("Work"), _SCREENS + "work:Work"),
    ViewSpec("reports", mark("Reports"), _SCREENS + "reports:Reports"),
    ViewSpec("ledger", mark("Ledger"), _SCREENS + "ledger:Ledger"),
)
