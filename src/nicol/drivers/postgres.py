"""PostgreSQL through psycopg 3: blocking and awaiting connections that differ in nothing but the waiting."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

import psycopg
from psycopg import AsyncRawCursor, RawCursor
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGresult

from nicol.drivers.address import PostgresAddress
from nicol.drivers.connection import Observer, converse, isolation_level, savepoint_text
from nicol.drivers.postgres_values import VALUES
from nicol.errors import DriverError
from nicol.sql.program import (
    Batch,
    Begin,
    Command,
    Commit,
    Program,
    Release,
    Result,
    Rollback,
    RollbackTo,
    Row,
    Savepoint,
    Statement,
)

T = TypeVar("T")


Raw = TypeVar("Raw", bound=psycopg.BaseConnection[Row])


class _Speaker(Generic[Raw]):
    """All of a connection that does not wait: what to say, what it meant, what went wrong."""

    def __init__(self, raw: Raw, observer: Observer | None) -> None:
        self._raw = raw
        self._observer = observer

    @property
    def broken(self) -> bool:
        """True when the server has hung up, or a command was left unanswered."""
        return self._raw.closed or self._raw.pgconn.transaction_status == TransactionStatus.ACTIVE

    @property
    def in_transaction(self) -> bool:
        """True between `Begin` and its end."""
        return self._raw.pgconn.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    @property
    def announced(self) -> str | None:
        """The number that the server gave this session when it was opened; a pooler gives one of its own."""
        return str(self._raw.pgconn.backend_pid)

    def lost(self) -> bool:
        """True when the server hung up while nobody was listening: a look at the socket, without waiting."""
        pgconn = self._raw.pgconn
        try:
            pgconn.consume_input()  # the server's last words
            pgconn.consume_input()  # the end after them
        except psycopg.OperationalError:
            return True
        return self.broken

    def close(self) -> None:
        """Hang up; what was not committed is undone."""
        self._raw.pgconn.finish()

    def _nothing_to_undo(self, command: Command) -> bool:
        """The server undoes a transaction whose connection ends, or whose commit failed."""
        return type(command) is Rollback and not self.in_transaction

    def _outdated(self, error: Exception, command: Command) -> bool:
        """True when a table may have changed since the statement was prepared, and one can try again."""
        return (
            isinstance(error, psycopg.errors.FeatureNotSupported)
            and type(command) is Statement
            and command.prepare
            and not self.in_transaction
        )

    def _failure(self, error: Exception, text: str) -> DriverError:
        """What psycopg raised, as a DriverError; what is a mistake of ours goes on as it is."""
        if isinstance(error, psycopg.Error):
            return _told(error, text, broken=self._raw.closed)
        if isinstance(error, ValueError | TypeError | OverflowError):
            return DriverError(str(error), state=_REFUSED, statement=text)
        raise error


class PostgresConnection(_Speaker[psycopg.Connection[Row]]):
    """A blocking connection to a PostgreSQL server."""

    def __init__(self, raw: psycopg.Connection[Row], observer: Observer | None) -> None:
        super().__init__(raw, observer)
        self._cursor = RawCursor(raw)

    @classmethod
    def open(cls, address: PostgresAddress, observer: Observer | None = None) -> PostgresConnection:
        """Connect; DriverError when the server cannot be reached or refuses."""
        with _connecting(address):
            raw = psycopg.Connection.connect(context=VALUES, **_settings(address))
        connection = cls(raw, observer)
        _tune(raw, address)
        for statement in _corrections(raw):
            connection.say(statement)
        return connection

    def say(self, command: Command) -> Result:
        """Say one command and wait for its answer."""
        if self._observer is None:
            return self._say(command)
        with self._observer.watch(command, _text(command)) as watch:
            watch.result = self._say(command)
            return watch.result

    def _say(self, command: Command) -> Result:
        if self._nothing_to_undo(command):
            return Result([])
        cursor, text = self._cursor, _text(command)
        try:
            if type(command) is Batch:
                cursor.executemany(text.encode(), command.params, returning=True)
                return self._collect()
            params, prepare = _how(command)
            cursor.execute(text.encode(), params, prepare=prepare)
            rows = cursor.fetchall() if _has_rows(cursor.pgresult) else []
        except Exception as error:
            if not self._outdated(error, command):
                raise self._failure(error, text) from error
            cursor.execute(_FORGET_PLANS)
            return self._say(_unprepared(command))
        return _result(command, rows, cursor.pgresult)

    def _collect(self) -> Result:
        cursor, whole = self._cursor, Result([])
        while True:
            if _has_rows(cursor.pgresult):
                whole.rows += cursor.fetchall()
            whole.affected += _written(cursor.pgresult)
            if not cursor.nextset():
                return whole

    def reset(self) -> None:
        """Undo what a borrower left open."""
        if self.in_transaction:
            self._say(Rollback())


class AsyncPostgresConnection(_Speaker[psycopg.AsyncConnection[Row]]):
    """An awaiting connection to a PostgreSQL server."""

    def __init__(self, raw: psycopg.AsyncConnection[Row], observer: Observer | None) -> None:
        super().__init__(raw, observer)
        self._cursor = AsyncRawCursor(raw)

    @classmethod
    async def open(
        cls, address: PostgresAddress, observer: Observer | None = None
    ) -> AsyncPostgresConnection:
        """Connect; DriverError when the server cannot be reached or refuses."""
        with _connecting(address):
            raw = await psycopg.AsyncConnection.connect(context=VALUES, **_settings(address))
        connection = cls(raw, observer)
        _tune(raw, address)
        for statement in _corrections(raw):
            await connection.say(statement)
        return connection

    async def run(self, program: Program[T]) -> T:
        """Drive a program to its answer."""
        return await converse(program, self.say)

    async def say(self, command: Command) -> Result:
        """Say one command and await its answer."""
        if self._observer is None:
            return await self._say(command)
        with self._observer.watch(command, _text(command)) as watch:
            watch.result = await self._say(command)
            return watch.result

    async def _say(self, command: Command) -> Result:
        if self._nothing_to_undo(command):
            return Result([])
        cursor, text = self._cursor, _text(command)
        try:
            if type(command) is Batch:
                await cursor.executemany(text.encode(), command.params, returning=True)
                return await self._collect()
            params, prepare = _how(command)
            await cursor.execute(text.encode(), params, prepare=prepare)
            rows = await cursor.fetchall() if _has_rows(cursor.pgresult) else []
        except Exception as error:
            if not self._outdated(error, command):
                raise self._failure(error, text) from error
            await cursor.execute(_FORGET_PLANS)
            return await self._say(_unprepared(command))
        return _result(command, rows, cursor.pgresult)

    async def _collect(self) -> Result:
        cursor, whole = self._cursor, Result([])
        while True:
            if _has_rows(cursor.pgresult):
                whole.rows += await cursor.fetchall()
            whole.affected += _written(cursor.pgresult)
            if not cursor.nextset():
                return whole

    async def reset(self) -> None:
        """Undo what a borrower left open."""
        if self.in_transaction:
            await self._say(Rollback())


# ---- what is said ----------------------------------------------------------------------------------------------------


def _text(command: Command) -> str:
    match command:
        case Statement(text=text) | Batch(text=text):
            return text
        case Begin(isolation=isolation):
            return f"BEGIN ISOLATION LEVEL {isolation_level(isolation)}" if isolation else "BEGIN"
        case Commit():
            return "COMMIT"
        case Rollback():
            return "ROLLBACK"
        case Savepoint() | Release() | RollbackTo():
            return savepoint_text(command)


def _how(command: Command) -> tuple[tuple[Any, ...] | None, bool | None]:
    """Parameters, and whether to prepare: None leaves it to the connection, which prepares what is said again."""
    if type(command) is Statement:
        return command.params or None, None if command.prepare else False
    return None, False


_FORGET_PLANS: Final = b"DEALLOCATE ALL"


def _unprepared(command: Command) -> Command:
    return Statement(command.text, command.params, prepare=False) if type(command) is Statement else command


# ---- what is answered ------------------------------------------------------------------------------------------------

_WRITES: Final = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE")


def _has_rows(result: PGresult | None) -> bool:
    return result is not None and result.nfields > 0


def _written(result: PGresult | None) -> int:
    if result is None or not (result.command_status or b"").startswith(_WRITES):
        return 0
    return result.command_tuples or 0


def _result(command: Command, rows: list[Row], result: PGresult | None) -> Result:
    if type(command) is Statement:
        return Result(rows, _written(result), _columns(result) if command.columns else ())
    if type(command) is Commit and result is not None and result.command_status == b"ROLLBACK":
        # https://www.postgresql.org/docs/current/sql-commit.html: a failed transaction is undone, without an error
        raise DriverError("the transaction had failed before its commit and was undone", state="25P02")
    return Result([])


def _columns(result: PGresult | None) -> tuple[str, ...]:
    if result is None:
        return ()
    return tuple((result.fname(index) or b"").decode() for index in range(result.nfields))


# ---- connecting ------------------------------------------------------------------------------------------------------


def _settings(address: PostgresAddress) -> dict[str, Any]:
    """What psycopg's `connect` takes."""
    settings: dict[str, Any] = address.settings
    options = [settings.pop("options", ""), *_startup_options(address)]
    return {
        **settings,
        "dbname": address.database,
        "options": " ".join(filter(None, options)) or None,
        "connect_timeout": math.ceil(address.limits.connect),
        "autocommit": True,
        "prepare_threshold": 1 if address.prepare else None,
    }


