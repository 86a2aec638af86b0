"""`Database` for the tasks of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Self, TypeVar, assert_never

from nicol.drivers.address import Address, PostgresAddress, SqliteAddress, parse_address
from nicol.drivers.connection import AsyncConnection, Observer
from nicol.drivers.database import metrics_of, require_psycopg, sizes_for
from nicol.drivers.places import PoolMetrics
from nicol.drivers.pool_async import AsyncPool, AsyncPooledConnection
from nicol.drivers.watch import overdue
from nicol.sql.program import Program

T = TypeVar("T")


class AsyncDatabase:
    """A database for the tasks of an event loop; otherwise as `Database`."""

    def __init__(self, address: Address, observer: Observer | None = None) -> None:
        self.address = address
        sizes, open_connection = sizes_for(address), _async_opener(address, observer)
        self._writers = AsyncPool(open_connection, sizes.writers, address.limits)
        self._readers = (
            self._writers if sizes.shared else AsyncPool(open_connection, sizes.readers, address.limits)
        )

    async def run(
        self,
        program: Program[T],
        write: bool,
        timeout: float | None = None,  # noqa: ASYNC109 - it is told as every other error of a call
    ) -> T:
        """Drive one program on a connection of its own. `write`: it writes, or may. `timeout`: TimedOut after these seconds."""
        if timeout is not None:
            async with limited(timeout):
                return await self.run(program, write)
        pool = self._writers if write else self._readers
        connection = pool.grab() or await pool.acquire()
        try:
            return await connection.run(program, short=not write)
        finally:
            if not pool.give_back(connection):
                await pool.release(connection)

    async def borrow(self, patience: float) -> AsyncPooledConnection:
        """A connection that writes, to be given back; TimedOut when none became free within so many seconds."""
        return self._writers.grab() or await self._writers.acquire(patience)

    async def give_back(self, connection: AsyncPooledConnection) -> None:
        """Give a borrowed connection back; a transaction that is still open is undone."""
        if not self._writers.give_back(connection):
            await self._writers.release(connection)

    def session(
        self, write: bool, patience: float | None = None
    ) -> AbstractAsyncContextManager[AsyncConnection]:
        """One connection for several programs; a transaction that is still open at the end is undone.

        `patience`: seconds to wait for the connection, instead of the address's own.
        """
        return (self._writers if write else self._readers).lend(patience)

    async def connect(self) -> None:
        """Open a first connection, so that what is wrong with the address is told now."""
        async with self._readers.lend():
            return

    def metrics(self) -> dict[str, PoolMetrics]:
        """How the pools are used: one that does everything, or one for readers and one for writers."""
        return metrics_of(self._readers, self._writers)

    async def close(self) -> None:
        """Close all connections; the database cannot be used any more."""
        self._readers.close()
        self._writers.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


@asynccontextmanager
async def limited(seconds: float) -> AsyncGenerator[None]:
    """Stop what the block awaits after so many seconds, with TimedOut."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise overdue(seconds) from error


def open_async_database(where: Address | str, observer: Observer | None = None) -> AsyncDatabase:
    """A database for tasks by its address or URL; nothing is connected yet."""
    return AsyncDatabase(parse_address(where) if isinstance(where, str) else where, observer)


def _async_opener(
    address: Address, observer: Observer | None
) -> Callable[[], Awaitable[AsyncPooledConnection]]:
    match address:
        case SqliteAddress():
            from nicol.drivers.sqlite_async import AsyncSqliteConnection

            return partial(AsyncSqliteConnection.open, address, observer)
        case PostgresAddress():
            require_psycopg()
            from nicol.drivers.postgres import AsyncPostgresConnection

            return partial(AsyncPostgresConnection.open, address, observer)
        case _:
            assert_never(address)
