"""Streams of a client: the call is read and planned at once, its rows when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from nicol.errors import QueryInvalid

if TYPE_CHECKING:
    from nicol.client.watching import Watch
    from nicol.client.witness import Call
    from nicol.query.reading import Reading
    from nicol.sql.program import Program

_PIECE: Final = 500
"""How many rows are fetched at once where nothing else was asked for."""


class Source(msgspec.Struct):
    """What a stream is read from; `size` is how many rows are fetched at once, `timeout` seconds for each piece."""

    runner: Any
    reading: Reading | Watched
    size: int
    timeout: float | None


class Watched:
    """A page that is read in pieces, with somebody who sees each statement."""

    def __init__(self, reading: Reading, watch: Watch, call: Call) -> None:
        self._reading = reading
        self._watch = watch
        self._call = call

    def begin(self) -> Program[None]:
        """Open it in a transaction of its own."""
        return self._watch.program(self._reading.begin(), self._call)

    def open(self) -> Program[None]:
        """Open it in the transaction that there is."""
        return self._watch.program(self._reading.open(), self._call)

    def piece(self, size: int) -> Program[list[Any]]:
        """The next objects, at most so many; none at the end."""
        return self._watch.program(self._reading.piece(size), self._call)

    def close(self) -> Program[None]:
        """Read no further."""
        return self._watch.program(self._reading.close(), self._call)


def piece_size(given: Any, model: str) -> int:
    """How many rows are fetched at once; QueryInvalid for what is no such number."""
    if given is None:
        return _PIECE
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise QueryInvalid("`batch` of `stream` must be a positive int", model=model)
    return given
