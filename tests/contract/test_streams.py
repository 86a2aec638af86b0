"""Rows that are read in pieces, and locks on rows that are read."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from nicol.errors import QueryInvalid, TimedOut, ValueInvalid

pytestmark = pytest.mark.slow

BY = {"title": "asc"}


def _all(stream: Any) -> list[Any]:
    """The rows of a stream of either kind."""
    return list(stream)


@pytest.fixture
def posts(db: Any) -> Any:
    """Ten posts of two authors, with a comment each."""
    for name in ("ada", "bob"):
        made = [
            {"title": f"{name} {n}", "views": n, "comments": {"create": [{"text": f"{name} {n}"}]}}
            for n in range(5)
        ]
        db.user.create(data={"email": f"{name}@x.org", "posts": {"create": made}})
    return db.post


@pytest.mark.proves("Client", "streams answer as find_many does")
@pytest.mark.parametrize("batch", [1, 3, 500])
@pytest.mark.parametrize(
    "given",
    [
        {"order": {"title": "asc"}},
        {"where": {"views": {"gt": 1}}, "order": [{"views": "desc"}, {"title": "asc"}], "skip": 1, "take": 4},
        {
            "order": {"title": "asc"},
            "include": {"comments": True, "author": {"include": {"posts": {"order": {"title": "asc"}}}}},
        },
        {"order": {"title": "asc"}, "select": {"title": True, "_count": {"comments": True}}},
        {"distinct": ["views"], "order": {"views": "asc"}, "select": {"views": True}},
        {"where": {"views": 99}},
    ],
)
def test_a_stream_answers_as_find_many_does(posts: Any, given: dict[str, Any], batch: int) -> None:
    assert _all(posts.stream(**given, batch=batch)) == posts.find_many(**given)


@pytest.mark.proves("Client", "streams inside transactions see their beginning")
def test_a_stream_in_a_transaction_sees_its_beginning(db: Any, posts: Any) -> None:
    with db.tx() as tx:
        tx.comment.delete_many()
        seen = []
        for post in tx.post.stream(order={"title": "asc"}, include={"comments": True}, batch=2):
            tx.post.update(where={"id": post.id}, data={"title": f"new {post.title}"})
            tx.post.create(data={"title": "zzz", "authorId": post.authorId})
            seen.append((post.title, post.comments))
        assert seen == [(f"{name} {n}", []) for name in ("ada", "bob") for n in range(5)]
        assert tx.post.count(where={"title": {"startswith": "new"}}) == 10
    assert db.post.count() == 20


@pytest.mark.proves("Client", "the pieces of a stream are of one moment")
def test_a_stream_is_of_one_moment(db: Any, posts: Any) -> None:
    stream = posts.stream(order={"title": "asc"}, include={"comments": True}, batch=1)
    first = next(stream)
    db.comment.delete_many()
    db.post.delete_many()
    rest = list(stream)
    assert [len(post.comments) for post in [first, *rest]] == [1] * 10


@pytest.mark.proves("Client", "a stream that is not read to its end frees its connection")
def test_a_stream_that_is_left_frees_its_connection(target: Any) -> None:
    url = f"{target.url}{'&' if '?' in target.url else '?'}connection_limit=1"
    with target.package.Client(url=url) as db:
        db.counter.delete_many()
        db.counter.create_many(data=[{"id": n} for n in range(10)])
        for row in db.counter.stream(batch=2):
            if row.id == 3:
                break
        gc.collect()
        assert db.counter.count(timeout=1) == 10

    async def main() -> int:
        async with target.package.AsyncClient(url=url) as db:
            async for row in db.counter.stream(batch=2):
                if row.id == 3:
                    break
            gc.collect()
            await asyncio.sleep(0.05)
            return await db.counter.count(timeout=1)

    assert asyncio.run(main()) == 10


def test_wrong_streams_are_told_before_they_are_read(db: Any) -> None:
    for wrong in (
        {"take": -1},
        {"batch": 0},
        {"batch": True},
        {"nothing": 1},
        {"timeout": -1},
        {"lock": "update"},
    ):
        with pytest.raises(QueryInvalid):
            db.counter.stream(**wrong)
    with pytest.raises(ValueInvalid) as error:
        _all(db.sample.stream(where={"whole": {"in": ["x"]}}))
    assert error.value.call == "Sample.stream(where={whole: {in}})"
    with db.batch() as batch, pytest.raises(QueryInvalid, match="no streams"):
        batch.counter.stream()


def test_the_pieces_of_a_stream_may_take_only_so_long(
    db: Any, open_client: Callable[..., Any], target: Any
) -> None:
    if not target.url.startswith("postgres"):
        pytest.skip("nobody keeps a reader of SQLite waiting")
    other = open_client()
    with other.tx() as tx:
        tx.execute_raw("LOCK TABLE counters")
        with pytest.raises(TimedOut):
            _all(db.counter.stream(timeout=0.05))
    assert _all(db.counter.stream(timeout=5)) == []


_MILLION = """
import asyncio, resource, sys
sys.path.insert(0, {folder!r})
import {name} as package

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

