"""The samples of one's own projects, for who only leads projects: under each project's codes, and no other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from biobank_tui.queries.given import GivenSample, own_samples
from biobank_tui.tui import work
from biobank_tui.tui.listed import Listed
from biobank_tui.tui.ports import Column, Found, Row, Session, Situation
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.session import material_word
from biobank_tui.tui.status import look
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, figure, mark, ngettext

SHOWN = 12
"""Samples of one donor that are named beside the one under the cursor."""


class OwnSamples(View):
    """The list, and the sample under the cursor with the others of its donor. project: the one in front, or all."""

    command_group: ClassVar[str] = "own"
    about: ClassVar[str] = mark(
        "The samples that are set aside for your projects or were sent to them, under the codes that only your project"
        " knows; the bank's own codes are not told. g turns between your projects. A code of yours can be scanned."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.project = ""
        self._samples: tuple[GivenSample, ...] = ()
        self._wanted: str | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="own-head", markup=False)
        with Horizontal():
            yield RowTable(empty=_("Nothing is set aside for your projects yet."), id="own-list")
            with VerticalScroll(id="own-pane"):
                yield Static("", id="own-says", markup=False)

    @property
    def table(self) -> RowTable:
        return self.query_one("#own-list", RowTable)

    @property
    def shown(self) -> tuple[GivenSample, ...]:
        """The samples of the project in front, or of all."""
        return tuple(each for each in self._samples if self.project in ("", each.project))

    def ready(self, session: Session) -> None:
        self._read()

    def shown_again(self) -> None:
        self._read()

    def _read(self) -> None:
        session = self.session

        def read() -> tuple[GivenSample, ...]:
            with session.bank.read() as connection:
                return own_samples(connection, session.bank.address, session.actor.person_id)

        work.run(self, "own", read, self._came)

    def _came(self, found: tuple[GivenSample, ...]) -> None:
        self._samples = found
        self._list()

    def _list(self) -> None:
        if self._wanted is not None and all(each.code != self._wanted for each in self.shown):
            self.project = ""
        rows = self.shown
        told = ngettext("{count} sample", "{count} samples", len(rows)).format(count=figure(len(rows)))
        self.query_one("#own-head", Static).update(
            Content.assemble(
                plain(" " + (self.project or _("All my projects")), "bold $accent"), plain(f"  {told}", "$quiet")
            )
        )
        self.table.show(Listed(_columns(), tuple(_row(place, each) for place, each in enumerate(rows))))
        wanted, self._wanted = self._wanted, None
        place = next((at for at, each in enumerate(rows) if each.code == wanted), None)
        if place is not None:
            self.table.jump(place)
        if not rows:
            self.query_one("#own-says", Static).update("")

    @on(RowTable.RowHighlighted)
    def _highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if event.row is not None and event.row.key < len(self.shown):
            self.query_one("#own-says", Static).update(_told(self.shown[event.row.key], self._samples))

    def open_thing(self, found: Found) -> None:
        self._wanted = found.code
        if self._samples:
            self._list()
        self.call_after_refresh(partial(self.table.focus))

    def situation(self) -> Situation:
        row = self.table.row
        return replace(super().situation(), row=row.key if row is not None else None)

    def do_turn(self) -> None:
        """Show the next project, and after the last one all of them."""
        projects = ["", *dict.fromkeys(each.project for each in self._samples)]
        self.project = projects[(projects.index(self.project) + 1) % len(projects)]
        self._list()


def _columns() -> tuple[Column, ...]:
    return (
        Column("code", _("Sample"), 17),
        Column("material", _("Material"), 12, grow=1),
        Column("status", _("Status"), 14, family="given"),
        Column("amount", _("Amount"), 9, "right"),
        Column("donor", _("Donor"), 17, drop=1),
        Column("request", _("Request"), 9, drop=2),
    )


def _row(place: int, each: GivenSample) -> Row:
    cells = (each.code, material_word(each.material), each.status, each.amount, each.donor or "", each.request)
    return Row(place, cells)


def _told(each: GivenSample, every: tuple[GivenSample, ...]) -> Content:
    seen = look("given", each.status)
    lines = [
        plain(each.code, "bold $accent"),
        Content.assemble(plain(material_word(each.material), "bold"), plain(f"  {each.amount}")),
        plain(f"{seen.glyph} {seen.word}", f"${seen.tone}"),
        plain(_("for {request} of {project}").format(request=each.request, project=each.project), "$quiet"),
        Content(""),
    ]
    if each.donor is None:
        lines.append(paragraph(_("A pool: it is of more than one donor."), "$quiet"))
        return Content("\n").join(lines)
    same = [other for other in every if (other.project, other.donor) == (each.project, each.donor) and other != each]
    lines.append(plain(_("Donor {code}").format(code=each.donor), "bold"))
    if not same:
        lines.append(paragraph(_("No other sample of this donor is yours."), "$quiet"))
    lines += [
        Content.assemble(plain(other.code), plain(f"  {material_word(other.material)}  {other.amount}", "$quiet"))
        for other in same[:SHOWN]
    ]
    if len(same) > SHOWN:
        lines.append(plain(_("… and {count} more").format(count=figure(len(same) - SHOWN)), "$quiet"))
    return Content("\n").join(lines)
