"""What runs a blocking client's programs: a database, or one transaction in it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from time import monotonic
from types import TracebackType
from typing import Any, Literal, TypeAlias, TypeVar

from nicol.client.hooks import run_hooks
from nicol.client.preface import Prefaced
from nicol.client.scope import Hook, Scope, Stream, Terms, Translate, not_begun, tell_undo_failed
from nicol.drivers.connection import Connection, run
from nicol.drivers.database import Database
from nicol.drivers.places import PoolMetrics
from nicol.drivers.pool import PooledConnection
from nicol.drivers.watch import Alarm, alarm, overdue, watched
from nicol.errors import ClientError, DriverError, NicolError
from nicol.sql.program import Program

T = TypeVar("T")


class BlockingRunner:
    """Runs each program on a connection of its own."""

    inside: Literal[False] = False

    def __init__(self, database: Database, translate: Translate) -> None:
        self.database = database
        self._translate = translate

    def connect(self) -> None:
        """Open a first connection."""
        try:
            self.database.connect()
        except DriverError as error:
            raise self._translate(error) from error

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def metrics(self) -> dict[str, PoolMetrics]:
        """How the pools are used."""
        return self.database.metrics()

    def run(self, program: Program[T], write: bool, timeout: float | None = None) -> T:
        """The program's answer; TimedOut when it took longer than so many seconds."""
        try:
            return self.database.run(program, write, timeout)
        except DriverError as error:
            error.in_doubt = error.in_doubt and write
            raise self._translate(error) from error

    def stream(self, reading: Stream, size: int, timeout: float | None) -> Generator[list[Any]]:
        """The pieces of a stream, read in a transaction of their own. `timeout` is for each piece."""
        with self.database.session(False) as connection:
            try:
                _within(reading.begin(), connection, timeout)
                while piece := _within(reading.piece(size), connection, timeout):
                    yield piece
            except DriverError as error:
                raise self._translate(error) from error

    def transaction(self, terms: Terms) -> Block:
        """A block with a runner whose programs happen together or not at all."""
        return Block(self.database, terms, self._translate)


class Block:
    """An outermost transaction as a block: it is kept when the block ends well. One that is dropped is undone."""

    def __init__(self, database: Database, terms: Terms, translate: Translate) -> None:
        self._database = database
        self._terms = terms
        self._translate = translate
        self._entered: tuple[Scope, BlockingTransaction, PooledConnection] | None = None

    def __enter__(self) -> BlockingTransaction:
        scope = Scope(self._terms, _THREADS)
        try:
            connection = self._database.borrow(scope.terms.patience)
        except DriverError as error:
            raise self._translate(error) from error
        transaction = BlockingTransaction(connection, scope, self._translate)
        try:
            transaction.enter()
        except BaseException:
            self._database.give_back(connection)
            raise
        self._entered = scope, transaction, connection
        return transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._entered is not None
        (scope, transaction, connection), self._entered = self._entered, None
        try:
            transaction.leave(keep=error is None)
        finally:
            self._database.give_back(connection)
        if scope.hooks and error is None:
            run_hooks(scope.hooks)

    def __del__(self) -> None:
        if self._entered is not None:
            self.__exit__(GeneratorExit, GeneratorExit(), None)


