"""The transactions of the blocking client."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from nicol.client.batch import BlockingBatch
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
    from nicol.client.runner import Blocking, BlockingTransaction

T = TypeVar("T")


class BlockingTransactions(SharedClient):
    """What a blocking client says about transactions."""

    _runner: Blocking | None
    _begun: AbstractContextManager[BlockingTransaction] | None = None

    def tx(
        self,
        *,
        max_wait: Seconds | None = None,
        timeout: Seconds | None = None,
        isolation_level: str | None = None,
    ) -> AbstractContextManager[Self]:
        """A client whose calls happen together when the block ends well, and not at all when it raises.

        `max_wait`: how long to wait for the beginning (2 s; P2024). `timeout`: how long it may take (5 s; P2028); then what
        runs is stopped and the work undone. Inside of another transaction it is a savepoint. `isolation_level` is SQL's
        phrase or Prisma's word.
        """
        how = terms(max_wait, timeout, isolation_level)
        return _Tx(self, how) if self._watch.tracing is None else self._traced(how)

    @contextmanager
    def _traced(self, how: Terms) -> Generator[Self]:
        with self._watch.span("transaction", method="tx"), self._transaction(how) as inside:
            yield self._inside(inside)

    def _enter(self, how: Terms) -> tuple[AbstractContextManager[BlockingTransaction], Self]:
        """Begin a transaction: its block, which has been entered, and its client."""
        block = self._transaction(how)
        return block, self._inside(block.__enter__())

    def begin(
        self,
        *,
        max_wait: Seconds | None = None,
        timeout: Seconds | None = None,
        isolation_level: str | None = None,
    ) -> Self:
        """A transaction that ends with `commit()` or `rollback()`; one that is dropped is undone. As a block, it is kept
        when the block ends well. The arguments are those of `tx`.
        """
        block, client = self._enter(terms(max_wait, timeout, isolation_level))
        client._begun = block  # noqa: SLF001 - a client of the same class
        return client

    def commit(self) -> None:
        """Keep the work of a transaction that was made with `begin`."""
        self._end(None)

    def rollback(self) -> None:
        """Undo the work of a transaction that was made with `begin`."""
        self._end(Undone())

    def retrying(
        self,
        work: Callable[[Self], T],
        *,
        attempts: int = 5,
        max_wait: Seconds | None = None,
        timeout: Seconds | None = None,
        isolation_level: str | None = None,
    ) -> T:
        """Call a function with the client of a transaction, and once more in a new one when it has collided with others.

        What it returns is the answer. After so many attempts the error is raised; other errors are at once.
        """
        left = Attempts(attempts)
        outermost_only(self._open(), "retrying")
        while True:
            try:
                with self.tx(max_wait=max_wait, timeout=timeout, isolation_level=isolation_level) as tx:
                    return work(tx)
            except ClientError as error:
                time.sleep(left.pause_after(error))

    def batch(self, *, timeout: Seconds | None = None, isolation_level: str | None = None) -> BlockingBatch:
        """Calls that are made in the block, and happen together at its end: in one transaction, in as few trips as can be.

        Each call returns a `Pending`, whose `result` is there after the block.
        """
        return BlockingBatch(self, isolation_of(isolation_level), time_limit(timeout))

    def after_commit(self, hook: Callable[[], object]) -> None:
        """Call a function when the outermost transaction was kept, and every savepoint around this."""
        from nicol.client.hooks import check_blocking

        check_blocking(hook)
        inside_only(self._open(), "after_commit").after_commit(hook)

    def advisory_lock(self, name: str, *, wait: bool = True, timeout: Seconds | None = None) -> bool:
        """Hold a name until the transaction ends, so that nobody else does; False when somebody does and `wait` is false."""
        runner, program = self._advisory_lock(name, wait=wait)
        held: bool = runner.run(program, True, time_limit(timeout))
        return held

    def _transaction(self, how: Terms) -> AbstractContextManager[BlockingTransaction]:
        runner: Blocking = self._open()
        return runner.transaction(self._shown(how))

    def _end(self, undone: Undone | None) -> None:
        block, self._begun = begun_only(self._begun), None
        block.__exit__(None if undone is None else Undone, undone, None)


C = TypeVar("C", bound=BlockingTransactions)


class _Tx(Generic[C]):
    """`tx` as a block."""

    __slots__ = ("_block", "_client", "_how")

    if not TYPE_CHECKING:  # type checkers know without help

        def __getattr__(self, name: str) -> None:
            raise AttributeError(
                f"a transaction has no {name!r} until it is entered: with db.tx() as tx: tx.{name}"
            )

    def __init__(self, client: C, how: Terms) -> None:
        self._client = client
        self._how = how

    def __enter__(self) -> C:
        self._block, inside = self._client._enter(self._how)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - it is the client's own block
        return inside

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._block.__exit__(kind, error, trace)
