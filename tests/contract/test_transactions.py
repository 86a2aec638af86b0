"""Transactions, savepoints, their ends and their limits; many writers at once; raw SQL; connections and logging."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from nicol.client.scope import MAX_WAIT
from nicol.errors import (
    AfterCommitFailed,
    ClientError,
    ConfigurationError,
    ConnectionFailed,
    NotConnected,
    QueryInvalid,
    RawQueryFailed,
    RecordNotFound,
    TimedOut,
    TransactionClosed,
    UniqueViolation,
    WriteConflict,
)
from tests.contract.conftest import Awaited

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


@pytest.mark.proves(
    "Client",
    "transactions inside a transaction that would meet are refused: nothing that was told kept is undone",
)
def test_tasks_do_not_open_transactions_in_each_other(target: Any) -> None:
    async def main() -> tuple[list[Any], set[int]]:
        async with target.package.AsyncClient(url=target.url) as db:
            await db.counter.delete_many()
            async with db.tx() as tx:
                opened, ending = asyncio.Event(), asyncio.Event()

                async def first() -> None:
                    async with tx.tx() as inner:
                        await inner.counter.create(data={"id": 1})
                        opened.set()
                        await ending.wait()
                        raise ZeroDivisionError

                async def second() -> None:
                    await opened.wait()
                    async with tx.tx() as inner:
                        await inner.counter.create(data={"id": 2})

                async def third() -> None:
                    await opened.wait()
                    try:
                        await tx.counter.create(data={"id": 3})
                    finally:
                        ending.set()

                told = await asyncio.gather(first(), second(), third(), return_exceptions=True)
                async with tx.tx() as inner:
                    await inner.counter.create(data={"id": 4})
            return told, {row.id for row in await db.counter.find_many()}

    told, kept = asyncio.run(main())
    assert [type(each) for each in told] == [ZeroDivisionError, TransactionClosed, TransactionClosed]
    assert "is open in another task or thread" in str(told[1])
    assert kept == {4}


def test_threads_do_not_open_transactions_in_each_other(target: Any) -> None:
    with target.package.Client(url=target.url) as db, ThreadPoolExecutor(2) as others:
        db.counter.delete_many()

        def open_one(number: int) -> None:
            with tx.tx() as inner:
                inner.counter.create(data={"id": number})

        with db.tx() as tx:
            with pytest.raises(ZeroDivisionError), tx.tx() as inner:
                inner.counter.create(data={"id": 1})
                for work in (lambda: open_one(2), lambda: tx.counter.create(data={"id": 3})):
                    with pytest.raises(TransactionClosed, match="is open in another task or thread"):
                        others.submit(work).result()
                assert others.submit(inner.counter.count).result() == 1
                raise ZeroDivisionError
            others.submit(open_one, 4).result()
        assert [row.id for row in db.counter.find_many()] == [4]


@pytest.mark.proves(
    "Client", "transactions inside a transaction may end in any order: what is kept is what was kept"
)
def test_begun_transactions_lie_in_each_other_in_any_order(db: Any) -> None:
    with db.tx() as tx:
        first, second = tx.begin(), tx.begin()
        first.counter.create(data={"id": 1})
        second.counter.create(data={"id": 2})
        first.rollback()  # the second lies in it
        for ended in (second.commit, second.counter.count):
            with pytest.raises(TransactionClosed):
                ended()
        third, fourth = tx.begin(), tx.begin()
        fourth.counter.create(data={"id": 4})
        fourth.commit()
        third.counter.create(data={"id": 3})
        third.commit()
        left = tx.begin()
        left.counter.create(data={"id": 5})
    assert [row.id for row in db.counter.find_many(order={"id": "asc"})] == [3, 4]
    with pytest.raises(TransactionClosed):
        left.commit()
    assert db.counter.create(data={"id": 6}).id == 6


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
    with (
        pytest.raises(QueryInvalid, match="`Serialisable` is unknown"),
        db.tx(isolation_level="Serialisable"),
    ):
        pass


def test_a_waiting_transaction_gives_up_after_max_wait(open_client: Callable[..., Any], target: Any) -> None:
    client = open_client(url=f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=1")
    with client.tx(), pytest.raises(TimedOut) as error, client.tx(max_wait=0.05):
        pass
    assert error.value.code == "P2024"


@pytest.mark.proves("Client", "after an error of the database a transaction can only be undone")
def test_a_failed_transaction_is_good_for_nothing(db: Any) -> None:
    with pytest.raises(TransactionClosed, match="refused by the database"), db.tx() as tx:
        tx.counter.create(data={"id": 1})
        with pytest.raises(UniqueViolation):
            tx.counter.create(data={"id": 1})
        with pytest.raises(TransactionClosed, match="refused by the database") as error:
            tx.counter.count()
        assert error.value.code == "P2028"
    assert db.counter.count() == 0


@pytest.mark.proves("Client", "errors that the database has not seen leave a transaction as it was")
def test_an_error_before_the_database_leaves_the_transaction(db: Any) -> None:
    with db.tx() as tx:
        tx.counter.create(data={"id": 1})
        for bad in ({"where": {"id": "one"}}, {"where": {"nothing": 1}}):
            with pytest.raises(ClientError):
                tx.counter.find_unique(**bad)
        with pytest.raises(RecordNotFound):
            tx.counter.update(where={"id": 9}, data={"value": 1})
    assert db.counter.count() == 1


@pytest.mark.proves("Client", "the time of a transaction stops what runs, and frees its locks")
def test_the_end_of_its_time_frees_the_locks_of_a_transaction(
    db: Any, open_client: Callable[..., Any], endless: str
) -> None:
    other = open_client()
    db.counter.create(data={"id": 1})
    started = time.monotonic()
    with pytest.raises(TransactionClosed, match=r"longer than its 0\.1 s") as error, db.tx(timeout=0.1) as tx:
        tx.counter.update(where={"id": 1}, data={"value": 1})
        tx.query_raw(endless)
    assert error.value.code == "P2028"
    assert time.monotonic() - started < 1
    assert other.counter.update(where={"id": 1}, data={"value": 2}, timeout=1).value == 2


@pytest.mark.proves("Client", "a transaction that idles beyond its time holds no locks")
def test_a_transaction_that_does_nothing_is_undone_in_time(target: Any) -> None:
    with target.package.Client(url=target.url) as db, target.package.Client(url=target.url) as other:
        db.counter.delete_many()
        db.counter.create(data={"id": 1})
        with pytest.raises(TransactionClosed), db.tx(timeout=0.1) as tx:
            tx.counter.update(where={"id": 1}, data={"value": 1})
            time.sleep(0.25)
            assert other.counter.update(where={"id": 1}, data={"value": 2}, timeout=0.5).value == 2
        assert db.counter.find_unique(where={"id": 1}).value == 2


@pytest.mark.proves("Client", "a task's transaction that idles beyond its time holds no locks")
def test_a_transaction_of_a_task_that_does_nothing_is_undone_in_time(target: Any) -> None:
    async def main() -> int:
        async with (
            target.package.AsyncClient(url=target.url) as db,
            target.package.AsyncClient(url=target.url) as other,
        ):
            await db.counter.delete_many()
            await db.counter.create(data={"id": 1})
            with pytest.raises(TransactionClosed):
                async with db.tx(timeout=0.1) as tx:
                    await tx.counter.update(where={"id": 1}, data={"value": 1})
                    await asyncio.sleep(0.25)
                    await other.counter.update(where={"id": 1}, data={"value": 2}, timeout=0.5)
            return (await db.counter.find_unique(where={"id": 1})).value

    assert asyncio.run(main()) == 2


@pytest.mark.proves(
    "Client", "what lies in a transaction whose time is over is undone with it, without a word of doubt"
)
def test_a_late_transaction_takes_its_savepoints_along(db: Any, caplog: pytest.LogCaptureFixture) -> None:
    with (
        pytest.raises(TransactionClosed, match=r"longer than its 0\.1 s"),
        db.tx(timeout=0.1) as tx,
        tx.tx() as inner,
    ):
        inner.counter.create(data={"id": 1})
        time.sleep(0.3)
        inner.counter.count()
    with db.tx() as tx:
        tx.counter.create(data={"id": 2})
        with pytest.raises(TransactionClosed), tx.tx(timeout=0.1) as inner, inner.tx() as innermost:
            innermost.counter.create(data={"id": 3})
            time.sleep(0.3)
        tx.counter.create(data={"id": 4})
    assert [row.id for row in db.counter.find_many(order={"id": "asc"})] == [2, 4]
    assert caplog.messages == []


@pytest.mark.proves("Client", "a nested transaction may have a time of its own")
def test_a_nested_transaction_has_a_time_of_its_own(target: Any) -> None:
    with target.package.Client(url=target.url) as db:
        db.counter.delete_many()
        with db.tx() as tx:
            tx.counter.create(data={"id": 1})
            with (
                pytest.raises(TransactionClosed, match=r"longer than its 0\.05 s"),
                tx.tx(timeout=0.05) as inner,
            ):
                inner.counter.create(data={"id": 2})
                time.sleep(0.15)
            tx.counter.create(data={"id": 3})
        assert [row.id for row in db.counter.find_many(order={"id": "asc"})] == [1, 3]


@pytest.mark.parametrize("given", [{"isolation_level": "Serializable"}, {"max_wait": 1}])
def test_a_nested_transaction_refuses_what_it_cannot_decide(db: Any, given: dict[str, Any]) -> None:
    with db.tx() as tx, pytest.raises(QueryInvalid, match="outermost"), tx.tx(**given):
        pass


@pytest.mark.parametrize("wrong", [0, -1, "5", True])
def test_a_time_must_be_one(db: Any, wrong: Any) -> None:
    with pytest.raises(QueryInvalid, match="positive number of seconds"), db.tx(timeout=wrong):
        pass
    with pytest.raises(QueryInvalid, match="positive number of seconds"):
        db.counter.count(timeout=wrong)


def test_a_transaction_that_cannot_begin_in_time_says_so(
    open_client: Callable[..., Any], target: Any
) -> None:
    if target.url.startswith("postgres"):
        pytest.skip("PostgreSQL begins at once")
    one, other = open_client(), open_client()
    with one.tx():
        started = time.monotonic()
        with pytest.raises(TimedOut, match="could not begin") as error, other.tx(max_wait=0.05):
            pass
        assert time.monotonic() - started < MAX_WAIT
    assert error.value.code == "P2024"


# ---- transactions ended by hand --------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "transactions that begin and end by hand")
def test_a_transaction_may_be_ended_by_hand(db: Any) -> None:
    for end, count in (("rollback", 0), ("commit", 1)):
        tx = db.begin()
        tx.counter.create(data={"id": 1})
        getattr(tx, end)()
        assert db.counter.count() == count
        with pytest.raises(TransactionClosed):
            tx.counter.count()
        with pytest.raises(TransactionClosed, match="begin"):
            tx.commit()


@pytest.mark.proves("Client", "a test may undo all that it has done")
def test_a_begun_transaction_is_a_block_too(db: Any) -> None:
    with db.begin() as tx:
        tx.counter.create(data={"id": 1})
        with tx.tx() as inner:
            inner.counter.create(data={"id": 2})
        tx.rollback()
    assert db.counter.count() == 0
    with db.begin() as tx:
        tx.counter.create(data={"id": 3})
    with pytest.raises(ZeroDivisionError), db.begin() as tx:
        tx.counter.create(data={"id": 4})
        raise ZeroDivisionError
    assert [row.id for row in db.counter.find_many()] == [3]


def test_only_a_begun_transaction_is_ended_by_hand(db: Any) -> None:
    with db.tx() as tx, pytest.raises(TransactionClosed, match="begin"):
        tx.commit()
    with pytest.raises(TransactionClosed, match="begin"):
        db.rollback()


def test_a_begun_transaction_that_is_dropped_is_undone(target: Any) -> None:
    with target.package.Client(
        url=f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=1"
    ) as db:
        db.counter.delete_many()
        db.begin().counter.create(data={"id": 1})
        gc.collect()
        assert db.counter.count() == 0


@pytest.mark.proves(
    "Client", "a transaction that is dropped is undone without a word, and frees its connection"
)
def test_a_task_may_drop_a_transaction(target: Any) -> None:
    heard: list[Any] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
        url = f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=1"
        async with target.package.AsyncClient(url=url) as db:
            await db.counter.delete_many()
            for turn in range(3):
                tx = await db.begin()
                await tx.counter.create(data={"id": turn})
                inner = await tx.begin()
                await inner.counter.create(data={"id": 10 + turn})
                del tx, inner
                gc.collect()
                assert await db.counter.count(timeout=2) == 0
                block = db.tx()
                await (await block.__aenter__()).counter.create(data={"id": turn})
                del block
                gc.collect()
                assert await db.counter.count(timeout=2) == 0
            assert await db.counter.delete_many(timeout=2) == 0
            assert all(pool.busy == 0 for pool in db.metrics().values())

    asyncio.run(main())
    assert heard == []


# ---- after the commit ------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "functions that run after the commit")
def test_hooks_run_after_the_outermost_commit(db: Any) -> None:
    told: list[str] = []
    with db.tx() as tx:
        tx.after_commit(lambda: told.append("outer"))
        with tx.tx() as inner:
            inner.after_commit(lambda: told.append("kept"))
        with pytest.raises(ZeroDivisionError), tx.tx() as inner:
            inner.after_commit(lambda: told.append("undone"))
            raise ZeroDivisionError
        assert told == []
    assert told == ["outer", "kept"]
    with pytest.raises(ZeroDivisionError), db.tx() as tx:
        tx.after_commit(lambda: told.append("never"))
        raise ZeroDivisionError
    assert told == ["outer", "kept"]


@pytest.mark.proves("Client", "hooks that fail are told, and the work stays")
def test_failing_hooks_are_told_together(db: Any) -> None:
    told: list[int] = []
    with pytest.raises(AfterCommitFailed, match="2 of 3") as error, db.tx() as tx:
        tx.counter.create(data={"id": 1})
        tx.after_commit(lambda: 1 / 0)
        tx.after_commit(lambda: told.append(1))
        tx.after_commit(lambda: {}["x"])
    assert [type(each) for each in error.value.errors] == [ZeroDivisionError, KeyError]
    assert (told, db.counter.count()) == ([1], 1)


def test_hooks_of_tasks_are_awaited(target: Any) -> None:
    told: list[int] = []

    async def main() -> None:
        async with target.package.AsyncClient(url=target.url) as db:

            async def hook() -> None:
                await asyncio.sleep(0)
                told.append(1)

            async with db.tx() as tx:
                tx.after_commit(hook)

    asyncio.run(main())
    assert told == [1]


def test_hooks_belong_to_transactions(db: Any, target: Any) -> None:
    with pytest.raises(QueryInvalid, match="belongs to a transaction"):
        db.after_commit(lambda: None)

    async def hook() -> None: ...

    with target.package.Client(url=target.url) as blocking, blocking.tx() as tx, pytest.raises(QueryInvalid):
        tx.after_commit(hook)


@pytest.mark.proves("Client", "Ctrl-C stops a statement in the database, and undoes its transaction")
@pytest.mark.parametrize("inside", [True, False], ids=["in a transaction", "alone"])
def test_ctrl_c_is_heard_while_a_statement_runs(target: Any, endless: str, inside: bool) -> None:
    assert threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # processes in the background ignore it
    ctrl_c = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    try:
        with target.package.Client(url=target.url) as db:
            db.counter.delete_many()
            with pytest.raises(KeyboardInterrupt):
                if inside:
                    with db.tx(timeout=20) as tx:
                        tx.counter.create(data={"id": 1})
                        ctrl_c.start()
                        tx.query_raw(endless)
                else:
                    ctrl_c.start()
                    db.query_raw(endless, timeout=20)
            assert db.counter.create(data={"id": 1}).id == 1
    finally:
        ctrl_c.join()
        signal.signal(signal.SIGINT, before)


@pytest.mark.proves("Client", "a process that is forked in a transaction leaves it to its parent")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="only Unix forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_no_part_in_its_parents_transaction(target: Any) -> None:
    child = os.getpid()
    try:
        with target.package.Client(url=target.url) as db:
            db.counter.delete_many()
            with db.tx() as tx:
                tx.counter.create(data={"id": 1})
                child = os.fork()
                if child == 0:
                    _work_as_a_child(db, tx)
                assert os.waitpid(child, 0)[1] == 0
                tx.counter.create(data={"id": 2})
            assert db.counter.count() == 2
    except SystemExit as end:
        if child == 0:
            gc.collect()
            os._exit(int(end.code or 0))
        raise
    finally:
        if child == 0:
            os._exit(9)


def _work_as_a_child(db: Any, tx: Any) -> None:
    """What a child may do and may not; its end unwinds the parent's blocks."""
    with pytest.raises(NotConnected, match="the process that this one was forked from"):
        tx.counter.count()
    assert db.counter.count() == 0
    assert all(pool.busy == 0 for pool in db.metrics().values())
    sys.exit(0)


