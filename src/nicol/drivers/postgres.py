"""PostgreSQL through psycopg 3 and its libpq: blocking and awaiting connections that differ in nothing but the waiting."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import threading
from time import monotonic
from typing import Final, TypeVar

import psycopg
from psycopg import AsyncRawCursor, RawCursor

from nicol.drivers.address import PostgresAddress
from nicol.drivers.connection import Observer, converse
from nicol.drivers.postgres_opening import connecting, corrections, settings
from nicol.drivers.postgres_said import text_of
from nicol.drivers.postgres_session import Session, Talk
from nicol.drivers.postgres_values import VALUES
from nicol.sql.program import Close, Command, Copy, Program, Result, Rollback, RollbackTo, Row

T = TypeVar("T")

_PATIENCE: Final = 2.0
"""Seconds that a server may take to stop a command. One that takes longer is left alone: the connection is closed."""
_AGAIN: Final = 0.1
"""Seconds after which the server is asked once more to stop: the first time may have come before the command."""


class PostgresConnection(Session[psycopg.Connection[Row]]):
    """A blocking connection to a PostgreSQL server."""

    def __init__(
        self, raw: psycopg.Connection[Row], address: PostgresAddress, observer: Observer | None
    ) -> None:
        super().__init__(raw, address, observer)
        self._can_read = _Readable(raw.pgconn.socket)
        self._guard = threading.Lock()
        self._running = False

    @classmethod
    def open(cls, address: PostgresAddress, observer: Observer | None = None) -> PostgresConnection:
        """Connect; DriverError when the server cannot be reached or refuses."""
        with connecting(address):
            raw = psycopg.Connection.connect(context=VALUES, **settings(address))
        connection = cls(raw, address, observer)
        for statement in corrections(raw):
            connection.say(statement)
        return connection

    def say(self, command: Command) -> Result:
        """Say one command and wait for its answer."""
        if self._observer is None:
            return self._say(command)
        with self._observer.watch(command, text_of(command)) as watch:
            watch.result = self._say(command)
            return watch.result

    def _say(self, command: Command) -> Result:
        self._running = type(command) not in _UNDOING
        try:
            if type(command) is Copy:
                return self._copy(command)
            return self._drive(self._talk(command))
        finally:
            self._running = False
            if self._interrupted:
                with self._guard:  # a request to stop that is on its way must not meet the next command
                    pass

    def _drive(self, talk: Talk[T]) -> T:
        try:
            next(talk)
            while True:
                try:
                    self._settle()
                except psycopg.Error as error:
                    talk.throw(error)
                except BaseException:  # Ctrl-C
                    talk.close()
                    self._stop()
                    raise
                else:
                    next(talk)
        except StopIteration as stop:
            return stop.value

    def _settle(self, seconds: float | None = None) -> None:
        """Wait until everything is sent and an answer can be read; TimeoutError after so many seconds."""
        pgconn = self._pgconn
        while pgconn.flush():
            self._can_read.or_written(0.1)
            pgconn.consume_input()
        while pgconn.is_busy():
            if not self._can_read(seconds):
                raise TimeoutError
            pgconn.consume_input()

    def _stop(self) -> None:
        """Have the server stop, and read what it still says; a server that does not is left alone."""
        deadline = monotonic() + _PATIENCE
        try:
            while self.broken and monotonic() < deadline:
                self._raw.cancel_safe(timeout=_PATIENCE)
                try:
                    for _ in self._drain():
                        self._settle(_AGAIN)
                except TimeoutError:
                    continue
        except psycopg.Error:
            self.close()

    def _copy(self, copy: Copy) -> Result:
        inside = self.in_transaction
        try:
            with RawCursor(self._raw) as cursor, cursor.copy(text_of(copy).encode()) as sink:
                for row in copy.rows:
                    sink.write_row(row)
        except (psycopg.Error, ValueError, TypeError, OverflowError) as error:
            raise self._told(error, copy, inside) from error
        return Result([], len(copy.rows))

    def interrupt(self) -> None:
        """From another thread: have the server stop the command that runs now, and refuse all but undoing until `resume`."""
        self._interrupted = True
        with self._guard:
            if not self._running:
                return
            try:
                self._raw.cancel_safe(timeout=_PATIENCE)
            except psycopg.Error:
                self._hang_up()

    def resume(self) -> None:
        """End an interruption."""
        self._interrupted = self.disowned

    def _hang_up(self) -> None:
        """The server cannot be asked to stop: whoever waits for it is told that the connection is gone."""
        with socket.socket(fileno=os.dup(self._pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    def lost(self) -> bool:
        """True when the server hung up while nobody was listening: a look at the socket, without waiting."""
        return self._can_read(0) and self._has_hung_up()

    def reset(self) -> None:
        """Undo what a borrower left open."""
        if self.in_transaction:
            self._say(Rollback())

    def close(self) -> None:
        """Hang up; what was not committed is undone."""
        self._pgconn.finish()


class _Readable:
    """Waits until a socket can be read: True, or False after so many seconds."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._poll = None
        if hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(number, select.POLLIN)

    def __call__(self, seconds: float | None) -> bool:
        if self._poll is None:
            return bool(select.select([self._number], [], [], seconds)[0])
        return bool(self._poll.poll(None if seconds is None else seconds * 1000))

    def or_written(self, seconds: float) -> None:
        """Wait until it can be read or written."""
        select.select([self._number], [self._number], [], seconds)


