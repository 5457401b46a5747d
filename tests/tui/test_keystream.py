"""A scanner is told from a hand by its pace."""

from __future__ import annotations

from textual.events import Key

from biobank_tui.tui.keystream import KeyCutter, Piece, Scanned, Typed, Unfinished


def key(name: str, at: float, character: str | None = None) -> Key:
    event = Key(name, character if character is not None else (name if len(name) == 1 else None))
    event.time = at
    return event


def typed(cutter: KeyCutter, text: str, pace: float, end: str | None = "enter", at: float = 0.0) -> list[Piece]:
    pieces: list[Piece] = []
    for number, letter in enumerate(text):
        pieces += cutter.feed(key(letter, at + number * pace))
    if end:
        pieces += cutter.feed(key(end, at + len(text) * pace))
    return pieces


def test_a_burst_with_enter_is_one_scan() -> None:
    assert typed(KeyCutter(), "S-000123X", 0.003) == [Scanned("S-000123X")]


def test_a_tab_suffix_ends_a_scan_too() -> None:
    assert typed(KeyCutter(), "S-000123X", 0.003, "tab") == [Scanned("S-000123X")]


def test_keys_typed_by_hand_stay_keys() -> None:
    cutter = KeyCutter()
    pieces = typed(cutter, "jjku", 0.3, None) + cutter.expire(0.96)
    assert [len(piece.keys) for piece in pieces if isinstance(piece, Typed)] == [1, 1, 1, 1]


def test_a_key_held_down_is_no_scan() -> None:
    cutter = KeyCutter()
    pieces = typed(cutter, "jjjjjjjj", 0.01, "enter")
    assert all(isinstance(piece, Typed) for piece in pieces)
    assert sum(len(piece.keys) for piece in pieces if isinstance(piece, Typed)) == 9


def test_three_quick_keys_and_enter_are_a_hand() -> None:
    pieces = typed(KeyCutter(), "abc", 0.003)
    assert [each.key for piece in pieces if isinstance(piece, Typed) for each in piece.keys] == ["a", "b", "c", "enter"]


def test_a_burst_without_an_end_is_kept_as_unfinished() -> None:
    cutter = KeyCutter()
    assert typed(cutter, "S-000123X", 0.003, None) == []
    assert cutter.expire(0.1) == []
    assert cutter.expire(0.28) == [Unfinished("S-000123X")]
    assert not cutter.holding


def test_on_a_busy_machine_the_rest_of_a_scan_is_waited_for() -> None:
    cutter = KeyCutter()
    typed(cutter, "S-", 0.003, None)
    assert cutter.expire(0.09) == []
    assert typed(cutter, "0123X", 0.003, at=0.13) == [Scanned("S-0123X")]


def test_a_key_held_down_goes_on_at_once() -> None:
    cutter = KeyCutter()
    assert len(typed(cutter, "jjjjjj", 0.033, None)) == 1
    assert [type(piece) for piece in typed(cutter, "jjj", 0.033, None, at=0.2)] == [Typed] * 3


def test_two_scans_back_to_back_are_two() -> None:
    cutter = KeyCutter()
    assert typed(cutter, "S-1A2B", 0.002) + typed(cutter, "S-3C4D", 0.002, at=0.02) == [
        Scanned("S-1A2B"),
        Scanned("S-3C4D"),
    ]


def test_the_gs_of_a_gs1_code_is_kept() -> None:
    cutter = KeyCutter()
    pieces = typed(cutter, "0109", 0.002, None)
    pieces += cutter.feed(key("ctrl+right_square_bracket", 0.009, "\x1d"))
    pieces += typed(cutter, "21AB", 0.002, at=0.01)
    assert pieces == [Scanned("0109\x1d21AB")]


def test_arrows_are_never_held_back() -> None:
    assert isinstance(KeyCutter().feed(key("down", 0.0))[0], Typed)
