"""Streams of a client: the call is read and planned at once, its rows when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from nicol.errors import QueryInvalid

if TYPE_CHECKING:
    from nicol.client.scope import Stream
    from nicol.sql.program import Program

_PIECE: Final = 500
"""How many rows are fetched at once where nothing else was asked for."""


class Source(msgspec.Struct):
    """What a stream is read from; `size` is how many rows are fetched at once, `timeout` seconds for each piece."""

    runner: Any
    reading: Stream
    size: int
    timeout: float | None


class Changed:
    """A page that is read in pieces, each of whose programs is changed: to tell the database something, or to be seen."""

    def __init__(self, reading: Stream, change: Callable[[Program[Any]], Any]) -> None:
        self._reading = reading
        self._change = change

    def begin(self) -> Any:
        """Open it in a transaction of its own."""
        return self._change(self._reading.begin())

    def open(self) -> Any:
        """Open it in the transaction that there is."""
        return self._change(self._reading.open())

    def piece(self, size: int) -> Any:
        """The next objects, at most so many; none at the end."""
        return self._change(self._reading.piece(size))

    def close(self) -> Any:
        """Read no further."""
        return self._change(self._reading.close())


def piece_size(given: Any, model: str) -> int:
    """How many rows are fetched at once; QueryInvalid for what is no such number."""
    if given is None:
        return _PIECE
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise QueryInvalid("`batch` of `stream` must be a positive int", model=model)
    return given
