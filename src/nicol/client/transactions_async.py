"""The transactions of the asynchronous client."""

# ruff: noqa: ASYNC109 - whose time is over is told with a code and what to do, and its work is undone

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Self, TypeVar

from nicol.client.batch import AwaitingBatch
from nicol.client.limits import (
    Seconds,
    Undone,
    begun_only,
    inside_only,
    isolation_of,
    outermost_only,
    terms,
    time_limit,
)
from nicol.client.retry import Attempts
from nicol.client.scope import Terms
from nicol.client.shared import SharedClient
from nicol.errors import ClientError

if TYPE_CHECKING:
    from nicol.client.runner_async import Awaiting, AwaitingTransaction

T = TypeVar("T")


class AwaitingTransactions(SharedClient):
    """What an asynchronous client says about transactions."""

    _runner: Awaiting | None
    _begun: AbstractAsyncContextManager[AwaitingTransaction] | None = None

    @asynccontextmanager
    async def tx(
        self,
        *,
        max_wait: Seconds | None = None,
        timeout: Seconds | None = None,
        isolation_level: str | None = None,
    ) -> AsyncGenerator[Self]:
        """A client whose calls happen together when the block ends well, and not at all when it raises.

        `max_wait`: how long to wait for the beginning (2 s; P2024). `timeout`: how long it may take (5 s; P2028); then what
        runs is stopped and the work undone. Inside of another transaction it is a savepoint. `isolation_level` is SQL's
        phrase or Prisma's word.
        """
        how = terms(max_wait, timeout, isolation_level)
        with self._watch.span("transaction", method="tx"):
            async with self._transaction(how) as inside:
                yield self._inside(inside)

    async def begin(
        self,
        *,
        max_wait: Seconds | None = None,
        timeout: Seconds | None = None,
        isolation_level: str | None = None,
    ) -> Self:
        """A transaction that ends with `commit()` or `rollback()`; one that is dropped is undone. As a block, it is kept
        when the block ends well. The arguments are those of `tx`.
        """
        block = self._transaction(terms(max_wait, timeout, isolation_level))
        client = self._inside(await block.__aenter__())
        client._begun = block  # noqa: SLF001 - a client of the same class
        return client

    async def commit(self) -> None:
        """Keep the work of a transaction that was made with `begin`."""
        await self._end(None)

    async def rollback(self) -> None:
        """Undo the work of a transaction that was made with `begin`."""
        await self._end(Undone())

    async def retrying(
        self,
        work: Callable[[Self], Awaitable[T]],
        *,
        attempts: int = 5,
        max_wait: Seconds | None = None,
        timeout: Seconds | None = None,
        isolation_level: str | None = None,
    ) -> T:
        """Await a function with the client of a transaction, and once more in a new one when it has collided with others.

        What it returns is the answer. After so many attempts the error is raised; other errors are at once.
        """
        left = Attempts(attempts)
        outermost_only(self._open(), "retrying")
        while True:
            try:
                async with self.tx(max_wait=max_wait, timeout=timeout, isolation_level=isolation_level) as tx:
                    return await work(tx)
            except ClientError as error:
                await asyncio.sleep(left.pause_after(error))

    def batch(self, *, timeout: Seconds | None = None, isolation_level: str | None = None) -> AwaitingBatch:
        """Calls that are made in the block, and happen together at its end: in one transaction, in as few trips as can be.

        Each call returns a `Pending` and is not awaited; its `result` is there after the block.
        """
        return AwaitingBatch(self, isolation_of(isolation_level), time_limit(timeout))

    def after_commit(self, hook: Callable[[], object]) -> None:
        """Call (and await) a function when the outermost transaction was kept, and every savepoint around this."""
        inside_only(self._open(), "after_commit").after_commit(hook)

    async def advisory_lock(self, name: str, *, wait: bool = True, timeout: Seconds | None = None) -> bool:
        """Hold a name until the transaction ends, so that nobody else does; False when somebody does and `wait` is false."""
        runner, program = self._advisory_lock(name, wait=wait)
        held: bool = await runner.run(program, True, time_limit(timeout))
        return held

    def _transaction(self, how: Terms) -> AbstractAsyncContextManager[AwaitingTransaction]:
        runner: Awaiting = self._open()
        return runner.transaction(self._shown(how))

    async def _end(self, undone: Undone | None) -> None:
        block, self._begun = begun_only(self._begun), None
        await block.__aexit__(None if undone is None else Undone, undone, None)
