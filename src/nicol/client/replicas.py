"""Which database answers a read: replicas in turn, but the primary for who has written what they do not have yet."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeAlias

import msgspec

from nicol.errors import ClientError
from nicol.sql.program import Program

RETRY = 10.0
"""Seconds for which a replica that failed is left out."""

ASK_AGAIN = 0.02
"""Seconds between two questions whether a replica has caught up."""


class Ask(msgspec.Struct, frozen=True):
    """A question to one database: the replica of a number, or the primary (None)."""

    replica: int | None
    program: Program[Any]


Route: TypeAlias = Generator[Ask, Any, int | None]
"""A choice that may have to ask; its answer is the number of a replica, or None for the primary."""


class Fleet:
    """What is known of some replicas. Nothing here waits: times are given, and questions are driven by others.

    `lag`: seconds that replicas may be behind, for databases that cannot say how far they are.
    """

    def __init__(
        self,
        size: int,
        position: Callable[[], Program[str | None]],
        reached: Callable[[str], Program[bool | None]],
        lag: float,
    ) -> None:
        self._position, self._reached, self._lag = position, reached, lag
        self._out_until = [0.0] * size
        self._ask_at = [0.0] * size
        self._turn = 0
        self._written: float | None = None
        self._mark: str | None = None
        self._marked = False
        self._current: set[int] = set()
        self._writes = 0

    def wrote(self, now: float) -> None:
        """Something may have been written: replicas are behind until they show that they are not."""
        self._written, self._marked, self._mark = now, False, None
        self._writes += 1
        self._current.clear()
        self._ask_at = [0.0] * len(self._ask_at)

    def lost(self, replica: int, now: float) -> None:
        """A replica failed: leave it out for a while."""
        self._out_until[replica] = now + RETRY
        self._current.discard(replica)

    def route(self, now: float) -> Route:
        """Where a read goes at this time."""
        if self._written is None:
            return next(self._up(now), None)
        writes = self._writes
        if not self._marked:
            mark = yield Ask(None, self._position())
            if writes != self._writes:
                return None  # there was another write meanwhile
            self._mark, self._marked = mark, True
        if self._mark is None:
            return self._by_time(now)
        for replica in self._up(now):
            if (yield from self._has(replica, self._mark, now)) and writes == self._writes:
                return replica
        return None

    def _has(self, replica: int, mark: str, now: float) -> Generator[Ask, Any, bool]:
        """True when a replica has what was written."""
        if replica in self._current:
            return True
        if now < self._ask_at[replica]:
            return False
        writes = self._writes
        try:
            reached = yield Ask(replica, self._reached(mark))
        except ClientError:
            self.lost(replica, now)
            return False
        if writes != self._writes:
            return False
        if reached is None:
            return self._by_time(now) is not None
        self._ask_at[replica] = now + ASK_AGAIN
        if reached:
            self._current.add(replica)
            if len(self._current) == len(self._out_until):
                self._written = None
        return bool(reached)

    def _by_time(self, now: float) -> int | None:
        if self._written is not None and now - self._written < self._lag:
            return None
        return next(self._up(now), None)

    def _up(self, now: float) -> Iterator[int]:
        """Those that are not left out, each time another one first."""
        size = len(self._out_until)
        self._turn = (self._turn + 1) % size
        for step in range(size):
            replica = (self._turn + step) % size
            if now >= self._out_until[replica]:
                yield replica
