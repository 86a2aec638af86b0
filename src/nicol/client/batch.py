"""Calls that are collected and made together: one transaction, in as few trips as their order allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from nicol.client.scope import refuse_inner
from nicol.errors import ClientError, QueryInvalid

if TYPE_CHECKING:
    from nicol.client.extending import ExtendedEngine
    from nicol.client.package import Package
    from nicol.client.preface import Prefaced
    from nicol.client.watching import Watch
    from nicol.query.engine import Engine
    from nicol.query.scope.engine import ScopedEngine
    from nicol.query.together import Part
    from nicol.sql.program import Program

T = TypeVar("T")


class Pending(Generic[T]):
    """The answer of a call in a batch, which is there when the batch has ended well."""

    __slots__ = ("_answer", "_is_there")

    def __init__(self) -> None:
        self._is_there = False
        self._answer: T

    @property
    def result(self) -> T:
        """The answer; QueryInvalid while there is none."""
        if not self._is_there:
            raise QueryInvalid(
                "a call of a batch has no result before the batch has ended well",
                help="read `result` behind the `with` block",
            )
        return self._answer

    def settle(self, answer: T) -> None:
        """Give the answer."""
        self._answer, self._is_there = answer, True


class Batching(Protocol):
    """A client as far as a batch needs it."""

    @property
    def batch_source(self) -> tuple[Any, Engine | ScopedEngine | ExtendedEngine, Watch, Package]:
        """What runs programs, what plans calls, who watches, and the package."""
        ...

    def batch_program(self, parts: Sequence[Part], isolation: str | None) -> Prefaced[list[Any]]:
        """What the batch says at its end."""
        ...


class Batch:
    """The delegates of a client whose calls wait for the end of a block."""

    def __init__(self, client: Batching, isolation: str | None, seconds: float | None) -> None:
        self._client = client
        self._runner, self._engine, _, self._package = client.batch_source
        self._isolation = isolation
        self._seconds = seconds
        self._calls: list[tuple[Part, Pending[Any]]] = []
        self._has_ended = False
        if self._runner.inside:
            refuse_inner(isolation_level=isolation)

    def _delegate(self, name: str) -> Any:
        model = None if name.startswith("__") else self._package.delegates.get(name)
        if model is None:
            from nicol.client.missing import missing

            raise missing("a batch", name, self._package.delegates)
        return self._package.operations[model](model, self._collect, self._no_stream)

    if not TYPE_CHECKING:
        __getattr__ = _delegate

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._package.delegates]

    def _no_stream(self, model: str, _arguments: dict[str, Any]) -> Any:
        raise QueryInvalid("a batch has no streams", model=model, help="call `stream` on the client")

    def _collect(self, model: str, operation: str, arguments: dict[str, Any]) -> Pending[Any]:
        from nicol.query.together import Part

        engine = self._engine
        try:
            if self._has_ended:
                raise QueryInvalid("the batch has ended", model=model, help="make the call on the client")
            if "timeout" in arguments:
                raise QueryInvalid(
                    "a call of a batch has no time of its own", model=model, help="write db.batch(timeout=…)"
                )
            plan, values = engine.plan(model, operation, arguments)
        except ClientError as error:
            error.call = error.call or engine.describe(model, operation, arguments)
            raise
        pending: Pending[Any] = Pending()
        told = _told(plan.part(values), partial(engine.describe, model, operation, arguments))
        self._calls.append((Part(told, plan.single), pending))
        return pending

    def _program(self) -> Prefaced[list[Any]]:
        return self._client.batch_program([part for part, _ in self._calls], self._isolation)

    def _settle(self, answers: list[Any]) -> None:
        for (_, pending), answer in zip(self._calls, answers, strict=True):
            pending.settle(answer)


def _told(program: Program[T], describe: Callable[[], str]) -> Program[T]:
    """The program of one call of several, whose errors say which one it is."""
    try:
        return (yield from program)
    except ClientError as error:
        error.call = error.call or describe()
        raise


class BlockingBatch(Batch):
    """A batch of a blocking client, as a block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._has_ended = True
        if error is None:
            self._settle(self._runner.run(self._program(), True, self._seconds))


class AwaitingBatch(Batch):
    """A batch of an asynchronous client, as a block. Its calls are not awaited."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._has_ended = True
        if error is None:
            self._settle(await self._runner.run(self._program(), True, self._seconds))
