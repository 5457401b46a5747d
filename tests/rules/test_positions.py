"""Positions: every label reads back to its hole, in every scheme."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.positions import (
    FillOrder,
    Layout,
    Major,
    Scheme,
    Style,
    fill,
    label,
    next_free,
    ordinal,
)

layouts = st.builds(
    Layout,
    rows=st.integers(1, 60),
    columns=st.integers(1, 60),
    row_scheme=st.sampled_from(Scheme),
    column_scheme=st.sampled_from(Scheme),
    style=st.sampled_from(Style),
    major=st.sampled_from(Major),
)

BOX = Layout(9, 9)
PLATE = Layout(8, 12)


@given(layouts, st.data())
def test_every_label_reads_back(layout: Layout, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, layout.rows - 1))
    col = data.draw(st.integers(0, layout.columns - 1))
    assert ordinal(layout, label(layout, row, col)) == (row, col)
    assert ordinal(layout, f" {label(layout, row, col).lower()} ") == (row, col)


@pytest.mark.parametrize(
    ("layout", "place", "text"),
    [
        (PLATE, (1, 6), "B7"),
        (Layout(8, 12, style=Style.ROW_COLUMN_PADDED), (1, 6), "B07"),
        (Layout(8, 12, style=Style.COLUMN_ROW), (1, 6), "7B"),
        (Layout(9, 9, style=Style.SERIAL), (1, 0), "10"),
        (Layout(9, 9, style=Style.SERIAL, major=Major.COLUMN), (1, 0), "2"),
        (Layout(32, 48), (26, 0), "AA1"),
        (Layout(16, 24, Scheme.LETTERS_NO_IO), (8, 0), "J1"),
        (Layout(10, 10, Scheme.ROMAN), (3, 8), "IV9"),
        (Layout(12, 12, Scheme.NUMBERS, Scheme.NUMBERS), (0, 10), "1-11"),
        (Layout(5, 5, Scheme.LETTERS, Scheme.ROMAN), (1, 3), "B-IV"),
    ],
)
def test_labels_are_those_on_the_lid(layout: Layout, place: tuple[int, int], text: str) -> None:
    assert label(layout, *place) == text
    assert ordinal(layout, text) == place


def test_padding_and_case_are_forgiven() -> None:
    for text in ("b7", "B07", "B 7", "b-007"):
        assert ordinal(PLATE, text) == (1, 6)


@pytest.mark.parametrize("text", ["J1", "A10", "A0", "", "7", "B", "A1B", "-", "A²", "AA1", "٣"])
def test_an_unknown_position_is_refused_with_the_first_and_last(text: str) -> None:
    with pytest.raises(Refused, match="from A1 to I9"):
        ordinal(BOX, text)


def test_a_label_that_could_be_two_places_is_refused() -> None:
    square = Layout(12, 12, Scheme.NUMBERS, Scheme.NUMBERS)
    assert ordinal(square, "12") == (0, 1)
    with pytest.raises(Refused):
        ordinal(square, "111")


@given(layouts, st.sampled_from(FillOrder))
def test_every_order_fills_every_place_once(layout: Layout, order: FillOrder) -> None:
    places = list(fill(layout, order))
    assert len(places) == len(set(places)) == layout.places


def test_the_orders_start_at_their_corners() -> None:
    starts = {order: next(fill(PLATE, order)) for order in FillOrder}
    assert starts[FillOrder.ROWS_FROM_TOP_LEFT] == (0, 0)
    assert starts[FillOrder.COLUMNS_FROM_BOTTOM_RIGHT] == (7, 11)
    assert list(fill(PLATE, FillOrder.COLUMNS_FROM_TOP_LEFT))[1] == (1, 0)
    assert list(fill(PLATE, FillOrder.SNAKE_ROWS))[12] == (1, 11)


def test_the_next_free_place_is_sought_from_the_cursor_on() -> None:
    order = FillOrder.ROWS_FROM_TOP_LEFT
    assert next_free(BOX, order, {(0, 0), (0, 1)}) == (0, 2)
    assert next_free(BOX, order, {(4, 4)}, (4, 4)) == (4, 5)
    assert next_free(BOX, order, {(8, 8)}, (8, 8)) is None


def test_a_grid_without_places_cannot_be() -> None:
    with pytest.raises(Refused):
        Layout(0, 9)


def test_a_layout_is_built_from_the_stored_words() -> None:
    stored = Layout(9, 9, "letters", "numbers", "A01", "row")  # type: ignore[arg-type]
    assert stored == Layout(9, 9, style=Style.ROW_COLUMN_PADDED)
    assert label(stored, 0, 0) == "A01"
