"""A form that says, while it is filled, what comes of what was typed so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from biobank_tui.tui.actform import ActForm, Preview
from biobank_tui.tui.fields import Field
from biobank_tui.tui.form import Answer


class LiveForm(ActForm):
    """An ActForm with lines below its fields. live: those lines, from what stands in the fields; it must be quick."""

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        act: Callable[[Answer], Any],
        live: Callable[[Mapping[str, str]], Content],
        *,
        preview: Callable[[Answer], Preview | None] | None = None,
        places: Mapping[str, str] | None = None,
        scans: tuple[str, str | Callable[[], int]] | None = None,
        submit: str = "",
    ) -> None:
        super().__init__(title, fields, act, preview=preview, places=places, scans=scans, submit=submit)
        self.live = live

    def foot(self) -> Iterable[Widget]:
        """The lines that are said anew with every key."""
        return (Static("", id="live", classes="form-live", markup=False),)

    def on_mount(self) -> None:
        self.call_after_refresh(self.tell)

    @property
    def written(self) -> dict[str, str]:
        """What stands in the fields."""
        return {field.name: self.entry(field.name).value for field in self.fields}

    def tell(self) -> None:
        """Say anew what comes of it."""
        found = self.query("#live")
        if found:
            self.query_one("#live", Static).update(self.live(self.written))

    @on(Input.Changed)
    def _typed(self) -> None:
        self.tell()

    def on_key(self, event: events.Key) -> None:
        """What a choice turned to is said too. The form's own handler is called besides this one, by Textual."""
        self.call_after_refresh(self.tell)
