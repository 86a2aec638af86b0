"""SQLite through APSW: one connection, what it says, and what its errors tell."""

# APSW's stubs name `collections.abc.Buffer`, which Python has since 3.12 only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import apsw

from nicol.drivers.address import SqliteAddress
from nicol.drivers.connection import Observer, isolation_level, savepoint_text
from nicol.drivers.sqlite_functions import add_functions
from nicol.errors import DriverError
from nicol.sql.program import (
    Batch,
    Begin,
    Command,
    Commit,
    Release,
    Result,
    Rollback,
    RollbackTo,
    Row,
    Savepoint,
    Statement,
)

_STATEMENTS = 256
_RETRY_AFTER = 0.01


class SqliteConnection:
    """A connection to a SQLite file or to a database in memory; any thread may use it, one at a time."""

    def __init__(self, address: SqliteAddress, observer: Observer | None = None) -> None:
        self._observer = observer
        self._interrupted = False
        self._begun = False
        self._raw = _open(address)
        self._plain = self._raw.cursor()
        self._naming = self._raw.cursor()
        self._naming.set_exec_trace(self._keep_columns)
        self._columns: tuple[str, ...] = ()
        self._changes = self._raw.total_changes()

    def say(self, command: Command) -> Result:
        """Say one command and wait for its answer."""
        if self._interrupted and not isinstance(command, Rollback | RollbackTo):
            raise DriverError("the work was interrupted", state="SQLITE_INTERRUPT")
        if self._observer is None:
            return self._say(command)
        with self._observer.watch(command, _text(command)) as watch:
            watch.result = self._say(command)
            return watch.result

    @property
    def broken(self) -> bool:
        """Never: a connection to a file survives its errors."""
        return False

    @property
    def in_transaction(self) -> bool:
        """True between `Begin` and its end."""
        return self._begun or self._raw.in_transaction

    @property
    def announced(self) -> str | None:
        """A file knows no sessions."""
        return None

    @property
    def raw(self) -> apsw.Connection:
        """APSW's own connection."""
        return self._raw

    def lost(self) -> bool:
        """A file does not hang up."""
        return False

    def reset(self) -> None:
        """Undo what a borrower left open."""
        self._say(Rollback())

    def interrupt(self) -> None:
        """From another thread: stop the command that runs now, and refuse all but `Rollback` until `resume`."""
        self._interrupted = True
        self._raw.interrupt()

    def resume(self) -> None:
        """End an interruption."""
        self._interrupted = False

    def close(self) -> None:
        """Close the connection; what was not committed is undone."""
        self._raw.close(force=True)

    def _say(self, command: Command) -> Result:
        if type(command) is Rollback and not self._raw.in_transaction:
            self._begun = False
            return Result([])
        if self._begun and not self._raw.in_transaction:
            # https://sqlite.org/lang_transaction.html: some errors undo all of it, and what follows would be kept alone
            raise DriverError("the database has undone the transaction", state="SQLITE_ABORT_ROLLBACK")
        if type(command) is Statement:
            return self._ask(command)
        if type(command) is Batch:
            return self._ask_many(command)
        result = self._ask(Statement(_text(command), columns=False))
        self._begun = self._raw.in_transaction
        return result

    def _ask(self, statement: Statement) -> Result:
        cursor = self._naming if statement.columns else self._plain
        self._columns = ()
        try:
            rows = cursor.execute(statement.text, statement.params, can_cache=statement.prepare).fetchall()
        except Exception as error:
            raise failure(error, statement.text) from error
        return Result(rows, self._written(), self._columns)

    def _ask_many(self, batch: Batch) -> Result:
        """Row by row, since only so does SQLite tell how many rows of the table itself were written."""
        own = not self._raw.in_transaction
        if own:
            self._ask(Statement("BEGIN IMMEDIATE", columns=False))
        try:
            result = self._each(batch)
        except DriverError:
            if own and self._raw.in_transaction:
                self._ask(Statement("ROLLBACK", columns=False))
            raise
        if own:
            self._ask(Statement("COMMIT", columns=False))
        return result

    def _each(self, batch: Batch) -> Result:
        rows: list[Row] = []
        affected = 0
        execute = self._plain.execute
        try:
            for params in batch.params:
                rows += execute(batch.text, params).fetchall()
                affected += self._written()
        except Exception as error:
            raise failure(error, batch.text) from error
        return Result(rows, affected)

    def _written(self) -> int:
        """Rows that the last statement wrote itself: `changes` keeps its number when a statement wrote nothing."""
        changes = self._raw.total_changes()
        if changes == self._changes:
            return 0
        self._changes = changes
        return self._raw.changes()

    def _keep_columns(self, cursor: apsw.Cursor, _text: str, _params: Any) -> bool:
        self._columns = tuple(name for name, _ in cursor.get_description())
        return True


