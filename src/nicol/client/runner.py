"""What runs a blocking client's programs: a database, or one transaction in it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal, Self, TypeAlias, TypeVar

from nicol.client.scope import Scope, Terms, Translate, tell_undo_failed
from nicol.drivers.connection import Connection, run
from nicol.drivers.database import Database
from nicol.errors import DriverError, NicolError
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

    def run(self, program: Program[T], write: bool) -> T:
        """The program's answer."""
        try:
            return self.database.run(program, write)
        except DriverError as error:
            raise self._translate(error) from error

    @contextmanager
    def transaction(self, terms: Terms) -> Generator[BlockingTransaction]:
        """A runner whose programs happen together or not at all."""
        try:
            with self.database.session(True, terms.max_wait) as connection:
                transaction = BlockingTransaction(connection, Scope(terms), self._translate)
                with transaction.scope() as entered:
                    yield entered
        except DriverError as error:
            raise self._translate(error) from error


class BlockingTransaction:
    """Runs programs on the connection of one transaction, one at a time."""

    inside: Literal[True] = True

    def __init__(
        self, connection: Connection, scope: Scope, translate: Translate, lock: threading.Lock | None = None
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._translate = translate
        self._lock = lock or threading.Lock()

    def run(self, program: Program[T], write: bool) -> T:  # noqa: ARG002 - the transaction was begun to write
        """The program's answer; TransactionClosed when the transaction is over."""
        self._scope.check()
        return self._say(program)

    @contextmanager
    def transaction(self, terms: Terms) -> Generator[BlockingTransaction]:
        """A savepoint: a runner whose programs can be undone without the rest of the transaction."""
        self._scope.check()
        inner = BlockingTransaction(self._connection, Scope(terms, self._scope), self._translate, self._lock)
        with inner.scope() as entered:
            yield entered

    @contextmanager
    def scope(self) -> Generator[Self]:
        """Enter, and keep the work of the block or undo it."""
        self._say(self._scope.enter())
        try:
            yield self
        except BaseException:
            try:
                self._say(self._scope.end(keep=False))
            except NicolError as error:
                tell_undo_failed(error)
            raise
        self._say(self._scope.end(keep=True))

    def _say(self, program: Program[T]) -> T:
        with self._lock:
            try:
                return run(program, self._connection)
            except DriverError as error:
                raise self._translate(error) from error


Blocking: TypeAlias = BlockingRunner | BlockingTransaction
