"""Work that is given up: cancelled tasks, calls whose time is over, and clients that are dropped."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import apsw
import psycopg
import pytest

from nicol.errors import TimedOut

SOON = 0.4
"""Seconds; a tenth is what is asked for, the rest is for a machine that has other things to do."""


@pytest.mark.proves("Client", "every call may have a time of its own")
def test_a_call_that_takes_too_long_is_stopped(db: Any, endless: str) -> None:
    started = time.monotonic()
    with pytest.raises(TimedOut, match=r"longer than its 0\.05 s") as error:
        db.query_raw(endless, timeout=0.05)
    assert time.monotonic() - started < 0.05 + SOON
    assert error.value.code == "P1008"
    assert db.counter.count(timeout=5) == 0


@pytest.mark.proves("Client", "the time of a call ends its wait for a lock")
def test_the_time_of_a_call_ends_its_wait_for_a_lock(db: Any, open_client: Callable[..., Any]) -> None:
    other = open_client()
    db.counter.create(data={"id": 1})
    with other.tx() as tx:
        tx.counter.update(where={"id": 1}, data={"value": 1})
        started = time.monotonic()
        with pytest.raises(TimedOut):
            db.counter.update(where={"id": 1}, data={"value": 2}, timeout=0.05)
        assert time.monotonic() - started < 0.05 + SOON
    assert db.counter.update(where={"id": 1}, data={"value": {"increment": 1}}).value == 2


@pytest.mark.proves("Client", "a call whose time is over undoes its own work only")
def test_a_call_whose_time_is_over_fails_its_transaction(db: Any, endless: str) -> None:
    with db.tx() as tx:
        tx.counter.create(data={"id": 1})
        with pytest.raises(TimedOut), tx.tx() as inner:
            inner.query_raw(endless, timeout=0.05)
        tx.counter.create(data={"id": 2})
    assert db.counter.count() == 2


async def _cancelled(work: Awaitable[Any]) -> float:
    """Cancel what runs, after a while; the seconds until it has ended."""
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0.1)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return time.monotonic() - started


@pytest.mark.proves("Client", "a cancelled task stops its work in the database, soon")
def test_a_cancelled_task_stops_its_work(target: Any, endless: str) -> None:
    async def main() -> float:
        async with target.package.AsyncClient(url=target.url) as db:
            await db.counter.count()
            seconds = await _cancelled(db.query_raw(endless))
            assert await db.counter.count() >= 0
            return seconds

    assert asyncio.run(main()) < SOON


@pytest.mark.proves("Client", "a cancelled transaction is undone and frees its locks")
def test_a_cancelled_transaction_frees_its_locks(target: Any, endless: str) -> None:
    async def work(db: Any) -> None:
        async with db.tx() as tx:
            await tx.counter.update(where={"id": 1}, data={"value": 1})
            await tx.query_raw(endless)

    async def main() -> int:
        async with target.package.AsyncClient(url=target.url) as db:
            await db.counter.delete_many()
            await db.counter.create(data={"id": 1})
            assert await _cancelled(work(db)) < SOON
            row = await db.counter.update(where={"id": 1}, data={"value": {"increment": 5}}, timeout=1)
            return row.value

    assert asyncio.run(main()) == 5


@pytest.mark.proves("Client", "tasks that are cancelled again and again leave the pool whole")
def test_cancelled_tasks_leave_the_pool_whole(target: Any) -> None:
    async def main() -> Any:
        url = f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=2"
        async with target.package.AsyncClient(url=url) as db:
            await db.counter.delete_many()
            for turn in range(40):
                tasks = [
                    asyncio.ensure_future(db.counter.create(data={"id": turn * 10 + n})) for n in range(5)
                ]
                await asyncio.sleep(0.0002 * (turn % 10))
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            assert await db.counter.count(timeout=5) <= 200
            return db.metrics()

    pools = asyncio.run(main())
    assert all(pool.busy == pool.waiting == 0 for pool in pools.values())


@pytest.mark.proves("Client", "a client that is dropped without a word frees its connections")
@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_a_dropped_client_frees_its_connections(target: Any, kind: str) -> None:
    on_postgres = target.url.startswith("postgres")
    url = f"{target.url}&application_name=dropped" if on_postgres else target.url
    others = 0 if on_postgres else _open_files()

    async def use() -> None:
        db = target.package.AsyncClient(url=url)
        await asyncio.gather(*(db.counter.count() for _ in range(4)))
        del db
        gc.collect()
        await asyncio.sleep(0)

    if kind == "blocking":
        client = target.package.Client(url=url)
        client.counter.count()
        del client
        gc.collect()
    else:
        asyncio.run(use())
    count = partial(_open_sessions, target.url) if on_postgres else _open_files
    for _ in range(100):
        if count() == others:
            return
        time.sleep(0.02)
    pytest.fail("a connection is still open")


def _open_sessions(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as other:
        found = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dropped'"
        ).fetchone()
    return 0 if found is None else found[0]


def _open_files() -> int:
    gc.collect()
    return len(apsw.connections())
