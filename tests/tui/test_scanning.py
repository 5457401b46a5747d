"""Scan anything, anywhere: bursts lose nothing and never land in the wrong place."""

from __future__ import annotations

from threading import Event

from bench_bank import BenchView, make_app, opened, until, views_with
from textual import events
from textual.app import App, ComposeResult

from biobank_tui.tui.app import BiobankApp
from biobank_tui.tui.dialogs import Confirm
from biobank_tui.tui.ports import Level, Scan, ScanAnswer, Verdict
from biobank_tui.tui.widgets.scanline import ScanLine

CODES = [f"S-{number:06d}{'AB'[number % 2]}XYZ" for number in range(200)]


def feed(app: App[None], text: str, end: str = "enter") -> None:
    """The keys of one scan, all at once, as the terminal's input thread sends them."""
    for letter in text:
        app.post_message(events.Key("ctrl+right_square_bracket" if letter == "\x1d" else letter, letter))
    app.post_message(events.Key(end, "\r" if end == "enter" else "\t"))


def verdict(app: BiobankApp) -> str:
    shown = app.verdict.verdict
    return "" if shown is None else shown.sentence


class SlowBench(BenchView):
    """Judges nothing until the gate opens, and then in its own time."""

    gate = Event()

    def take_scan(self, scan: Scan) -> ScanAnswer:
        assert self.gate.wait(10)
        return ScanAnswer(Verdict(Level.GOOD, scan.text))

    def scan_taken(self, scan: Scan, answer: ScanAnswer) -> None:
        self.arrived.append((scan.number, scan.text))

    def on_mount(self) -> None:
        self.arrived: list[tuple[int, str]] = []


def slow_app() -> BiobankApp:
    SlowBench.gate.clear()
    return make_app(views=views_with(bench=SlowBench))


async def slow_bench(app: BiobankApp) -> SlowBench:
    bench = await opened(app)
    assert isinstance(bench, SlowBench)
    return bench


async def test_two_hundred_scans_at_once_arrive_in_order_though_each_is_judged_slowly() -> None:
    app = slow_app()
    async with app.run_test():
        bench = await slow_bench(app)
        app.scan_line.focus()
        await until(lambda: app.focused is app.scan_line)
        for code in CODES:
            feed(app, code)
        await until(lambda: app.scans.waiting >= 199)
        assert bench.arrived == []
        SlowBench.gate.set()
        await until(lambda: len(bench.arrived) == 200)
        assert bench.arrived == list(enumerate(CODES, 1))


async def test_two_hundred_scans_without_the_focus_arrive_too() -> None:
    app = slow_app()
    async with app.run_test():
        bench = await slow_bench(app)
        SlowBench.gate.set()
        app.base.set_focus(None)
        for code in CODES:
            feed(app, code)
        await until(lambda: len(bench.arrived) == 200)
        assert [text for _number, text in bench.arrived] == CODES


class Alone(App[None]):
    """The scan line by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield ScanLine()

    def on_scan_line_scanned(self, event: ScanLine.Scanned) -> None:
        self.got.append((event.text, event.number))


async def test_the_scan_line_takes_tab_gs_and_pastes_of_several_lines() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        feed(app, "S-1AB", "tab")
        feed(app, "0109\x1d21AB")
        app.post_message(events.Paste("S-2CD\r\nS-3EF\nS-4GH"))
        await until(lambda: len(app.got) == 5)
        assert app.got == [("S-1AB", 1), ("0109\x1d21AB", 2), ("S-2CD", 3), ("S-3EF", 4), ("S-4GH", 5)]
        app.post_message(events.Paste("S-5"))
        await until(lambda: app.query_one(ScanLine).value == "S-5")
        await pilot.press("escape")
        assert app.query_one(ScanLine).value == ""


async def test_a_scan_into_a_table_runs_no_command_and_opens_the_thing() -> None:
    app = make_app()
    async with app.run_test():
        view = await opened(app, "samples")
        feed(app, "S-123qus1")
        await until(lambda: verdict(app).startswith("S-123qus1"))
        await until(lambda: [found.code for found in view.opened] == ["S-123qus1"])  # type: ignore[attr-defined]
        assert app.view is view
        assert not app.view.table.marks  # type: ignore[attr-defined]


async def test_the_verdict_stays_until_the_next_scan() -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await opened(app, "samples")
        feed(app, "S-000123X")
        await until(lambda: "withdrew" in verdict(app))
        await pilot.press("down", "escape", "3")
        await until(lambda: app.view is not None and app.view.command_group == "storage")
        assert "withdrew" in verdict(app)
        feed(app, "Q-999999")
        await until(lambda: "not a code" in verdict(app))
        assert [said.level for _scan, said in app.scans.history] == [Level.BAD, Level.BAD]


async def test_a_scan_never_answers_a_question() -> None:
    app = make_app()
    async with app.run_test():
        await opened(app, "samples")
        answers: list[bool | None] = []
        app.push_screen(Confirm("Destroy 12 samples?"), answers.append)
        await until(lambda: isinstance(app.screen, Confirm) and app.focused is not None)
        feed(app, "S-yny123")
        await until(lambda: "Answer the question" in verdict(app))
        assert isinstance(app.screen, Confirm)
        assert answers == []


async def test_a_scan_without_terminator_waits_in_the_scan_line() -> None:
    app = make_app()
    async with app.run_test():
        await opened(app, "samples")
        for letter in "S-000123":
            app.post_message(events.Key(letter, letter))
        await until(lambda: app.scan_line.value == "S-000123")
        assert app.focused is app.scan_line


async def test_only_fifty_scans_are_remembered() -> None:
    app = make_app()
    async with app.run_test():
        await opened(app)
        for code in CODES[:60]:
            app.scan_line.feed(code)
        await until(lambda: app.scans.history and app.scans.history[-1][0].number == 60)
        assert len(app.scans.history) == 50


async def test_a_key_pressed_after_scans_acts_behind_the_last_of_them() -> None:
    app = slow_app()
    async with app.run_test() as pilot:
        bench = await slow_bench(app)
        app.base.set_focus(None)
        for code in CODES[:20]:
            feed(app, code)
        await until(lambda: app.scans.waiting >= 19)
        await pilot.press("2")
        await until(lambda: not app._cutter.holding)
        feed(app, CODES[20])
        await pilot.pause()
        assert app.view is bench, "the key does not overtake the scans"
        SlowBench.gate.set()
        await until(lambda: app.view is not None and app.view is not bench)
        assert [text for _number, text in bench.arrived][:20] == CODES[:20]
        await until(lambda: app.scans.taken == 21 and not app.scans.busy)
