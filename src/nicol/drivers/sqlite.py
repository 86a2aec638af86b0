"""SQLite through APSW: one connection, what it says, and what its errors tell."""

# APSW's stubs name `collections.abc.Buffer`, which Python has since 3.12 only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from nicol.drivers.address import SqliteAddress
from nicol.drivers.connection import Observer, refuse_while_interrupted
from nicol.drivers.sqlite_functions import add_functions
from nicol.drivers.sqlite_locks import LockWait
from nicol.drivers.sqlite_said import REFUSED, failure, state_of, text_of
from nicol.errors import DriverError
from nicol.sql.program import (
    Batch,
    Begin,
    Close,
    Command,
    Commit,
    Control,
    Copy,
    Fetch,
    Open,
    Pipeline,
    Result,
    Rollback,
    Row,
    Statement,
)
from nicol.sql.quoting import quote

_STATEMENTS = 256
_RETRY_AFTER = 0.01
_STEPS = 1000
_SIGNALS = 2_000_000
"""Steps of a statement after which Python may look for Ctrl-C: some 50 ms."""


class SqliteConnection:
    """A connection to a SQLite file or to a database in memory; any thread may use it, one at a time."""

    def __init__(self, address: SqliteAddress, observer: Observer | None = None) -> None:
        self._observer = observer
        self._interrupted = self.disowned = False
        self._begun = self._writing = False
        self.failed: bool = False
        """True when a command of the transaction was refused and nothing was undone since."""
        self._locks = LockWait(address.busy_timeout)
        self._raw = _open(address, self._locks)
        self._raw.set_progress_handler(_heed_signals, _SIGNALS)
        self._plain = self._raw.cursor()
        self._naming = self._raw.cursor()
        self._naming.set_exec_trace(self._keep_columns)
        self._columns: tuple[str, ...] = ()
        self._changes = self._raw.total_changes()
        self._cursors: dict[str, apsw.Cursor] = {}

    def say(self, command: Command) -> Result:
        """Say one command and wait for its answer."""
        if self._interrupted:
            refuse_while_interrupted(command, disowned=self.disowned)
        if self._begun and not self._raw.in_transaction and type(command) is not Rollback:
            # https://sqlite.org/lang_transaction.html: some errors undo all of it, and what follows would be kept alone
            raise DriverError("the database has undone the transaction", state="SQLITE_ABORT_ROLLBACK")
        try:
            if self._observer is not None:
                return self._observed(command, self._observer)
            return self._ask(command) if type(command) is Statement else self._exchange(command)
        except DriverError as error:
            self.failed = self._begun and not error.state.startswith(REFUSED)
            raise

    @property
    def broken(self) -> bool:
        """A connection to a file survives its errors; only a forked child cannot use it."""
        return self.disowned

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

    @property
    def never_waits(self) -> bool:
        """True when no writer can keep a reader waiting: in memory, and in WAL mode."""
        return self._raw.filename == "" or self._raw.pragma("journal_mode") == "wal"

    def lost(self) -> bool:
        """A file does not hang up."""
        return False

    def reset(self) -> None:
        """Undo what a borrower left open."""
        self._control(Rollback())

    def interrupt(self) -> None:
        """From another thread: stop the command that runs now, and refuse all but undoing until `resume`."""
        self._interrupted = self._locks.given_up = True
        self._raw.interrupt()

    def resume(self) -> None:
        """End an interruption."""
        self._interrupted, self._locks.given_up = self.disowned, False

    def disown(self) -> None:
        """In a forked child: say nothing any more."""
        self._interrupted = self.disowned = True

    def limit(self, out_of_time: Callable[[], bool]) -> None:
        """Stop a statement when a function says so, which is asked every few steps of it."""
        self._raw.set_progress_handler(out_of_time, _STEPS)

    def say_at_once(self, statement: Statement) -> Result:
        """Say a statement without waiting for any lock."""
        self._locks.given_up = True
        try:
            return self.say(statement)
        finally:
            self._locks.given_up = False

    def close(self) -> None:
        """Close the connection; what was not committed is undone."""
        self._raw.close(force=True)

    # ---- commands ----------------------------------------------------------------------------------------------------

    def _observed(self, command: Command, observer: Observer) -> Result:
        with observer.watch(command, text_of(command)) as watch:
            watch.result = self._exchange(command)
            return watch.result

    def _exchange(self, command: Command) -> Result:
        match command:
            case Begin() | Commit() | Rollback():
                return self._control(command)
            case Statement():
                return self._ask(command)
            case Batch():
                say = self._as_one if command.linked else self._each
                return self._at_once(lambda: say(command))
            case Copy():
                return self._at_once(lambda: self._copy(command))
            case Pipeline(statements=statements):
                return Result([], parts=tuple(self._in_turn(statements)))
            case Open(name=name, statement=statement):
                return self._open_cursor(name, statement)
            case Fetch(name=name, count=count):
                return self._fetch(name, count)
            case Close(name=name):
                return self._close_cursor(name)
            case _:
                return self._control(command)

    def _control(self, command: Control) -> Result:
        if self._cursors and type(command) in (Rollback, Commit):
            self._close_cursors()
        if type(command) is not Rollback or self._raw.in_transaction:
            text = text_of(command)
            try:
                self._plain.execute(text)
            except Exception as error:
                raise failure(error, text) from error
        self._begun = self._raw.in_transaction
        if type(command) is Begin:
            self._writing = command.write
        self.failed = False
        return Result([])

    def _ask(self, statement: Statement) -> Result:
        cursor = self._naming if statement.columns else self._plain
        self._columns = ()
        try:
            if statement.prepare:
                rows = cursor.execute(statement.text, statement.params).fetchall()
            else:
                rows = cursor.execute(statement.text, statement.params, can_cache=False).fetchall()
        except Exception as error:
            raise failure(error, statement.text) from error
        return Result(rows, self._written(), self._columns)

    def _in_turn(self, statements: Sequence[Statement | Begin]) -> Iterator[Result]:
        for at, statement in enumerate(statements):
            try:
                yield self._exchange(statement)
            except DriverError as error:
                error.at = at
                raise

    def _at_once(self, work: Callable[[], Result]) -> Result:
        """All of it or nothing, inside a transaction or outside."""
        name = "nicol_at_once"
        own = not self._raw.in_transaction
        self._ask(Statement("BEGIN IMMEDIATE" if own else f"SAVEPOINT {name}", columns=False))
        try:
            result = work()
        except DriverError:
            if self._raw.in_transaction:
                self._ask(Statement("ROLLBACK" if own else f"ROLLBACK TO {name}", columns=False))
            raise
        self._ask(Statement("COMMIT" if own else f"RELEASE {name}", columns=False))
        return result

    def _as_one(self, batch: Batch) -> Result:
        """Rows may point at rows behind them: foreign keys are looked at when all are there, as for one statement of many rows.

        https://sqlite.org/pragma.html#pragma_defer_foreign_keys, https://sqlite.org/c3ref/c_dbstatus_options.html: whether
        any leads nowhere is known, but not how many, so that nothing is put off where one does already.
        """
        execute = self._plain.execute
        if self._astray() or execute("PRAGMA defer_foreign_keys").fetchall() != [(0,)]:
            return self._each(batch)
        execute("PRAGMA defer_foreign_keys = ON")
        try:
            result = self._each(batch)
            if self._astray():
                text = "FOREIGN KEY constraint failed"
                raise DriverError(text, state="SQLITE_CONSTRAINT_FOREIGNKEY", statement=batch.text)
            return result
        finally:
            execute("PRAGMA defer_foreign_keys = OFF")  # which also forgets what was put off

    def _astray(self) -> bool:
        """Whether a foreign key leads nowhere in this transaction."""
        return self._raw.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0] != 0

    def _each(self, batch: Batch) -> Result:
        """Row by row, since only so does SQLite tell how many rows of the table itself were written.

        Where each writes one, all that may happen is that a trigger leaves some out.
        """
        if batch.certain:
            before = self._raw.total_changes()
            self._executed_many(batch.text, batch.params)
            return Result([], min(len(batch.params), self._raw.total_changes() - before))
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

    def _copy(self, copy: Copy) -> Result:
        self._executed_many(text_of(copy), copy.rows)
        return Result([], len(copy.rows))

    def _executed_many(self, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
        try:
            self._plain.executemany(text, rows)
        except Exception as error:
            raise failure(error, text) from error
        self._written()

    def _written(self) -> int:
        """Rows that the last statement wrote itself: `changes` keeps its number when a statement wrote nothing."""
        raw = self._raw
        changes = raw.total_changes()
        if changes == self._changes:
            return 0
        self._changes = changes
        return raw.changes()

    def _keep_columns(self, cursor: apsw.Cursor, _text: str, _params: Any) -> bool:
        self._columns = tuple(name for name, _ in cursor.get_description())
        return True

    # ---- cursors -----------------------------------------------------------------------------------------------------

    def _open_cursor(self, name: str, statement: Statement) -> Result:
        """Where the transaction writes, the rows are put aside: whether a reader sees its own connection's writes is undefined.

        https://sqlite.org/isolation.html
        """
        text, params = statement.text, statement.params
        if self._writing:
            self._ask(Statement(f"CREATE TEMP TABLE {quote(name)} AS {text}", params, False, False))
            text, params = f"SELECT * FROM temp.{quote(name)} ORDER BY rowid", ()
        cursor = self._cursors[name] = self._raw.cursor()
        try:
            cursor.execute(text, params)
        except Exception as error:
            raise failure(error, text) from error
        return Result([])

    def _fetch(self, name: str, count: int) -> Result:
        if name not in self._cursors:
            raise DriverError(f'the cursor "{name}" is not open', state="SQLITE_MISUSE")
        try:
            return Result(list(islice(self._cursors[name], count)))
        except Exception as error:
            raise failure(error, f"FETCH {quote(name)}") from error

    def _close_cursor(self, name: str) -> Result:
        cursor = self._cursors.pop(name, None)
        if cursor is not None:
            cursor.close(True)
            if self._writing and self._raw.in_transaction:
                self._ask(Statement(f"DROP TABLE temp.{quote(name)}", (), False, False))
        return Result([])

    def _close_cursors(self) -> None:
        """Before the transaction ends: a commit would let go on what was put aside in it."""
        for name in list(self._cursors):
            self._close_cursor(name)


def _heed_signals() -> bool:
    """Go on: a function of Python is where Ctrl-C is heard, which would wait for the end of the statement."""
    return False


# ---- opening ---------------------------------------------------------------------------------------------------------


def _open(address: SqliteAddress, locks: LockWait) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    if address.read_only:
        flags = apsw.SQLITE_OPEN_READONLY
    try:
        raw = apsw.Connection(address.path, flags=flags, statementcachesize=_STATEMENTS)
    except apsw.Error as error:
        raise _not_opened(error, address) from error
    try:
        _prepare(raw, address, locks)
    except Exception as error:
        raw.close(force=True)
        raise _not_opened(error, address) from error
    return raw


def _prepare(raw: apsw.Connection, address: SqliteAddress, locks: LockWait) -> None:
    """The settings without which SQLite keeps promises that nobody made."""
    add_functions(raw)
    raw.set_busy_handler(locks)
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


def _not_opened(error: Exception, address: SqliteAddress) -> DriverError:
    """Why a file cannot be opened, in words that name it."""
    if not isinstance(error, apsw.Error):
        return failure(error, "")
    state, folder = state_of(error), Path(address.path).parent
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
