"""What PostgreSQL's errors mean, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

from __future__ import annotations

import re

from nicol.dialects.dialect import Fault, Violation
from nicol.errors import DriverError

_MEANINGS = {
    "23505": Fault.UNIQUE,
    "23503": Fault.FOREIGN_KEY,
    "23001": Fault.FOREIGN_KEY,
    "23502": Fault.NOT_NULL,
    "23514": Fault.CHECK,
    "23P01": Fault.CHECK,
    "P0001": Fault.CHECK,  # RAISE EXCEPTION in a trigger: a rule in the database's own words
    "22001": Fault.TOO_LONG,
    "22003": Fault.OUT_OF_RANGE,
    "22008": Fault.OUT_OF_RANGE,
    "22007": Fault.INVALID_VALUE,
    "22021": Fault.INVALID_VALUE,
    "22P02": Fault.INVALID_VALUE,
    "22P03": Fault.INVALID_VALUE,
    "22P05": Fault.INVALID_VALUE,
    "22030": Fault.INVALID_VALUE,
    "22032": Fault.INVALID_VALUE,
    "42804": Fault.INVALID_VALUE,
    "BIND": Fault.INVALID_VALUE,
    "BIND_RANGE": Fault.OUT_OF_RANGE,
    "INTERRUPTED": Fault.CANCELLED,
    "42P01": Fault.TABLE_MISSING,
    "42703": Fault.COLUMN_MISSING,
    "42601": Fault.SYNTAX,
    "40001": Fault.CONFLICT,
    "40P01": Fault.CONFLICT,
    "55P03": Fault.BUSY,
    "25006": Fault.READ_ONLY,
    "57014": Fault.CANCELLED,
    "25P03": Fault.CANCELLED,
    "3D000": Fault.DATABASE_MISSING,
    "28000": Fault.AUTHENTICATION,
    "28P01": Fault.AUTHENTICATION,
    "42501": Fault.ACCESS_DENIED,
    "53300": Fault.TOO_MANY_CONNECTIONS,
    "57P01": Fault.UNREACHABLE,
    "57P02": Fault.UNREACHABLE,
    "57P03": Fault.UNREACHABLE,
    "57P05": Fault.UNREACHABLE,
}

_LOST = "08"
"""The class of all errors of the connection itself."""

_KEY = re.compile(r"\((.+?)\)=\(")
_NAME = re.compile(r'"(?:[^"]|"")+"|[^,\s][^,]*')
_RELATION = re.compile(r'"([^"]+)"')
_COLUMN = re.compile(r'"([^"]+)"|column ([^\s"]+) ')


def meaning_of(error: DriverError) -> Violation | None:
    """What an error of PostgreSQL means; None when it has no meaning beyond its text."""
    fault = Fault.UNREACHABLE if error.state.startswith(_LOST) else _MEANINGS.get(error.state)
    if fault is None:
        return None
    details = error.details
    return Violation(fault, _table(fault, error), _columns(fault, error), details.get("constraint"))


def _table(fault: Fault, error: DriverError) -> str | None:
    """A table that is missing is named in the message alone, with its namespace where the statement had one."""
    if fault is Fault.TABLE_MISSING and (found := _RELATION.search(error.message)):
        return found[1].rpartition(".")[2]
    return error.details.get("table")


def _columns(fault: Fault, error: DriverError) -> tuple[str, ...]:
    """The column of its own, else those of the key that the detail shows before their values."""
    if column := error.details.get("column"):
        return (column,)
    if fault is Fault.COLUMN_MISSING and (found := _COLUMN.search(error.message)):
        return ((found[1] or found[2]).rpartition(".")[2],)
    if "is still referenced" in error.details.get("detail", ""):
        return ()  # that key is the other table's; the constraint tells
    if found := _KEY.search(error.details.get("detail", "")):
        return tuple(_unquoted(name) for name in _NAME.findall(found[1]))
    return ()


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.strip()
