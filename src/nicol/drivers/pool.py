"""Pools: `Places` with threads or with tasks waiting for them."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from nicol.drivers.address import Limits
from nicol.drivers.connection import AsyncConnection, Connection
from nicol.drivers.places import VACANT, Grant, Places, Vacancy, waited_too_long
from nicol.errors import DriverError


class _State(Protocol):
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


class PooledConnection(Connection, _State, Protocol):
    """A blocking connection that can be lent."""

    def reset(self) -> None:
        """Undo what a borrower left open."""
        ...


class AsyncPooledConnection(AsyncConnection, _State, Protocol):
    """An awaiting connection that can be lent."""

    async def reset(self) -> None:
        """Undo what a borrower left open."""
        ...


C = TypeVar("C", bound=PooledConnection)
A = TypeVar("A", bound=AsyncPooledConnection)


class Pool(Generic[C]):
    """Connections for threads. They are opened when they are needed."""

    def __init__(self, open_connection: Callable[[], C], size: int, limits: Limits) -> None:
        self._open = open_connection
        self._patience = limits.acquire
        self._places: Places[C] = Places(size, limits.idle)
        self._lock = threading.Lock()
        weakref.finalize(self, self._places.close_idle)

    @contextmanager
    def lend(self, patience: float | None = None) -> Generator[C]:
        """A connection for the time of the block; what the block leaves open is undone. `patience`: seconds to wait for it."""
        connection = self.acquire(patience)
        try:
            yield connection
        finally:
            self.release(connection)

    def acquire(self, patience: float | None = None) -> C:
        """A connection, to be given back with `release`; TimedOut when none became free."""
        with self._lock:
            grant = self._places.take()
            waiter: Future[Grant[C]] | None = None
            if grant is None:
                waiter = Future()
                self._places.queue(waiter)
        if waiter is not None:
            grant = self._wait(waiter, patience or self._patience)
        assert grant is not None
        if not isinstance(grant, Vacancy):
            if not grant.lost():
                return grant
            grant.close()
        return self._fill()

    def release(self, connection: C) -> None:
        """Give a connection back. One that is broken, or cannot be reset, is closed and its place is free."""
        grant: Grant[C] = VACANT
        try:
            if connection.in_transaction:
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

    def _fill(self) -> C:
        try:
            return self._open()
        except BaseException:
            self._put_back(VACANT)
            raise

    def _wait(self, waiter: Future[Grant[C]], patience: float | None) -> Grant[C]:
        try:
            return waiter.result(patience)
        except BaseException as error:
            with self._lock:
                left = self._places.leave(waiter)
            if not left and _served(waiter):
                self._put_back(waiter.result())
            if isinstance(error, TimeoutError):
                raise waited_too_long(patience or 0, self._places.limit) from None
            raise

    def _put_back(self, grant: Grant[C]) -> None:
        with self._lock:
            self._places.put_back(grant, monotonic())


class AsyncPool(Generic[A]):
    """Connections for tasks of one event loop. They are opened when they are needed."""

    def __init__(self, open_connection: Callable[[], Awaitable[A]], size: int, limits: Limits) -> None:
        self._open = open_connection
        self._patience = limits.acquire
        self._places: Places[A] = Places(size, limits.idle)
        weakref.finalize(self, self._places.close_idle)

    @asynccontextmanager
    async def lend(self, patience: float | None = None) -> AsyncGenerator[A]:
        """A connection for the time of the block; what the block leaves open is undone. `patience`: seconds to wait for it."""
        connection = await self.acquire(patience)
        try:
            yield connection
        finally:
            await self.release(connection)

    async def acquire(self, patience: float | None = None) -> A:
        """A connection, to be given back with `release`; TimedOut when none became free."""
        grant = self._places.take()
        if grant is None:
            grant = await self._wait(patience or self._patience)
        if not isinstance(grant, Vacancy):
            if not grant.lost():
                return grant
            grant.close()
        return await self._fill()

    async def release(self, connection: A) -> None:
        """Give a connection back. One that is broken, or cannot be reset, is closed and its place is free."""
        grant: Grant[A] = VACANT
        try:
            if connection.in_transaction:
                await connection.reset()
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
        self._places.close()

    async def _fill(self) -> A:
        try:
            return await self._open()
        except BaseException:
            self._put_back(VACANT)
            raise

    async def _wait(self, patience: float | None) -> Grant[A]:
        waiter: asyncio.Future[Grant[A]] = asyncio.get_running_loop().create_future()
        self._places.queue(waiter)
        try:
            async with asyncio.timeout(patience):
                return await waiter
        except BaseException as error:
            if not self._places.leave(waiter) and _served(waiter):
                self._put_back(waiter.result())
            if isinstance(error, TimeoutError):
                raise waited_too_long(patience or 0, self._places.limit) from None
            raise

    def _put_back(self, grant: Grant[A]) -> None:
        self._places.put_back(grant, monotonic())


def _served(waiter: Future[Any] | asyncio.Future[Any]) -> bool:
    """True when a waiter that gives up was given a place in that very moment."""
    return waiter.done() and not waiter.cancelled() and waiter.exception() is None
