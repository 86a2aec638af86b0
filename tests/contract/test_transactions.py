"""Transactions, savepoints, their ends and their limits; many writers at once; raw SQL; connections and logging."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from nicol.errors import (
    ClientError,
    ConfigurationError,
    ConnectionFailed,
    RawQueryFailed,
    TimedOut,
    TransactionClosed,
    UniqueViolation,
)

# ---- transactions ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "transactions keep their work together")
def test_a_transaction_that_ends_well_is_kept(db: Any) -> None:
    with db.tx() as tx:
        tx.counter.create(data={"id": 1})
        assert tx.counter.count() == 1
    assert db.counter.count() == 1


@pytest.mark.proves("Client", "transactions are undone when their block raises")
def test_a_transaction_that_raises_is_undone_and_raises(db: Any) -> None:
    with pytest.raises(ZeroDivisionError), db.tx() as tx:
        tx.counter.create(data={"id": 1})
        raise ZeroDivisionError
    assert db.counter.count() == 0


@pytest.mark.proves("Client", "nobody outside sees a transaction before its end")
def test_others_do_not_see_an_open_transaction(db: Any, open_client: Callable[..., Any]) -> None:
    other = open_client()
    with db.tx() as tx:
        tx.counter.create(data={"id": 1})
        assert other.counter.count() == 0
        assert db.counter.count() == 0
    assert other.counter.count() == 1


@pytest.mark.proves("Client", "nested transactions are savepoints")
def test_a_nested_transaction_is_undone_alone(db: Any) -> None:
    with db.tx() as tx:
        tx.counter.create(data={"id": 1})
        with pytest.raises(UniqueViolation), tx.tx() as inner:
            inner.counter.create(data={"id": 2})
            inner.counter.create(data={"id": 1})
        with tx.tx() as inner:
            inner.counter.create(data={"id": 3})
            with inner.tx() as innermost:
                innermost.counter.create(data={"id": 4})
    assert [row.id for row in db.counter.find_many(order={"id": "asc"})] == [1, 3, 4]


@pytest.mark.proves("Client", "a write with nested writes inside a transaction is a savepoint")
def test_a_failing_nested_write_does_not_end_the_transaction(db: Any) -> None:
    db.tag.create(data={"name": "taken"})
    with db.tx() as tx:
        author = tx.user.create(data={"email": "a@x.org"})
        post = {"title": "x", "authorId": author.id, "tags": {"create": [{"name": "new"}, {"name": "taken"}]}}
        with pytest.raises(UniqueViolation):
            tx.post.create(data=post)
        tx.user.create(data={"email": "b@x.org"})
    assert (db.user.count(), db.post.count(), db.tag.count()) == (2, 0, 1)


@pytest.mark.proves("Client", "a transaction's client is closed with it")
def test_a_transaction_cannot_be_used_after_its_end(db: Any) -> None:
    with db.tx() as tx:
        pass
    with pytest.raises(TransactionClosed) as error:
        tx.counter.count()
    assert error.value.code == "P2028"
    with db.tx() as outer:
        with outer.tx() as inner:
            pass
        with pytest.raises(TransactionClosed):
            inner.counter.count()
        assert outer.counter.count() == 0


@pytest.mark.proves("Client", "transactions that take too long are undone")
def test_a_transaction_that_takes_too_long_is_undone(db: Any) -> None:
    with pytest.raises(TransactionClosed) as error, db.tx(timeout=0.05) as tx:
        tx.counter.create(data={"id": 1})
        time.sleep(0.1)
        tx.counter.create(data={"id": 2})
    assert error.value.code == "P2028"
    with pytest.raises(TransactionClosed), db.tx(timeout=timedelta(seconds=0.05)) as tx:
        tx.counter.create(data={"id": 3})
        time.sleep(0.1)
    assert db.counter.count() == 0


@pytest.mark.proves("Client", "isolation levels of transactions")
def test_isolation_levels_are_taken_in_both_spellings(db: Any) -> None:
    for level in ("Serializable", "SERIALIZABLE", "ReadCommitted", "REPEATABLE READ"):
        with db.tx(isolation_level=level) as tx:
            tx.counter.count()
    with pytest.raises(ClientError), db.tx(isolation_level="Whatever"):
        pass


def test_a_waiting_transaction_gives_up_after_max_wait(open_client: Callable[..., Any], target: Any) -> None:
    client = open_client(url=f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=1")
    with client.tx(), pytest.raises(TimedOut) as error, client.tx(max_wait=0.05):
        pass
    assert error.value.code == "P2024"


# ---- many at once ----------------------------------------------------------------------------------------------------

WRITERS, ROUNDS = 32, 10


@pytest.mark.proves("Client", "many threads at once write exactly")
def test_threads_increment_exactly(target: Any) -> None:
    with target.package.Client(url=target.url) as db:
        db.counter.delete_many()
        db.counter.create(data={"id": 1})

        def work(_: int) -> None:
            for _ in range(ROUNDS):
                db.counter.update(where={"id": 1}, data={"value": {"increment": 1}})

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(work, range(WRITERS)))
        assert db.counter.find_unique(where={"id": 1}).value == WRITERS * ROUNDS


@pytest.mark.proves("Client", "many tasks at once write exactly")
def test_tasks_increment_exactly_even_when_they_read_first(target: Any) -> None:
    async def work(db: Any) -> None:
        for _ in range(ROUNDS):
            async with db.tx(max_wait=60, timeout=60) as tx:
                if target.url.startswith("postgres"):
                    await tx.query_raw("SELECT 1 FROM counters WHERE id = 1 FOR UPDATE")
                row = await tx.counter.find_unique(where={"id": 1})
                await tx.counter.update(where={"id": 1}, data={"value": row.value + 1})

    async def main() -> int:
        async with target.package.AsyncClient(url=target.url) as db:
            await db.counter.delete_many()
            await db.counter.create(data={"id": 1})
            await asyncio.gather(*(work(db) for _ in range(WRITERS)))
            return (await db.counter.find_unique(where={"id": 1})).value

    assert asyncio.run(main()) == WRITERS * ROUNDS


# ---- raw SQL ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def mark(target: Any) -> Callable[[int], str]:
    """The database's own placeholder for the parameter of a number."""
    return (lambda number: f"${number}") if target.url.startswith("postgres") else (lambda _: "?")


