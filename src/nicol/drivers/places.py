"""Who may use which connection: the bookkeeping of a pool, without waiting, locks or clocks."""

from __future__ import annotations

from collections import deque
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

import msgspec

from nicol.errors import NotConnected, TimedOut


class Poolable(Protocol):
    """What a pool asks of a connection. None of it waits."""

    @property
    def broken(self) -> bool:
        """True when the connection is known to be gone, or in the middle of something."""
        ...

    @property
    def in_transaction(self) -> bool:
        """True between `Begin` and its end."""
        ...

    def lost(self) -> bool:
        """True when the other side has hung up while nobody was listening."""
        ...

    def close(self) -> None:
        """Close it now; never fails."""
        ...


class Vacancy:
    """A place without a connection: who gets it opens one."""


VACANT: Final = Vacancy()

C = TypeVar("C", bound=Poolable)
Grant: TypeAlias = C | Vacancy


S_contra = TypeVar("S_contra", contravariant=True)


class Waiter(Protocol[S_contra]):
    """A future, of threads or of tasks: somebody who stands in the queue."""

    def done(self) -> bool:
        """True when it was served, or has left."""
        ...

    def set_result(self, result: S_contra | Vacancy, /) -> None:
        """Serve it."""
        ...

    def set_exception(self, exception: BaseException, /) -> None:
        """Turn it away."""
        ...


class PoolMetrics(msgspec.Struct, frozen=True):
    """How a pool is used now (`size` at most, `idle`, `busy`, `waiting`) and since it was made (all others; seconds)."""

    size: int
    idle: int
    busy: int
    waiting: int
    acquired: int
    opened: int
    waits: int
    wait_seconds: float
    timeouts: int


class Places(Generic[C]):
    """At most `limit` places. The connection used last is used next, who has waited longest is served first.

    A connection that nobody has used for `patience` seconds is closed when another is put back.
    """

    def __init__(self, limit: int, patience: float | None) -> None:
        self.limit = limit
        self._patience = patience
        self._idle: list[tuple[C, float]] = []
        self._queue: deque[Waiter[C]] = deque()
        self._taken = 0
        self._closed = False
        self._acquired = self._waits = self._timeouts = 0
        self._wait_seconds = 0.0
        self.opened = 0

    def take_idle(self) -> C | None:
        """An idle connection that has not been lost, or None."""
        idle = self._idle
        if not idle or idle[-1][0].lost():
            return None
        self._taken += 1
        self._acquired += 1
        return idle.pop()[0]

    def take(self) -> Grant[C] | None:
        """An idle connection, a vacancy, or None when one has to queue."""
        if self._closed:
            raise closed()
        if self._idle:
            self._taken += 1
            self._acquired += 1
            return self._idle.pop()[0]
        if self._taken < self.limit:
            self._taken += 1
            self._acquired += 1
            return VACANT
        return None

    def queue(self, waiter: Waiter[C]) -> None:
        """Stand at the end of the queue."""
        self._queue.append(waiter)

    def leave(self, waiter: Waiter[C]) -> bool:
        """Leave the queue; False when it was too late and the waiter has been served."""
        if waiter in self._queue:
            self._queue.remove(waiter)
            return True
        return False

    def put_back(self, grant: Grant[C], now: float) -> None:
        """Give a place to who has waited longest, or keep it; `VACANT` when its connection is gone."""
        if self._queue and self._serve(grant):
            return
        self._taken -= 1
        if isinstance(grant, Vacancy):
            return
        if self._closed:
            grant.close()
            return
        self._idle.append((grant, now))
        if len(self._idle) > 1:
            self._close_forgotten(now)

    def waited(self, seconds: float, *, in_vain: bool = False) -> None:
        """Count a wait in the queue."""
        self._waits += 1
        self._wait_seconds += seconds
        if in_vain:
            self._timeouts += 1
        else:
            self._acquired += 1

    def metrics(self) -> PoolMetrics:
        """How the places are used."""
        return PoolMetrics(
            size=self.limit,
            idle=len(self._idle),
            busy=self._taken,
            waiting=sum(not waiter.done() for waiter in self._queue),
            acquired=self._acquired,
            opened=self.opened,
            waits=self._waits,
            wait_seconds=self._wait_seconds,
            timeouts=self._timeouts,
        )

    def close(self) -> None:
        """Close what is idle, turn away who waits, and close the others as they come back."""
        self._closed = True
        while self._queue:
            self._queue.popleft().set_exception(closed())
        self.close_idle()

    def close_idle(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop()[0].close()

    def forget(self) -> list[object]:
        """Begin anew with no connection; the idle ones are the answer, still open."""
        idle: list[object] = [connection for connection, _ in self._idle]
        self._idle.clear()
        self._queue.clear()
        self._taken = 0
        return idle

    def _serve(self, grant: Grant[C]) -> bool:
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(grant)
                return True
        return False

    def _close_forgotten(self, now: float) -> None:
        while self._patience is not None and now - self._idle[0][1] > self._patience:
            self._idle.pop(0)[0].close()


def closed() -> NotConnected:
    """The error of using a database after its end."""
    return NotConnected("the database connection was closed", help="connect again before the next call")


def waited_too_long(seconds: float, limit: int) -> TimedOut:
    """The error of who has stood in the queue for too long."""
    places = "the only connection is" if limit == 1 else f"all {limit} connections are"
    return TimedOut(
        f"no connection became free within {seconds:g} s: {places} in use",
        code="P2024",
        help="end transactions sooner, use the transaction's own client inside it, "
        "or raise `connection_limit` or `pool_timeout` in the database URL",
    )
