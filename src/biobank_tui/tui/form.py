"""A form made from a tuple of fields: answers a dict of values, or None."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from biobank_tui.tui.dialogs import Choose, ChooseMany, Confirm, Dialog
from biobank_tui.tui.fields import Field, Kind, Unfit, value_of
from biobank_tui.tui.safe import plain
from biobank_tui.words import _

Answer = dict[str, Any]


def hint(field: Field) -> str:
    """What stands in a field where nothing is typed yet: its hint, and that it may stay empty."""
    return " · ".join(part for part in (field.hint, "" if field.required else _("optional")) if part)


class Line(Input):
    """A field to type in. Enter is taken here, where what was typed is whole."""

    takes_text: ClassVar[bool] = True

    class Done(Message):
        """Enter was pressed in the field."""

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        if event.key == "enter":
            self.post_message(self.Done())
            event.stop()
            event.prevent_default()


class PickLine(Widget, can_focus=True):
    """A field to choose in: ← → turn through the options, Space lists them, Enter goes on."""

    takes_text: ClassVar[bool] = False

    value: reactive[str] = reactive("", init=False)

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.set_reactive(PickLine.value, field.value)

    def render(self) -> Content:
        chosen = [option.label for option in self.field.options if option.key in self.value.split(",")]
        if not chosen:
            return plain(hint(self.field) or _("Space to choose"), "$quiet")
        if self.field.kind is Kind.MANY:
            return plain(", ".join(chosen))
        return Content.assemble(("‹ ", "$quiet"), plain(chosen[0]), (" ›", "$quiet"))

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        if event.key == "enter":
            self.post_message(Line.Done())
        elif event.key == "space":
            self.choose()
        elif event.key in ("left", "right") and self.field.kind is Kind.CHOICE:
            self.turn(1 if event.key == "right" else -1)
        else:
            return
        event.stop()
        event.prevent_default()

    def turn(self, by: int) -> None:
        """Go to the next or the previous option."""
        keys = [option.key for option in self.field.options]
        if keys:
            at = keys.index(self.value) + by if self.value in keys else (0 if by > 0 else -1)
            self.value = keys[at % len(keys)]

    def choose(self) -> None:
        """Show the list."""
        if self.field.kind is Kind.MANY:
            listing = ChooseMany(self.field.label, self.field.options, self.value.split(","))
            self.app.push_screen(listing, self._many_chosen)
        else:
            self.app.push_screen(Choose(self.field.label, self.field.options, [self.value]), self._one_chosen)

    def _one_chosen(self, key: str | None) -> None:
        if key is not None:
            self.value = key

    def _many_chosen(self, keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            self.value = ",".join(keys)

    def on_click(self) -> None:
        self.choose()


class Form(Dialog[Answer | None]):
    """Asks several things at once; answers {field name: value} or None.

    Enter goes to the next field and submits in the last, ctrl+s submits anywhere, Esc asks where something
    was typed. check: judges the whole answer, as {field name: sentence}.
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        *,
        check: Callable[[Answer], Mapping[str, str]] | None = None,
        submit: str = "",
    ) -> None:
        super().__init__()
        self.heading = title
        self.fields = tuple(fields)
        self.check = check
        self.submit_word = submit or _("Save")
        self.first = self.fields[0].name if self.fields else ""
        """The field that has the focus at first; those before it are already answered."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog dialog-form"):
            yield Static(plain(self.heading), classes="dialog-title")
            with VerticalScroll(can_focus=False):
                for field in self.fields:
                    with Horizontal(classes="field"):
                        yield Static(plain(field.label), classes="field-label")
                        yield self._entry(field)
                    yield Static("", id=f"problem-{field.name}", classes="field-problem", markup=False)
            yield from self.foot()
            yield Static(plain(self._keys()), classes="dialog-keys")

    def foot(self) -> Iterable[Widget]:
        """What stands between the fields and the keys."""
        return ()

    def _entry(self, field: Field) -> Widget:
        if field.kind in (Kind.CHOICE, Kind.MANY):
            entry: Widget = PickLine(field)
        else:
            entry = Line(field.value, placeholder=hint(field), password=field.kind is Kind.SECRET, compact=True)
        entry.id = f"field-{field.name}"
        return entry

    def _keys(self) -> str:
        return _("⏎ next · ^S {submit} · Esc leave").format(submit=self.submit_word.lower())

    def on_mount(self) -> None:
        # At once, and not where a key has moved on already: a later focus would come in between the first keys.
        if self.fields and self.focused in (None, self.entry(self.fields[0].name)):
            self.set_focus(self.entry(self.first))

    def entry(self, name: str) -> Line | PickLine:
        """The widget of a field."""
        found = self.query_one(f"#field-{name}")
        assert isinstance(found, Line | PickLine)
        return found

    @property
    def dirty(self) -> bool:
        """Whether something was typed or chosen."""
        return any(self.entry(field.name).value != field.value for field in self.fields)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The label of the field being answered stands out."""
        for row in self.query(".field"):
            row.set_class(row in event.widget.ancestors, "-here")

    @on(Line.Done)
    def _go_on(self, event: Line.Done) -> None:
        event.stop()
        if self.focused is not None and self.focused.id == f"field-{self.fields[-1].name}":
            self.submit()
        else:
            self.focus_next()

    def on_key(self, event: events.Key) -> None:
        """ctrl+s submits; up and down go between the fields."""
        if event.key == "ctrl+s":
            self.submit()
        elif event.key == "down":
            self.focus_next()
        elif event.key == "up":
            self.focus_previous()
        else:
            return
        event.stop()

    def submit(self) -> None:
        """Answer, or say at each field what is wrong and go to the first of them."""
        answer: Answer = {}
        problems: dict[str, str] = {}
        for field in self.fields:
            try:
                answer[field.name] = value_of(field, self.entry(field.name).value)
            except Unfit as unfit:
                problems[field.name] = str(unfit)
        if not problems and self.check is not None:
            problems = dict(self.check(answer))
        self.show_problems(problems)
        if not problems:
            self.accept(answer)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say at each field what is wrong, go to the first of them; nothing where there are none."""
        for field in self.fields:
            place = self.query_one(f"#problem-{field.name}", Static)
            problem = problems.get(field.name, "")
            place.update(plain(f"✕ {problem}" if problem else ""))
            place.set_class(bool(problem), "-shown")
        if problems:
            self.entry(next(iter(problems))).focus()
            self.app.bell()

    def accept(self, answer: Answer) -> None:
        """Every field is as it should be: answer."""
        self.dismiss(answer)

    def leave(self) -> None:
        if self.dirty:
            question = Confirm(_("Leave the form? What was typed is lost."), yes=_("Leave"), no=_("Stay"))
            self.app.push_screen(question, self._left)
        else:
            self.dismiss(None)

    def _left(self, leave: bool | None) -> None:
        if leave:
            self.dismiss(None)
