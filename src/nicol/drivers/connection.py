"""What a connection is, how programs are driven through one, and who may listen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias, TypeVar

import msgspec

from nicol.errors import DriverError, NotConnected
from nicol.sql.program import (
    Batch,
    Close,
    Command,
    Copy,
    Once,
    Open,
    Pipeline,
    Program,
    Release,
    Result,
    Rollback,
    RollbackTo,
    Savepoint,
    Statement,
)
from nicol.sql.quoting import quote

T = TypeVar("T")


class Connection(Protocol):
    """One conversation with a database, blocking. Used by one thread at a time."""

    @property
    def failed(self) -> bool:
        """True when a command of the open transaction was refused and nothing was undone since."""
        ...

    @property
    def announced(self) -> str | None:
        """How the server called this session when it was opened; None where there are no sessions."""
        ...

    def say(self, command: Command) -> Result:
        """Say one command and wait for its answer; DriverError when the database refuses."""
        ...

    def interrupt(self) -> None:
        """From another thread: stop the command that runs now, and refuse all but undoing until `resume`."""
        ...

    def resume(self) -> None:
        """End an interruption."""
        ...


class AsyncConnection(Protocol):
    """One conversation with a database, awaiting. Used by one task at a time."""

    @property
    def failed(self) -> bool:
        """True when a command of the open transaction was refused and nothing was undone since."""
        ...

    async def say(self, command: Command) -> Result:
        """Say one command and await its answer; DriverError when the database refuses."""
        ...

    async def run(self, program: Program[T], *, short: bool = False) -> T:
        """Drive a program to its answer, in as few switches of thread or task as the driver can.

        `short`: it only reads, and hardly ever takes long.
        """
        ...


def run(program: Program[T], connection: Connection) -> T:
    """Drive a program to its answer. Whatever goes wrong is thrown into it, so that it can undo its work."""
    if type(program) is Once:
        once: Once[T] = program  # pyright: ignore[reportUnknownVariableType] - of T, as the program is
        once.begun = True
        try:
            result = connection.say(once.command)
        except DriverError as error:
            once.throw(error)
        return once.meaning(result)
    say, send = connection.say, program.send  # as `go_on`, which would cost one call more of every program
    try:
        command = next(program)
        while True:
            try:
                result = say(command)
            except BaseException as error:  # noqa: BLE001 - the program decides, and raises it again
                command = program.throw(error)
            else:
                command = send(result)
    except StopIteration as stop:
        return stop.value


def go_on(program: Program[T], command: Command, connection: Connection) -> T:
    """Drive a program to its answer from the command that it has just yielded."""
    say, send = connection.say, program.send
    try:
        while True:
            try:
                result = say(command)
            except BaseException as error:  # noqa: BLE001 - the program decides, and raises it again
                command = program.throw(error)
            else:
                command = send(result)
    except StopIteration as stop:
        return stop.value


async def converse(program: Program[T], say: Callable[[Command], Awaitable[Result]]) -> T:
    """`run` for a connection whose answers are awaited one by one."""
    if type(program) is Once:
        once: Once[T] = program  # pyright: ignore[reportUnknownVariableType] - of T, as the program is
        once.begun = True
        try:
            result = await say(once.command)
        except DriverError as error:
            once.throw(error)
        return once.meaning(result)
    send = program.send
    try:
        command = next(program)
        while True:
            try:
                result = await say(command)
            except BaseException as error:  # noqa: BLE001 - the program decides, and raises it again
                command = program.throw(error)
            else:
                command = send(result)
    except StopIteration as stop:
        return stop.value


async def arun(program: Program[T], connection: AsyncConnection) -> T:
    """Drive a program to its answer, awaiting; its errors and its answer are those of `run`."""
    return await connection.run(program)


# ---- listening -------------------------------------------------------------------------------------------------------


class Observation(msgspec.Struct, frozen=True):
    """One command as it went: its text, the seconds it took, the rows it answered or wrote, and how it failed.

    `params` is None unless the observer asked for values.
    """

    text: str
    seconds: float
    rows: int
    params: tuple[Any, ...] | None = None
    error: BaseException | None = None


Observe: TypeAlias = Callable[[Observation], None]


class Observer(msgspec.Struct, frozen=True):
    """Who is told of every command. `params`: values are told too, which may be secrets."""

    tell: Observe
    params: bool = False

    def watch(self, command: Command, text: str) -> Watch:
        """Time a command: `with observer.watch(…) as watch: watch.result = …`."""
        return Watch(self, command, text)


class Watch:
    """The time of one command, told when it ends, well or badly."""

    __slots__ = ("_command", "_observer", "_started", "_text", "result")

    def __init__(self, observer: Observer, command: Command, text: str) -> None:
        self._observer = observer
        self._command = command
        self._text = text
        self.result: Result | None = None

    def __enter__(self) -> Self:
        self._started = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        result = self.result
        rows = (len(result.rows) or result.affected) if result else 0
        params = _params(self._command) if self._observer.params else None
        self._observer.tell(Observation(self._text, perf_counter() - self._started, rows, params, error))


def _params(command: Command) -> tuple[Any, ...]:
    match command:
        case Statement(params=params):
            return params
        case Batch(params=params):
            return tuple(params)
        case Copy(rows=rows):
            return tuple(rows)
        case Pipeline(statements=statements):
            return tuple(map(_params, statements))
        case Open(statement=statement):
            return statement.params
        case _:
            return ()


# ---- words that all databases share ----------------------------------------------------------------------------------

INTERRUPTED = "INTERRUPTED"
"""The state of the error of a command that was refused because the time of its program was over."""

_ISOLATION = frozenset({"READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"})


def isolation_level(phrase: str) -> str:
    """SQL's own phrase for an isolation level; DriverError for anything else."""
    level = phrase.upper()
    if level not in _ISOLATION:
        known = ", ".join(sorted(_ISOLATION))
        raise DriverError(f"the isolation level `{phrase}` is unknown; {known} are known", state="25001")
    return level


def refuse_while_interrupted(command: Command, *, disowned: bool) -> None:
    """What an interrupted connection says to everything but undoing, and a disowned one to everything."""
    if disowned:
        raise NotConnected(
            "the connection belongs to the process that this one was forked from",
            help="begin transactions and streams in the child: the client connects anew there with its next call",
        )
    if not isinstance(command, Rollback | RollbackTo | Close):
        raise DriverError("the work was interrupted", state=INTERRUPTED)


def savepoint_text(command: Savepoint | Release | RollbackTo) -> str:
    """The SQL of a savepoint command, which is the same on every database here."""
    name = quote(command.name)
    match command:
        case Savepoint():
            return f"SAVEPOINT {name}"
        case Release():
            return f"RELEASE SAVEPOINT {name}"
        case RollbackTo():
            return f"ROLLBACK TO SAVEPOINT {name}"