_UNDOING: Final = (Rollback, RollbackTo, Close)


class AsyncPostgresConnection(Session[psycopg.AsyncConnection[Row]]):
    """An awaiting connection to a PostgreSQL server.

    Its socket stays with the event loop, so that waiting for an answer costs one future and nothing more.
    """

    def __init__(
        self, raw: psycopg.AsyncConnection[Row], address: PostgresAddress, observer: Observer | None
    ) -> None:
        super().__init__(raw, address, observer)
        self._can_read = _Readable(raw.pgconn.socket)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._hung_up = False

    @classmethod
    async def open(
        cls, address: PostgresAddress, observer: Observer | None = None
    ) -> AsyncPostgresConnection:
        """Connect; DriverError when the server cannot be reached or refuses."""
        with connecting(address):
            raw = await psycopg.AsyncConnection.connect(context=VALUES, **settings(address))
        connection = cls(raw, address, observer)
        for statement in corrections(raw):
            await connection.say(statement)
        return connection

    async def run(self, program: Program[T], *, short: bool = False) -> T:  # noqa: ARG002 - a server is awaited anyhow
        """Drive a program to its answer."""
        return await converse(program, self.say)

    async def say(self, command: Command) -> Result:
        """Say one command and await its answer."""
        if self._observer is None:
            return await self._say(command)
        with self._observer.watch(command, text_of(command)) as watch:
            watch.result = await self._say(command)
            return watch.result

    async def _say(self, command: Command) -> Result:
        if type(command) is Copy:
            return await self._copy(command)
        return await self._drive(self._talk(command))

    async def _drive(self, talk: Talk[T]) -> T:
        try:
            next(talk)
            while True:
                try:
                    await self._settle()
                except psycopg.Error as error:
                    talk.throw(error)
                except BaseException:
                    talk.close()
                    await _settled(asyncio.ensure_future(self._stop()))
                    raise
                else:
                    next(talk)
        except StopIteration as stop:
            return stop.value

    async def _settle(self) -> None:
        """Wait until everything is sent and an answer can be read."""
        loop, pgconn = asyncio.get_running_loop(), self._pgconn
        if loop is not self._loop:
            self._attach(loop)
        if pgconn.flush():
            await self._flush(loop)
        if pgconn.is_busy():
            self._waiter = waiter = loop.create_future()
            await waiter

    async def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server takes more when it has been listened to; the reader does so meanwhile."""
        number = self._pgconn.socket
        while self._pgconn.flush():
            writable: asyncio.Future[None] = loop.create_future()
            loop.add_writer(number, _done, writable)
            try:
                await writable
            finally:
                loop.remove_writer(number)

    def _read(self) -> None:
        """Called by the loop when something has come."""
        waiter = self._waiter
        try:
            self._pgconn.consume_input()
            if waiter is None or waiter.done() or not self._pgconn.is_busy():
                _settle(waiter, None)
        except psycopg.Error as error:
            self._hung_up = True
            self._detach()
            _settle(waiter, error)

    async def _stop(self) -> None:
        """Have the server stop, and read what it still says; a server that does not is left alone."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while self.broken and not self._hung_up:
                    await self._raw.cancel_safe(timeout=_PATIENCE)
                    try:
                        async with asyncio.timeout(_AGAIN):
                            for _ in self._drain():
                                await self._settle()
                    except TimeoutError:
                        continue
        except (psycopg.Error, TimeoutError):
            self.close()

    async def _copy(self, copy: Copy) -> Result:
        inside = self.in_transaction
        self._detach()  # psycopg listens itself meanwhile
        try:
            async with AsyncRawCursor(self._raw) as cursor, cursor.copy(text_of(copy).encode()) as sink:
                for row in copy.rows:
                    await sink.write_row(row)
        except (psycopg.Error, ValueError, TypeError, OverflowError) as error:
            raise self._told(error, copy, inside) from error
        return Result([], len(copy.rows))

    def lost(self) -> bool:
        """True when the server hung up while nobody was listening: a look at the socket, without waiting."""
        return self._hung_up or (self._can_read(0) and self._has_hung_up())

    async def reset(self) -> None:
        """Undo what a borrower left open."""
        if self.in_transaction:
            await self._say(Rollback())

    def close(self) -> None:
        """Hang up; what was not committed is undone."""
        self._detach()
        self._pgconn.finish()

    def _attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._detach()
        loop.add_reader(self._pgconn.socket, self._read)
        self._loop = loop

    def _detach(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed() and not self._raw.closed:
            loop.remove_reader(self._pgconn.socket)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _settle(waiter: asyncio.Future[None] | None, error: Exception | None) -> None:
    if waiter is None or waiter.done():
        return
    if error is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(error)


async def _settled(task: asyncio.Task[None]) -> None:
    """Wait until a task is done, however often the one who waits is cancelled meanwhile."""
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    await task
