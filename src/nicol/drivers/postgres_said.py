"""What commands are in PostgreSQL's words, and what its errors tell."""

from __future__ import annotations

import psycopg

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
    """The SQL of a command."""
    match command:
        case Statement(text=text) | Batch(text=text):
            return text
        case Pipeline(statements=statements):
            return "; ".join(map(text_of, statements))
        case Copy(table=table, columns=columns):
            return f"COPY {table} ({', '.join(map(quote, columns))}) FROM STDIN"
        case Begin(isolation=isolation):
            return f"BEGIN ISOLATION LEVEL {isolation_level(isolation)}" if isolation else "BEGIN"
        case Commit():
            return "COMMIT"
        case Rollback():
            return "ROLLBACK"
        case Open(name=name, statement=statement):
            return f"DECLARE {quote(name)} NO SCROLL CURSOR FOR {statement.text}"
        case Fetch(name=name, count=count):
            return f"FETCH FORWARD {count:d} FROM {quote(name)}"
        case Close(name=name):
            return f"CLOSE {quote(name)}"
        case Savepoint() | Release() | RollbackTo():
            return savepoint_text(command)


# ---- errors ----------------------------------------------------------------------------------------------------------

_REFUSED = "BIND"
"""The state of an error that the driver found before the server saw the statement."""

_LOST = "08006"

_DETAILS = {
    "constraint": "constraint_name",
    "table": "table_name",
    "column": "column_name",
    "schema": "schema_name",
    "detail": "message_detail",
    "hint": "message_hint",
    "position": "statement_position",
}


def told(error: Exception, command: Command, *, broken: bool, inside: bool, at: int = 0) -> DriverError:
    """What psycopg raised, as a DriverError. `inside`: a transaction was open when the command was said."""
    text = _text_at(command, at)
    if not isinstance(error, psycopg.Error):
        return DriverError(str(error), state=_REFUSED, statement=text, at=at)
    details = {
        name: value
        for name, attribute in _DETAILS.items()
        if (value := getattr(error.diag, attribute)) is not None
    }
    return DriverError(
        error.diag.message_primary or str(error),
        state=error.sqlstate or (_LOST if broken else _REFUSED),
        details=details,
        statement=text,
        broken=broken,
        in_doubt=broken and _may_last(error, command, inside=inside),
        at=at,
    )


def _text_at(command: Command, at: int) -> str:
    return text_of(command.statements[at]) if type(command) is Pipeline else text_of(command)


def _may_last(error: psycopg.Error, command: Command, *, inside: bool) -> bool:
    """True when the server may have kept the work of a command whose answer never came."""
    match command:
        case Commit():
            return True
        case Statement() | Batch() | Copy():
            return not inside and error.sqlstate is None  # what the server has refused aloud it has not kept
        case Pipeline(statements=statements):
            return not inside and error.sqlstate is None and not any(type(one) is Begin for one in statements)
        case _:
            return False
