"""Pools for tasks: `Places` with the tasks of one event loop waiting for them."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Generic, Protocol, TypeVar

from nicol.drivers.address import Limits
from nicol.drivers.connection import AsyncConnection
from nicol.drivers.fork import forget_after_fork
from nicol.drivers.places import VACANT, Grant, Places, Poolable, PoolMetrics, Vacancy, waited_too_long
from nicol.errors import DriverError


class AsyncPooledConnection(AsyncConnection, Poolable, Protocol):
    """An awaiting connection that can be lent."""

    async def reset(self) -> None:
        """Undo what a borrower left open."""
        ...


A = TypeVar("A", bound=AsyncPooledConnection)


class AsyncPool(Generic[A]):
    """Connections for tasks of one event loop. They are opened when they are needed."""

    def __init__(self, open_connection: Callable[[], Awaitable[A]], size: int, limits: Limits) -> None:
        self._open = open_connection
        self._patience = limits.acquire
        self._places: Places[A] = Places(size, limits.idle)
        weakref.finalize(self, self._places.close_idle)
        forget_after_fork(self)

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
            grant = await self._wait(self._patience if patience is None else patience)
        if not isinstance(grant, Vacancy):
            if not grant.lost():
                return grant
            grant.close()
        return await self._fill()

    def grab(self) -> A | None:
        """A connection that is idle now, without awaiting; None where one has to be waited for or opened."""
        return self._places.take_idle()

    def give_back(self, connection: A) -> bool:
        """Give a connection back without awaiting; False where something is left to be undone or closed."""
        if connection.in_transaction or connection.broken:
            return False
        self._put_back(connection)
        return True

    def metrics(self) -> PoolMetrics:
        """How the pool is used."""
        return self._places.metrics()

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

    def forget(self) -> list[object]:
        """Begin anew in a forked child; the connections of its parent are the answer, still open."""
        return self._places.forget()

    async def _fill(self) -> A:
        try:
            connection = await self._open()
        except BaseException:
            self._put_back(VACANT)
            raise
        self._places.opened += 1
        return connection

    async def _wait(self, patience: float | None) -> Grant[A]:
        waiter: asyncio.Future[Grant[A]] = asyncio.get_running_loop().create_future()
        self._places.queue(waiter)
        since = monotonic()
        try:
            async with asyncio.timeout(patience):
                grant = await waiter
            self._places.waited(monotonic() - since)
            return grant
        except BaseException as error:
            if not self._places.leave(waiter) and not waiter.cancelled() and waiter.exception() is None:
                self._put_back(waiter.result())  # served in the very moment of giving up
            if isinstance(error, TimeoutError):
                self._places.waited(monotonic() - since, in_vain=True)
                raise waited_too_long(patience or 0, self._places.limit) from None
            raise

    def _put_back(self, grant: Grant[A]) -> None:
        self._places.put_back(grant, monotonic())
