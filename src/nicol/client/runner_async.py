"""What runs an asynchronous client's programs: a database, or one transaction in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Any, Literal, TypeAlias, TypeVar

from nicol.client.hooks import await_hooks
from nicol.client.preface import Prefaced
from nicol.client.scope import Hook, Scope, Stream, Terms, Translate, not_begun, tell_undo_failed
from nicol.drivers.connection import AsyncConnection, arun
from nicol.drivers.database_async import AsyncDatabase, limited
from nicol.drivers.places import PoolMetrics
from nicol.drivers.pool_async import AsyncPooledConnection
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

    def transaction(self, terms: Terms) -> AwaitingBlock:
        """A block with a runner whose programs happen together or not at all."""
        return AwaitingBlock(self.database, terms, self._translate)


class AwaitingBlock:
    """An outermost transaction as a block: it is kept when the block ends well. One that is dropped is undone.

    No generator: of those that lie in each other, Python's loops close each for itself and all at once when they are dropped.
    """

    def __init__(self, database: AsyncDatabase, terms: Terms, translate: Translate) -> None:
        self._database = database
        self._terms = terms
        self._translate = translate
        self._entered: tuple[Scope, AwaitingTransaction, AsyncPooledConnection] | None = None

    async def __aenter__(self) -> AwaitingTransaction:
        scope = Scope(self._terms, _TASKS)
        try:
            connection = await self._database.borrow(scope.terms.patience)
        except DriverError as error:
            raise self._translate(error) from error
        transaction = AwaitingTransaction(connection, scope, self._translate)
        try:
            await transaction.enter()
        except BaseException:
            await self._database.give_back(connection)
            raise
        self._loop = asyncio.get_running_loop()
        self._entered = scope, transaction, connection
        return transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._entered is not None
        (scope, transaction, connection), self._entered = self._entered, None
        try:
            await transaction.leave(keep=error is None)
        finally:
            await self._database.give_back(connection)
        if error is None:
            await await_hooks(scope.hooks)

    def __del__(self) -> None:
        if self._entered is None:
            return
        if self._loop.is_closed():
            self._entered[2].close()
        else:  # from whatever thread
            self._loop.call_soon_threadsafe(_undo, self.__aexit__(GeneratorExit, GeneratorExit(), None))


_undoing: set[asyncio.Task[None]] = set()
"""Loops hold their tasks weakly."""


def _undo(leaving: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(leaving)
    _undoing.add(task)
    task.add_done_callback(_undoing.discard)


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
        self._bell: asyncio.TimerHandle | None = None

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

    def transaction(self, terms: Terms) -> AwaitingSavepoint:
        """A savepoint as a block: with a runner whose programs can be undone without the rest of the transaction."""
        self._scope.check(self._connection)
        scope = Scope(terms, _TASKS, self._scope)
        return AwaitingSavepoint(AwaitingTransaction(self._connection, scope, self._translate, self._turns))

    async def enter(self) -> None:
        """Begin, and have the work undone when its time is over, while the block still goes on."""
        await self._enter()
        if self._scope.own_deadline:
            left = self._scope.deadline - monotonic()
            self._bell = asyncio.get_running_loop().call_later(left, self._expire)

    async def leave(self, *, keep: bool) -> None:
        """Keep the work, or undo it."""
        try:
            if self._bell is not None:
                self._bell.cancel()
            if self._giving_up is not None:
                await self._giving_up
        except BaseException:
            await self._undo()
            raise
        if keep:
            await self._said(partial(self._scope.end, self._connection, keep=True))
        else:
            await self._undo()

    async def _undo(self) -> None:
        try:
            await self._said(partial(self._scope.end, self._connection, keep=False))
        except NicolError as error:
            tell_undo_failed(error)

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


class AwaitingSavepoint:
    """A transaction in a transaction as a block."""

    def __init__(self, inner: AwaitingTransaction) -> None:
        self._inner = inner

    async def __aenter__(self) -> AwaitingTransaction:
        await self._inner.enter()
        return self._inner

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inner.leave(keep=error is None)


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
