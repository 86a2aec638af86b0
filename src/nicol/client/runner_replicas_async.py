"""Runs an asynchronous client's reads on replicas, and everything else on the primary."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Literal, TypeVar

from nicol.client.replicas import Ask, Fleet
from nicol.client.runner_async import AwaitingRunner, AwaitingTransaction
from nicol.client.scope import Stream, Terms
from nicol.drivers.places import PoolMetrics
from nicol.errors import ClientError, ConnectionFailed
from nicol.sql.program import Program, has_begun

T = TypeVar("T")


class AwaitingReplicas:
    """A primary with replicas. `note` is told which replica is left out, and why."""

    inside: Literal[False] = False

    def __init__(
        self,
        primary: AwaitingRunner,
        replicas: Sequence[AwaitingRunner],
        fleet: Fleet,
        note: Callable[[str], None],
    ) -> None:
        self.primary = primary
        self._replicas = replicas
        self._fleet = fleet
        self._note = note

    async def connect(self) -> None:
        """Open a first connection to the primary; replicas may come later."""
        await self.primary.connect()

    async def close(self) -> None:
        """Close all connections."""
        await self.primary.close()
        for replica in self._replicas:
            await replica.close()

    def metrics(self) -> dict[str, PoolMetrics]:
        """How the pools are used, those of replicas under their numbers."""
        named = ((f"replica {number} {name}", pool) for number, each in enumerate(self._replicas, 1)
                 for name, pool in each.metrics().items())  # fmt: skip
        return {**self.primary.metrics(), **dict(named)}

    async def run(
        self,
        program: Program[T],
        write: bool,
        timeout: float | None = None,  # noqa: ASYNC109 - it is told as every other error of a call
    ) -> T:
        """The program's answer. A read whose replica cannot be reached is answered by another one, or the primary."""
        if write:
            try:
                return await self.primary.run(program, write, timeout)
            finally:
                self._fleet.wrote(monotonic())
        while (replica := await self._choose()) is not None:
            try:
                return await self._replicas[replica].run(program, write, timeout)
            except ConnectionFailed as error:
                self._leave_out(replica, error)
                if has_begun(program):
                    raise
        return await self.primary.run(program, write, timeout)

    def stream(self, reading: Stream, size: int, timeout: float | None) -> AsyncGenerator[list[Any]]:
        """A stream, which is the primary's."""
        return self.primary.stream(reading, size, timeout)

    @asynccontextmanager
    async def transaction(self, terms: Terms) -> AsyncGenerator[AwaitingTransaction]:
        """A transaction, which is the primary's."""
        try:
            async with self.primary.transaction(terms) as inside:
                yield inside
        finally:
            self._fleet.wrote(monotonic())

    async def _choose(self) -> int | None:
        route = self._fleet.route(monotonic())
        try:
            ask = next(route)
            while True:
                try:
                    answer = await self._asked(ask)
                except ClientError as error:
                    ask = route.throw(error)
                else:
                    ask = route.send(answer)
        except StopIteration as stop:
            chosen: int | None = stop.value
            return chosen

    async def _asked(self, ask: Ask) -> Any:
        runner = self.primary if ask.replica is None else self._replicas[ask.replica]
        return await runner.run(ask.program, False)

    def _leave_out(self, replica: int, error: ClientError) -> None:
        self._fleet.lost(replica, monotonic())
        self._note(f"replica {replica + 1} is left out for a while: {type(error).__name__} {error.code}")
