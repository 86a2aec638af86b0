"""Raw SQL as programs, and its rows as dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicol.errors import ClientError, DriverError, RawQueryFailed, TimedOut
from nicol.sql.program import Program, Result, Statement

_OF_VALUES = "22"
"""What the states of errors begin with that quote a value (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
_READING = ("SELECT", "VALUES", "EXPLAIN")


def writes(sql: str) -> bool:
    """True when a raw text may write: only texts that begin as reads are taken for reads."""
    return not sql.lstrip().upper().startswith(_READING)


def say(sql: str, params: tuple[Any, ...], meaning: Callable[[DriverError], ClientError]) -> Program[Result]:
    """Say a raw text; RawQueryFailed with the database's own words when it refuses.

    What is no fault of the text (a lost connection, a collision, a lock) keeps its `meaning`, and what can be tried again is.
    """
    try:
        return (yield Statement(sql, params))
    except DriverError as error:
        if error.broken or _passes(meaning(error)):
            raise
        from nicol.query.faults import without_values

        state = f" ({error.state})" if error.state else ""
        told = without_values(error.message) if error.state.startswith(_OF_VALUES) else error.message
        raise RawQueryFailed(f"the database refused the raw query{state}: {told}") from error


def _passes(error: ClientError) -> bool:
    return error.retryable or isinstance(error, TimedOut)


def rows(result: Result) -> list[dict[str, Any]]:
    """The rows of an answer as dictionaries by the names of their columns."""
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def first(result: Result) -> Result:
    """An answer with its first row alone."""
    return Result(result.rows[:1], result.affected, result.columns)
