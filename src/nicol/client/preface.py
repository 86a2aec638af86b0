"""What the database is told ahead of a call: who acts, for the audit trail, and the settings of scopes, for its policies.

Both are told to the transaction and end with it, so that nobody who is given the connection next hears of them, and a pooler
that hands it on after each transaction may stand between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from nicol.errors import DriverError, QueryInvalid
from nicol.sql.program import (
    Batch,
    Begin,
    Command,
    Commit,
    Copy,
    Pipeline,
    Program,
    Result,
    Rollback,
    Statement,
    ask,
    nested,
    transaction,
)

if TYPE_CHECKING:
    from nicol.dialects.dialect import Dialect
    from nicol.query.scope.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """What a transaction has been told so far. `farewell`: what is said at its end, so that no later one knows of it."""

    actor: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    farewell: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a transaction is told with its beginning."""

    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    said: tuple[Statement, ...] = ()

    def begin(self, begin: Begin) -> Program[Told]:
        """Begin, in one trip with that."""
        if self.said:
            yield from _piped((begin,), self.said, ())
        else:
            yield begin
        return Told(settings=self.settings)


class Preface:
    """What one client says ahead of its calls, in its database's words. `audited`: it matters who acts."""

    def __init__(self, dialect: Dialect, settings: Settings, actor: str | None, *, audited: bool) -> None:
        self._dialect = dialect
        self._settings = settings
        self._actor = actor
        self._audited = audited
        self._lasting = None if any(map(callable, settings.values())) else self._opening()

    def opening(self) -> Opening:
        """What a transaction of this client is told with its beginning, as settings are now."""
        return self._lasting or self._opening()

    def _opening(self) -> Opening:
        if not self._settings:
            return Opening()
        from nicol.query.scope.settings import spoken

        settings = spoken(self._settings)
        return Opening(settings, self._dialect.settings(settings))

    def alone(self, program: Program[T], *, writes: bool, begin: Begin) -> Program[T]:
        """A program outside of transactions, whose own know of this."""
        said = self.opening().said
        if not writes or not self._audited or self._actor is None:
            return carried(program, said) if said else program
        signing = self._dialect.signing
        said = (*said, signing.saying(self._actor))
        return carried(program, said) if signing.end is None else _enclosed(program, said, signing.end, begin)

    def inside(self, program: Program[T], runner: Any, *, writes: bool) -> Program[T]:
        """A program inside a transaction, in which others may have told something else."""
        return self._inside(program, runner, self.opening().settings, signs=writes and self._audited)

    def _inside(
        self, program: Program[T], runner: Any, settings: Mapping[str, str], *, signs: bool
    ) -> Program[T]:
        """What has been told is looked at when it is the program's turn: tasks may share a transaction."""
        told: Told = runner.told
        said: tuple[Statement, ...] = ()
        if settings != told.settings:
            said = self._dialect.settings({**dict.fromkeys(told.settings, ""), **settings})
            told = replace(told, settings=settings)
        if signs and self._actor != told.actor:
            signing = self._dialect.signing
            said = (*said, signing.saying(self._actor))
            told = replace(told, actor=self._actor, farewell=signing.end)
        if said:
            yield from _piped((), said, ())
        runner.told = told
        return (yield from program)

    @property
    def closes(self) -> bool:
        """True when a transaction of its own has to take leave, so that a program may only have a savepoint in it."""
        return self._audited and self._actor is not None and self._dialect.signing.end is not None


def _enclosed(program: Program[T], said: tuple[Statement, ...], farewell: str, begin: Begin) -> Program[T]:
    """A program in a transaction of its own, of which something stays unless leave is taken."""
    try:
        yield Pipeline((begin, *said))
        answer = yield from nested(program, "nicol_signed")
        yield Statement(farewell, columns=False)
    except GeneratorExit:  # nobody drives the program any more, so there is nobody to speak to
        raise
    except BaseException:
        yield Rollback()
        raise
    yield Commit()
    return answer


def carried(program: Program[T], said: tuple[Statement, ...]) -> Program[T]:
    """A program whose transactions are told something, each with its first trip.

    A statement outside of transactions is one trip as before: what is said in one pipeline is one transaction.
    """
    step = partial(next, program)
    inside = False
    while True:
        try:
            command = step()
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        begins = _begins(command)
        try:
            result = (yield command) if inside else (yield from _carried(command, said))
        except BaseException as error:  # noqa: BLE001 - the program decides, and raises it again
            step = partial(program.throw, error)
        else:
            step = partial(program.send, result)
        inside = (inside or begins) and not isinstance(command, Commit | Rollback)


def _begins(command: Command) -> bool:
    return isinstance(command, Begin) or (
        isinstance(command, Pipeline) and isinstance(command.statements[0], Begin)
    )


def _carried(command: Command, said: tuple[Statement, ...]) -> Program[Result]:
    """A command outside of transactions, together with what its transaction is told."""
    match command:
        case Statement():
            return (yield from _piped((), said, (command,))).parts[0]
        case Begin():
            return (yield from _piped((command,), said, ())).parts[0]
        case Pipeline(statements=(Begin() as begin, *rest)):
            return (yield from _piped((begin,), said, tuple(rest)))
        case Pipeline(statements=statements):
            return (yield from _piped((), said, statements))
        case Batch() | Copy():
            return (yield from carried(transaction(ask(command)), said))
        case _:
            return (yield command)


def _piped(
    head: tuple[Begin, ...], said: tuple[Statement, ...], rest: tuple[Statement | Begin, ...]
) -> Program[Result]:
    """One trip, answered, or refused, as if nothing had been put between."""
    first, behind = len(head), len(head) + len(said)
    try:
        parts = (yield Pipeline((*head, *said, *rest))).parts
    except DriverError as error:
        if error.at >= behind:
            error.at -= len(said)
        elif error.at >= first and error.state.startswith(_SETTING_REFUSED):
            raise QueryInvalid(
                f"the database refuses a setting of a scope: {error.message}",
                help="names whose first part belongs to an extension of the database are that extension's",
            ) from error
        raise
    return Result([], parts=(*parts[:first], *parts[behind:]))


_SETTING_REFUSED = ("22023", "42")
"""What the states of errors begin with that name a parameter (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
