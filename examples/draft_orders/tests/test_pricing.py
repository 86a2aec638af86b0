"""Prices: rounded up to the next step, exact, refused outside of the matrix."""

from __future__ import annotations

from decimal import Decimal

import pytest
from draft_orders.pricing import Grid, GridError, OutsideMatrixError, money

D = Decimal
GRID = Grid.of((500, 1000), (400, 800, 1200), [D("10"), D("20"), D("30.10"), D("40"), D("50"), D("60.99")])


@pytest.mark.parametrize(
    ("width", "height", "price"),
    [
        (1, 1, "10"),
        (500, 400, "10"),
        (501, 400, "20"),
        (500, 401, "30.10"),
        (1000, 800, "40"),
        (1000, 1200, "60.99"),
    ],
)
def test_each_side_is_rounded_up_to_its_next_step(width: int, height: int, price: str) -> None:
    assert GRID.price(width, height) == D(price)


@pytest.mark.parametrize(("width", "height"), [(1001, 1), (1, 1201), (0, 1), (1, -5)])
def test_a_size_outside_is_refused_with_the_limits(width: int, height: int) -> None:
    with pytest.raises(OutsideMatrixError, match=r"from 1 × 1 to 1000 × 1200 mm"):
        GRID.price(width, height)


@pytest.mark.parametrize(
    ("widths", "heights", "cells", "reason"),
    [
        ((), (1,), [], "widths must rise"),
        ((2, 2), (1,), [D(1), D(1)], "widths must rise"),
        ((1,), (3, 2), [D(1), D(1)], "heights must rise"),
        ((0,), (1,), [D(1)], "begin above 0"),
        ((1,), (1, 2), [D(1)], "need 2 prices"),
        ((1,), (1,), [D("0.001")], "whole cents"),
        ((1,), (1,), [D("-1")], "not below 0"),
    ],
)
def test_what_is_no_grid_is_refused(
    widths: tuple[int, ...], heights: tuple[int, ...], cells: list[Decimal], reason: str
) -> None:
    with pytest.raises(GridError, match=reason):
        Grid.of(widths, heights, cells)


def test_the_cells_come_back_as_they_were() -> None:
    assert Grid.of(GRID.widths, GRID.heights, GRID.cells) == GRID


@pytest.mark.parametrize(("text", "price"), [("49.9", "49.90"), (" 12,50 ", "12.50"), ("7", "7.00")])
def test_prices_are_read_as_people_write_them(text: str, price: str) -> None:
    assert str(money(text)) == price
