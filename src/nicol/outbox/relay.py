"""Relays hand the messages of an outbox to a function: one for blocking clients, one for asynchronous ones."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar, Unpack

from nicol.client.client import Client
from nicol.client.client_async import AsyncClient
from nicol.client.limits import Seconds, outermost_only, seconds_of
from nicol.client.shared import SharedClient
from nicol.client.witness import Call
from nicol.errors import ClientError, ConfigurationError
from nicol.masking import masked
from nicol.outbox.messages import Messages
from nicol.outbox.retries import Retries
from nicol.outbox.shape import USUAL, outbox_model
from nicol.outbox.turn import Acts, HandOver, Say, Terms, Turn, turn
from nicol.sql.program import Program

_log = logging.getLogger("nicol.outbox")

M = TypeVar("M")
Step: TypeAlias = Callable[[], Say | HandOver]


class RelaySettings(TypedDict, total=False):
    """What a relay may be told when it is made; `SharedRelay` says what each means."""

    model: str
    include: Mapping[str, Any] | None
    retries: Retries
    lease: Seconds
    batch: int
    poll: Seconds


class SharedRelay:
    """What both relays are told, and what they have in common."""

    _news: Any
    """The event that ends the waiting, of threads or of a loop."""

    def __init__(
        self,
        db: SharedClient,
        *,
        model: str = USUAL,
        include: Mapping[str, Any] | None = None,
        retries: Retries = Retries(),  # noqa: B008 - it never changes
        lease: Seconds = 60.0,
        batch: int = 50,
        poll: Seconds = 1.0,
    ) -> None:
        """The handler is called with each message: a row of `model` with what is to be read with it (`include`).

        When it raises, the message is tried again as `retries` say. When a relay dies, its messages are tried again after
        the time of their `lease`, which is the longest that a handler may take. At most `batch` messages are taken at once;
        where nothing is due one looks again after the time `poll`, or when told by `wake`.
        ConfigurationError where the schema has no such model: it says the lines that are missing.
        """
        self._client = db
        self._model = outbox_model(db.__nicol_modules__.package.schema, model).name
        self._include = include
        self._retries = retries
        self._lease, self._poll = timedelta(seconds=seconds_of(lease)), seconds_of(poll)
        self._batch = batch
        self._stopped = False
        if batch < 1 or self._lease <= timedelta(0) or self._poll <= 0:
            raise ConfigurationError("`batch` must be at least 1, `lease` and `poll` more than nothing")

    def wake(self) -> None:
        """Say that there is something new: `tx.after_commit(relay.wake)` saves the time of `poll`."""
        self._news.set()

    def stop(self) -> None:
        """End `run` after the message that is being handled; what was taken besides is given back."""
        self._stopped = True
        self._news.set()

    def _turn(self, now: datetime | None) -> tuple[Acts, Callable[[Program[Any]], Any]]:
        """A turn, and what runs its programs."""
        runner, planner, watch, _ = self._client.batch_source
        outermost_only(runner, "deliver")
        call = Call(self._model, "deliver")

        def say(program: Program[Any]) -> Any:
            return runner.run(watch.program(program, call) if watch.active else program, True)

        terms = Terms(
            self._batch,
            self._lease,
            self._retries,
            _now if now is None else lambda: now,
            random.random,
            lambda: self._stopped,
        )
        return turn(Messages(planner, self._model, self._include), terms), say


class Relay(SharedRelay, Generic[M]):
    """Hands messages to a function, one at a time. Any number of threads and processes may do so side by side."""

    def __init__(self, db: Client, handler: Callable[[M], object], **settings: Unpack[RelaySettings]) -> None:
        """`settings` are those of `SharedRelay`."""
        super().__init__(db, **settings)
        self.db = db
        self._handler = handler
        self._news: threading.Event = threading.Event()

    def deliver(self, now: datetime | None = None) -> Turn:
        """Hand over one batch of what is due (by a given clock); what became of it. ClientError when the database fails."""
        acts, say = self._turn(now)
        step: Step = partial(next, acts)
        while True:
            try:
                act = step()
            except StopIteration as end:
                return end.value
            try:
                answer = say(act.program) if isinstance(act, Say) else self._handler(act.message)
            except Exception as fault:  # noqa: BLE001 - the turn decides
                step = partial(acts.throw, fault)
            else:
                step = partial(acts.send, answer)

    def run(self) -> Turn:
        """Deliver whatever is due until `stop`; what became of it all. While the database fails, that is logged."""
        total = Turn()
        while not self._stopped:
            self._news.clear()
            try:
                handled = self.deliver()
            except ClientError as fault:
                handled = _unreadable(fault)
            total += handled
            if not handled and not self._stopped:
                self._news.wait(self._poll)
        return total


class AsyncRelay(SharedRelay, Generic[M]):
    """Awaits a function with messages, one at a time. Any number of tasks and processes may do so side by side."""

    def __init__(
        self,
        db: AsyncClient,
        handler: Callable[[M], Awaitable[object]],
        **settings: Unpack[RelaySettings],
    ) -> None:
        """`settings` are those of `SharedRelay`."""
        super().__init__(db, **settings)
        self.db = db
        self._handler = handler
        self._news: asyncio.Event = asyncio.Event()

    async def deliver(self, now: datetime | None = None) -> Turn:
        """As `Relay.deliver`."""
        acts, say = self._turn(now)
        step: Step = partial(next, acts)
        while True:
            try:
                act = step()
            except StopIteration as end:
                return end.value
            try:
                answer = await (say(act.program) if isinstance(act, Say) else self._handler(act.message))
            except Exception as fault:  # noqa: BLE001 - the turn decides
                step = partial(acts.throw, fault)
            else:
                step = partial(acts.send, answer)

    async def run(self) -> Turn:
        """As `Relay.run`."""
        total = Turn()
        while not self._stopped:
            self._news.clear()
            try:
                handled = await self.deliver()
            except ClientError as fault:
                handled = _unreadable(fault)
            total += handled
            if not handled and not self._stopped:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._poll)
        return total


def _unreadable(fault: ClientError) -> Turn:
    _log.warning("the outbox cannot be read or written: %s", masked(str(fault)))
    return Turn()


def _now() -> datetime:
    return datetime.now(UTC)
