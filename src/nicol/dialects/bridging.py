"""What keeps two columns of a table alike while old code writes the one and new code the other."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Column, Table
from nicol.schema.constraint_names import shortened
from nicol.sql.quoting import quote


@dataclass(frozen=True, slots=True)
class Bridge:
    """The statements that fill the new column from the old one, and that make and drop what keeps both alike afterwards."""

    fill: str
    make: tuple[str, ...]
    drop: tuple[str, ...]


def bridge_name(table: Table, new: Column, limit: int | None) -> str:
    """What the triggers of a bridge are called, but for their ends."""
    longest = len("_insert")
    return shortened(f"{table.name}_{new.name}", limit - longest if limit else None, "_bridge")


def of_row(sql: str, column: str, row: str) -> str:
    """An expression over a column, over a row of a trigger (`NEW`, `OLD`) instead."""
    return sql.replace(quote(column), f"{row}.{quote(column)}")
