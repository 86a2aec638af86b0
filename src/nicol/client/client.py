"""The blocking client."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from nicol.client import raw
from nicol.client.limits import Seconds, Undone, time_limit, typed_limit
from nicol.client.transactions import BlockingTransactions
from nicol.client.witness import Call
from nicol.errors import ClientError

if TYPE_CHECKING:
    from nicol.client.connect import Link
    from nicol.client.interpolation import Text
    from nicol.client.runner import Blocking
    from nicol.client.runner_replicas import BlockingReplicas
    from nicol.client.streams import Source
    from nicol.query.typed import TypedQuery
    from nicol.sql.program import Result


T = TypeVar("T")


class Client(BlockingTransactions):
    """The blocking client. Threads may share it; it connects with its first call."""

    _runner: Blocking | None

    def connect(self) -> None:
        """Connect now, so that a wrong URL is told now and not with the first call."""
        runner = self._open()
        if runner.inside is False:
            with self._watch.span("connect"):
                runner.connect()

    def disconnect(self) -> None:
        """Close all connections. The next call connects again."""
        runner = self._runner
        if runner is not None and runner.inside is False:
            self._runner = None
            runner.close()

    @overload
    def query_raw(self, sql: Text, *args: Any, timeout: Seconds | None = None) -> list[dict[str, Any]]: ...
    @overload
    def query_raw(self, sql: Text, *args: Any, into: type[T], timeout: Seconds | None = None) -> list[T]: ...
    def query_raw(
        self, sql: Text, *args: Any, into: type[Any] | None = None, timeout: Seconds | None = None
    ) -> list[Any]:
        """The rows of a statement in the database's own SQL, as dictionaries or as objects of the class `into`.

        A text has the database's own placeholders (`$1` or `?`); `sql("… {id}", id=1)` and `t"… {id}"` have values in them.
        """
        runner, program, write = self._raw(sql, args)
        return self._cast(runner.run(program, write, time_limit(timeout)), into)

    @overload
    def query_first(self, sql: Text, *args: Any, timeout: Seconds | None = None) -> dict[str, Any] | None: ...
    @overload
    def query_first(
        self, sql: Text, *args: Any, into: type[T], timeout: Seconds | None = None
    ) -> T | None: ...
    def query_first(
        self, sql: Text, *args: Any, into: type[Any] | None = None, timeout: Seconds | None = None
    ) -> Any:
        """The first row of a statement in the database's own SQL, or None."""
        runner, program, write = self._raw(sql, args)
        result: Result = runner.run(program, write, time_limit(timeout))
        return next(iter(self._cast(raw.first(result), into)), None)

    def execute_raw(self, sql: Text, *args: Any, timeout: Seconds | None = None) -> int:
        """Say a statement in the database's own SQL; how many rows it wrote."""
        runner, program, _ = self._raw(sql, args)
        result: Result = runner.run(program, True, time_limit(timeout))
        return result.affected

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun is not None:
            self._end(None if error is None else Undone())
        self.disconnect()

    def _answer_typed(self, query: TypedQuery, arguments: dict[str, Any]) -> Any:
        seconds = typed_limit(query, arguments)
        runner, program, write = self._typed(query, arguments)
        return runner.run(program, write, seconds)

    def _answer(self, model: str, operation: str, arguments: dict[str, Any]) -> Any:
        try:
            seconds = time_limit(arguments.pop("timeout", None)) if "timeout" in arguments else None
            if self._watch.active:
                return self._watched_answer(model, operation, arguments, seconds)
            runner, program, write = self._call(model, operation, arguments)
            return runner.run(program, write, seconds)
        except ClientError as error:
            self._tell_call(error, model, operation, arguments)
            raise

    def _watched_answer(
        self, model: str, operation: str, arguments: dict[str, Any], seconds: float | None
    ) -> Any:
        call = Call(model, operation)
        with self._around(call):
            runner, program, write = self._watched_call(call, arguments)
            return runner.run(program, write, seconds)

    def _stream(self, model: str, arguments: dict[str, Any]) -> Generator[Any]:
        return self._rows(model, self._source(model, arguments), arguments)

    def _rows(self, model: str, source: Source, arguments: dict[str, Any]) -> Generator[Any]:
        try:
            with closing(source.runner.stream(source.reading, source.size, source.timeout)) as pieces:
                for piece in pieces:
                    yield from piece
        except ClientError as error:
            self._tell_call(error, model, "stream", arguments)
            raise

    def _new_runner(self, link: Link) -> Blocking | BlockingReplicas:
        from nicol.client.runner import BlockingRunner
        from nicol.drivers.database import Database

        runner = BlockingRunner(Database(link.address), link.translate)
        if not self._replicas[0]:
            return runner
        from nicol.client.runner_replicas import BlockingReplicas

        addresses, fleet = self._fleet(link)
        replicas = [BlockingRunner(Database(each), link.translate) for each in addresses]
        return BlockingReplicas(runner, replicas, fleet, self._note_replica)
