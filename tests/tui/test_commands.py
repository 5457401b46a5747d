"""One table of commands: footer, palette, help and key map read it."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import pytest
from bench_bank import SamplesView, StorageView, make_app, opened, session, until
from textual.events import MouseMove

from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.chrome import KeyBar, KeyHint
from biobank_tui.tui.commands import COMMANDS, Command
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.help import AboutScreen, KeysScreen, Page
from biobank_tui.tui.jump import JumpScreen
from biobank_tui.tui.keymap import TAKEN, KeyMap, shown
from biobank_tui.tui.palette import Palette, score
from biobank_tui.tui.ports import Session, Situation
from biobank_tui.tui.screens.own_samples import OwnSamples
from biobank_tui.tui.screens.shipment_pane import ShipmentPane
from biobank_tui.tui.views import VIEWS
from biobank_tui.tui.widgets.boxgrid import BoxGrid
from biobank_tui.tui.widgets.table import RowTable

GROUPS = {"table": RowTable, "grid": BoxGrid, "shipment": ShipmentPane, "own": OwnSamples, None: BiobankApp}


def owner_of(command: Command) -> type | None:
    """The class whose method does it; None for a view that is not written."""
    if command.screen in GROUPS:
        return GROUPS[command.screen]
    spec = next(spec for spec in VIEWS if spec.name == command.screen)
    module, _colon, name = spec.place.partition(":")
    if find_spec(module) is None:
        return None
    owner: type = getattr(__import__(module, fromlist=[name]), name)
    return owner


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_a_name_a_sentence_and_somebody_who_does_it(command: Command) -> None:
    assert command.label
    assert command.help.endswith(".")
    if command.name not in {spec.name for spec in VIEWS}:
        owner = owner_of(command)
        assert owner is None or callable(getattr(owner, command.handler))


def test_no_key_is_given_twice_in_one_place_nor_taken_by_terminals() -> None:
    seen: set[tuple[str | None, str]] = set()
    for command in COMMANDS:
        for key in filter(None, command.key.split(",")):
            assert key not in TAKEN, command.name
            assert (command.screen, key) not in seen, command.name
            seen.add((command.screen, key))


def test_no_view_hides_a_key_that_holds_everywhere() -> None:
    everywhere = {key for command in COMMANDS if command.screen is None for key in command.key.split(",") if key}
    for command in COMMANDS:
        if command.screen is not None:
            assert not everywhere & set(command.key.split(",")), command.name


def test_keys_are_remapped_from_the_settings_and_wrong_ones_are_named() -> None:
    keymap = KeyMap({"undo": "ctrl+u", "theme": "ctrl+i", "nosuch": "x", "help": "q"})
    assert keymap.find([None], "ctrl+u") is keymap.by_name["undo"]
    assert keymap.find([None], "u") is None
    assert keymap.shown("theme") == "^t"
    assert keymap.find([None], "f1") is None or keymap.find([None], "f1") is keymap.by_name["help"]
    assert len(keymap.problems) >= 2


@pytest.mark.parametrize(
    ("key", "seen"), [("ctrl+p", "^p"), ("slash", "/"), ("f2", "F2"), ("question_mark", "?"), ("u", "u"), ("F", "F")]
)
def test_keys_are_shown_as_people_read_them(key: str, seen: str) -> None:
    assert shown(key) == seen


async def test_a_disabled_action_says_why() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app)
        app.session = replace(session(), may=lambda verb: f"{verb} is not yours to do.")
        await pilot.press("u")
        await until(lambda: app.message.verdict is not None)
        assert app.message.verdict is not None
        assert app.message.verdict.sentence == "act.undo is not yours to do."
        await pilot.press("escape")
        await until(lambda: app.message.verdict is None)


async def test_each_screen_is_one_key_away_and_made_when_first_shown() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app)
        assert list(app._views) == ["bench"]
        for key, name in (("2", "samples"), ("3", "storage"), ("8", "ledger"), ("1", "bench")):
            await pilot.press(key)
            await until(lambda name=name: app.view is not None and app.view.id == f"view-{name}")
        shown_views = [view.id for view in app.query("#body > *") if view.display]
        assert shown_views == ["view-bench"]


async def test_the_palette_finds_commands_and_things_by_code() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app)
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, Palette) and app.focused is not None)
        await pilot.press(*"stor")
        await pilot.press("enter")
        await until(lambda: isinstance(app.view, StorageView))
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, Palette) and app.focused is not None)
        await pilot.press(*"77ab")
        palette = app.screen
        assert isinstance(palette, Palette)
        await until(lambda: palette._things)
        await pilot.press("enter")
        await until(lambda: isinstance(app.view, SamplesView) and app.view.opened)
        assert app.view.opened[0].code == "S-77AB"  # type: ignore[union-attr]


async def test_the_palette_finds_what_is_done_at_another_screen_and_turns_to_it() -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app)
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, Palette) and app.focused is not None)
        await pilot.press(*"move")
        palette = app.screen
        assert isinstance(palette, Palette)
        await until(lambda: palette._chosen() == "command:samples.move")
        await pilot.press("enter")
        await until(lambda: isinstance(app.view, SamplesView))


def test_the_palette_puts_words_that_begin_so_first() -> None:
    assert score("mark", "Mark Mark or unmark the row") > score("mark", "Benchmark it") > score("zz", "Mark")
    assert score("mk", "Mark") == 1


async def test_help_and_keys_are_made_from_the_table() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app, "samples")
        await pilot.press("question_mark")
        await until(lambda: isinstance(app.screen, KeysScreen))
        assert isinstance(app.screen, Page)
        text = app.screen.body().plain
        assert all(command.label in text for command in app.keymap.commands)
        lines = text.splitlines()
        assert max(len(line) for line in lines) <= app.screen.room, "what is too long goes on under itself"
        assert any(line.startswith(" " * 26) for line in lines)
        await pilot.press("escape")
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, AboutScreen))
        assert isinstance(app.screen, Page)
        assert "All samples of the bank" in app.screen.body().plain
        assert "Mark all" in app.screen.body().plain


async def test_jump_mode_goes_where_its_letter_is() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app, "samples")
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, JumpScreen))
        await pilot.press("s")
        await until(lambda: app.focused is app.scan_line)


async def test_quitting_asks_only_where_something_would_be_lost() -> None:
    class Dirty(SamplesView):
        @property
        def dirty(self) -> bool:
            return True

    from bench_bank import views_with

    app = make_app(views=views_with(samples=Dirty))
    async with app.run_test() as pilot:
        await opened(app, "samples")
        await pilot.press("q")
        await until(lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await until(lambda: not isinstance(app.screen, Confirm))
        assert app.is_running
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app)
        await pilot.press("q")
        await until(lambda: not app.is_running)


async def test_a_refused_permission_is_the_reason_shown() -> None:
    from biobank_tui.tui.commands import may, rows_chosen

    refusing = Session(object(), "Bank", may=lambda verb: f"{verb} is not yours to do.")
    enabled = may("sample.destroy", rows_chosen)
    assert enabled(Situation("samples", refusing, row=1)) == "sample.destroy is not yours to do."
    assert enabled(Situation("samples", session())) == "Nothing is under the cursor: choose a row first."
    assert enabled(Situation("samples", session(), marked=None)) is None
    assert enabled(Situation("samples", None)) == "The bank is still opening."


async def test_the_footer_tells_more_under_the_mouse_and_runs_on_a_click() -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, "samples")
        await pilot.pause()
        start, _end, hint = next(place for place in app.key_bar._places if place[2].name == "keys")
        await pilot.hover(app.key_bar, offset=(start, 0))
        await until(lambda: app.key_bar.tooltip is not None)
        assert MouseMove is not None
        assert str(app.key_bar.tooltip) == hint.help
        await pilot.click(app.key_bar, offset=(start, 0))
        await until(lambda: isinstance(app.screen, KeysScreen))


def test_the_footer_keeps_room_for_what_can_be_done_now() -> None:
    def hint(name: str, reason: str | None = None) -> KeyHint:
        return KeyHint(name, name[0], name, "", reason, False)

    hints = [hint("hand in", "Not here."), hint("approve", "Not here."), hint("team"), hint("close")]
    room = 1 + sum(each.width + 2 for each in hints) - hints[0].width
    assert [each.name for each in KeyBar._fitting(hints, room)] == ["hand in", "team", "close"]
    assert KeyBar._fitting(hints, 200) == hints


async def test_the_theme_turns_through_ours() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app)
        seen = []
        for _ in range(3):
            before = app.theme
            await pilot.press("ctrl+t")
            await until(lambda before=before: app.theme != before)
            seen.append(app.theme)
        assert seen == ["biobank-light", "biobank-contrast", "biobank-dark"]


@pytest.mark.parametrize("name", ["nord", "dracula", "textual-light", "ansi-dark", "biobank-contrast"])
async def test_every_theme_has_every_token(name: str) -> None:
    app = make_app(theme_name=name)
    async with app.run_test():
        await opened(app, "samples")
        assert app.theme == name
        assert {"rule", "quiet", "good", "warn", "bad", "info", "cursor", "mark", "cat-8"} <= app.theme_variables.keys()