# ---- doing it again --------------------------------------------------------------------------------------------------


def _function(db: Any, work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of a transaction's client as the kind of client takes it."""
    if not isinstance(db, Awaited):
        return work

    async def awaited(tx: Any) -> Any:
        return work(tx)

    return awaited


@pytest.mark.proves("Client", "whole functions are done again when they have collided")
def test_a_function_is_done_again(db: Any) -> None:
    calls: list[bool] = []

    def work(tx: Any) -> str:
        calls.append(True)
        if len(calls) < 3:
            raise WriteConflict("collided")
        return "done"

    assert db.retrying(_function(db, work), attempts=3) == "done"
    assert len(calls) == 3
    calls.clear()
    with pytest.raises(WriteConflict):
        db.retrying(_function(db, work), attempts=2)
    assert len(calls) == 2


def test_other_errors_are_not_tried_again(db: Any) -> None:
    calls: list[bool] = []

    def work(tx: Any) -> None:
        calls.append(True)
        raise UniqueViolation("twice")

    with pytest.raises(UniqueViolation):
        db.retrying(_function(db, work))
    assert len(calls) == 1
    with pytest.raises(QueryInvalid):
        db.retrying(_function(db, work), attempts=0)
    with db.tx() as tx, pytest.raises(QueryInvalid, match="transactions of its own"):
        tx.retrying(_function(db, work))


@pytest.mark.proves("Client", "transactions that collide are exact when they are tried again")
def test_colliding_transactions_are_exact_when_tried_again(target: Any) -> None:
    with target.package.Client(url=target.url) as db:
        db.counter.delete_many()
        db.counter.create(data={"id": 1})

        def increment(tx: Any) -> None:
            row = tx.counter.find_unique(where={"id": 1})
            tx.counter.update(where={"id": 1}, data={"value": row.value + 1})

        def work(_: int) -> None:
            for _ in range(5):
                db.retrying(increment, attempts=100, isolation_level="Serializable", max_wait=60, timeout=60)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert db.counter.find_unique(where={"id": 1}).value == 40


# ---- batches ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "calls that happen together in one trip")
def test_the_calls_of_a_batch_happen_together(db: Any) -> None:
    with db.batch() as batch:
        made = batch.counter.create(data={"id": 1})
        more = batch.counter.create_many(data=[{"id": 2}, {"id": 3}])
        author = batch.user.create(
            data={"email": "a@x.org", "posts": {"create": [{"title": "x"}]}}, include={"posts": True}
        )
        changed = batch.counter.update_many(data={"value": 7})
        count = batch.counter.count()
        none = batch.counter.find_unique(where={"id": 9})
        with pytest.raises(QueryInvalid, match="before the batch has ended"):
            _ = made.result
    assert (made.result.id, more.result, changed.result, count.result, none.result) == (1, 2, 3, 3, None)
    assert author.result.posts[0].title == "x"
    assert {row.value for row in db.counter.find_many()} == {7}


@pytest.mark.proves("Client", "a batch happens whole or not at all")
@pytest.mark.parametrize("kind", ["refused", "missing", "raised"])
def test_a_batch_is_whole_or_nothing(db: Any, kind: str) -> None:
    expected = {"refused": UniqueViolation, "missing": RecordNotFound, "raised": ZeroDivisionError}[kind]
    with pytest.raises(expected) as error, db.batch() as batch:
        first = batch.counter.create(data={"id": 1})
        batch.tag.create(data={"name": "x"})
        if kind == "refused":
            batch.tag.create(data={"name": "x"})
        elif kind == "missing":
            batch.tag.update(where={"name": "y"}, data={"name": "z"})
        else:
            raise ZeroDivisionError
        batch.counter.create(data={"id": 2})
    assert (db.counter.count(), db.tag.count()) == (0, 0)
    assert kind == "raised" or error.value.model == "Tag"
    with pytest.raises(QueryInvalid):
        _ = first.result


def test_a_batch_in_a_transaction_is_a_savepoint(db: Any) -> None:
    with db.tx() as tx:
        tx.counter.create(data={"id": 1})
        with pytest.raises(UniqueViolation), tx.batch() as batch:
            batch.counter.create(data={"id": 2})
            batch.counter.create(data={"id": 1})
        with tx.batch() as batch:
            batch.counter.create(data={"id": 3})
        with pytest.raises(QueryInvalid, match="outermost"):
            tx.batch(isolation_level="Serializable")
    assert [row.id for row in db.counter.find_many(order={"id": "asc"})] == [1, 3]


def test_a_batch_may_be_empty_and_wrong(db: Any) -> None:
    with db.batch():
        pass
    with db.batch() as batch:
        with pytest.raises(QueryInvalid, match="nothing"):
            batch.counter.create(data={"nothing": 1})
        with pytest.raises(QueryInvalid, match="no time of its own"):
            batch.counter.count(timeout=1)
        with pytest.raises(AttributeError):
            _ = batch.nothing
    with pytest.raises(QueryInvalid, match="has ended"):
        batch.counter.count()


def test_a_batch_may_take_only_so_long(db: Any, open_client: Callable[..., Any]) -> None:
    other = open_client()
    db.counter.create(data={"id": 1})
    with other.tx() as tx:
        tx.counter.update(where={"id": 1}, data={"value": 1})
        with pytest.raises(TimedOut), db.batch(timeout=0.05) as batch:
            batch.counter.update(where={"id": 1}, data={"value": 2})
    assert db.counter.find_unique(where={"id": 1}).value == 1


# ---- names that are held ---------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "names that a transaction holds against all others")
def test_a_name_is_held_until_the_transaction_ends(db: Any, open_client: Callable[..., Any]) -> None:
    other = open_client()
    with db.tx() as tx:
        assert tx.advisory_lock("invoices") is True
        with pytest.raises((TimedOut, TransactionClosed)), other.tx(max_wait=0.05) as second:
            second.advisory_lock("invoices", timeout=0.05)
        if db.query_first("SELECT 1 AS one") and _is_server(db):
            with other.tx() as second:
                assert second.advisory_lock("invoices", wait=False) is False
                assert second.advisory_lock("letters", wait=False) is True
    with other.tx() as second:
        assert second.advisory_lock("invoices", wait=False) is True
    with pytest.raises(QueryInvalid, match="belongs to a transaction"):
        db.advisory_lock("invoices")


def _is_server(db: Any) -> bool:
    return bool(db.metrics().get("connections"))


@pytest.mark.proves("Client", "metrics of the connection pools")
def test_pools_tell_how_they_are_used(open_client: Callable[..., Any], target: Any) -> None:
    client = open_client(url=f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=2")
    assert client.metrics() == {}
    client.counter.count()
    with client.tx():
        pools = client.metrics()
        assert sum(pool.busy for pool in pools.values()) == 1
    pools = client.metrics()
    assert sum(pool.busy for pool in pools.values()) == 0
    assert sum(pool.acquired for pool in pools.values()) == 2
    assert sum(pool.opened for pool in pools.values()) == sum(pool.idle for pool in pools.values())
    assert all(pool.waiting == pool.timeouts == 0 for pool in pools.values())
    with (
        client.tx(),
        client.tx() if _is_server(client) else nullcontext(),
        pytest.raises(TimedOut),
        client.tx(max_wait=0.05),
    ):
        pass
    assert sum(pool.timeouts for pool in client.metrics().values()) == 1


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


@pytest.mark.proves("Client", "raw SQL that collides or waits in vain is told so, and can be tried again")
def test_raw_queries_that_collide_are_tried_again(target: Any) -> None:
    on_postgres = target.url.startswith("postgres")
    impatient = target.url if on_postgres else f"{target.url}?busy_timeout=50"
    raised: list[ClientError] = []

    with target.package.Client(url=impatient) as mine, target.package.Client(url=target.url) as other:
        other.counter.delete_many()
        other.counter.create(data={"id": 1})

        def collide(tx: Any) -> int:
            tx.query_raw("SELECT value FROM counters")
            if not raised:
                other.counter.update(where={"id": 1}, data={"value": 5})
            try:
                return tx.execute_raw("UPDATE counters SET value = value + 1")
            except ClientError as error:
                raised.append(error)
                raise

        if on_postgres:
            assert mine.retrying(collide, isolation_level="Serializable") == 1
            assert other.counter.find_unique(where={"id": 1}).value == 6
        else:  # a transaction has the file for itself
            with other.tx() as tx, pytest.raises(TimedOut, match="locked") as error:
                tx.counter.update(where={"id": 1}, data={"value": 5})
                mine.execute_raw("UPDATE counters SET value = 6")
            raised.append(error.value)
    assert [(type(error).__name__, error.retryable) for error in raised] == [
        ("WriteConflict" if on_postgres else "TimedOut", True)
    ]


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
