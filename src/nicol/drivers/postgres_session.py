"""A conversation with a PostgreSQL server without its waiting: what is sent, and what is read.

It speaks to libpq itself (`psycopg.pq`) and leaves to psycopg how values cross. A `Talk` yields whenever there is nothing to
do before the server has answered; who drives it waits, as threads or as tasks do.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

import msgspec
import psycopg
from psycopg import adapt
from psycopg.abc import Buffer, Transformer
from psycopg.adapt import PyFormat
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from nicol.drivers.address import PostgresAddress
from nicol.drivers.connection import Observer, refuse_while_interrupted
from nicol.drivers.postgres_plans import Plan, Plans
from nicol.drivers.postgres_said import text_of, told
from nicol.drivers.postgres_values import BINARY, QUICK
from nicol.errors import DriverError
from nicol.sql.program import (
    Batch,
    Begin,
    Close,
    Command,
    Commit,
    Fetch,
    Open,
    Pipeline,
    Result,
    Rollback,
    Row,
    Statement,
)

T = TypeVar("T")
Raw = TypeVar("Raw", bound=psycopg.BaseConnection[Row])

Talk: TypeAlias = Generator[None, None, T]

_INERROR: Final = TransactionStatus.INERROR
_OPEN: Final = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
_ACTIVE: Final = TransactionStatus.ACTIVE
_FATAL: Final = ExecStatus.FATAL_ERROR
_ABORTED: Final = ExecStatus.PIPELINE_ABORTED
_SYNC: Final = ExecStatus.PIPELINE_SYNC
_COPYING: Final = (ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH)
_WRITES: Final = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE")
_OUTDATED: Final = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)


class Sent(msgspec.Struct, gc=False):
    """A statement as it crosses: with its plan where it has one."""

    statement: Statement
    plan: Plan | None = None
    values: Sequence[Buffer | None] = ()
    types: tuple[int, ...] | None = None
    formats: Sequence[int] | None = None


class Session(Generic[Raw]):
    """All of a connection that does not wait."""

    def __init__(self, raw: Raw, address: PostgresAddress, observer: Observer | None) -> None:
        self._raw = raw
        self._pgconn = raw.pgconn
        self._observer = observer
        self._plans = Plans(address.statements if address.prepare else 0)
        self._is_direct = False
        self._was_lost = False
        self._values: Transformer = adapt.Transformer(raw)
        self._quick = raw.info.encoding == "utf-8" and psycopg.pq.__impl__ != "python"
        self._interrupted = self.disowned = False
        self._cursors: set[str] = set()

    @property
    def raw(self) -> Raw:
        """psycopg's own connection."""
        return self._raw

    @property
    def broken(self) -> bool:
        """True when the server has hung up, a command was left unanswered, or another process speaks here."""
        return (
            self.disowned
            or self._pgconn.status != ConnStatus.OK
            or self._pgconn.transaction_status == _ACTIVE
        )

    def disown(self) -> None:
        """In a forked child: say nothing any more."""
        self._interrupted = self.disowned = True

    @property
    def in_transaction(self) -> bool:
        """True between `Begin` and its end."""
        return self._pgconn.transaction_status in _OPEN

    @property
    def failed(self) -> bool:
        """True when a command of the transaction was refused and nothing was undone since."""
        return self._pgconn.transaction_status == _INERROR

    @property
    def announced(self) -> str | None:
        """The number that the server gave this session when it was opened; a pooler gives one of its own."""
        return str(self._pgconn.backend_pid)

    def _has_hung_up(self) -> bool:
        """True when the server's last words, and the end after them, can be read without waiting."""
        try:
            self._pgconn.consume_input()  # the server's last words
            self._pgconn.consume_input()  # the end after them
        except psycopg.OperationalError:
            return True
        return self.broken

    # ---- commands ----------------------------------------------------------------------------------------------------

    def _talk(self, command: Command, *, again: bool = False) -> Talk[Result]:
        """Say a command and read its answer; DriverError when the database refuses."""
        if self._interrupted:
            refuse_while_interrupted(command, disowned=self.disowned)
        inside, at = self._pgconn.transaction_status in _OPEN, 0
        try:
            if type(command) is Statement:
                return (yield from self._ask(command))
            return (yield from self._exchange(command, inside))
        except _Refused as refusal:
            error, at = refusal.error, refusal.at
        except (psycopg.Error, ValueError, TypeError, OverflowError) as refusal:
            error = refusal
        if inside or again or not self._plans.limit or not isinstance(error, _OUTDATED):
            raise self._told(error, command, inside, at) from error
        # a table has changed since its statements were prepared, or they are gone
        yield from self._forget_plans()
        return (yield from self._talk(_unprepared(command), again=True))

    def _told(self, error: Exception, command: Command, inside: bool, at: int = 0) -> DriverError:
        broken = self._pgconn.status != ConnStatus.OK
        failure = told(error, command, broken=broken, inside=inside, at=at)
        failure.in_doubt = failure.in_doubt and not self._was_lost
        self._was_lost = broken
        return failure

    def _exchange(self, command: Command, inside: bool) -> Talk[Result]:
        match command:
            case Batch(text=text, params=rows):
                statements = [Statement(text, params, columns=False) for params in rows]
                return _whole((yield from self._pipe(statements, prepare=len(statements) > 1)))
            case Pipeline(statements=statements):
                return Result([], parts=tuple((yield from self._pipe(statements))))
            case Open(name=name, statement=statement):
                self._cursors.add(name)
                return (yield from self._ask(Statement(text_of(command), statement.params, prepare=False)))
            case Rollback() if not inside:
                return Result(
                    []
                )  # the server undoes a transaction whose connection ends, or whose commit failed
            case Close(name=name) if name not in self._cursors:
                return Result([])
            case _:
                return (yield from self._control(command))

    def _control(self, command: Command) -> Talk[Result]:
        self._pgconn.send_query(text_of(command).encode())
        result = _checked((yield from self._results()))
        match command:
            case Commit() | Rollback():
                self._cursors.clear()
                if type(command) is Commit and result is not None and result.command_status == b"ROLLBACK":
                    # https://www.postgresql.org/docs/current/sql-commit.html: a failed transaction is undone, without an error
                    raise DriverError(
                        "the transaction had failed before its commit and was undone", state="25P02"
                    )
                return Result([])
            case Fetch():
                return Result(self._rows(self._values, result))
            case Close(name=name):
                self._cursors.discard(name)
                return Result([])
            case _:
                return Result([])

    # ---- statements --------------------------------------------------------------------------------------------------

    def _ask(self, statement: Statement) -> Talk[Result]:
        sent = self._encoded(statement)
        plan = sent.plan
        if plan is not None and not plan.ready:
            yield from self._prepare(sent)
            plan = sent.plan
        self._send(sent, simple=True)
        return self._answer(sent, _checked((yield from self._results())))

    def _encoded(self, statement: Statement, *, now: bool = False) -> Sent:
        params, types, formats = statement.params, None, None
        dumped: Sequence[Buffer | None] = ()
        if params:
            values = self._values
            dumped = values.dump_sequence(params, [_AUTO] * len(params))
            types, formats = values.types, values.formats
        plan = None
        if statement.prepare and self._plans.limit and not self.failed:
            plan = self._plans.plan((statement.text, types), now=now)
        return Sent(statement, plan, dumped, types, formats)

    def _send(self, sent: Sent, *, simple: bool = False) -> None:
        """Simple: several statements in one text are allowed where nothing else has to cross."""
        plan = sent.plan
        if plan is not None:
            self._pgconn.send_query_prepared(plan.name, sent.values, sent.formats, plan.format)
        elif simple and not sent.values:
            self._pgconn.send_query(sent.statement.text.encode())
        else:
            self._pgconn.send_query_params(
                sent.statement.text.encode(), sent.values, sent.types, sent.formats
            )

    def _answer(self, sent: Sent, result: PGresult | None) -> Result:
        if result is None:
            return Result([])
        plan, rows = sent.plan, []
        if plan is None:
            rows = self._rows(self._values, result)
        elif result.nfields:
            rows = self._planned_rows(plan, result)
        columns = ()
        if sent.statement.columns:
            columns = plan.columns if plan is not None else None
            if columns is None:
                columns = _columns(result)
                if plan is not None:
                    plan.columns = columns
        return Result(rows, _written(result), columns)

    def _rows(self, loads: Transformer, result: PGresult | None) -> list[Row]:
        if result is None or not result.nfields:
            return []
        loads.set_pgresult(result)
        return loads.load_rows(0, result.ntuples, tuple)

    def _planned_rows(self, plan: Plan, result: PGresult) -> list[Row]:
        """A plan's rows always have the same columns: the server refuses it when they have changed."""
        loads = plan.loads
        if loads is None or result.fformat(0) != plan.read:
            plan.loads = loads = adapt.Transformer(QUICK if self._quick else self._raw)
            plan.read = result.fformat(0)
            loads.set_pgresult(result)
            if self._quick and all(result.ftype(n) in BINARY for n in range(result.nfields)):
                plan.format = 1
        else:
            loads.set_pgresult(result, set_loaders=False)
        try:
            return loads.load_rows(0, result.ntuples, tuple)
        except psycopg.DataError:  # a moment that Python cannot hold
            return self._rows(self._values, result)

    # ---- plans -------------------------------------------------------------------------------------------------------

    def _prepare(self, sent: Sent) -> Talk[None]:
        """Prepare a statement, unless somebody stands between who gives each transaction to another server."""
        assert sent.plan is not None
        if not (self._is_direct or (yield from self._reaches_its_server())):
            sent.plan = None
            return
        if (surplus := self._plans.surplus()) is not None:
            self._pgconn.send_query(b'DEALLOCATE "%s"' % surplus)
            _checked((yield from self._results()))
        self._pgconn.send_prepare(sent.plan.name, sent.statement.text.encode(), sent.types)
        try:
            _checked((yield from self._results()))
        except BaseException:
            self._plans.drop(sent.plan)
            raise
        sent.plan.ready = True

    def _reaches_its_server(self) -> Talk[bool]:
        """True when the session is the one that was opened; a pooler announces a number of its own."""
        self._pgconn.send_query(b"SELECT pg_backend_pid()")
        rows = self._rows(self._values, _checked((yield from self._results())))
        self._is_direct = str(rows[0][0]) == self.announced
        if not self._is_direct:
            self._plans = Plans(0)
        return self._is_direct

    def _forget_plans(self) -> Talk[None]:
        self._plans.clear()
        self._pgconn.send_query(b"DEALLOCATE ALL")
        _checked((yield from self._results()))

    # ---- pipelines ---------------------------------------------------------------------------------------------------

    def _pipe(self, statements: Sequence[Statement | Begin], *, prepare: bool = False) -> Talk[list[Result]]:
        """Say everything, and then read the answers; without `Begin` the server makes one transaction of it."""
        every = [self._sent_in_pipeline(each, prepare) for each in statements]
        for sent in every:
            if sent.plan is not None and not sent.plan.ready:
                yield from self._prepare(sent)
        self._pgconn.enter_pipeline_mode()
        for sent in every:
            self._send(sent)
        self._pgconn.pipeline_sync()
        found = yield from self._read_pipeline()
        self._pgconn.exit_pipeline_mode()
        answers: list[Result] = []
        for at, (sent, result) in enumerate(zip(every, found, strict=True)):
            if result.status == _FATAL:
                raise _Refused(error_from_result(result), at)
            answers.append(self._answer(sent, result))
        return answers

    def _sent_in_pipeline(self, one: Statement | Begin, prepare: bool) -> Sent:
        if type(one) is Begin:
            return Sent(Statement(text_of(one), prepare=False, columns=False))
        return self._encoded(one, now=prepare)  # pyright: ignore[reportArgumentType] - there are two kinds

    def _read_pipeline(self) -> Talk[list[PGresult]]:
        found: list[PGresult] = []
        while True:
            results = yield from self._results()
            if results and results[0].status == _SYNC:
                return found
            found += results[-1:]

    # ---- reading -----------------------------------------------------------------------------------------------------

    def _results(self) -> Talk[list[PGresult]]:
        """The results of one statement, when they have come."""
        pgconn = self._pgconn
        results: list[PGresult] = []
        while True:
            if pgconn.is_busy():
                try:
                    yield
                except psycopg.OperationalError:
                    if results:
                        return results  # what the server said before it hung up tells more
                    raise
            result = pgconn.get_result()
            if result is None:
                return results
            results.append(result)
            if result.status in _COPYING:
                self._raw.pgconn.finish()
                raise psycopg.NotSupportedError("COPY cannot be said as a statement")
            if result.status == _SYNC:
                return results

    def _drain(self) -> Talk[None]:
        """Read what is still to come, and forget it."""
        pgconn = self._pgconn
        while pgconn.transaction_status == _ACTIVE or pgconn.pipeline_status:
            results = yield from self._results()
            if pgconn.pipeline_status and results and results[0].status == _SYNC:
                pgconn.exit_pipeline_mode()


_AUTO: Final = PyFormat.AUTO


class _Refused(Exception):
    """One statement of a pipeline was refused."""

    def __init__(self, error: psycopg.Error, at: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.at = at


def _checked(results: list[PGresult]) -> PGresult | None:
    for result in results:
        if result.status == _FATAL:
            raise error_from_result(result)
    return results[0] if results else None


def _written(result: PGresult) -> int:
    status = result.command_status
    if status is None or not status.startswith(_WRITES):
        return 0
    return result.command_tuples or 0


def _columns(result: PGresult) -> tuple[str, ...]:
    return tuple((result.fname(index) or b"").decode() for index in range(result.nfields))


def _whole(results: list[Result]) -> Result:
    rows = [row for result in results for row in result.rows]
    return Result(rows, sum(result.affected for result in results))


def _unprepared(command: Command) -> Command:
    match command:
        case Statement(text=text, params=params, columns=columns):
            return Statement(text, params, prepare=False, columns=columns)
        case _:
            return command
