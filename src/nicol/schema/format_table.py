"""The formatter's tables: rows whose cells stand in columns as wide as their widest cell, comments behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

INDENT = "  "


@dataclass(frozen=True, slots=True)
class Row:
    """Cells that are aligned, and a comment that is not. A row without either is a blank line."""

    cells: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is left as it was written."""

    text: str


Line: TypeAlias = Row | Verbatim

BLANK = Row()


def render(table: Sequence[Line]) -> Iterable[str]:
    """The lines of a table, indented, each with its line end."""
    widths = _widths(table)
    for line in table:
        text = line.text if isinstance(line, Verbatim) else _text(line, widths)
        yield f"{INDENT}{text}\n" if text else "\n"


def _widths(table: Sequence[Line]) -> list[int]:
    widths = [0, 0, 0]
    for line in table:
        if isinstance(line, Row):
            for column, cell in enumerate(line.cells):
                width = _width(cell)
                if width > widths[column]:
                    widths[column] = width
    return widths


def _width(cell: str) -> int:
    """Columns are as wide as Prisma counts: in bytes of UTF-8."""
    return len(cell) if cell.isascii() else len(cell.encode("utf-8", "surrogatepass"))


def _text(row: Row, widths: list[int]) -> str:
    padded = [cell + " " * (widths[column] - _width(cell)) for column, cell in enumerate(row.cells[:-1])]
    return " ".join((*padded, *row.cells[-1:], *((row.comment,) if row.comment else ())))