def _startup_options(address: PostgresAddress) -> Iterator[str]:
    if address.schema is not None and (not address.pooled or address.schema != "public"):
        quoted = '"' + address.schema.replace('"', '""') + '"'
        yield f"-c search_path={_escaped(quoted)}"
    if address.limits.statement is not None:
        yield f"-c statement_timeout={math.ceil(address.limits.statement * 1000)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _tune(raw: psycopg.BaseConnection[Row], address: PostgresAddress) -> None:
    raw.prepared_max = address.statements


def _corrections(raw: psycopg.BaseConnection[Row]) -> Iterator[Statement]:
    """Moments are read and written in UTC and in ISO's order, whatever the server's own habits are."""
    if raw.info.parameter_status("TimeZone") not in ("UTC", "Etc/UTC", "GMT"):
        yield Statement("SET timezone = 'UTC'", prepare=False)
    if not (raw.info.parameter_status("DateStyle") or "").startswith("ISO"):
        yield Statement("SET datestyle = 'ISO'", prepare=False)


# ---- errors ----------------------------------------------------------------------------------------------------------

_REFUSED = "BIND"
"""The state of an error that the driver found before the server saw the statement."""

_DETAILS = {
    "constraint": "constraint_name",
    "table": "table_name",
    "column": "column_name",
    "schema": "schema_name",
    "detail": "message_detail",
    "hint": "message_hint",
    "position": "statement_position",
}