@pytest.mark.proves("Client", "raw queries with parameters")
def test_raw_queries_take_parameters_and_return_dictionaries(db: Any, mark: Callable[[int], str]) -> None:
    insert = f"INSERT INTO counters (id, value) VALUES ({mark(1)}, {mark(2)})"
    assert db.execute_raw(insert, 1, 10) == 1
    assert db.execute_raw(insert, 2, 20) == 1
    assert db.query_raw("SELECT id, value AS v FROM counters ORDER BY id") == [
        {"id": 1, "v": 10},
        {"id": 2, "v": 20},
    ]
    assert db.query_first(f"SELECT value FROM counters WHERE id = {mark(1)}", 2) == {"value": 20}
    assert db.query_first(f"SELECT value FROM counters WHERE id = {mark(1)}", 9) is None
    assert db.query_raw(f"UPDATE counters SET value = 0 WHERE id > {mark(1)} RETURNING id", 1) == [{"id": 2}]
    assert db.execute_raw("UPDATE counters SET value = 5") == 2


@pytest.mark.proves("Client", "raw parameters of every type")
def test_raw_parameters_of_every_type_find_their_rows(db: Any, mark: Callable[[int], str]) -> None:
    moment = datetime(2024, 1, 1, 12, tzinfo=UTC)
    values = {
        "text": "ü", "flag": True, "whole": 1, "big": 2**40, "ratio": 1.5, "amount": Decimal("1.5"),
        "moment": moment, "blob": b"\x00", "role": "ADMIN",
    }  # fmt: skip
    db.sample.create(data={"label": "x", **values})
    for column, value in values.items():
        cast = '::"Role"' if column == "role" and mark(1) == "$1" else ""
        found = db.query_raw(f'SELECT label FROM "Sample" WHERE "{column}" = {mark(1)}{cast}', value)
        assert found == [{"label": "x"}], column


