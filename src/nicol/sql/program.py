"""Conversations with a database as values: what a program may say, what it is answered, and the program itself.

A `Program[T]` is a generator. It yields one `Command`, is sent the `Result` (or has the `DriverError` thrown in), and
returns its answer. Nothing here waits: `nicol.drivers` drives programs, blocking or awaiting, and tests drive them from a list.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from inspect import GEN_CREATED, getgeneratorstate
from typing import Any, NoReturn, TypeAlias, TypeVar

import msgspec

from nicol.errors import DriverError

T = TypeVar("T")

Row: TypeAlias = tuple[Any, ...]


class Statement(msgspec.Struct, frozen=True):
    """SQL with its parameters, placeholders spelled as the database does. Answered with a `Result`.

    `prepare` false: a text that will hardly be said twice, not worth a prepared statement. `columns` false: nobody will
    ask the result for the names of its columns.
    """

    text: str
    params: tuple[Any, ...] = ()
    prepare: bool = True
    columns: bool = True


class Batch(msgspec.Struct, frozen=True):
    """One text for many rows of parameters, sent in as few trips as the driver can; all of it happens or nothing.

    Answered with one `Result`: `rows` of all, in order; `affected` their sum. `certain`: each writes one row and answers
    none, so that nobody need look at them one by one. `linked`: they may point at rows behind them, so that foreign keys are
    looked at when all are there.
    """

    text: str
    params: Sequence[tuple[Any, ...]]
    certain: bool = False
    linked: bool = False


class Pipeline(msgspec.Struct, frozen=True):
    """Statements of which none waits for another's answer, said in one trip where the database can.

    Answered with one `Result` whose `parts` are those of the statements. The first that fails ends it; its DriverError
    says in `at` which it was.
    """

    statements: tuple[Statement | Begin, ...]


class Copy(msgspec.Struct, frozen=True):
    """Many rows into columns of one table, as fast as the database takes them; all of it or nothing, and nothing returned.

    `table` is spelled as SQL, `columns` as the database names them. Answered with how many were `affected`.
    """

    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Open(msgspec.Struct, frozen=True):
    """Begin to read a statement's rows in pieces, inside a transaction, forwards, under a name."""

    name: str
    statement: Statement


class Fetch(msgspec.Struct, frozen=True):
    """The next rows of an open statement, at most so many; none at the end, however often it is asked."""

    name: str
    count: int


class Close(msgspec.Struct, frozen=True):
    """Read no further; where nothing is open under the name, there is nothing to do."""

    name: str


class Begin(msgspec.Struct, frozen=True):
    """Start a transaction. `write`: it will write, so take the write lock now where the database has one.

    `isolation` is SQL's own phrase (`SERIALIZABLE`…) or None for the database's usual level.
    """

    write: bool = True
    isolation: str | None = None


class Commit(msgspec.Struct, frozen=True):
    """Make the transaction's work last."""


class Rollback(msgspec.Struct, frozen=True):
    """Undo the transaction's work; where the database has undone it already, there is nothing to do."""


class Savepoint(msgspec.Struct, frozen=True):
    """Mark a place inside the transaction to which one can roll back."""

    name: str


class Release(msgspec.Struct, frozen=True):
    """Forget a savepoint and keep its work."""

    name: str


class RollbackTo(msgspec.Struct, frozen=True):
    """Undo the work since a savepoint, which stays."""

    name: str


Control: TypeAlias = Begin | Commit | Rollback | Savepoint | Release | RollbackTo
Cursor: TypeAlias = Open | Fetch | Close
Command: TypeAlias = Statement | Batch | Pipeline | Copy | Control | Cursor


class Result(msgspec.Struct):
    """The answer to a command: the rows, the names of their columns, how many rows were written, and a pipeline's answers."""

    rows: list[Row]
    affected: int = 0
    columns: tuple[str, ...] = ()
    parts: tuple[Result, ...] = ()


Program: TypeAlias = Generator[Command, Result, T]


class Once(Generator[Command, Result, T]):
    """A program of one command, which most calls are, as a value: drivers answer it without running a generator.

    `meaning` makes the answer of the result, `explain` another error of the driver's, which None leaves as it is; `begun`:
    the command has been given away.
    """

    __slots__ = ("begun", "command", "explain", "meaning")

    def __init__(
        self,
        command: Command,
        meaning: Callable[[Result], T],
        explain: Callable[[DriverError], Exception] | None = None,
    ) -> None:
        self.command = command
        self.meaning = meaning
        self.explain = explain
        self.begun = False

    def send(self, result: Any, /) -> Command:
        """Go on as a generator does: the command first, then the end with the answer."""
        if self.begun:
            raise StopIteration(self.meaning(result))
        self.begun = True
        return self.command

    def throw(self, error: Any, /, *_: Any) -> NoReturn:
        """Go on with an error as a generator does: it is raised again, explained where it is the driver's."""
        if self.explain is not None and isinstance(error, DriverError):
            raise self.explain(error) from error
        raise error


def has_begun(program: Program[Any]) -> bool:
    """True when a program has said something, and cannot be said again."""
    return program.begun if isinstance(program, Once) else getgeneratorstate(program) != GEN_CREATED


def word(command: Command) -> Program[None]:
    """Say one command whose answer means nothing."""
    return Once(command, _nothing)


def _nothing(_: Result) -> None:
    return None


def ask(command: Command) -> Program[Result]:
    """Say one command; the whole answer."""
    return (yield command)


def rows(text: str, *params: object) -> Program[list[Row]]:
    """Say one statement; its rows."""
    return (yield Statement(text, params)).rows


def say_all(commands: Iterable[Command]) -> Program[None]:
    """Say commands one after the other."""
    for command in commands:  # noqa: UP028 - what is sent back is for us, not for the iterator
        yield command


def transaction(program: Program[T], begin: Begin | None = Begin()) -> Program[T]:  # noqa: B008
    """Run a program between `Begin` and `Commit`; whatever fails, the commit included, the work is undone first.

    `begin` None: the program itself says it first.
    """
    if begin is not None:
        yield begin
    try:
        answer = yield from program
        yield Commit()
    except GeneratorExit:  # nobody drives the program any more, so there is nobody to speak to
        raise
    except BaseException:
        yield Rollback()
        raise
    return answer


def through(
    program: Program[T], answer: Callable[[Command], Program[Result]], command: Command | None = None
) -> Program[T]:
    """Run a program, each of whose commands is answered by another one; from `command` on, which it has yielded already."""
    try:
        if command is None:
            command = next(program)
        while True:
            try:
                result = yield from answer(command)
            except GeneratorExit:
                program.close()
                raise
            except BaseException as error:  # noqa: BLE001 - the program decides, and raises it again
                command = program.throw(error)
            else:
                command = program.send(result)
    except StopIteration as stop:
        return stop.value


def nested(program: Program[T], name: str) -> Program[T]:
    """Run a program inside the transaction that is open: its own transaction becomes a savepoint of that name."""

    def inside(command: Command) -> Program[Result]:
        savepoint = _SAVEPOINTS.get(type(command))
        return (yield command if savepoint is None else savepoint(name))

    return through(program, inside)


_SAVEPOINTS: dict[type[Command], Callable[[str], Command]] = {
    Begin: Savepoint,
    Commit: Release,
    Rollback: RollbackTo,
}