def _text(command: Command) -> str:
    match command:
        case Statement(text=text) | Batch(text=text):
            return text
        case Begin(write=write, isolation=isolation):
            if isolation is not None:
                isolation_level(isolation)  # every transaction of SQLite is serializable
            return "BEGIN IMMEDIATE" if write else "BEGIN"
        case Commit():
            return "COMMIT"
        case Rollback():
            return "ROLLBACK"
        case Savepoint() | Release() | RollbackTo():
            return savepoint_text(command)


# ---- opening ---------------------------------------------------------------------------------------------------------


def _open(address: SqliteAddress) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    if address.read_only:
        flags = apsw.SQLITE_OPEN_READONLY
    try:
        raw = apsw.Connection(address.path, flags=flags, statementcachesize=_STATEMENTS)
    except apsw.Error as error:
        raise _not_opened(error, address) from error
    try:
        _prepare(raw, address)
    except Exception as error:
        raw.close(force=True)
        raise _not_opened(error, address) from error
    return raw


def _prepare(raw: apsw.Connection, address: SqliteAddress) -> None:
    """The settings without which SQLite keeps promises that nobody made."""
    add_functions(raw)
    raw.set_busy_timeout(round(address.busy_timeout * 1000))
    if not address.quoted_strings:  # a wrong name is an error
        raw.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    raw.pragma("foreign_keys", True)
    if raw.pragma("foreign_keys") != 1:
        raise DriverError("this SQLite was built without foreign keys", state="SQLITE_MISUSE")
    if not address.in_memory and not address.read_only:
        _use_wal(raw, address.busy_timeout)
    raw.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()


def _use_wal(raw: apsw.Connection, patience: float) -> None:
    """Change to WAL once in a file's life. SQLite does not wait for the lock of this change, so we do."""
    deadline = time.monotonic() + patience
    while raw.pragma("journal_mode") != "wal":
        try:
            raw.pragma("journal_mode", "wal")
            return  # where the file system cannot carry it, the old mode stays
        except apsw.ReadOnlyError:
            return
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_AFTER)


# ---- errors ----------------------------------------------------------------------------------------------------------

_REFUSED = "BIND"
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
        text = str(error)
        return DriverError(text, state=_state(error), details=_details(error, text), statement=statement)
    if isinstance(error, OverflowError):
        return DriverError("an integer is out of range", state="BIND_RANGE", statement=statement)
    if isinstance(error, TypeError | ValueError):
        return DriverError(str(error), state=_REFUSED, statement=statement)
    raise error


def _state(error: apsw.Error) -> str:
    code = getattr(error, "extendedresult", None)
    if code is None:
        return _REFUSED
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


def _not_opened(error: Exception, address: SqliteAddress) -> DriverError:
    """Why a file cannot be opened, in words that name it."""
    if not isinstance(error, apsw.Error):
        return failure(error, "")
    state, folder = _state(error), Path(address.path).parent
    if not folder.is_dir():
        reason = f"the folder {folder} does not exist"
    elif state == "SQLITE_NOTADB":
        reason = "it is not a SQLite database"
    elif not os.access(folder, os.W_OK) and not address.read_only:
        # https://sqlite.org/wal.html#readonly: a database in WAL mode keeps two files beside it, even for readers
        state, reason = "SQLITE_READONLY_DIRECTORY", f"the folder {folder} cannot be written"
    else:
        reason = str(error)
    return DriverError(f"cannot open {address.masked}: {reason}", state=state, details={"path": address.path})
