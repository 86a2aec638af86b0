"""Work that takes too long is stopped in the database, soon, and the connection is as good as before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from nicol.drivers import open_async_database, open_database
from nicol.drivers.sqlite import SqliteConnection
from nicol.errors import DriverError, TimedOut
from nicol.sql.program import Begin, Program, Statement, ask, rows, transaction

SOON = 0.3
"""Seconds; a tenth is what is asked for, the rest is for a machine that has other things to do."""


def endless(url: str) -> str:
    """A statement that does not end by itself."""
    if url.startswith("postgres"):
        return "SELECT pg_sleep(60)"
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture(params=["blocking", "awaiting"])
def limited(request: pytest.FixtureRequest, database_url: str) -> Iterator[Callable[..., Any]]:
    """Drives a program with a deadline, as the kind in turn."""
    if request.param == "blocking":
        with open_database(database_url) as database:
            yield database.run
        return
    with asyncio.Runner() as runner:
        awaiting = open_async_database(database_url)
        yield lambda *arguments: runner.run(awaiting.run(*arguments))
        runner.run(awaiting.close())


@pytest.mark.proves("Databases", "a deadline stops the statement in the database")
@pytest.mark.parametrize("write", [False, True])
def test_a_statement_that_takes_too_long_is_stopped(
    limited: Callable[..., Any], database_url: str, write: bool
) -> None:
    limited(rows("SELECT 1"), write)
    started = time.monotonic()
    with pytest.raises(TimedOut, match=r"longer than its 0\.05 s") as caught:
        limited(ask(Statement(endless(database_url))), write, 0.05)
    assert time.monotonic() - started < 0.05 + SOON
    assert caught.value.code == "P1008"
    assert limited(rows("SELECT 1"), write, 5) == [(1,)]


@pytest.mark.proves("Databases", "a deadline undoes the transaction that it stops")
def test_a_transaction_that_takes_too_long_is_undone(limited: Callable[..., Any], database_url: str) -> None:
    def work() -> Program[None]:
        yield Statement("INSERT INTO t VALUES (1)")
        yield Statement(endless(database_url))

    limited(rows("CREATE TABLE t (a INTEGER)"), True)
    with pytest.raises(TimedOut):
        limited(transaction(work()), True, 0.05)
    assert limited(rows("SELECT count(*) FROM t"), True) == [(0,)]


def test_a_program_that_will_not_stop_is_refused_everything(database_url: str) -> None:
    def stubborn() -> Program[list[str]]:
        states = []
        for _ in range(3):
            try:
                yield Statement(endless(database_url))
            except DriverError as error:
                states.append(error.state)
        return states

    with open_database(database_url) as database:
        states = database.run(stubborn(), True, 0.05)
    assert states[1:] == ["INTERRUPTED", "INTERRUPTED"]


def test_nothing_runs_on_in_the_server(limited: Callable[..., Any], database_url: str) -> None:
    if not database_url.startswith("postgres"):
        pytest.skip("SQLite has no server")
    with pytest.raises(TimedOut):
        limited(ask(Statement("SELECT pg_sleep(60), 'not me'")), False, 0.05)
    with psycopg.connect(database_url, autocommit=True) as other:
        running = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%not me%' "
            "AND pid <> pg_backend_pid()"
        ).fetchone()
    assert running == (0,)


def test_the_wait_for_a_lock_ends_too(limited: Callable[..., Any], database_url: str) -> None:
    limited(rows("CREATE TABLE t (a INTEGER)"), True)
    limited(rows("INSERT INTO t VALUES (1)"), True)
    with open_database(database_url) as other, other.session(write=True) as connection:
        connection.say(Begin())
        connection.say(Statement("UPDATE t SET a = 2"))
        started = time.monotonic()
        with pytest.raises(TimedOut):
            limited(rows("UPDATE t SET a = 3"), True, 0.05)
        assert time.monotonic() - started < 0.05 + SOON
    assert limited(rows("SELECT a FROM t"), False) == [(1,)]


def test_short_reads_keep_their_answers_and_long_ones_the_loop_free(sqlite_url: str) -> None:
    """A read that takes longer than the loop may be kept is done again beside it."""
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT max(i) FROM n"

    async def main() -> tuple[Any, Any, float]:
        async with open_async_database(sqlite_url) as database:
            await database.run(rows("CREATE TABLE t (a INTEGER)"), True)
            short = await database.run(rows("SELECT 1"), False)
            longest, last = 0.0, time.monotonic()
            working = asyncio.ensure_future(database.run(rows(long), False))
            while not working.done():
                await asyncio.sleep(0.001)
                now = time.monotonic()
                longest, last = max(longest, now - last), now
            return short, await working, longest

    short, answer, longest = asyncio.run(main())
    assert (short, answer) == ([(1,)], [(2000000,)])
    assert longest < 0.1


def test_a_read_that_was_too_long_for_the_loop_is_begun_beside_it_until_it_is_short(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT max(i) FROM n"
    begun: list[int] = []
    say_at_once = SqliteConnection.say_at_once

    def counted(connection: SqliteConnection, statement: Statement) -> Any:
        begun.append(statement.params[0])
        return say_at_once(connection, statement)

    monkeypatch.setattr(SqliteConnection, "say_at_once", counted)

    async def main() -> None:
        async with open_async_database(sqlite_url) as database:
            for size in (2_000_000, 1_000_000, 3):
                assert await database.run(rows(text, size), False) == [(size,)]
            while 4 not in begun:  # as soon as the machine has let a short one be short
                assert await database.run(rows(text, 4), False) == [(4,)]

    asyncio.run(main())
    assert begun == [2_000_000, 4]
