"""A database to run programs on: lends a connection to each program and each session."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Protocol, Self, TypeVar, assert_never

from nicol.drivers.address import Address, PostgresAddress, SqliteAddress, parse_address
from nicol.drivers.connection import Connection, Observer, run
from nicol.drivers.places import PoolMetrics
from nicol.drivers.pool import Pool, PooledConnection
from nicol.errors import MissingExtra
from nicol.sql.program import Program

T = TypeVar("T")


class Database:
    """A database for threads. Connections are opened when they are needed, and lent one at a time."""

    def __init__(self, address: Address, observer: Observer | None = None) -> None:
        self.address = address
        sizes, open_connection = sizes_for(address), _opener(address, observer)
        self._writers = Pool(open_connection, sizes.writers, address.limits)
        self._readers = (
            self._writers if sizes.shared else Pool(open_connection, sizes.readers, address.limits)
        )

    def run(self, program: Program[T], write: bool, timeout: float | None = None) -> T:
        """Drive one program on a connection of its own. `write`: it writes, or may. `timeout`: TimedOut after these seconds."""
        pool = self._writers if write else self._readers
        if timeout is not None:
            return self._run_watched(program, pool, timeout)
        connection = pool.grab() or pool.acquire()
        try:
            return run(program, connection)
        finally:
            pool.release(connection)

    def _run_watched(self, program: Program[T], pool: Pool[PooledConnection], timeout: float) -> T:
        from nicol.drivers.watch import watched

        at = monotonic() + timeout
        with pool.lend(pool.shorter(timeout)) as connection, watched(connection, timeout, at):
            return run(program, connection)

    def borrow(self, patience: float) -> PooledConnection:
        """A connection that writes, to be given back; TimedOut when none became free within so many seconds."""
        return self._writers.grab() or self._writers.acquire(patience)

    def give_back(self, connection: PooledConnection) -> None:
        """Give a borrowed connection back; a transaction that is still open is undone."""
        self._writers.release(connection)

    def session(self, write: bool, patience: float | None = None) -> AbstractContextManager[Connection]:
        """One connection for several programs; a transaction that is still open at the end is undone.

        `patience`: seconds to wait for the connection, instead of the address's own.
        """
        return (self._writers if write else self._readers).lend(patience)

    def connect(self) -> None:
        """Open a first connection, so that what is wrong with the address is told now."""
        with self._readers.lend():
            return

    def metrics(self) -> dict[str, PoolMetrics]:
        """How the pools are used: one that does everything, or one for readers and one for writers."""
        return metrics_of(self._readers, self._writers)

    def close(self) -> None:
        """Close all connections; the database cannot be used any more."""
        self._readers.close()
        self._writers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(where: Address | str, observer: Observer | None = None) -> Database:
    """A database by its address or URL; nothing is connected yet."""
    return Database(parse_address(where) if isinstance(where, str) else where, observer)


class Measured(Protocol):
    """A pool that tells how it is used."""

    def metrics(self) -> PoolMetrics:
        """How it is used."""
        ...


def metrics_of(readers: Measured, writers: Measured) -> dict[str, PoolMetrics]:
    """The metrics of pools by what they are for."""
    if readers is writers:
        return {"connections": readers.metrics()}
    return {"readers": readers.metrics(), "writers": writers.metrics()}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many connections read and how many write; `shared`: the same ones do both."""

    readers: int
    writers: int
    shared: bool


def sizes_for(address: Address) -> Sizes:
    """SQLite has one writer at a time, so they queue here, in order; a database in memory is one connection."""
    size = address.limits.connections or (os.cpu_count() or 1) * 2 + 1
    match address:
        case SqliteAddress(in_memory=True):
            return Sizes(1, 1, shared=True)
        case SqliteAddress():
            return Sizes(size, 1, shared=False)
        case PostgresAddress():
            return Sizes(size, size, shared=True)
        case _:
            assert_never(address)


def _opener(address: Address, observer: Observer | None) -> Callable[[], PooledConnection]:
    match address:
        case SqliteAddress():
            from nicol.drivers.sqlite import SqliteConnection

            return partial(SqliteConnection, address, observer)
        case PostgresAddress():
            require_psycopg()
            from nicol.drivers.postgres import PostgresConnection

            return partial(PostgresConnection.open, address, observer)
        case _:
            assert_never(address)


def require_psycopg() -> None:
    """MissingExtra where psycopg is not installed."""
    try:
        importlib.import_module("psycopg")
    except ImportError:
        raise MissingExtra("PostgreSQL", "postgres") from None
