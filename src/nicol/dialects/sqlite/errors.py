"""What SQLite's errors mean, by its result codes (https://sqlite.org/rescode.html) and the names its messages hold."""

from __future__ import annotations

from nicol.dialects.dialect import Fault, Violation
from nicol.errors import DriverError

_MEANINGS = {
    "SQLITE_CONSTRAINT_UNIQUE": Fault.UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Fault.UNIQUE,
    "SQLITE_CONSTRAINT_ROWID": Fault.UNIQUE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Fault.FOREIGN_KEY,
    "SQLITE_CONSTRAINT_NOTNULL": Fault.NOT_NULL,
    "SQLITE_CONSTRAINT_CHECK": Fault.CHECK,
    "SQLITE_CONSTRAINT_TRIGGER": Fault.CHECK,  # RAISE(ABORT, …) in a trigger: a rule in the database's own words
    "SQLITE_CONSTRAINT_DATATYPE": Fault.INVALID_VALUE,
    "SQLITE_MISMATCH": Fault.INVALID_VALUE,
    "SQLITE_TOOBIG": Fault.TOO_LONG,
    "BIND": Fault.INVALID_VALUE,
    "BIND_RANGE": Fault.OUT_OF_RANGE,
    "INTERRUPTED": Fault.CANCELLED,
    "SQLITE_BUSY_SNAPSHOT": Fault.CONFLICT,
    "SQLITE_BUSY": Fault.BUSY,
    "SQLITE_LOCKED": Fault.BUSY,
    "SQLITE_INTERRUPT": Fault.CANCELLED,
    "SQLITE_READONLY": Fault.READ_ONLY,
    "SQLITE_CANTOPEN_ISDIR": Fault.UNREACHABLE,
    "SQLITE_CANTOPEN": Fault.DATABASE_MISSING,
    "SQLITE_NOTADB": Fault.UNREACHABLE,
    "SQLITE_CORRUPT": Fault.UNREACHABLE,
    "SQLITE_IOERR": Fault.UNREACHABLE,
    "SQLITE_PERM": Fault.ACCESS_DENIED,
    "SQLITE_AUTH": Fault.ACCESS_DENIED,
}

_SYNTAX = ("syntax error", "incomplete input", "unrecognized token")


def meaning_of(error: DriverError) -> Violation | None:
    """What an error of SQLite means; None when it has no meaning beyond its text."""
    fault = _fault(error)
    if fault is None:
        return None
    details = error.details
    columns = tuple(details["column"].split(", ")) if "column" in details else ()
    return Violation(fault, details.get("table"), columns, details.get("constraint"))


def _fault(error: DriverError) -> Fault | None:
    if error.state == "SQLITE_CONSTRAINT_TRIGGER" and error.message.endswith("FOREIGN KEY constraint failed"):
        return Fault.FOREIGN_KEY  # ON DELETE RESTRICT is a trigger of SQLite's own
    if error.state == "SQLITE_ERROR":
        return _by_message(error)
    basic = "_".join(error.state.split("_")[:2])
    return _MEANINGS.get(error.state) or _MEANINGS.get(basic)


def _by_message(error: DriverError) -> Fault | None:
    """SQLite has one code for all that is wrong with a statement."""
    if "column" in error.details:
        return Fault.COLUMN_MISSING
    if "table" in error.details:
        return Fault.TABLE_MISSING
    return Fault.SYNTAX if any(phrase in error.message for phrase in _SYNTAX) else None
