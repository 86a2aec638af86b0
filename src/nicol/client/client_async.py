"""The asynchronous client."""

# ruff: noqa: ASYNC109 - whose time is over is told with a code and what to do

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from nicol.client import raw
from nicol.client.gathering import OPERATIONS as GATHERED
from nicol.client.gathering import Gathering, is_busy
from nicol.client.limits import Seconds, Undone, time_limit, typed_limit
from nicol.client.shared import ClientSettings
from nicol.client.tags import current_tags
from nicol.client.transactions_async import AwaitingTransactions
from nicol.client.witness import Call
from nicol.errors import ClientError

if TYPE_CHECKING:
    from nicol.client.connect import Link
    from nicol.client.interpolation import Text
    from nicol.client.runner_async import Awaiting
    from nicol.client.runner_replicas_async import AwaitingReplicas
    from nicol.client.streams import Source
    from nicol.query.nodes.gathered import FindEach
    from nicol.query.plan import Plan
    from nicol.query.typed import TypedQuery
    from nicol.sql.program import Result


T = TypeVar("T")


class AsyncClient(AwaitingTransactions):
    """The asynchronous client. The tasks of one event loop share it; it connects with its first call."""

    _runner: Awaiting | None

    def __init__(self, *, gather: bool = True, **settings: Unpack[ClientSettings]) -> None:
        """As `Client`. `gather`: calls of `find_unique` that begin in one tick of the event loop share a statement."""
        super().__init__(**settings)
        self._gathering = Gathering() if gather else None

    async def connect(self) -> None:
        """Connect now, so that a wrong URL is told now and not with the first call."""
        runner = self._open()
        if runner.inside is False:
            with self._watch.span("connect"):
                await runner.connect()

    async def disconnect(self) -> None:
        """Close all connections. The next call connects again."""
        runner = self._runner
        if runner is not None and runner.inside is False:
            self._runner = None
            await runner.close()

    @overload
    async def query_raw(
        self, sql: Text, *args: Any, timeout: Seconds | None = None
    ) -> list[dict[str, Any]]: ...
    @overload
    async def query_raw(
        self, sql: Text, *args: Any, into: type[T], timeout: Seconds | None = None
    ) -> list[T]: ...
    async def query_raw(
        self, sql: Text, *args: Any, into: type[Any] | None = None, timeout: Seconds | None = None
    ) -> list[Any]:
        """The rows of a statement in the database's own SQL, as dictionaries or as objects of the class `into`.

        A text has the database's own placeholders (`$1` or `?`); `sql("… {id}", id=1)` and `t"… {id}"` have values in them.
        """
        runner, program, write = self._raw(sql, args)
        return self._cast(await runner.run(program, write, time_limit(timeout)), into)

    @overload
    async def query_first(
        self, sql: Text, *args: Any, timeout: Seconds | None = None
    ) -> dict[str, Any] | None: ...
    @overload
    async def query_first(
        self, sql: Text, *args: Any, into: type[T], timeout: Seconds | None = None
    ) -> T | None: ...
    async def query_first(
        self, sql: Text, *args: Any, into: type[Any] | None = None, timeout: Seconds | None = None
    ) -> Any:
        """The first row of a statement in the database's own SQL, or None."""
        runner, program, write = self._raw(sql, args)
        result: Result = await runner.run(program, write, time_limit(timeout))
        return next(iter(self._cast(raw.first(result), into)), None)

    async def execute_raw(self, sql: Text, *args: Any, timeout: Seconds | None = None) -> int:
        """Say a statement in the database's own SQL; how many rows it wrote."""
        runner, program, _ = self._raw(sql, args)
        result: Result = await runner.run(program, True, time_limit(timeout))
        return result.affected

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun is not None:
            await self._end(None if error is None else Undone())
        await self.disconnect()

    async def _answer_typed(self, query: TypedQuery, arguments: dict[str, Any]) -> Any:
        seconds = typed_limit(query, arguments)
        runner, program, write = self._typed(query, arguments)
        return await runner.run(program, write, seconds)

    async def _answer(self, model: str, operation: str, arguments: dict[str, Any]) -> Any:
        try:
            seconds = time_limit(arguments.pop("timeout", None)) if "timeout" in arguments else None
            if operation in GATHERED and seconds is None and self._may_gather():
                return await self._gathered_answer(model, operation, arguments)
            if self._watch.active:
                return await self._watched_answer(model, operation, arguments, seconds)
            runner, program, write = self._call(model, operation, arguments)
            return await runner.run(program, write, seconds)
        except ClientError as error:
            self._tell_call(error, model, operation, arguments)
            raise

    async def _gathered_answer(self, model: str, operation: str, arguments: dict[str, Any]) -> Any:
        """The answer of a call that may share its statement with others of this tick."""
        if not self._watch.active:
            plan, values = (self._engine or self._planning()).plan(model, operation, arguments)
            return await self._gather(plan, values, None)
        call = Call(model, operation)
        with self._around(call):
            plan, values = self._watched_plan(call, arguments)
            return await self._gather(plan, values, call)

    def _gather(self, plan: Plan, values: list[Any], call: Call | None) -> Awaitable[Any]:
        runner = self._open()

        def run(plan: Plan, values: list[Any]) -> Awaitable[Any]:
            program = self._prefaced(runner, plan.program(values), False, call)
            found: Awaitable[Any] = runner.run(program, False)
            return found

        sight = tuple(self._ahead().opening().settings.items()) if self._settings else ()
        assert self._gathering is not None
        return self._gathering.answer(plan, values, run, self._gathered, sight)

    def _gathered(self, query: FindEach, slots: int) -> Plan:
        """The plan of calls that are answered together, made of a call's own query, which is kept to the scope already."""
        engine = self._linked().engine
        return engine.known(query) or engine.compiled(query.model, query, slots)

    def _may_gather(self) -> bool:
        """True where others may come, outside of transactions, where statements carry nothing that belongs to one call."""
        if self._gathering is None or not is_busy():
            return False
        watch, runner = self._watch, self._runner
        if runner is not None and runner.inside:
            return False
        return not watch.active or not (watch.traceparent or watch.settings.tags or current_tags(watch))

    async def _watched_answer(
        self, model: str, operation: str, arguments: dict[str, Any], seconds: float | None
    ) -> Any:
        call = Call(model, operation)
        with self._around(call):
            runner, program, write = self._watched_call(call, arguments)
            return await runner.run(program, write, seconds)

    def _stream(self, model: str, arguments: dict[str, Any]) -> AsyncGenerator[Any]:
        return self._rows(model, self._source(model, arguments), arguments)

    async def _rows(self, model: str, source: Source, arguments: dict[str, Any]) -> AsyncGenerator[Any]:
        try:
            async with aclosing(source.runner.stream(source.reading, source.size, source.timeout)) as pieces:
                async for piece in pieces:
                    for row in piece:
                        yield row
        except ClientError as error:
            self._tell_call(error, model, "stream", arguments)
            raise

    def _new_runner(self, link: Link) -> Awaiting | AwaitingReplicas:
        from nicol.client.runner_async import AwaitingRunner
        from nicol.drivers.database_async import AsyncDatabase

        runner = AwaitingRunner(AsyncDatabase(link.address), link.translate)
        if not self._replicas[0]:
            return runner
        from nicol.client.runner_replicas_async import AwaitingReplicas

        addresses, fleet = self._fleet(link)
        replicas = [AwaitingRunner(AsyncDatabase(each), link.translate) for each in addresses]
        return AwaitingReplicas(runner, replicas, fleet, self._note_replica)
