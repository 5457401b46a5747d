"""A form that does what it asks for: it stays, with all that was typed, until the act is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual import on

from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Change, Confirm
from biobank_tui.tui.fields import Field
from biobank_tui.tui.form import Answer, Form, Line
from biobank_tui.tui.status import Tone
from biobank_tui.words import sentence


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act is about to change, counted; asked before it is done. tone: BAD for what cannot be undone."""

    question: str
    changes: tuple[Change, ...] = ()
    tone: Tone = Tone.ACCENT


class ActForm(Form):
    """Asks, previews and acts.

    act: does it, in a thread, given the answer; what it returns is then in `result`. preview: in a thread; None
    where nothing need be asked. places: the field a refusal belongs to, by the beginning of its code; the first
    field takes the others. scans: a field that gathers several codes, and the field, or what, says how many.
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        act: Callable[[Answer], Any],
        *,
        preview: Callable[[Answer], Preview | None] | None = None,
        check: Callable[[Answer], Mapping[str, str]] | None = None,
        places: Mapping[str, str] | None = None,
        scans: tuple[str, str | Callable[[], int]] | None = None,
        submit: str = "",
    ) -> None:
        super().__init__(title, fields, check=check, submit=submit)
        self.act = act
        self.preview = preview
        self.places = dict(places or {})
        self.scans = scans
        self.result: Any = None
        self.acting = False
        """Whether it was submitted and not yet answered: until then it is not submitted again."""

    def submit(self) -> None:
        if not self.acting:
            super().submit()

    def accept(self, answer: Answer) -> None:
        self.acting = True
        if self.preview is None:
            self._act(answer)
        else:
            work.run(self, "act", partial(self.preview, answer), partial(self._previewed, answer), self._refused)

    def _previewed(self, answer: Answer, preview: Preview | None) -> None:
        if preview is None:
            self._act(answer)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._act(answer)
            else:
                self.acting = False

        self.app.push_screen(Confirm(preview.question, preview.changes, tone=preview.tone), answered)

    def _act(self, answer: Answer) -> None:
        work.run(self, "act", partial(self.act, answer), partial(self._done, answer), self._refused)

    def _done(self, answer: Answer, result: Any) -> None:
        self.result = result
        self.dismiss(answer)

    def _refused(self, error: BiobankError) -> None:
        self.acting = False
        names = [field.name for field in self.fields]
        found = (name for start, name in self.places.items() if error.code.startswith(start) and name in names)
        self.show_problems({next(found, names[0]): sentence(error)})

    def codes_wanted(self) -> int:
        """How many codes the field that gathers them takes."""
        if self.scans is None:
            return 0
        count = self.scans[1]
        return _number(self.entry(count).value) if isinstance(count, str) else count()

    def keeps(self, entry: Line) -> bool:
        """Whether Enter stays in a field, to part what was scanned from what comes next."""
        if self.scans is None or entry.id != f"field-{self.scans[0]}":
            return False
        return 0 < len(entry.value.split()) < self.codes_wanted()

    @on(Line.Done)
    def _gather(self, event: Line.Done) -> None:
        """Enter in a field that gathers codes parts them, as long as some are still to come."""
        entry = self.focused
        if isinstance(entry, Line) and self.keeps(entry):
            entry.value = entry.value.strip() + " "
            entry.cursor_position = len(entry.value)
            event.stop()
            event.prevent_default()


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 1