_REFUSALS = (
    (re.compile(r"password authentication failed|no password supplied|authentication failed"), "28P01"),
    (re.compile(r'database ".*" does not exist'), "3D000"),
    (re.compile(r'role ".*" does not exist|no pg_hba\.conf entry|is not permitted to log in'), "28000"),
    (re.compile(r"permission denied for database"), "42501"),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), "53300"),
    (re.compile(r"the database system is (starting up|shutting down|in recovery mode)"), "57P03"),
)
"""libpq gives no SQLSTATE for a refused connection, only its text."""


def _told(error: psycopg.Error, text: str, *, broken: bool) -> DriverError:
    told = {name: getattr(error.diag, attribute) for name, attribute in _DETAILS.items()}
    details = {name: value for name, value in told.items() if value}
    state = error.sqlstate or (_LOST if broken else _REFUSED)
    message = error.diag.message_primary or str(error)
    return DriverError(message, state=state, details=details, statement=text, broken=broken)


_LOST = "08006"
_UNREACHABLE = "08001"


@contextmanager
def _connecting(address: PostgresAddress) -> Generator[None]:
    try:
        yield
    except psycopg.Error as error:
        text = str(error)
        state = error.sqlstate or next(
            (code for pattern, code in _REFUSALS if pattern.search(text)), _UNREACHABLE
        )
        raise DriverError(
            f"cannot connect to {address.masked}: {_reason(text)}{_advice(text)}",
            state=state,
            details={"database": address.database},
            broken=True,
        ) from None


def _advice(text: str) -> str:
    """A pooler refuses what it could not keep apart for several users of one session."""
    return "; add pgbouncer=true to the URL" if "unsupported startup parameter" in text else ""


def _reason(text: str) -> str:
    """The last attempt's own sentence, without the list of attempts and advice around it."""
    lines = [line for line in text.strip().splitlines() if "failed: " in line] or [text.strip()]
    return lines[-1].rpartition("failed: ")[2].removeprefix("FATAL:").strip()
