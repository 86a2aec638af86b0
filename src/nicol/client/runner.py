"""What runs a blocking client's programs: a database, or one transaction in it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Literal, Self, TypeAlias, TypeVar

from nicol.client.hooks import run_hooks
from nicol.client.scope import Hook, Scope, Stream, Terms, Translate, not_begun, tell_undo_failed
from nicol.drivers.connection import Connection, run
from nicol.drivers.database import Database
from nicol.drivers.places import PoolMetrics
from nicol.drivers.watch import alarm, overdue, watched
from nicol.errors import ClientError, DriverError, NicolError, TimedOut
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

    @contextmanager
    def transaction(self, terms: Terms) -> Generator[BlockingTransaction]:
        """A runner whose programs happen together or not at all."""
        scope = Scope(terms)
        try:
            with self.database.session(True, terms.patience) as connection:
                transaction = BlockingTransaction(connection, scope, self._translate)
                with transaction.scope() as entered:
                    yield entered
        except DriverError as error:
            raise self._translate(error) from error
        run_hooks(scope.hooks)


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

    def run(self, program: Program[T], write: bool, timeout: float | None = None) -> T:  # noqa: ARG002 - it was begun to write
        """The program's answer; TransactionClosed when the transaction is over or has failed."""
        self._scope.check(self._connection)
        if timeout is None:
            return self._say(program)
        return self._say_within(program, timeout)

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
            if not self._scope.ended and not self._connection.failed:
                self._say(reading.close())

    @contextmanager
    def transaction(self, terms: Terms) -> Generator[BlockingTransaction]:
        """A savepoint: a runner whose programs can be undone without the rest of the transaction."""
        self._scope.check(self._connection)
        inner = BlockingTransaction(self._connection, Scope(terms, self._scope), self._translate, self._lock)
        with inner.scope() as entered:
            yield entered

    @contextmanager
    def scope(self) -> Generator[Self]:
        """Enter, and keep the work of the block or undo it; at the end of its time it is undone while the block goes on."""
        self._enter()
        bell = alarm(self._scope.deadline, self._expire) if self._scope.own_deadline else None
        try:
            try:
                yield self
            finally:
                if bell is not None:
                    bell.end()
                    self._connection.resume()
        except BaseException:
            try:
                self._say(self._scope.end(self._connection, keep=False))
            except NicolError as error:
                tell_undo_failed(error)
            raise
        self._say(self._scope.end(self._connection, keep=True))

    def _enter(self) -> None:
        terms = self._scope.terms
        if self._scope.outer is not None:
            self._say(self._scope.enter())
            return
        try:  # SQLite waits here for the writer of another process
            with watched(self._connection, terms.patience, monotonic() + terms.patience):
                self._say(self._scope.enter())
        except TimedOut as error:
            raise not_begun(error, terms) from error

    def _expire(self) -> None:
        """In the watching thread, again and again: stop what runs, and let go of all locks."""
        scope = self._scope
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

    def _say_within(self, program: Program[T], timeout: float) -> T:
        at = monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise overdue(timeout)
        try:
            with watched(self._connection, timeout, at):
                return self._said(program)
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


def _within(program: Program[T], connection: Connection, seconds: float | None) -> T:
    if seconds is None:
        return run(program, connection)
    with watched(connection, seconds, monotonic() + seconds):
        return run(program, connection)


Blocking: TypeAlias = BlockingRunner | BlockingTransaction
