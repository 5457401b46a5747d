"""Projects: the year's call, the projects, and requests with whose turn it is."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from biobank_tui.queries import projects as project_queries
from biobank_tui.queries import requests as request_queries
from biobank_tui.queries.projects import ProjectDetail
from biobank_tui.queries.requests import RequestDetail
from biobank_tui.rules.lifecycles import ProjectState, RequestState
from biobank_tui.rules.moments import today
from biobank_tui.tui import work
from biobank_tui.tui.ports import Found, Session, Situation
from biobank_tui.tui.readers import small_cell
from biobank_tui.tui.screens import (
    call_acts,
    project_acts,
    release_acts,
    request_acts,
    request_changes,
    request_shortage,
)
from biobank_tui.tui.screens.project_lists import Desk, Listing, listed, read_desk
from biobank_tui.tui.screens.project_papers import Papers, read_papers
from biobank_tui.tui.screens.project_words import head, project_content, request_content
from biobank_tui.tui.views import View
from biobank_tui.tui.widgets.table import RowTable
from biobank_tui.words import _, mark

REQUEST_WORDS = {
    "draft": (RequestState.DRAFT, RequestState.CHANGES_REQUESTED),
    "in_review": (RequestState.SUBMITTED, RequestState.IN_REVIEW),
    "approved": (RequestState.APPROVED, RequestState.IN_FULFILMENT),
    "filling": (RequestState.IN_FULFILMENT,),
}
"""Words of the situation, and the states of a request in which they hold."""

PROJECT_WORDS = {
    "decidable": (ProjectState.PROPOSED, ProjectState.SCORED),
    "waiting": (ProjectState.SELECTED, ProjectState.SUSPENDED),
    "active": (ProjectState.ACTIVE,),
    "running": (ProjectState.ACTIVE, ProjectState.SUSPENDED),
}

Detail = RequestDetail | ProjectDetail


class Projects(View):
    """One of three lists, and the request or project under the cursor."""

    command_group: ClassVar[str] = "projects"
    about: ClassVar[str] = mark(
        "g turns between requests, projects and the year's call. Each request shows whose turn it is and since when;"
        " those that wait for you are in colour. n asks for samples: write what you need in the filter language, and"
        " see at once how many are eligible and why the others are not."
    )
    styles_path: ClassVar[Path | None] = Path(__file__).with_suffix(".tcss")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.listing = Listing.REQUESTS
        self.desk: Desk | None = None
        self.detail: Detail | None = None
        self.papers = Papers()
        self._small_cell = 0
        self._wanted: str | None = None
        self.year = today().year

    def keep(self) -> object:
        """The list in front, the year, and what is under the cursor, for whoever sits down next."""
        return self.listing, self.year, self._code

    def show_kept(self, kept: object) -> None:
        if isinstance(kept, tuple):
            self.listing, self.year, self._wanted = kept

    def compose(self) -> ComposeResult:
        yield Static("", id="project-head", markup=False)
        with Container(id="project-body"):
            yield RowTable(empty=_("Nothing here yet."))
            with VerticalScroll(id="project-pane", can_focus=True):
                yield Static("", id="project-detail", markup=False)

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    # -- lists -------------------------------------------------------------------------------------

    def ready(self, session: Session) -> None:
        self._read()

    def shown_again(self) -> None:
        self._read()

    def _read(self) -> None:
        session, year = self.session, self.year

        def read() -> tuple[Desk, int]:
            return read_desk(session, year), small_cell(session)

        work.run(self, "desk", read, self._came)

    def _came(self, found: tuple[Desk, int]) -> None:
        self.desk, self._small_cell = found
        self._list(self._wanted or self._code)

    @property
    def _code(self) -> str | None:
        if isinstance(self.detail, RequestDetail):
            return self.detail.request.code
        return self.detail.project.code if self.detail is not None else None

    def _list(self, code: str | None = None) -> None:
        """Show the list in front, the cursor on this code where it has it."""
        if self.desk is None:
            return
        self.query_one("#project-head", Static).update(head(self.desk, self.listing))
        source = listed(self.desk, self.listing)
        self.table.show(source)
        place = next((at for at, row in enumerate(source.rows) if row.cells[0] == code), None)
        if place is not None:
            self.table.jump(place)
            self._fetch(str(code))
        elif not source.rows:
            self._clear()
        self._wanted = None

    def _clear(self) -> None:
        self.detail = None
        self.query_one("#project-detail", Static).update("")
        self.shell.refresh_keys()

    @on(RowTable.RowHighlighted)
    def _highlighted(self, event: RowTable.RowHighlighted) -> None:
        if event.row is not None and event.row.cells[0] != self._code:
            self._fetch(event.row.cells[0])

    @on(RowTable.RowChosen)
    def _chosen(self) -> None:
        self.query_one("#project-pane").focus()

    def on_key(self, event: events.Key) -> None:
        """Esc goes back to the list."""
        if event.key == "escape" and not self.table.has_focus:
            self.table.focus()
            event.stop()

    # -- detail ------------------------------------------------------------------------------------

    def _fetch(self, code: str) -> None:
        session, listing = self.session, self.listing

        def read() -> tuple[Detail, Papers]:
            with session.bank.read() as connection:
                if listing is Listing.REQUESTS:
                    return request_queries.detail(connection, code, reader=session.actor.person_id), Papers()
                now = session.bank.clock()
                found = project_queries.detail(connection, code, at=now, reader=session.actor.person_id)
                return found, read_papers(connection, code, now)

        work.run(self, "detail", read, self._fetched)

    def _fetched(self, found: tuple[Detail, Papers]) -> None:
        self.papers = found[1]
        self._show(found[0])

    def _show(self, detail: Detail) -> None:
        self.detail = detail
        width = max(self.query_one("#project-pane").content_region.width - 1, 30)
        if isinstance(detail, RequestDetail):
            content = request_content(detail, today(), width, self._small_cell, self.session.actor.login)
        else:
            content = project_content(detail, width, self.papers)
        self.query_one("#project-detail", Static).update(content)
        self.shell.refresh_keys()

    def on_resize(self) -> None:
        """Lines and bars are laid out anew."""
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if self.detail is not None:
            self._show(self.detail)

    def situation(self) -> Situation:
        detail, words = self.detail, set()
        if isinstance(detail, RequestDetail):
            words = {word for word, states in REQUEST_WORDS.items() if detail.request.state in states} | {"request"}
            if any(line.missing for line in detail.lines):
                words.add("short")
            if any(line.reserved for line in detail.lines):
                words.add("reserved")
            if any(line.reserved or line.picked > line.shipped for line in detail.lines):
                words.add("held")
        elif detail is not None:
            words = {word for word, states in PROJECT_WORDS.items() if detail.project.state in states} | {"project"}
        row = self.table.row
        return replace(super().situation(), row=row.key if row else None, words=frozenset(words))

    def open_thing(self, found: Found) -> None:
        self.listing = Listing.REQUESTS if found.kind == "request" else Listing.PROJECTS
        self._wanted = found.code
        self._read()
        self.table.focus()

    # -- commands ----------------------------------------------------------------------------------

    def do_turn(self) -> None:
        """Show the next list."""
        ways = list(Listing)
        self.listing = ways[(ways.index(self.listing) + 1) % len(ways)]
        self.detail = None
        self._list()

    async def _then(self, act: Awaitable[object], code: str | None = None) -> None:
        """Do it, then read everything again."""
        await act
        self._wanted = code or self._code
        self._read()

    @property
    def _request(self) -> RequestDetail:
        assert isinstance(self.detail, RequestDetail)
        return self.detail

    async def do_request(self) -> None:
        """Ask for samples."""
        project = self.detail.project.code if isinstance(self.detail, ProjectDetail) else ""
        if isinstance(self.detail, RequestDetail):
            project = self.detail.request.project
        code = await request_acts.ask_for_samples(self, project)
        if code is not None:
            self.listing = Listing.REQUESTS
            self._wanted = code
        self._read()

    async def do_submit(self) -> None:
        """Hand it in."""
        await self._then(request_acts.hand_in(self, self._request.request.code))

    async def do_approve(self) -> None:
        """Approve it."""
        await self._then(request_acts.approve(self, self._request))

    async def do_part(self) -> None:
        """Approve a part of it."""
        await self._then(request_acts.approve_part(self, self._request))

    async def do_reject(self) -> None:
        """Reject it."""
        code = self._request.request.code
        await self._then(request_acts.turn_down(self, code, "reject", _("Reject {code}").format(code=code)))

    async def do_changes(self) -> None:
        """Send it back."""
        code = self._request.request.code
        await self._then(
            request_acts.turn_down(self, code, "changes", _("Ask for changes in {code}").format(code=code))
        )

    async def do_reserve(self) -> None:
        """Set samples aside."""
        await self._then(request_acts.reserve(self, self._request))

    async def do_pick(self) -> None:
        """Make a pick list."""
        await request_acts.start_picking(self, self._request.request.code)

    async def do_edit(self) -> None:
        """Ask for something else in a line."""
        await self._then(request_changes.change_line(self, self._request))

    async def do_line(self) -> None:
        """Ask for more."""
        await self._then(request_acts.add_line(self, self._request))

    async def do_wait(self) -> None:
        """Wait for samples to come free."""
        await self._then(request_shortage.wait(self, self._request))

    async def do_prolong(self) -> None:
        """Let what is reserved stand longer."""
        await self._then(request_shortage.prolong(self, self._request))

    async def do_instead(self) -> None:
        """What would do instead."""
        await self._then(request_shortage.instead(self, self._request, self._small_cell))

    async def do_transfer(self) -> None:
        """Decide that it goes to another request."""
        await self._then(request_shortage.transfer(self, self._request))

    async def do_sweep(self) -> None:
        """End what has run out."""
        await self._then(request_shortage.sweep(self))

    async def do_release(self) -> None:
        """Give back what is reserved."""
        await self._then(request_changes.release(self, self._request))

    async def do_finish(self) -> None:
        """End it."""
        await self._then(request_changes.finish(self, self._request))

    async def do_say(self) -> None:
        """Say something."""
        await self._then(request_acts.say_something(self, self._request.request.code))

    async def do_cancel(self) -> None:
        """Give it up."""
        await self._then(request_acts.give_up(self, self._request))

    async def do_propose(self) -> None:
        """Propose a project."""
        code = await project_acts.propose(self)
        if code is not None:
            self.listing = Listing.CALL
            self._wanted = code
        self._read()

    @property
    def _project(self) -> ProjectDetail:
        assert isinstance(self.detail, ProjectDetail)
        return self.detail

    async def do_score(self) -> None:
        """Score the proposal."""
        await self._then(call_acts.score(self, self._project))

    async def do_decide(self) -> None:
        """Decide on the proposal."""
        assert self.desk is not None
        await self._then(call_acts.decide(self, str(self._code), self.desk.call))

    async def do_announce(self) -> None:
        """Announce the year's call."""
        assert self.desk is not None
        await self._then(call_acts.announce(self, self.desk.call))

    async def do_year(self) -> None:
        """Look at another year's call."""
        assert self.desk is not None
        self.year = await call_acts.choose_year(self, self.desk.years, self.year)
        self.listing = Listing.CALL
        self._clear()
        self._read()

    async def do_amend(self) -> None:
        """Change what the project says."""
        await self._then(project_acts.amend(self, self._project))

    async def do_team(self) -> None:
        """Somebody joins or leaves."""
        await self._then(project_acts.team(self, self._project))

    async def do_agreement(self) -> None:
        """Record a transfer agreement."""
        await self._then(release_acts.agreement(self, self._project, self.papers))

    async def do_call_off(self) -> None:
        """Call an agreement off."""
        await self._then(release_acts.call_off(self, self._project, self.papers))

    async def do_data(self) -> None:
        """Give the project data."""
        await self._then(release_acts.give_data(self, self._project))

    async def do_results(self) -> None:
        """Take results."""
        await self._then(release_acts.take_results(self, self._project))

    async def do_suspend(self) -> None:
        """Suspend the project."""
        await self._then(project_acts.suspend(self, str(self._code)))

    async def do_close(self) -> None:
        """Close the project."""
        await self._then(project_acts.close(self, str(self._code)))

    async def do_activate(self) -> None:
        """Make the project active."""
        await self._then(project_acts.activate(self, str(self._code)))
