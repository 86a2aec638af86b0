"""SQLite for tasks: short reads at once, everything else as whole programs in a thread of the connection's own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from time import monotonic
from typing import Any, Final, TypeVar

from nicol.drivers.address import SqliteAddress
from nicol.drivers.connection import Observer, go_on, run
from nicol.drivers.sqlite import SqliteConnection
from nicol.errors import DriverError
from nicol.sql.program import Command, Program, Result, Statement

T = TypeVar("T")

_SHORT: Final = 0.005
"""Seconds for which a read may keep the event loop."""
_REMEMBERED: Final = 256
"""Statements that are known for taking longer."""
_AGAIN: Final = 0.02
"""Seconds after which a statement is stopped once more: the first time may have come before it had begun."""


class AsyncSqliteConnection:
    """An awaiting connection to SQLite. A cancelled task stops the statement that runs and waits until it has stopped."""

    def __init__(self, connection: SqliteConnection, thread: Worker, *, never_waits: bool) -> None:
        self._connection = connection
        self._thread = thread
        self._never_waits = never_waits
        self._until: float | None = None
        self._is_late = False
        self._long: set[str] = set()
        connection.limit(self._out_of_time)

    @classmethod
    async def open(cls, address: SqliteAddress, observer: Observer | None = None) -> AsyncSqliteConnection:
        """Open a database; DriverError when it cannot be."""
        thread = Worker()
        try:
            connection = await thread.call(partial(SqliteConnection, address, observer))
            never_waits = await thread.call(lambda: connection.never_waits)
        except BaseException:
            thread.stop()
            raise
        return cls(connection, thread, never_waits=never_waits)

    async def say(self, command: Command) -> Result:
        """Say one command and await its answer."""
        return await self._hand_over(partial(self._connection.say, command))

    async def run(self, program: Program[T], *, short: bool = False) -> T:
        """Drive a program: a short one on the loop's own thread while its time lasts, else in one hop to the connection's.

        A statement that was stopped for its time is not begun there again, until it takes less.
        """
        if not short or not self._never_waits:
            return await self._hand_over(partial(run, program, self._connection))
        self._until, self._is_late = monotonic() + _SHORT, False
        try:
            command = next(program)
            while type(command) is Statement and command.text not in self._long:
                try:
                    result = self._connection.say_at_once(command)
                except DriverError as error:
                    if self._is_late:
                        self._remember(command.text)
                        break
                    if error.state.startswith("SQLITE_BUSY"):
                        break
                    command = program.throw(error)
                else:
                    command = program.send(result)
        except StopIteration as stop:
            return stop.value
        finally:
            self._until = None
        began = monotonic()
        answer = await self._hand_over(partial(go_on, program, command, self._connection))
        if type(command) is Statement and monotonic() - began < _SHORT:
            self._long.discard(command.text)
        return answer

    def _remember(self, text: str) -> None:
        if len(self._long) == _REMEMBERED:
            self._long.clear()
        self._long.add(text)

    def _out_of_time(self) -> bool:
        """Asked by SQLite every few steps of a statement."""
        if self._until is None or monotonic() < self._until:
            return False
        self._is_late = True
        return True

    @property
    def broken(self) -> bool:
        """Never: a connection to a file survives its errors."""
        return False

    @property
    def in_transaction(self) -> bool:
        """True between `Begin` and its end."""
        return self._connection.in_transaction

    @property
    def failed(self) -> bool:
        """True when a command of the transaction was refused and nothing was undone since."""
        return self._connection.failed

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
            await self._interrupted(future)
            raise

    async def _interrupted(self, future: asyncio.Future[Any]) -> None:
        """Stop what runs, however often the task is cancelled meanwhile."""
        while not future.done():
            self._connection.interrupt()
            try:
                await asyncio.wait([future], timeout=_AGAIN)
            except asyncio.CancelledError:
                continue
        self._connection.resume()
        if not future.cancelled():
            future.exception()  # it has been looked at


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
