"""A transaction as it goes: what is said to enter, keep and undo it, when it is over, and what follows it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol, TypeAlias, TypeVar

from nicol.client.preface import Opening, Prefaced, Told
from nicol.errors import (
    ClientError,
    DriverError,
    NicolError,
    NotConnected,
    QueryInvalid,
    TimedOut,
    TransactionClosed,
)
from nicol.sql.program import (
    Begin,
    Command,
    Commit,
    Program,
    Release,
    Rollback,
    RollbackTo,
    Savepoint,
    say_all,
    word,
)

T = TypeVar("T")

Translate: TypeAlias = Callable[[DriverError], ClientError]
Hook: TypeAlias = Callable[[], object]

_log = logging.getLogger("nicol.query")

MAX_WAIT, TIMEOUT = 2.0, 5.0
"""Seconds to wait for a transaction's beginning, and seconds that it may take, where nothing else was asked for."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a transaction is to be: seconds to wait for its beginning, seconds it may take, SQL's isolation phrase.

    None is what is usual: of a transaction in a transaction, that of the outer one. `seen` is what lets somebody see the
    programs that begin and end it. `opening` is what the database is told with the beginning of an outermost one.
    """

    max_wait: float | None = None
    timeout: float | None = None
    isolation: str | None = None
    seen: Callable[[Program[None]], Program[None]] | None = None
    opening: Opening | None = None

    @property
    def patience(self) -> float:
        """Seconds to wait for the beginning of an outermost transaction."""
        return MAX_WAIT if self.max_wait is None else self.max_wait

    @property
    def time(self) -> float:
        """Seconds that an outermost transaction may take."""
        return TIMEOUT if self.timeout is None else self.timeout


USUAL = Terms()
"""What a transaction is where nothing was asked for."""


class Fallible(Protocol):
    """A connection, as far as it tells of failure."""

    @property
    def failed(self) -> bool:
        """True when a command of the open transaction was refused and nothing was undone since."""
        ...


class Stream(Protocol):
    """A page that is read in pieces."""

    def begin(self) -> Program[None]:
        """Open it in a transaction of its own."""
        ...

    def open(self) -> Program[None]:
        """Open it in the transaction that there is."""
        ...

    def piece(self, size: int) -> Program[list[Any]]:
        """The next objects, at most so many; none at the end."""
        ...

    def close(self) -> Program[None]:
        """Read no further."""
        ...


class Speakers(Protocol):
    """Those who may speak in a transaction at the same time: threads, or tasks."""

    def now(self) -> Any:
        """Who speaks."""
        ...

    def is_elsewhere(self, speaker: Any) -> bool:
        """True when that is somebody else, who has not ended."""
        ...


class Scope:
    """A transaction (depth 0) or a savepoint in it: what is said to enter, keep and undo it, and whether it may go on.

    Savepoints lie in each other, whoever opens them: one opened with an outer client lies in the innermost that is open.
    """

    def __init__(self, terms: Terms, speakers: Speakers, outer: Scope | None = None) -> None:
        if outer is not None:
            outer.alone()
            outer = outer.innermost()
        self.terms = terms
        self.outer = outer
        self.inner: Scope | None = None
        self._speakers = speakers
        self.owner: Any = speakers.now() if outer else None
        self.depth: int = outer.depth + 1 if outer else 0
        self.own_deadline = outer is None or terms.timeout is not None
        self.deadline: float = monotonic() + terms.time
        if outer is not None:
            refuse_inner(isolation_level=terms.isolation, max_wait=terms.max_wait)
            self.deadline = min(self.deadline, outer.deadline) if self.own_deadline else outer.deadline
        self.ended = self.expired = False
        self.hooks: list[Hook] = []
        self.told: Told = outer.told if outer else Told()

    def enter(self) -> Program[None]:
        """Begin."""
        if self.outer is not None:
            return self._seen(self._enter(self.outer))
        begin, opening = Begin(write=True, isolation=self.terms.isolation), self.terms.opening
        return self._seen(word(begin) if opening is None else opening.begin(begin, self.told))

    def _seen(self, program: Program[None]) -> Program[None]:
        return program if self.terms.seen is None else self.terms.seen(program)

    def _enter(self, outer: Scope) -> Program[None]:
        if outer.ended:
            raise has_ended()
        outer.alone()
        yield Savepoint(self._name)
        outer.inner = self

    def end(self, connection: Fallible, *, keep: bool) -> Program[None]:
        """Make the work last, or undo it; work that took too long or has failed is undone whatever was wanted.

        Called when its turn on the connection has come: what is said hangs on what has happened until then.
        """
        closed = self.ended or connection.failed or self.is_late
        if closed or not keep or self.outer or self.inner or self.told.farewell:
            return self._seen(self._end(connection, keep=keep))
        self.ended = True  # the short way of most
        return self._seen(word(_COMMIT))

    def _end(self, connection: Fallible, *, keep: bool) -> Program[None]:
        if self.ended:  # with the one around it, which has undone it
            if keep:
                raise has_ended()
            return
        self.ended, late, failed = True, self.is_late, connection.failed
        if self.outer:
            self.outer.inner = None
        if self.inner is not None:
            yield from self._undo_inner(self.inner, say=keep and not (late or failed))
        if self.outer and self.outer.is_late:  # what is around it is undone with it, or has been already
            if keep:
                raise self.overdue()
            return
        yield from say_all(self._undo() if late or failed or not keep else self._keep())
        if not keep:
            return
        if late:
            raise self.overdue()
        if failed:
            raise has_failed()
        if self.outer:
            self.outer.hooks += self.hooks

    def _undo_inner(self, inner: Scope, *, say: bool) -> Program[None]:
        """What is open at the end of what is around it has not ended well."""
        if say:
            yield from say_all(inner._undo())
        left: Scope | None = inner
        while left is not None:
            left.ended, left = True, left.inner

    def give_up(self) -> Program[None]:
        """Undo the work because its time is over, while its block still goes on."""
        yield self._undo()[0]

    def check(self, connection: Fallible) -> None:
        """TransactionClosed when the scope has ended, taken too long or failed."""
        if not (self.ended or self.expired or self.outer or connection.failed or monotonic() > self.deadline):
            return
        if self.ended:
            raise has_ended()
        if self.is_late:
            raise self.overdue()
        if self.outer:
            self.outer.check(connection)
        elif connection.failed:
            raise has_failed()

    def turn(self, program: Prefaced[T]) -> Program[T]:
        """What a call says, now that its turn on the connection has come."""
        if self.inner is not None:
            self.alone()
        return self.told.turn(program)

    def innermost(self) -> Scope:
        """What a savepoint that is opened now lies in."""
        return self if self.inner is None else self.inner.innermost()

    def alone(self) -> None:
        """TransactionClosed while somebody else has a savepoint open in the scope: what is said now would be undone with it."""
        inner = self.inner
        while inner is not None:
            if self._speakers.is_elsewhere(inner.owner):
                raise TransactionClosed(
                    "a transaction inside of this one is open in another task or thread,"
                    " and what is done here would be undone with it",
                    help="open them one after the other, or give each a transaction of its own with `db.tx()`",
                )
            inner = inner.inner

    @property
    def is_open(self) -> bool:
        """True when it has not ended, and nothing is open in it."""
        return not self.ended and self.inner is None

    @property
    def is_late(self) -> bool:
        """True when its time, or that of a scope around it, is over."""
        return self.expired or monotonic() > self.deadline or (self.outer is not None and self.outer.is_late)

    def overdue(self) -> TransactionClosed:
        """The error of work that took too long."""
        late = self
        while late.outer is not None and (late.outer.is_late or not late.own_deadline):
            late = late.outer
        return TransactionClosed(
            f"the transaction took longer than its {late.terms.time:g} s and was undone",
            help="do slow work outside of the transaction, or allow more: tx(timeout=…)",
        )

    @property
    def _name(self) -> str:
        return f"nicol_{self.depth}"

    def _keep(self) -> tuple[Command, ...]:
        if self.outer:
            return (Release(self._name),)
        farewell = self.told.farewell
        return (_COMMIT,) if farewell is None else (farewell, _COMMIT)

    def _undo(self) -> tuple[Command, ...]:
        if not self.outer:
            return (Rollback(),)
        self.told.doubt()  # the database forgets what it was told since
        return RollbackTo(self._name), Release(self._name)


_COMMIT = Commit()


def refuse_inner(**given: object) -> None:
    """QueryInvalid for what a transaction inside a transaction cannot ask for."""
    for name, value in given.items():
        if value is not None:
            raise QueryInvalid(
                f"`{name}` is decided where the outermost transaction begins",
                help="a transaction inside a transaction is a savepoint: it takes `timeout` only",
            )


def has_ended() -> TransactionClosed:
    """The error of using a transaction after its end, or that of one around it."""
    return TransactionClosed(
        "the transaction has ended: its client cannot be used any more",
        help="use the client that the transaction was started on",
    )


def has_failed() -> TransactionClosed:
    """The error of using, or keeping, a transaction after the database has refused something in it."""
    return TransactionClosed(
        "a statement of the transaction was refused by the database: its work can only be undone",
        help="put what may fail into a transaction of its own: `with tx.tx() as inner`, and catch the error around it",
    )


def not_begun(error: Exception, terms: Terms) -> TimedOut:
    """The error of a transaction that could not begin in time."""
    return TimedOut(
        f"the transaction could not begin within {terms.patience:g} s: {error}",
        code="P2024",
        help="wait longer with tx(max_wait=…), or keep the other transactions short",
    )


def tell_undo_failed(error: NicolError) -> None:
    """What went wrong first is what the caller hears; the connection is reset when it is given back."""
    if error.code == "P1017" or isinstance(error, NotConnected):
        return  # the end of a connection undoes its work, and that of a parent is none of its forked child's
    _log.warning("a transaction could not be undone: %s", error)