@pytest.mark.proves("Client", "raw queries inside transactions")
def test_raw_queries_belong_to_their_transaction(db: Any) -> None:
    with pytest.raises(ZeroDivisionError), db.tx() as tx:
        tx.execute_raw("INSERT INTO counters (id, value) VALUES (1, 1)")
        assert tx.query_first("SELECT count(*) AS n FROM counters") == {"n": 1}
        raise ZeroDivisionError
    assert db.query_first("SELECT count(*) AS n FROM counters") == {"n": 0}


@pytest.mark.proves("Client", "raw queries that the database refuses")
def test_refused_raw_queries_say_why(db: Any) -> None:
    for call in (db.query_raw, db.query_first, db.execute_raw):
        with pytest.raises(RawQueryFailed) as error:
            call("SELECT x FROM nowhere")
        assert error.value.code == "P2010"
        assert "nowhere" in str(error.value)


# ---- connections -----------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "clients connect with their first call, and again after a disconnect")
def test_a_client_connects_when_it_is_needed(open_client: Callable[..., Any]) -> None:
    client = open_client()
    assert client.is_connected() is False
    client.counter.count()
    assert client.is_connected() is True
    client.disconnect()
    assert client.is_connected() is False
    client.counter.count()
    with client as same:
        same.counter.count()
    assert client.is_connected() is False


@pytest.mark.proves("Client", "the URL decides the database when the client connects")
def test_the_environment_is_asked_when_the_client_connects(
    open_client: Callable[..., Any], target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = open_client(url=None)
    with pytest.raises(ConfigurationError, match="CONTRACT_URL"):
        client.connect()
    monkeypatch.setenv("CONTRACT_URL", target.url)
    client.connect()
    assert client.is_connected()


@pytest.mark.proves("Client", "unreachable databases are told at connect time")
def test_an_unreachable_database_is_told_when_connecting(
    open_client: Callable[..., Any], target: Any
) -> None:
    url = (
        "postgresql://nobody@127.0.0.1:1/x"
        if target.url.startswith("postgres")
        else "file:/no/such/folder/x.db"
    )
    client = open_client(url=url)
    with pytest.raises(ConnectionFailed) as connecting:
        client.connect()
    with pytest.raises(ConnectionFailed) as calling:
        client.counter.count()
    assert [error.value.code for error in (connecting, calling)] in (["P1001", "P1001"], ["P1003", "P1003"])


@pytest.mark.proves("Client", "query logging hides values unless they are asked for")
def test_queries_are_logged_without_their_values(
    db: Any, open_client: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    db.user.create(data={"email": "secret@x.org"})
    caplog.set_level(logging.INFO, "nicol.query")
    open_client(log_queries=True).user.find_unique(where={"email": "secret@x.org"})
    assert "SELECT" in caplog.text
    assert " ms, 1 rows: " in caplog.text
    assert "secret" not in caplog.text
    open_client(log_queries=True, log_values=True).user.find_unique(where={"email": "secret@x.org"})
    assert "secret" in caplog.text


@pytest.mark.proves("Client", "a function may listen to every statement")
def test_a_function_is_told_of_every_statement(db: Any, open_client: Callable[..., Any]) -> None:
    heard: list[Any] = []
    client = open_client(log_queries=heard.append)
    client.counter.create(data={"id": 1})
    with pytest.raises(UniqueViolation):
        client.counter.create(data={"id": 1})
    assert [observation.error is None for observation in heard] == [True, False]
    assert all(observation.params is None and observation.seconds >= 0 for observation in heard)
