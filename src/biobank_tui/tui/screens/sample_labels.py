"""Printing labels: what is asked, the first label as it will look, and the act."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from biobank_tui.rules.text import visible
from biobank_tui.tui import work
from biobank_tui.tui.actform import ActForm
from biobank_tui.tui.dialogs import Dialog
from biobank_tui.tui.fields import Field, Kind, Option
from biobank_tui.tui.form import Answer
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.tui.screens.print_queue import print_job
from biobank_tui.tui.views import View
from biobank_tui.words import _, figure, ngettext

if TYPE_CHECKING:
    from biobank_tui.actions.labelling import PrintResult

USUAL: Final = "Avery L4732"
"""The stock to begin with where the settings name none and the list has it."""

PAPER: Final = "black on white"
"""A QR symbol is black on white whatever the theme: its negative is refused by many readers."""


class LabelLook(Dialog[bool]):
    """The first label as it will be printed, and the question."""

    def __init__(self, lines: Sequence[str], question: str) -> None:
        super().__init__()
        self.lines = tuple(lines)
        self.question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(paragraph(self.question), classes="dialog-title")
            yield Static(
                Content("\n").join(Content.styled(visible(line), PAPER) for line in self.lines), id="label-look"
            )
            with Horizontal(classes="dialog-buttons"):
                yield Button(plain(f"{_('Print')}  {_('y')}"), id="yes", compact=True)
                yield Button(plain(f"{_('No')}  {_('n')}"), id="no", compact=True)

    def on_mount(self) -> None:
        self.query_one("#yes").focus()

    def on_key(self, event: events.Key) -> None:
        """The letters, and the arrows between the buttons."""
        letter = (event.character or "").lower()
        if letter in (_("y"), "y"):
            self.dismiss(True)
        elif letter in (_("n"), "n"):
            self.dismiss(False)
        elif event.key in ("left", "right", "up", "down"):
            self.focus_next()
        else:
            return
        event.stop()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click, or Enter."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def leave(self) -> None:
        self.dismiss(False)


async def print_labels(view: View, codes: Sequence[str], noun: str = "sample", copies: int = 1) -> bool:
    """Show the first label, ask for the stock and where to, print; a printer's labels go through the print queue.

    noun: of what they are; a code that something else goes by too is refused.
    """
    from biobank_tui.actions.labelling import PrintRequest, enqueue, is_file
    from biobank_tui.actions.labelling import print_labels as print_them
    from biobank_tui.labels.layout import layouts
    from biobank_tui.labels.stock import stocks
    from biobank_tui.labels.terminal import preview_lines
    from biobank_tui.queries.labelling import labels_for

    session = view.session
    names = list(stocks())
    first = next((name for name in (session.stock, *names) if name and name in names), "")
    usual = first if session.stock else next((name for name in names if USUAL.casefold() in name.casefold()), first)

    def act(answer: Answer) -> PrintResult | int:
        asked = PrintRequest(
            tuple(codes),
            answer["stock"],
            answer["target"],
            int(answer["start"]),
            int(answer["copies"]),
            layout=answer["layout"] or None,
            reason=answer["reason"] or None,
            noun=noun,
        )
        if is_file(asked.target):
            return print_them(session.bank, session.actor, asked)
        return enqueue(session.bank, session.actor, asked)

    def look() -> tuple[str, ...]:
        with session.bank.read() as connection:
            return preview_lines(labels_for(connection, codes[:1], usual)[0])

    count = len(codes)
    question = ngettext("Print {count} label?", "Print {count} labels? The first:", count).format(count=figure(count))
    if not await view.app.push_screen_wait(LabelLook(await work.ask(view, look), question)):
        return False
    form = ActForm(
        ngettext("Print {count} label", "Print {count} labels", count).format(count=figure(count)),
        [
            Field("stock", _("Label stock"), Kind.CHOICE, [Option(name, name) for name in names], usual),
            Field("target", _("To"), value=session.printer or _file(codes), hint="FILE.pdf, tcp://HOST:9100, lp:QUEUE"),
            Field("start", _("First free label"), Kind.NUMBER, value="1"),
            Field("copies", _("Copies of each"), Kind.NUMBER, value=str(copies)),
            Field(
                "layout", _("Layout"), required=False,
                hint=_("the stock's own; or {names}, FILE.toml").format(names=", ".join(layouts())),
            ),
            Field("reason", _("Printed again, because"), required=False, hint=_("where it was printed before")),
        ],
        act,
        places={"label.reprint": "reason", "label.waiting": "reason", "label.stock": "stock", "label.start": "start",
                "label.copies": "copies", "label.layout": "layout", "file.absent": "layout", "label.": "target",
                "file.": "target", "printer": "target"},
        submit=_("Print"),
    )  # fmt: skip
    if await view.app.push_screen_wait(form) is None:
        return False
    done: PrintResult | int = form.result
    if isinstance(done, int):
        await print_job(view.shell, done, count)
        return True
    told = ngettext("{count} label printed to {target}.", "{count} labels printed to {target}.", done.labels)
    answer = form.entry("target").value
    said = told.format(count=figure(done.labels), target=answer)
    if done.shortened:
        said += " " + _("The text was shortened on {count} of them.").format(count=figure(len(done.shortened)))
    view.shell.done(said)
    return True


def _file(codes: Sequence[str]) -> str:
    """A file of its own in the folder one is in, named for the first tube."""
    name = "".join(char if char.isalnum() or char in "-_" else "-" for char in codes[0])
    return str(Path.cwd() / f"labels-{name}.pdf")
