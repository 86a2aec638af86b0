"""A relay as the work of a process: until the process is told to end, or until nothing is due."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from nicol.outbox.relay import AsyncRelay, Relay
from nicol.outbox.turn import Turn


def serve(relay: Relay[Any] | AsyncRelay[Any], workers: int, *, once: bool) -> Turn:
    """Relay with so many threads or tasks, and disconnect; what became of the messages. `once`: only what is due."""
    if isinstance(relay, AsyncRelay):
        return asyncio.run(_awaiting(relay, workers, once=once))
    return _blocking(relay, workers, once=once)


def _blocking(relay: Relay[Any], workers: int, *, once: bool) -> Turn:
    work = (lambda: _all_due(relay)) if once else relay.run
    with _ending(relay.stop), ThreadPoolExecutor(workers) as threads:
        try:
            running = [threads.submit(work) for _ in range(workers)]
            return sum((each.result() for each in running), Turn())
        finally:
            relay.stop()
            relay.db.disconnect()


def _all_due(relay: Relay[Any]) -> Turn:
    total = Turn()
    while turn := relay.deliver():
        total += turn
    return total


async def _awaiting(relay: AsyncRelay[Any], workers: int, *, once: bool) -> Turn:
    loop = asyncio.get_running_loop()
    with _ending(lambda: loop.call_soon_threadsafe(relay.stop)):
        try:
            turns = await asyncio.gather(
                *(_all_due_async(relay) if once else relay.run() for _ in range(workers))
            )
            return sum(turns, Turn())
        finally:
            relay.stop()
            await relay.db.disconnect()


async def _all_due_async(relay: AsyncRelay[Any]) -> Turn:
    total = Turn()
    while turn := await relay.deliver():
        total += turn
    return total


@contextmanager
def _ending(stop: Callable[[], object]) -> Generator[None]:
    """A block in which the signals to end a process call a function."""

    def end(_number: int, _frame: object) -> None:
        stop()

    signals = (signal.SIGINT, signal.SIGTERM)
    former = [signal.signal(each, end) for each in signals]
    try:
        yield
    finally:
        for each, handler in zip(signals, former, strict=True):
            signal.signal(each, handler)