async def awaited():
    async with package.AsyncClient(url={url!r}) as db:
        await db.counter.count()
        before, count = peak(), 0
        async for row in db.counter.stream():
            count += 1
        print(count, peak() - before)

def blocking():
    with package.Client(url={url!r}) as db:
        db.counter.count()
        before, count = peak(), 0
        for row in db.counter.stream():
            count += 1
        print(count, peak() - before)

asyncio.run(awaited()) if {awaiting} else blocking()
"""


@pytest.mark.proves("Client", "streams hold a piece of their rows at a time")
@pytest.mark.parametrize("awaiting", [False, True])
def test_a_stream_needs_little_memory(target: Any, awaiting: bool) -> None:
    rows = 200_000
    with target.package.Client(url=target.url) as db:
        db.counter.delete_many()
        db.execute_raw(
            f"INSERT INTO counters (id, value) SELECT n, n FROM generate_series(1, {rows}) AS n"
            if target.url.startswith("postgres")
            else f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) "
            "INSERT INTO counters (id, value) SELECT n, n FROM s"
        )
        name = target.package.__name__
        folder = str(next(iter(target.package.__path__))).removesuffix(name)
        code = _MILLION.format(folder=folder, name=name, url=target.url, awaiting=awaiting)
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        db.counter.delete_many()
    count, megabytes = said.split()
    assert int(count) == rows
    assert float(megabytes) < 20


# ---- locks -----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("Client", "rows that are read can be locked")
@pytest.mark.parametrize("mode", ["update", "no_key_update", "share", "key_share"])
def test_a_read_locks_its_rows(db: Any, open_client: Callable[..., Any], mode: str) -> None:
    db.counter.create_many(data=[{"id": 1}, {"id": 2}])
    other = open_client()
    with db.tx() as tx:
        assert tx.counter.find_unique(where={"id": 1}, lock=mode).id == 1
        assert [row.id for row in tx.counter.find_many(order={"id": "asc"}, lock={"mode": mode})] == [1, 2]
        assert tx.counter.find_first(where={"id": 2}, lock=mode, include=None).id == 2
        with pytest.raises(TimedOut):
            other.counter.delete_many(timeout=0.05)
    assert other.counter.delete_many(timeout=5) == 2


@pytest.mark.proves("Client", "locked rows are skipped, or not waited for")
def test_locked_rows_are_skipped_or_not_waited_for(
    db: Any, open_client: Callable[..., Any], target: Any
) -> None:
    db.counter.create_many(data=[{"id": 1}, {"id": 2}])
    skip, nowait = ({"mode": "update", "wait": wait} for wait in ("skip", "nowait"))
    if not target.url.startswith("postgres"):  # there is nobody else: the words are taken, and mean nothing
        with db.tx() as tx:
            assert len(tx.counter.find_many(lock=skip)) == len(tx.counter.find_many(lock=nowait)) == 2
        return
    other = open_client()
    with db.tx() as tx:
        tx.counter.find_unique(where={"id": 1}, lock="update")
        with other.tx() as second:
            assert [row.id for row in second.counter.find_many(lock=skip)] == [2]
        with pytest.raises(TimedOut) as error, other.tx() as second:
            second.counter.find_many(lock=nowait)
        assert error.value.code == "P1008"
        assert error.value.retryable


def test_a_lock_is_taken_with_all_that_a_read_may_ask(db: Any) -> None:
    author = db.user.create(data={"email": "a@x.org", "posts": {"create": [{"title": "x"}, {"title": "y"}]}})
    with db.tx() as tx:
        found = tx.post.find_many(
            where={"author": {"is": {"email": "a@x.org"}}},
            order=[{"author": {"email": "asc"}}, {"comments": {"_count": "asc"}}, {"title": "asc"}],
            include={"author": True, "_count": {"comments": True}},
            take=1,
            lock="update",
        )
        assert (found[0].title, found[0].author.id) == ("x", author.id)


@pytest.mark.parametrize(
    ("lock", "more", "said"),
    [
        ("exclusive", {}, "unknown mode of `lock`"),
        ({"mode": "update", "wait": "never"}, {}, "unknown `wait` of `lock`"),
        ({"wait": "skip"}, {}, "unknown mode of `lock`"),
        ({"mode": "update", "who": 1}, {}, "unknown part of `lock`"),
        ("update", {"distinct": ["value"]}, "cannot stand side by side"),
    ],
)
def test_a_lock_must_be_one(db: Any, lock: Any, more: dict[str, Any], said: str) -> None:
    with db.tx() as tx, pytest.raises(QueryInvalid, match=said):
        tx.counter.find_many(lock=lock, **more)


def test_a_lock_needs_a_transaction(db: Any) -> None:
    with pytest.raises(QueryInvalid, match="needs a transaction"):
        db.counter.find_many(lock="update")
    with pytest.raises(QueryInvalid, match="unknown argument"):
        db.user.find_many(include={"posts": {"lock": "update"}})
