"""A new request: what is asked for in the filter language, with what it would give shown as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events, on
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from biobank_tui.actions import requests
from biobank_tui.actions.requests import NewLine, NewRequest, RequestStanding
from biobank_tui.queries.feasibility import Feasibility, feasibility
from biobank_tui.queries.projects import ProjectRow
from biobank_tui.rules.amounts import parse as parse_amount
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.query import Op, Query, Term, parse, render, without
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer, PickLine
from biobank_tui.tui.ports import Session
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens.feasible_words import FIELD_WORDS, count_word, feasible_content, value_word
from biobank_tui.words import _, pair, sentence

PAUSE: Final = 0.15
"""Seconds after the last key before the bank is asked."""

FEW_LINES, LINES, TALL = 3, 10, 34
"""Reasons, and values of each facet, that are shown: on a low screen, and on one of so many lines."""


class RequestForm(ActForm):
    """Asks for a line and draws it up as a draft; what is eligible now stands below, and F6 narrows by it.

    small_cell: counts below it are hidden from this reader; 0 hides none. request: one that gets a further line,
    where it is no new one; its project is then the one chosen.
    """

    def __init__(
        self, session: Session, projects: Sequence[ProjectRow], chosen: str, small_cell: int, request: str = ""
    ) -> None:
        self.session = session
        self.small_cell = small_cell
        self.request = request
        self.found: Feasibility | None = None
        self._pause: Timer | None = None
        options = [Option(each.code, f"{each.code}  {each.title}") for each in projects]
        super().__init__(
            _("Another line of {code}").format(code=request) if request else _("New request"),
            [
                Field("project", _("Project"), Kind.CHOICE, options, chosen or (options[0].key if options else "")),
                *([] if request else [Field("title", _("Title"), hint=_("what the samples are for"))]),
                Field("criteria", _("Samples"), hint="type:plasma dx:C50 collected:2021.."),
                Field("asked", _("How many"), Kind.NUMBER, value="20", check=_whole),
                Field("least", _("At least, each"), required=False, hint="200 µL"),
            ],
            self._draw_up,
            places={
                "query": "criteria",
                "line.asked": "asked",
                "line": "criteria",
                "amount": "least",
                "request": "title",
            },
            submit=_("Add") if request else _("Draw up"),
        )

    def on_mount(self) -> None:
        form = self.query_one(".dialog-form", Vertical)
        form.add_class("dialog-request")
        form.mount(Static("", id="feasible", markup=False), before=self.query_one(".dialog-keys"))
        self.watch(self.query_one("#field-project"), "value", lambda _value: self._later(), init=False)
        self._look()

    def _draw_up(self, answer: Answer) -> RequestStanding:
        line = NewLine(criteria=answer["criteria"], asked=int(answer["asked"]), least=answer["least"] or None)
        if self.request:
            return requests.add_lines(self.session.bank, self.session.actor, self.request, [line])
        asked = NewRequest(answer["project"], answer["title"], (line,))
        return requests.new(self.session.bank, self.session.actor, asked)

    def _keys(self) -> str:
        return super()._keys() + " · " + _("F6 narrow")

    def on_key(self, event: events.Key) -> None:
        """F6 chooses among what the eligible ones are, and asks for that alone."""
        if event.key == "f6":
            self._narrow()
            event.stop()

    def _narrow(self) -> None:
        options = [
            Option(f"{name} {each.value}", pair(_(word), value_word(name, each)), count_word(each.n, self.small_cell))
            for name, word in FIELD_WORDS.items()
            for each in (self.found.facets.get(name, ()) if self.found else ())
            if each.value
        ]
        if options:
            self.app.push_screen(Choose(_("Ask for which alone?"), options), self._narrowed)

    def _narrowed(self, chosen: str | None) -> None:
        if chosen is None:
            return
        field, _space, value = chosen.partition(" ")
        try:
            query = parse(self._value("criteria"))
        except BiobankError:
            return
        narrower = Query((*without(query, field).terms, Term(field, Op.IS, (value,))), query.words)
        self.query_one("#field-criteria", Input).value = render(narrower)

    # -- feasibility -------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._later()

    def _later(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        project = self.query_one("#field-project", PickLine).value
        criteria, least = self._value("criteria"), self._value("least")
        if not criteria or not project:
            self._say(
                plain(_("Write what you need, such as type:plasma dx:C50: how many there are shows here."), "$quiet")
            )
            return
        session, small_cell = self.session, self.small_cell

        def ask() -> Feasibility:
            query = parse(criteria)
            amount = parse_amount(least) if least else None
            with session.bank.read() as connection:
                return feasibility(
                    connection,
                    project,
                    query,
                    least=amount,
                    small_cell=small_cell,
                    reader=session.actor.person_id,
                )

        work.run(self, "feasible", ask, self._show, self._not_understood)

    def _value(self, name: str) -> str:
        return self.query_one(f"#field-{name}", Input).value.strip()

    def _say(self, content: Content) -> None:
        self.query_one("#feasible", Static).update(content)

    def _not_understood(self, error: BiobankError) -> None:
        self._say(plain(f"▲ {sentence(error)}", "$warn"))

    def _show(self, found: Feasibility) -> None:
        self.found = found
        place = self.query_one("#feasible", Static)
        width = place.content_region.width or 66
        asked = self._value("asked")
        most = LINES if self.app.size.height >= TALL else FEW_LINES
        self._say(feasible_content(found, width, int(asked) if asked.isdigit() else 0, self.small_cell, most))


def _whole(value: object) -> str | None:
    return None if str(value).isdigit() and int(str(value)) else _("Write a whole number, 1 or more.")
