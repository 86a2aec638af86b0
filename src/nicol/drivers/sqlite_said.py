"""What commands are in SQLite's words, and what its errors tell."""

# APSW's stubs name `collections.abc.Buffer`, which Python has since 3.12 only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import re

import apsw

from nicol.drivers.connection import isolation_level, savepoint_text
from nicol.errors import DriverError
from nicol.sql.program import (
    Batch,
    Begin,
    Close,
    Command,
    Commit,
    Copy,
    Fetch,
    Open,
    Pipeline,
    Release,
    Rollback,
    RollbackTo,
    Savepoint,
    Statement,
)
from nicol.sql.quoting import quote


def text_of(command: Command) -> str:
    """The SQL of a command, or what comes nearest to it."""
    match command:
        case Commit():
            return "COMMIT"
        case Begin():
            if command.isolation is not None:
                isolation_level(command.isolation)  # every transaction of SQLite is serializable
            return "BEGIN IMMEDIATE" if command.write else "BEGIN"
        case Statement(text=text) | Batch(text=text):
            return text
        case Rollback():
            return "ROLLBACK"
        case Pipeline(statements=statements):
            return "; ".join(map(text_of, statements))
        case Copy(table=table, columns=columns):
            marks = ", ".join("?" * len(columns))
            return f"INSERT INTO {table} ({', '.join(map(quote, columns))}) VALUES ({marks})"
        case Open(statement=statement):
            return statement.text
        case Fetch(name=name, count=count):
            return f"FETCH {count:d} FROM {quote(name)}"
        case Close(name=name):
            return f"CLOSE {quote(name)}"
        case Savepoint() | Release() | RollbackTo():
            return savepoint_text(command)


# ---- errors ----------------------------------------------------------------------------------------------------------

REFUSED = "BIND"
"""The state of an error that the driver found before the database saw the statement."""

_NAMES = re.compile(
    r"(?:UNIQUE|NOT NULL) constraint failed: (?P<columns>(?!index ').+)"
    r"|constraint failed: index '(?P<index>.+)'"
    r"|CHECK constraint failed: (?P<check>.+)"
    r"|no such table: (?P<table>.+)"
    r"|no such column: (?P<column>.+?)(?: - should this be a string literal in single-quotes\?)?"
    r"|table (?P<owner>.+) has no column named (?P<unknown>.+)"
    r"|cannot store \S+ value in \S+ column (?P<stored>.+)",
    re.DOTALL,
)


def failure(error: Exception, statement: str) -> DriverError:
    """What APSW raised, as a DriverError; what is a mistake of ours goes on as it is."""
    if isinstance(error, apsw.Error):
        # A backup's steps do not tell the connection what happened, which then says that nothing did.
        text = state_of(error) if str(error) == "not an error" else str(error)
        return DriverError(text, state=state_of(error), details=_details(error, text), statement=statement)
    if isinstance(error, OverflowError):
        return DriverError("an integer is out of range", state="BIND_RANGE", statement=statement)
    if isinstance(error, TypeError | ValueError):
        return DriverError(str(error), state=REFUSED, statement=statement)
    raise error


def state_of(error: apsw.Error) -> str:
    """The name of SQLite's extended result code."""
    code = getattr(error, "extendedresult", None)
    if code is None:
        return REFUSED
    name = apsw.mapping_extended_result_codes.get(code) or apsw.mapping_result_codes.get(code & 0xFF)
    return str(name or "SQLITE_ERROR")


def _details(error: apsw.Error, text: str) -> dict[str, str]:
    details: dict[str, str] = {}
    offset = getattr(error, "error_offset", -1)
    if offset >= 0:
        details["position"] = str(offset + 1)
    if found := _NAMES.fullmatch(text):
        details.update(_names(found))
    return details


def _names(found: re.Match[str]) -> dict[str, str]:
    """`table`, `column` (several are separated by a comma and a space) and `constraint`, as far as SQLite says."""
    match found.lastgroup, found.groupdict():
        case "columns" | "stored", {"columns": columns, "stored": stored}:
            owned = [name.rpartition(".") for name in (columns or stored).split(", ")]
            return {"table": owned[0][0], "column": ", ".join(column for _, _, column in owned)}
        case "table", {"table": table}:
            return {"table": table.removeprefix("main.")}
        case "column", {"column": column}:
            return {"column": column.rpartition(".")[2].strip('"')}
        case "unknown", {"owner": owner, "unknown": unknown}:
            return {"table": owner, "column": unknown}
        case _, {"index": index, "check": check}:
            return {"constraint": index or check}
        case _:
            return {}
