"""A page that is read in pieces: what opens it, what each piece says, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from nicol.errors import DriverError
from nicol.query.compile.context import Frame
from nicol.query.compile.levels import Level
from nicol.sql.program import Begin, Close, Fetch, Open, Program

_NUMBERS = count(1)


class Reading:
    """The rows of one call, a piece at a time; what is included is read for each piece."""

    def __init__(self, level: Level, frame: Frame, explain: Callable[[DriverError], Exception]) -> None:
        self._level = level
        self._frame = frame
        self._explain = explain
        self._name = f"nicol_stream_{next(_NUMBERS)}"

    def begin(self) -> Program[None]:
        """Open it in a transaction of its own, so that all pieces, and what is included, are of one moment."""
        yield Begin(write=False, isolation="REPEATABLE READ")
        yield from self.open()

    def open(self) -> Program[None]:
        """Open it in the transaction that there is."""
        try:
            yield Open(self._name, self._level.said.statement(self._frame))
        except DriverError as error:
            raise self._explain(error) from error

    def piece(self, size: int) -> Program[list[Any]]:
        """The next objects, at most so many; none at the end."""
        try:
            rows = (yield Fetch(self._name, size)).rows
            return (yield from self._level.shape.objects(rows, self._frame))
        except DriverError as error:
            raise self._explain(error) from error

    def close(self) -> Program[None]:
        """Read no further."""
        yield Close(self._name)
