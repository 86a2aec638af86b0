"""What the database is told ahead of a call: who acts, for the audit trail, and the settings of scopes, for its policies.

Both are told to the transaction and end with it, so that nobody who is given the connection next hears of them, and a pooler
that hands it on after each transaction may stand between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

import msgspec

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
    say_all,
    through,
    transaction,
)

if TYPE_CHECKING:
    from nicol.dialects.dialect import Dialect
    from nicol.query.scope.settings import Settings

T = TypeVar("T")


class Told:
    """What a transaction has been told so far: one for it and its savepoints, touched by who has its turn on the connection.

    Where nobody knows what holds, since the telling was broken off or a savepoint undone, the value of a setting is None,
    and who acts IN_DOUBT.
    """

    __slots__ = ("actor", "dialect", "settings")

    def __init__(self) -> None:
        self.settings: Mapping[str, str | None] = _NOTHING
        self.actor: Any = None
        self.dialect: Dialect | None = None

    def turn(self, program: Prefaced[T]) -> Program[T]:
        """A call's program, now that its turn has come. One that is for nobody is not answered as the one before it."""
        if isinstance(program, Addressed):
            return program.turn(self)
        if self.dialect is None:
            return program
        return self.informed(program, self.dialect, {}, self.actor)

    def informed(
        self, program: Program[T], dialect: Dialect, settings: Mapping[str, str], actor: Any
    ) -> Program[T]:
        """A program, and ahead of it what the transaction does not know yet."""
        wanted = {**dict.fromkeys(self.settings, ""), **settings}
        said = () if wanted == self.settings else dialect.settings(wanted)
        if actor != self.actor:
            said = (*said, dialect.signing.saying(actor))
        return self._informing(program, dialect, said, wanted, actor) if said else program

    def _informing(
        self,
        program: Program[T],
        dialect: Dialect,
        said: tuple[Statement, ...],
        settings: Mapping[str, str],
        actor: Any,
    ) -> Program[T]:
        self.dialect, self.settings = dialect, settings
        self.doubt()
        yield from _piped((), said, ())
        self.settings, self.actor = settings, actor
        return (yield from program)

    def doubt(self) -> None:
        """Forget what holds, but not what was ever said: the next one says all of it again."""
        if self.dialect is not None:
            self.settings, self.actor = dict.fromkeys(self.settings), IN_DOUBT

    @property
    def farewell(self) -> Statement | None:
        """What is said at the end of the transaction, so that no later one knows of it."""
        if self.dialect is None or self.actor is None:
            return None
        end = self.dialect.signing.end
        return None if end is None else Statement(end, columns=False)


IN_DOUBT: Final = object()
_NOTHING: Final[Mapping[str, str | None]] = MappingProxyType({})


class Addressed(msgspec.Struct, Generic[T]):
    """A program inside a transaction, and whom it is for. Others may tell something else until its turn comes.

    `signs`: it matters who acts. `seen` lets somebody see it.
    """

    program: Program[T]
    dialect: Dialect
    settings: Mapping[str, str]
    actor: str | None
    signs: bool
    seen: Callable[[Program[T]], Program[T]] | None

    def turn(self, told: Told) -> Program[T]:
        """The program, now that its turn has come."""
        actor = self.actor if self.signs else told.actor
        program = told.informed(self.program, self.dialect, self.settings, actor)
        return program if self.seen is None else self.seen(program)


Prefaced: TypeAlias = Program[T] | Addressed[T]
"""A call's program, with whom it is for where that has to be told inside of a transaction."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a transaction is told with its beginning."""

    dialect: Dialect
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    said: tuple[Statement, ...] = ()

    def begin(self, begin: Begin, told: Told) -> Program[None]:
        """Begin, in one trip with that."""
        if not self.said:
            yield begin
            return
        yield from _piped((begin,), self.said, ())
        told.dialect, told.settings = self.dialect, self.settings


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
            return Opening(self._dialect)
        from nicol.query.scope.settings import spoken

        settings = spoken(self._settings)
        return Opening(self._dialect, settings, self._dialect.settings(settings))

    def alone(self, program: Program[T], *, writes: bool, begin: Begin) -> Program[T]:
        """A program outside of transactions, whose own know of this."""
        said = self.opening().said
        if not writes or not self._audited or self._actor is None:
            return carried(program, said) if said else program
        signing = self._dialect.signing
        said = (*said, signing.saying(self._actor))
        if signing.end is None:
            return carried(program, said)
        return transaction(_enclosed(program, said, signing.end), begin)

    def inside(
        self, program: Program[T], *, writes: bool, seen: Callable[[Program[T]], Program[T]] | None
    ) -> Addressed[T]:
        """A program inside a transaction, in which others may have told something else."""
        signs = writes and self._audited
        return Addressed(program, self._dialect, self.opening().settings, self._actor, signs, seen)

    @property
    def closes(self) -> bool:
        """True when a transaction of its own has to take leave, so that a program may only have a savepoint in it."""
        return self._audited and self._actor is not None and self._dialect.signing.end is not None


def _enclosed(program: Program[T], said: tuple[Statement, ...], farewell: str) -> Program[T]:
    """A program in a transaction, of which something stays unless leave is taken."""
    yield from say_all(said)
    answer = yield from nested(program, "nicol_signed")
    yield Statement(farewell, columns=False)
    return answer


def carried(program: Program[T], said: tuple[Statement, ...]) -> Program[T]:
    """A program whose transactions are told something, each with its first trip.

    A statement outside of transactions is one trip as before: what is said in one pipeline is one transaction.
    """
    inside = False

    def answer(command: Command) -> Program[Result]:
        nonlocal inside
        try:
            return (yield command) if inside else (yield from _carried(command, said))
        finally:
            inside = (inside or _begins(command)) and not isinstance(command, Commit | Rollback)

    return through(program, answer)


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
