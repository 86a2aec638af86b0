"""What a size costs: the grid of a price matrix, exact to the cent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

CENT = Decimal("0.01")
MOST = Decimal("99999999.99")


class OutsideMatrixError(ValueError):
    """A size for which a matrix has no price; the text says which sizes it has."""


class GridError(ValueError):
    """A grid that is none: steps that do not rise, a cell without a price."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Breakpoints in millimetres, and for each height a row of prices: one for each width."""

    widths: tuple[int, ...]
    heights: tuple[int, ...]
    prices: tuple[tuple[Decimal, ...], ...]

    @classmethod
    def of(cls, widths: Sequence[int], heights: Sequence[int], cells: Sequence[Decimal]) -> Grid:
        """The grid of cells that stand row by row; GridError when it is none."""
        for what, steps in (("widths", widths), ("heights", heights)):
            if not steps or steps[0] < 1 or any(low >= high for low, high in pairwise(steps)):
                raise GridError(f"the {what} must rise from one step to the next, and begin above 0")
        if len(cells) != len(widths) * len(heights):
            raise GridError(
                f"{len(widths)} widths and {len(heights)} heights need {len(widths) * len(heights)} prices"
            )
        if any(not 0 <= cell <= MOST or cell != cell.quantize(CENT) for cell in cells):
            raise GridError("a price is a number of whole cents, and not below 0")
        wide = len(widths)
        rows = tuple(tuple(cells[at : at + wide]) for at in range(0, len(cells), wide))
        return cls(tuple(widths), tuple(heights), rows)

    @property
    def cells(self) -> list[Decimal]:
        """The prices row by row."""
        return [price for row in self.prices for price in row]

    def price(self, width: int, height: int) -> Decimal:
        """What one piece of this size costs: each dimension is rounded up to its next step."""
        column, row = bisect_left(self.widths, width), bisect_left(self.heights, height)
        if min(width, height) < 1 or column == len(self.widths) or row == len(self.heights):
            raise OutsideMatrixError(
                f"{width} × {height} mm has no price: from 1 × 1 to {self.widths[-1]} × {self.heights[-1]} mm there is one"
            )
        return self.prices[row][column]


def money(text: str) -> Decimal:
    """A price as people write it; GridError when it is none."""
    try:
        return Decimal(text.strip().replace(",", ".")).quantize(CENT)
    except InvalidOperation:
        raise GridError(f"“{text}” is not a price such as 49.90") from None
