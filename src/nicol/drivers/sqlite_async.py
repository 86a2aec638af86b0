"""SQLite for tasks: a connection with a thread of its own, to which whole programs are handed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from nicol.drivers.address import SqliteAddress
from nicol.drivers.connection import Observer, run
from nicol.drivers.sqlite import SqliteConnection
from nicol.sql.program import Command, Program, Result

T = TypeVar("T")


class AsyncSqliteConnection:
    """An awaiting connection to SQLite. A cancelled task stops the statement that runs and waits until it has stopped."""

    def __init__(self, connection: SqliteConnection, thread: Worker) -> None:
        self._connection = connection
        self._thread = thread

    @classmethod
    async def open(cls, address: SqliteAddress, observer: Observer | None = None) -> AsyncSqliteConnection:
        """Open a database; DriverError when it cannot be."""
        thread = Worker()
        try:
            connection = await thread.call(partial(SqliteConnection, address, observer))
        except BaseException:
            thread.stop()
            raise
        return cls(connection, thread)

    async def say(self, command: Command) -> Result:
        """Say one command and await its answer."""
        return await self._hand_over(partial(self._connection.say, command))

    async def run(self, program: Program[T]) -> T:
        """Drive a whole program in one hop to the thread."""
        return await self._hand_over(partial(run, program, self._connection))

    @property
    def broken(self) -> bool:
        """Never: a connection to a file survives its errors."""
        return False

    @property
    def in_transaction(self) -> bool:
        """True between `Begin` and its end."""
        return self._connection.in_transaction

    def lost(self) -> bool:
        """A file does not hang up."""
        return False

    async def reset(self) -> None:
        """Undo what a borrower left open."""
        await self._hand_over(self._connection.reset)

    def close(self) -> None:
        """Close the connection and end its thread; what was not committed is undone."""
        self._connection.close()
        self._thread.stop()

    async def _hand_over(self, call: Callable[[], T]) -> T:
        future = self._thread.start(call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self._connection.interrupt()
            await _settled(future)
            self._connection.resume()
            raise


async def _settled(future: asyncio.Future[Any]) -> None:
    """Wait until a future is done, however often the task is cancelled meanwhile."""
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            continue
    if not future.cancelled():
        future.exception()  # it has been looked at


class Worker:
    """A thread that does one call after the other and answers to event loops."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        threading.Thread(target=_work, args=(self._calls,), name="nicol-sqlite", daemon=True).start()

    def start(self, call: Callable[[], T]) -> asyncio.Future[T]:
        """Hand a call to the thread; the future is of the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._calls.put(partial(_answer, call, future, loop))
        return future

    async def call(self, call: Callable[[], T]) -> T:
        """Await a call that nobody can interrupt."""
        future = self.start(call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await _settled(future)
            raise

    def stop(self) -> None:
        """End the thread when it has done all that it was given."""
        self._calls.put(None)


def _work(calls: SimpleQueue[Callable[[], object] | None]) -> None:
    while (call := calls.get()) is not None:
        call()
        del call  # a call holds its future, and so the frames of whoever awaits it


def _answer(call: Callable[[], T], future: asyncio.Future[T], loop: asyncio.AbstractEventLoop) -> None:
    try:
        answer = call()
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever awaits
        _tell(loop, future.set_exception, error)
    else:
        _tell(loop, future.set_result, answer)


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[[Any], None], value: object) -> None:
    try:
        loop.call_soon_threadsafe(settle, value)
    except RuntimeError:
        return  # the loop has been closed: nobody awaits any more
