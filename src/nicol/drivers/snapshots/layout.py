"""How an empty database becomes one that takes the rows of another, and what is said when they are in."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from nicol.sql.program import Program


class TableRows(msgspec.Struct, frozen=True):
    """A table whose rows are saved, spelled as SQL, and those of its columns that can be written."""

    name: str
    columns: tuple[str, ...]


class Layout(msgspec.Struct, frozen=True):
    """Everything of a database but its rows. `before` and `after` them: what makes one object each.

    An object may need another of the same list that stands behind it.
    """

    before: tuple[tuple[str, ...], ...]
    tables: tuple[TableRows, ...]
    after: tuple[tuple[str, ...], ...]


LayOut = Callable[[tuple[str, ...]], Program[Layout]]
"""Who finds out the layout of the given namespaces."""
