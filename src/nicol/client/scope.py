"""A transaction as it goes: what is said to enter, keep and undo it, and when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from nicol.errors import ClientError, DriverError, TransactionClosed
from nicol.sql.program import Begin, Command, Commit, Program, Release, Rollback, RollbackTo, Savepoint

Translate: TypeAlias = Callable[[DriverError], ClientError]

_log = logging.getLogger("nicol.query")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a transaction is to be: seconds to wait for its beginning, seconds it may take, SQL's isolation phrase."""

    max_wait: float
    timeout: float
    isolation: str | None = None


class Scope:
    """A transaction (depth 0) or a savepoint in it: what is said to enter, keep and undo it, and whether it may go on."""

    def __init__(self, terms: Terms, outer: Scope | None = None) -> None:
        self.terms = terms
        self.outer = outer
        self.depth: int = outer.depth + 1 if outer else 0
        self.deadline: float = outer.deadline if outer else monotonic() + terms.timeout
        self.ended = False

    def enter(self) -> Program[None]:
        """Begin."""
        yield Savepoint(self._name) if self.outer else Begin(write=True, isolation=self.terms.isolation)

    def end(self, *, keep: bool) -> Program[None]:
        """Make the work last, or undo it; work that took too long is undone whatever was wanted."""
        self.ended, late = True, monotonic() > self.deadline
        for command in self._undo() if late or not keep else self._keep():  # noqa: UP028 - a tuple takes no answers
            yield command
        if late and keep:
            raise _expired(self.terms)

    def check(self) -> None:
        """TransactionClosed when the scope has ended or taken too long."""
        if self.ended:
            raise TransactionClosed(
                "the transaction has ended: its client cannot be used any more",
                help="use the client that the transaction was started on",
            )
        if monotonic() > self.deadline:
            raise _expired(self.terms)
        if self.outer:
            self.outer.check()

    @property
    def _name(self) -> str:
        return f"nicol_{self.depth}"

    def _keep(self) -> tuple[Command, ...]:
        return (Release(self._name),) if self.outer else (Commit(),)

    def _undo(self) -> tuple[Command, ...]:
        return (RollbackTo(self._name), Release(self._name)) if self.outer else (Rollback(),)


def _expired(terms: Terms) -> TransactionClosed:
    return TransactionClosed(
        f"the transaction took longer than its {terms.timeout:g} s and was undone",
        help="do slow work outside of the transaction, or allow more: tx(timeout=…)",
    )


def tell_undo_failed(error: Exception) -> None:
    """What went wrong first is what the caller hears; the connection is reset when it is given back."""
    _log.warning("a transaction could not be undone: %s", error)
