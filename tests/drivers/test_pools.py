"""Pools: who waits, who is turned away, and that nothing is lost on the way."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from nicol.drivers import AsyncDatabase, Database, open_async_database, open_database
from nicol.drivers.places import VACANT, Places
from nicol.errors import DriverError, NotConnected, TimedOut
from nicol.sql.program import Begin, Program, Result, Statement, rows, transaction
from tests.drivers.speech import statement

COUNT = "SELECT n FROM counter"


def _counter(database: Database) -> None:
    database.run(rows("CREATE TABLE counter (n INTEGER)"), write=True)
    database.run(rows("INSERT INTO counter VALUES (0)"), write=True)


def _increment(url: str) -> Program[Result]:
    """Read, then write: loses updates wherever writers do not wait for each other."""
    lock = " FOR UPDATE" if url.startswith("postgres") else ""
    ((n,),) = yield from rows(COUNT + lock)
    return (yield statement(url, "UPDATE counter SET n = ?", n + 1))


def _small(url: str, options: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{options}"


@pytest.mark.proves("Databases", "concurrent writers lose nothing")
def test_writing_threads_lose_nothing(database_url: str) -> None:
    with open_database(_small(database_url, "connection_limit=3")) as database:
        _counter(database)
        with ThreadPoolExecutor(8) as threads:
            done = [
                threads.submit(database.run, transaction(_increment(database_url)), write=True)
                for _ in range(80)
            ]
        assert [one.result().affected for one in done] == [1] * 80
        assert database.run(rows(COUNT), write=False) == [(80,)]


@pytest.mark.proves("Databases", "concurrent writers lose nothing")
def test_writing_tasks_lose_nothing(database_url: str) -> None:
    async def main() -> Any:
        async with open_async_database(_small(database_url, "connection_limit=3")) as database:
            await asyncio.gather(
                *(database.run(transaction(_increment(database_url)), write=True) for _ in range(80))
            )
            return await database.run(rows(COUNT), write=False)

    with open_database(database_url) as database:
        _counter(database)
    assert asyncio.run(main()) == [(80,)]


def test_writing_processes_lose_nothing(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        _counter(database)
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(3) as processes:
        processes.map(_increment_often, [sqlite_url] * 3)
    with open_database(sqlite_url) as database:
        assert database.run(rows(COUNT), write=False) == [(60,)]


def _increment_often(url: str) -> None:
    with open_database(url) as database:
        for _ in range(20):
            database.run(transaction(_increment(url)), write=True)


def test_threads_share_one_database_in_memory() -> None:
    with open_database(":memory:") as database:
        _counter(database)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: database.run(transaction(_increment("")), write=True), range(20)))
        assert database.run(rows(COUNT), write=False) == [(20,)]


# ---- exhaustion ------------------------------------------------------------------------------------------------------


def test_who_waits_too_long_for_a_connection_is_told_why(database_url: str) -> None:
    url = _small(database_url, "connection_limit=1&pool_timeout=0.05")
    with open_database(url) as database, database.session(write=True):
        with pytest.raises(TimedOut, match="the only connection is in use") as caught:
            database.run(rows("SELECT 1"), write=True)
        assert caught.value.code == "P2024"

    async def main() -> None:
        async with open_async_database(url) as database, database.session(write=True):
            with pytest.raises(TimedOut, match=r"within 0\.01 s"):
                async with database.session(write=True, patience=0.01):
                    pass

    asyncio.run(main())


def test_a_pool_that_was_exhausted_goes_on(database_url: str) -> None:
    with open_database(_small(database_url, "connection_limit=2&pool_timeout=0.01")) as database:
        with ExitStack() as sessions:
            sessions.enter_context(database.session(write=False))
            sessions.enter_context(database.session(write=False))
            for _ in range(3):
                with pytest.raises(TimedOut):
                    database.run(rows("SELECT 1"), write=False)
        assert database.run(rows("SELECT 1"), write=False) == [(1,)]


def test_a_closed_database_refuses_and_turns_away_who_waits(database_url: str) -> None:
    database = open_database(_small(database_url, "connection_limit=1"))
    refusals: list[BaseException] = []

    def wait() -> None:
        try:
            database.run(rows("SELECT 1"), write=True)
        except NotConnected as error:
            refusals.append(error)

    with database.session(write=True):
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not database._writers._places._queue:
            pass
        database.close()
        waiting.join()
    assert len(refusals) == 1
    with pytest.raises(NotConnected, match="was closed"):
        database.run(rows("SELECT 1"), write=False)


# ---- connections that die --------------------------------------------------------------------------------------------


def _hang_up_on_all_others(url: str) -> None:
    with open_database(url) as database:
        database.run(
            rows(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ),
            write=True,
        )


@pytest.mark.proves("Databases", "a connection that died is replaced", only="postgresql")
def test_an_idle_connection_that_died_is_replaced_unseen(postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        database.connect()
        _hang_up_on_all_others(postgres_url)
        assert database.run(rows("SELECT 1"), write=False) == [(1,)]


@pytest.mark.proves("Databases", "a connection that died is replaced", only="postgresql")
def test_an_idle_connection_that_died_is_replaced_unseen_by_tasks(postgres_url: str) -> None:
    async def main() -> Any:
        async with open_async_database(postgres_url) as database:
            await database.connect()
            _hang_up_on_all_others(postgres_url)
            return await database.run(rows("SELECT 1"), write=False)

    assert asyncio.run(main()) == [(1,)]


def test_a_connection_that_dies_in_a_transaction_is_an_error_once(postgres_url: str) -> None:
    with open_database(_small(postgres_url, "connection_limit=1")) as database:
        with database.session(write=True) as connection:
            connection.say(Begin())
            _hang_up_on_all_others(postgres_url)
            with pytest.raises(DriverError) as caught:
                connection.say(Statement("SELECT 1"))
        assert (caught.value.state, caught.value.broken) == ("57P01", True)
        assert database.run(rows("SELECT 1"), write=True) == [(1,)]


# ---- cancellation ----------------------------------------------------------------------------------------------------

_ENDLESS = {
    "file": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "post": "SELECT pg_sleep(600)",
}


def _endless(url: str) -> str:
    return _ENDLESS[url[:4]]


async def _cancelled(work: Callable[[AsyncDatabase], Awaitable[Any]], database: AsyncDatabase) -> None:
    task = asyncio.ensure_future(work(database))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.proves("Databases", "cancelled tasks leave the pool clean")
def test_a_cancelled_task_stops_its_statement_and_leaves_the_pool_clean(database_url: str) -> None:
    def body() -> Program[None]:
        yield Statement("UPDATE counter SET n = 9")
        yield Statement(_endless(database_url))

    async def in_a_session(database: AsyncDatabase) -> None:
        async with database.session(write=True) as connection:
            await connection.say(Begin())
            await connection.run(body())

    async def in_a_run(database: AsyncDatabase) -> None:
        await database.run(transaction(body()), write=True)

    async def main() -> Any:
        async with open_async_database(_small(database_url, "connection_limit=1")) as database:
            await _cancelled(in_a_run, database)
            await _cancelled(in_a_session, database)
            return await database.run(rows(COUNT), write=True)

    with open_database(database_url) as database:
        _counter(database)
    assert asyncio.run(main()) == [(0,)]


def test_a_task_that_is_cancelled_in_the_queue_takes_no_place(database_url: str) -> None:
    async def main() -> Any:
        async with open_async_database(_small(database_url, "connection_limit=1")) as database:
            async with database.session(write=True):
                await _cancelled(lambda database: database.run(rows("SELECT 1"), write=True), database)
            return await database.run(rows("SELECT 1"), write=True)

    assert asyncio.run(main()) == [(1,)]


# ---- ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waiting", ["blocking", "awaiting"])
def test_a_database_that_is_dropped_without_a_word_frees_its_connections(
    database_url: str, waiting: str
) -> None:
    async def awaiting() -> None:
        await open_async_database(database_url).run(rows("SELECT 1"), write=False)

    def threads() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "nicol-sqlite"}

    if waiting == "blocking":
        open_database(database_url).run(rows("SELECT 1"), write=False)
    else:
        asyncio.run(awaiting())
    gc.collect()
    for thread in threads():
        thread.join(5)
    assert not threads()
    if database_url.startswith("postgres"):
        with open_database(database_url) as other:
            while other.run(rows(_OTHERS), write=False) != [(0,)]:
                pass


_OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only Unix forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_opens_its_own_connections(database_url: str) -> None:
    with open_database(database_url) as database:
        _counter(database)
        child = os.fork()
        if child == 0:
            try:
                database.run(rows("UPDATE counter SET n = 7"), write=True)
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert database.run(rows(COUNT), write=False) == [(7,)]


# ---- the bookkeeping alone -------------------------------------------------------------------------------------------


class _Thing:
    broken = False
    in_transaction = False

    def __init__(self) -> None:
        self.closed = False

    def lost(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True


class _Waiter:
    def __init__(self) -> None:
        self.served: Any = None

    def done(self) -> bool:
        return self.served is not None

    def set_result(self, result: Any, /) -> None:
        self.served = result

    def set_exception(self, exception: BaseException, /) -> None:
        self.served = exception


@pytest.fixture
def things() -> Iterator[tuple[_Thing, _Thing]]:
    yield _Thing(), _Thing()


def test_the_connection_used_last_is_used_next(things: tuple[_Thing, _Thing]) -> None:
    places: Places[_Thing] = Places(2, None)
    assert (places.take(), places.take(), places.take()) == (VACANT, VACANT, None)
    for thing in things:
        places.put_back(thing, 0)
    assert places.take() is things[1]


def test_who_waited_longest_is_served_first(things: tuple[_Thing, _Thing]) -> None:
    places: Places[_Thing] = Places(1, None)
    places.take()
    first, second, third = _Waiter(), _Waiter(), _Waiter()
    for waiter in (first, second, third):
        places.queue(waiter)
    assert places.leave(second)
    places.put_back(things[0], 0)
    places.put_back(VACANT, 0)
    assert (first.served, second.served, third.served) == (things[0], None, VACANT)


def test_a_connection_that_nobody_needs_is_closed(things: tuple[_Thing, _Thing]) -> None:
    places: Places[_Thing] = Places(2, 300)
    places.take(), places.take()
    places.put_back(things[0], 0)
    places.put_back(things[1], 301)
    assert (things[0].closed, things[1].closed) == (True, False)


# ---- what is left behind ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waiting", ["blocking", "awaiting"])
def test_a_closed_sqlite_database_is_one_whole_file(sqlite_url: str, waiting: str) -> None:
    async def awaiting() -> None:
        async with open_async_database(sqlite_url) as database:
            await database.run(rows("CREATE TABLE t (a)"), write=True)
            await database.run(rows("SELECT * FROM t"), write=False)

    if waiting == "awaiting":
        asyncio.run(awaiting())
    else:
        with open_database(sqlite_url) as database:
            database.run(rows("CREATE TABLE t (a)"), write=True)
            database.run(rows("SELECT * FROM t"), write=False)
    folder = Path(sqlite_url.removeprefix("file:")).parent
    assert [path.name for path in folder.iterdir()] == ["test.db"]


def test_one_async_database_serves_one_event_loop_after_the_other(database_url: str) -> None:
    database = open_async_database(database_url)
    for _ in range(2):
        assert asyncio.run(database.run(rows("SELECT 1"), write=False)) == [(1,)]
    asyncio.run(database.close())
