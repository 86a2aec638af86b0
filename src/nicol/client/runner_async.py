"""What runs an asynchronous client's programs: a database, or one transaction in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic
from typing import Any, Literal, Self, TypeAlias, TypeVar

from nicol.client.hooks import await_hooks
from nicol.client.preface import Prefaced
from nicol.client.scope import Hook, Scope, Stream, Terms, Translate, not_begun, tell_undo_failed
from nicol.drivers.connection import AsyncConnection, arun
from nicol.drivers.database_async import AsyncDatabase, limited
from nicol.drivers.places import PoolMetrics
from nicol.errors import ClientError, DriverError, NicolError, TimedOut
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

    def metrics(self) -> dict[str, PoolMetrics]:
        """How the pools are used."""
        return self.database.metrics()

    async def run(
        self,
        program: Program[T],
        write: bool,
        timeout: float | None = None,  # noqa: ASYNC109 - it is told as every other error of a call
    ) -> T:
        """The program's answer; TimedOut when it took longer than so many seconds."""
        try:
            return await self.database.run(program, write, timeout)
        except DriverError as error:
            error.in_doubt = error.in_doubt and write
            raise self._translate(error) from error

    async def stream(self, reading: Stream, size: int, timeout: float | None) -> AsyncGenerator[list[Any]]:  # noqa: ASYNC109 - told as of every call
        """The pieces of a stream, read in a transaction of their own. `timeout` is for each piece."""
        async with self.database.session(False) as connection:
            try:
                await _within(arun(reading.begin(), connection), timeout)
                while piece := await _within(arun(reading.piece(size), connection), timeout):
                    yield piece
            except DriverError as error:
                raise self._translate(error) from error

    @asynccontextmanager
    async def transaction(self, terms: Terms) -> AsyncGenerator[AwaitingTransaction]:
        """A runner whose programs happen together or not at all."""
        scope = Scope(terms, _TASKS)
        try:
            async with self.database.session(True, terms.patience) as connection:
                transaction = AwaitingTransaction(connection, scope, self._translate)
                async with transaction.scope() as entered:
                    yield entered
        except DriverError as error:
            raise self._translate(error) from error
        await await_hooks(scope.hooks)


class _Turns:
    """Who may speak on the connection of a transaction: one task at a time, and the limit of the one who does."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.limit: asyncio.Timeout | None = None


class AwaitingTransaction:
    """Runs programs on the connection of one transaction, one at a time."""

    inside: Literal[True] = True

    def __init__(
        self, connection: AsyncConnection, scope: Scope, translate: Translate, turns: _Turns | None = None
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._translate = translate
        self._turns = turns or _Turns()
        self._giving_up: asyncio.Task[None] | None = None

    async def run(
        self,
        program: Prefaced[T],
        write: bool,  # noqa: ARG002 - the transaction was begun to write
        timeout: float | None = None,  # noqa: ASYNC109 - it is told as every other error of a call
    ) -> T:
        """The program's answer; TransactionClosed when the transaction is over or has failed."""
        self._scope.check(self._connection)
        if timeout is None:
            return await self._say(partial(self._scope.turn, program))
        async with limited(timeout):
            return await self._say(partial(self._scope.turn, program))

    def after_commit(self, hook: Hook) -> None:
        """Call a function when the outermost transaction has been kept."""
        self._scope.check(self._connection)
        self._scope.hooks.append(hook)

    async def stream(self, reading: Stream, size: int, timeout: float | None) -> AsyncGenerator[list[Any]]:  # noqa: ASYNC109 - told as of every call
        """The pieces of a stream, as the transaction sees the rows at its beginning. `timeout` is for each piece."""
        await self.run(reading.open(), False, timeout)
        try:
            while piece := await self.run(reading.piece(size), False, timeout):
                yield piece
        finally:
            if self._scope.is_open and not self._connection.failed:
                await self._said(partial(self._scope.turn, reading.close()))

    @asynccontextmanager
    async def transaction(self, terms: Terms) -> AsyncGenerator[AwaitingTransaction]:
        """A savepoint: a runner whose programs can be undone without the rest of the transaction."""
        self._scope.check(self._connection)
        inner = AwaitingTransaction(
            self._connection, Scope(terms, _TASKS, self._scope), self._translate, self._turns
        )
        async with inner.scope() as entered:
            yield entered

    @asynccontextmanager
    async def scope(self) -> AsyncGenerator[Self]:
        """Enter, and keep the work of the block or undo it; at the end of its time it is undone while the block goes on."""
        await self._enter()
        bell = None
        if self._scope.own_deadline:
            left = self._scope.deadline - monotonic()
            bell = asyncio.get_running_loop().call_later(left, self._expire)
        try:
            try:
                yield self
            finally:
                if bell is not None:
                    bell.cancel()
                if self._giving_up is not None:
                    await self._giving_up
        except BaseException:
            try:
                await self._said(partial(self._scope.end, self._connection, keep=False))
            except NicolError as error:
                tell_undo_failed(error)
            raise
        await self._said(partial(self._scope.end, self._connection, keep=True))

    async def _enter(self) -> None:
        terms = self._scope.terms
        if self._scope.outer is not None:
            await self._say(self._scope.enter)
            return
        try:  # SQLite waits here for the writer of another process
            async with limited(terms.patience):
                await self._said(self._scope.enter)
        except TimedOut as error:
            raise not_begun(error, terms) from error

    def _expire(self) -> None:
        """Stop what runs, and let go of all locks."""
        if self._scope.ended:  # with the one around it
            return
        self._scope.expired = True
        if self._turns.limit is not None:
            self._turns.limit.reschedule(0)
        self._giving_up = asyncio.ensure_future(self._give_up())

    async def _give_up(self) -> None:
        try:
            await self._said(self._scope.give_up)
        except NicolError as error:
            tell_undo_failed(error)

    async def _say(self, words: Callable[[], Program[T]]) -> T:
        """Say what the end of the transaction's time stops. What it is, is decided when its turn has come."""
        async with self._turns.lock:
            limit = self._turns.limit = asyncio.timeout(None)
            try:
                async with limit:
                    return await self._spoken(words())
            except TimeoutError as error:
                if not limit.expired():
                    raise
                raise self._scope.overdue() from error
            finally:
                self._turns.limit = None

    async def _said(self, words: Callable[[], Program[T]]) -> T:
        """Say what nothing stops."""
        async with self._turns.lock:
            return await self._spoken(words())

    async def _spoken(self, program: Program[T]) -> T:
        try:
            return await arun(program, self._connection)
        except (DriverError, ClientError) as error:
            if self._scope.is_late and not self._scope.ended:
                raise self._scope.overdue() from error
            if isinstance(error, DriverError):
                raise self._translate(error) from error
            raise


class _Tasks:
    def now(self) -> asyncio.Task[Any] | None:
        return asyncio.current_task()

    def is_elsewhere(self, speaker: asyncio.Task[Any] | None) -> bool:
        return speaker is not None and speaker is not asyncio.current_task() and not speaker.done()


_TASKS = _Tasks()


async def _within(call: Awaitable[T], seconds: float | None) -> T:
    if seconds is None:
        return await call
    async with limited(seconds):
        return await call


Awaiting: TypeAlias = AwaitingRunner | AwaitingTransaction
