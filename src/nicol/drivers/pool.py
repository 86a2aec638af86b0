"""Pools for threads: `Places` with threads waiting for them."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Generic, Protocol, TypeVar

from nicol.drivers.address import Limits
from nicol.drivers.connection import Connection
from nicol.drivers.fork import disown_after_fork, forget_after_fork
from nicol.drivers.places import VACANT, Grant, Places, Poolable, PoolMetrics, Vacancy, waited_too_long
from nicol.errors import DriverError


class PooledConnection(Connection, Poolable, Protocol):
    """A blocking connection that can be lent."""

    @property
    def disowned(self) -> bool:
        """True in a forked child of the process that opened it."""
        ...

    def disown(self) -> None:
        """In a forked child: say nothing any more."""
        ...

    def reset(self) -> None:
        """Undo what a borrower left open."""
        ...


C = TypeVar("C", bound=PooledConnection)


class _Turn(Generic[C]):
    """A thread in the queue."""

    def __init__(self) -> None:
        self._called = threading.Event()
        self._grant: Grant[C] = VACANT
        self._refusal: BaseException | None = None

    def done(self) -> bool:
        """True when it was served or turned away."""
        return self._called.is_set()

    def set_result(self, result: Grant[C], /) -> None:
        """Serve it."""
        self._grant = result
        self._called.set()

    def set_exception(self, exception: BaseException, /) -> None:
        """Turn it away."""
        self._refusal = exception
        self._called.set()

    def wait(self, seconds: float | None) -> bool:
        """Wait to be called; False when that took too long."""
        return self._called.wait(seconds)

    def grant(self) -> Grant[C]:
        """What it was served."""
        if self._refusal is not None:
            raise self._refusal
        return self._grant


class Pool(Generic[C]):
    """Connections for threads. They are opened when they are needed."""

    def __init__(self, open_connection: Callable[[], C], size: int, limits: Limits) -> None:
        self._open = open_connection
        self._patience = limits.acquire
        self._places: Places[C] = Places(size, limits.idle)
        self._lock = threading.Lock()
        weakref.finalize(self, self._places.close_idle)
        forget_after_fork(self)

    @contextmanager
    def lend(self, patience: float | None = None) -> Generator[C]:
        """A connection for the time of the block; what the block leaves open is undone. `patience`: seconds to wait for it."""
        connection = self.acquire(patience)
        try:
            yield connection
        finally:
            self.release(connection)

    def grab(self) -> C | None:
        """A connection that is idle now; None where one has to be waited for or opened."""
        with self._lock:
            return self._places.take_idle()

    def acquire(self, patience: float | None = None) -> C:
        """A connection, to be given back with `release`; TimedOut when none became free."""
        with self._lock:
            grant = self._places.take() or self._queue()
        if isinstance(grant, _Turn):
            grant = self._wait(grant, self._patience if patience is None else patience)
        if not isinstance(grant, Vacancy):
            if not grant.lost():
                return grant
            grant.close()
        return self._fill()

    def shorter(self, seconds: float) -> float:
        """The pool's own patience, or so many seconds where that is less."""
        return seconds if self._patience is None else min(seconds, self._patience)

    def metrics(self) -> PoolMetrics:
        """How the pool is used."""
        with self._lock:
            return self._places.metrics()

    def release(self, connection: C) -> None:
        """Give a connection back. One that is broken, or cannot be reset, is closed and its place is free."""
        if not (connection.in_transaction or connection.broken):
            self._put_back(connection)
            return
        if connection.disowned:
            return  # by a forked child, whose pool has forgotten it
        grant: Grant[C] = VACANT
        try:
            connection.reset()
            if not connection.broken:
                grant = connection
        except DriverError:
            pass  # what cannot be reset is closed below
        finally:
            if isinstance(grant, Vacancy):
                connection.close()
            self._put_back(grant)

    def close(self) -> None:
        """Close all connections: idle ones now, the others when they come back."""
        with self._lock:
            self._places.close()

    def forget(self) -> list[object]:
        """Begin anew in a forked child; the connections of its parent are the answer, still open."""
        self._lock = threading.Lock()
        return self._places.forget()

    def _fill(self) -> C:
        try:
            connection = self._open()
        except BaseException:
            self._put_back(VACANT)
            raise
        disown_after_fork(connection)
        self._places.opened += 1
        return connection

    def _queue(self) -> _Turn[C]:
        turn: _Turn[C] = _Turn()
        self._places.queue(turn)
        return turn

    def _wait(self, turn: _Turn[C], patience: float | None) -> Grant[C]:
        since = monotonic()
        try:
            called = turn.wait(patience)
        except BaseException:
            if not self._leave(turn):
                self._put_back(turn.grant())
            raise
        if not called and self._leave(turn):
            self._places.waited(monotonic() - since, in_vain=True)
            raise waited_too_long(patience or 0, self._places.limit)
        self._places.waited(monotonic() - since)
        return turn.grant()

    def _leave(self, turn: _Turn[C]) -> bool:
        """Leave the queue; False when one was called in that very moment."""
        with self._lock:
            return self._places.leave(turn)

    def _put_back(self, grant: Grant[C]) -> None:
        with self._lock:
            self._places.put_back(grant, monotonic())