class BlockingTransaction:
    """Runs programs on the connection of one transaction, one at a time."""

    inside: Literal[True] = True

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        translate: Translate,
        lock: threading.Lock | None = None,
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._translate = translate
        self._lock = lock or threading.Lock()
        self._bell: Alarm | None = None

    def run(
        self,
        program: Prefaced[T],
        write: bool,  # noqa: ARG002 - the transaction was begun to write
        timeout: float | None = None,
    ) -> T:
        """The program's answer; TransactionClosed when the transaction is over or has failed."""
        self._scope.check(self._connection)
        if timeout is not None:
            return self._run_within(program, timeout)
        with self._lock:
            return self._said(self._scope.turn(program))

    def after_commit(self, hook: Hook) -> None:
        """Call a function when the outermost transaction has been kept."""
        self._scope.check(self._connection)
        self._scope.hooks.append(hook)

    def stream(self, reading: Stream, size: int, timeout: float | None) -> Generator[list[Any]]:
        """The pieces of a stream, as the transaction sees the rows at its beginning. `timeout` is for each piece."""
        self.run(reading.open(), False, timeout)
        try:
            while piece := self.run(reading.piece(size), False, timeout):
                yield piece
        finally:
            if self._scope.is_open and not self._connection.failed:
                with self._lock:
                    self._said(self._scope.turn(reading.close()))

    def transaction(self, terms: Terms) -> Savepointed:
        """A savepoint as a block: with a runner whose programs can be undone without the rest of the transaction."""
        self._scope.check(self._connection)
        return Savepointed(
            BlockingTransaction(
                self._connection, Scope(terms, _THREADS, self._scope), self._translate, self._lock
            )
        )

    def enter(self) -> None:
        """Begin, and have the work undone when its time is over, while the block still goes on."""
        scope = self._scope
        if scope.outer is not None:
            self._say(scope.enter())
            if scope.own_deadline:
                self._bell = alarm(scope.deadline, self._expire)
            return
        # SQLite waits here for the writer of another process
        bell = alarm(monotonic() + scope.terms.patience, self._connection.interrupt)
        try:
            self._say(scope.enter())
        except BaseException as error:
            self._end(bell)
            if bell.rang and isinstance(error, ClientError):
                raise not_begun(error, scope.terms) from error
            raise
        if bell.rang:
            self._end(bell)
        self._bell = bell.instead(scope.deadline, self._expire)
        if self._bell is not bell:
            self._connection.resume()

    def _end(self, bell: Alarm) -> None:
        bell.end()
        if bell.rang:
            self._connection.resume()

    def leave(self, *, keep: bool) -> None:
        """Keep the work, or undo it."""
        if self._bell is not None:
            self._end(self._bell)
        try:
            with self._lock:
                self._said(self._scope.end(self._connection, keep=keep))
        except NicolError as error:
            if keep:
                raise
            tell_undo_failed(error)

    def _expire(self) -> None:
        """In the watching thread, again and again: stop what runs, and let go of all locks."""
        scope = self._scope
        if scope.ended:  # with the one around it
            return
        first, scope.expired = not scope.expired, True
        self._connection.interrupt()
        with self._lock:
            if first:
                try:
                    run(scope.give_up(), self._connection)
                except DriverError as error:
                    tell_undo_failed(error)

    def _say(self, program: Program[T]) -> T:
        with self._lock:
            return self._said(program)

    def _run_within(self, program: Prefaced[T], timeout: float) -> T:
        at = monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise overdue(timeout)
        try:
            with watched(self._connection, timeout, at):
                return self._said(self._scope.turn(program))
        finally:
            self._lock.release()

    def _said(self, program: Program[T]) -> T:
        try:
            return run(program, self._connection)
        except (DriverError, ClientError) as error:
            if self._scope.is_late and not self._scope.ended:
                raise self._scope.overdue() from error
            if isinstance(error, DriverError):
                raise self._translate(error) from error
            raise


class Savepointed:
    """A transaction in a transaction as a block."""

    def __init__(self, inner: BlockingTransaction) -> None:
        self._inner = inner

    def __enter__(self) -> BlockingTransaction:
        self._inner.enter()
        return self._inner

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inner.leave(keep=error is None)


class _Threads:
    def now(self) -> threading.Thread:
        return threading.current_thread()

    def is_elsewhere(self, speaker: threading.Thread) -> bool:
        return speaker is not threading.current_thread() and speaker.is_alive()


_THREADS = _Threads()


def _within(program: Program[T], connection: Connection, seconds: float | None) -> T:
    if seconds is None:
        return run(program, connection)
    with watched(connection, seconds, monotonic() + seconds):
        return run(program, connection)


Blocking: TypeAlias = BlockingRunner | BlockingTransaction
