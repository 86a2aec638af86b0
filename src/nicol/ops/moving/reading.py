"""The rows of a table in the order of their keys, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from nicol.errors import DriverError
from nicol.ops.databases import Conversation
from nicol.ops.moving.columns import Mover, Row
from nicol.sql.program import rows
from nicol.sql.quoting import quote

T = TypeVar("T")

PIECE = 5000
"""Rows that are read and written at once."""

Unreadable = Callable[[Row, str], None]
"""Who is told the key of a row that the driver cannot read, and why."""


def pieces(
    conversation: Conversation, mover: Mover, start: Row | None, unreadable: Unreadable
) -> Iterator[list[Row]]:
    """The rows behind a key (None: all). A piece with a row that cannot be read comes row by row, without that one."""
    while True:
        try:
            piece = _read(conversation, mover, start, PIECE, mover.names)
        except DriverError as error:
            if error.broken:
                raise
            piece = _read(conversation, mover, start, PIECE, mover.keys)
            yield from _one_by_one(conversation, mover, start, piece, unreadable)
            last = piece[-1] if piece else None
        else:
            if piece:
                yield piece
            last = mover.key_of(piece[-1]) if piece else None
        if len(piece) < PIECE:
            return
        start = last


def _one_by_one(
    conversation: Conversation, mover: Mover, before: Row | None, keys: Sequence[Row], unreadable: Unreadable
) -> Iterator[list[Row]]:
    for key in keys:
        try:
            yield _read(conversation, mover, before, 1, mover.names)
        except DriverError as error:
            unreadable(key, f"cannot be read: {error.message}")
        before = key


def _read(
    conversation: Conversation, mover: Mover, start: Row | None, limit: int, columns: Sequence[str]
) -> list[Row]:
    keys = ", ".join(map(quote, mover.keys))
    values: dict[str, Any] = {f"k{number}": value for number, value in enumerate(start or ())}
    behind = f" WHERE ({keys}) > ({', '.join(f':{name}' for name in values)})" if values else ""
    statement = (
        f"SELECT {', '.join(map(quote, columns))} FROM {mover.table}{behind} ORDER BY {keys} LIMIT :limit"
    )
    values["limit"] = limit
    text, names = conversation.target.dialect.bound(statement, values)
    return conversation.run(rows(text, *(values[name] for name in names)))


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, of which the next one is made in a thread of its own while the last one is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_next, items)
        while (item := coming.result()) is not _END:
            coming = pool.submit(_next, items)
            yield cast("T", item)


_END = object()


def _next(items: Iterator[T]) -> T | object:
    return next(items, _END)
