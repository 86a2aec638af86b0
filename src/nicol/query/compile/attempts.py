"""Rows that are found or made, whoever else makes the same row at the same time."""

from __future__ import annotations

from typing import TypeVar

from nicol.dialects.dialect import Fault
from nicol.errors import DriverError
from nicol.query.compile.context import Act, Context, Frame
from nicol.sql.program import Program, nested, transaction

T = TypeVar("T")

_ATTEMPTS = 3
"""How often a row is made that somebody else made and deleted meanwhile, before that is an error."""


def found_or_made(ctx: Context, seek: Act[T | None], make: Act[T]) -> Act[T]:
    """What `seek` finds, else what `make` makes; None is nothing found.

    A unique key that somebody else has taken between the two means that there is something to be found: what was made so far
    is undone, and it is sought again. The violation is raised when nothing is found even then.
    """

    savepoint = ctx.savepoint()

    def act(frame: Frame) -> Program[T]:
        for attempt in range(_ATTEMPTS):
            found = yield from seek(frame)
            if found is not None:
                return found
            try:
                return (yield from nested(transaction(make(frame)), savepoint))
            except DriverError as error:
                if not _is_taken(ctx, error) or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    return act


def _is_taken(ctx: Context, error: DriverError) -> bool:
    violation = ctx.meaning_of(error)
    return violation is not None and violation.fault is Fault.UNIQUE
