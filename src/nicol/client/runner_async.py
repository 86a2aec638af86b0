"""What runs an asynchronous client's programs: a database, or one transaction in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal, Self, TypeAlias, TypeVar

from nicol.client.scope import Scope, Terms, Translate, tell_undo_failed
from nicol.drivers.connection import AsyncConnection, arun
from nicol.drivers.database_async import AsyncDatabase
from nicol.errors import DriverError, NicolError
from nicol.sql.program import Program

T = TypeVar("T")


class AwaitingRunner:
    """Runs each program on a connection of its own."""

    inside: Literal[False] = False

    def __init__(self, database: AsyncDatabase, translate: Translate) -> None:
        self.database = database
        self._translate = translate

    async def connect(self) -> None:
        """Open a first connection."""
        try:
            await self.database.connect()
        except DriverError as error:
            raise self._translate(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()

    async def run(self, program: Program[T], write: bool) -> T:
        """The program's answer."""
        try:
            return await self.database.run(program, write)
        except DriverError as error:
            raise self._translate(error) from error

    @asynccontextmanager
    async def transaction(self, terms: Terms) -> AsyncGenerator[AwaitingTransaction]:
        """A runner whose programs happen together or not at all."""
        try:
            async with self.database.session(True, terms.max_wait) as connection:
                transaction = AwaitingTransaction(connection, Scope(terms), self._translate)
                async with transaction.scope() as entered:
                    yield entered
        except DriverError as error:
            raise self._translate(error) from error


class AwaitingTransaction:
    """Runs programs on the connection of one transaction, one at a time."""

    inside: Literal[True] = True

    def __init__(
        self,
        connection: AsyncConnection,
        scope: Scope,
        translate: Translate,
        lock: asyncio.Lock | None = None,
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._translate = translate
        self._lock = lock or asyncio.Lock()

    async def run(self, program: Program[T], write: bool) -> T:  # noqa: ARG002 - the transaction was begun to write
        """The program's answer; TransactionClosed when the transaction is over."""
        self._scope.check()
        return await self._say(program)

    @asynccontextmanager
    async def transaction(self, terms: Terms) -> AsyncGenerator[AwaitingTransaction]:
        """A savepoint: a runner whose programs can be undone without the rest of the transaction."""
        self._scope.check()
        inner = AwaitingTransaction(self._connection, Scope(terms, self._scope), self._translate, self._lock)
        async with inner.scope() as entered:
            yield entered

    @asynccontextmanager
    async def scope(self) -> AsyncGenerator[Self]:
        """Enter, and keep the work of the block or undo it."""
        await self._say(self._scope.enter())
        try:
            yield self
        except BaseException:
            try:
                await self._say(self._scope.end(keep=False))
            except NicolError as error:
                tell_undo_failed(error)
            raise
        await self._say(self._scope.end(keep=True))

    async def _say(self, program: Program[T]) -> T:
        async with self._lock:
            try:
                return await arun(program, self._connection)
            except DriverError as error:
                raise self._translate(error) from error


Awaiting: TypeAlias = AwaitingRunner | AwaitingTransaction
