"""`find_unique` calls of one tick share a statement, and each is answered as if it had been alone: on every database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from nicol.client import Rule, Scope
from nicol.errors import QueryInvalid, RecordNotFound, ValueInvalid
from tests.contract.conftest import TABLES

pytestmark = pytest.mark.timeout(120)

Story = Callable[[Any, list[str]], Awaitable[None]]


@asynccontextmanager
async def opened(target: Any, **settings: Any) -> AsyncIterator[tuple[Any, list[str]]]:
    """A client of an empty database, and the statements that it says."""
    said: list[str] = []
    async with target.package.AsyncClient(
        url=target.url, log_queries=lambda event: said.append(event.sql), **settings
    ) as db:
        for table in TABLES:
            await getattr(db, table).delete_many()
        await db.user.create_many(data=[{"id": n, "email": f"{n}@x.org", "logins": n} for n in range(1, 31)])
        await db.post.create_many(
            data=[{"id": f"p{n}", "title": "t", "authorId": n % 3 + 1} for n in range(9)]
        )
        said.clear()
        yield db, said


@pytest.fixture
def tell(target: Any) -> Callable[[Story], None]:
    """Runs a story on the database in turn."""

    def run(story: Story, **settings: Any) -> None:
        async def whole() -> None:
            async with opened(target, **settings) as (db, said):
                await story(db, said)

        asyncio.run(whole())

    return run


@pytest.mark.proves("Client", "find_unique calls of one tick are one statement")
def test_the_calls_of_a_tick_are_one_statement(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        ids = [*range(1, 31), 7, 7, 99]
        found = await asyncio.gather(*(db.user.find_unique(where={"id": each}) for each in ids))
        assert [row and row.id for row in found] == [*range(1, 31), 7, 7, None]
        assert len(said) == 1
        await db.user.find_unique(where={"id": 1})
        assert len(said) == 2
        mixed = [db.user.find_unique(where={"id": n}) for n in (1, 2)] + [
            db.user.find_unique(where={"email": f"{n}@x.org"}) for n in (3, 4)
        ]
        assert [row.id for row in await asyncio.gather(*mixed)] == [1, 2, 3, 4]
        assert len(said) == 4

    tell(story)


def test_what_is_included_is_read_once_for_all(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        wanted = {"posts": {"order": {"id": "desc"}, "take": 2}}
        calls = (db.user.find_unique(where={"id": n}, include=wanted) for n in (1, 2, 3, 4))
        found = await asyncio.gather(*calls)
        assert [[post.id for post in row.posts] for row in found] == [
            ["p6", "p3"],
            ["p7", "p4"],
            ["p8", "p5"],
            [],
        ]
        assert len(said) == 2
        said.clear()
        sizes = (db.user.find_unique(where={"id": 1}, include={"posts": {"take": n}}) for n in (1, 2, 2))
        assert [len(row.posts) for row in await asyncio.gather(*sizes)] == [1, 2, 2]
        assert len(said) == 4

    tell(story)


def test_further_filters_are_shared_where_they_are_the_same(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        calls = [db.user.find_unique(where={"id": n, "logins": {"gt": 5}}) for n in (4, 6)]
        calls += [db.user.find_unique(where={"id": n, "logins": {"gt": 1}}) for n in (1, 2)]
        assert [row and row.id for row in await asyncio.gather(*calls)] == [None, 6, None, 2]
        assert len(said) == 2

    tell(story)


@pytest.mark.proves("Client", "gathered calls have each their own error")
def test_each_call_has_its_own_error(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        calls = [db.user.find_unique_or_raise(where={"id": each}) for each in (1, 99, 2, "x", 98, 2**40)]
        calls.append(db.user.find_unique(where={"id": 3, "nope": 1}))
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [getattr(each, "id", type(each)) for each in found] == [
            1, RecordNotFound, 2, ValueInvalid, RecordNotFound, ValueInvalid, QueryInvalid,
        ]  # fmt: skip
        assert found[1] is not found[4]
        assert "find_unique_or_raise" in found[1].call
        said.clear()
        calls = [db.user.find_unique_or_raise(where={"id": each}) for each in (1, 99, 2)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [getattr(each, "id", None) for each in found] == [1, None, 2]
        assert len(said) == 2

    tell(story)


def test_transactions_and_limits_of_time_are_not_mixed(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        async with db.tx() as tx:
            await tx.user.update(where={"id": 1}, data={"name": "inside"})
            said.clear()
            calls = [client.user.find_unique(where={"id": n}) for client in (tx, db) for n in (1, 2)]
            assert [row.name for row in await asyncio.gather(*calls)] == ["inside", None, None, None]
            assert len(said) == 3
        said.clear()
        await asyncio.gather(*(db.user.find_unique(where={"id": n}, timeout=5) for n in (1, 2)))
        assert len(said) == 2

    tell(story)


@pytest.mark.proves("Client", "gathering can be turned off")
def test_nothing_is_gathered_where_that_is_not_wanted(target: Any) -> None:
    async def story() -> None:
        async with opened(target, gather=False) as (db, said):
            await asyncio.gather(*(db.user.find_unique(where={"id": n}) for n in (1, 2, 3)))
            assert len(said) == 3
        async with opened(target) as (db, said):
            with db.tagged(route="/x"):
                await asyncio.gather(*(db.user.find_unique(where={"id": n}) for n in (1, 2, 3)))
            assert len(said) == 3

    asyncio.run(story())


def test_a_cancelled_call_takes_nobody_with_it(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        for victim in (0, 2):
            tasks = [asyncio.create_task(db.user.find_unique(where={"id": n})) for n in (1, 2, 3)]
            await asyncio.sleep(0)
            tasks[victim].cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            kinds = [getattr(each, "id", type(each)) for each in found]
            assert kinds == [asyncio.CancelledError if n - 1 == victim else n for n in (1, 2, 3)]

    tell(story)


@pytest.mark.proves("Client", "gathered calls of a scoped client stay in their scope")
def test_scopes_hold_for_gathered_calls(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        low = db.scoped(Scope(rules={"User": Rule(where={"logins": {"lt": 3}})}, shared="*"))
        calls = [low.user.find_unique(where={"id": n}) for n in (1, 2, 3, 4)]
        calls += [db.user.find_unique(where={"id": n}) for n in (3, 4)]
        found = await asyncio.gather(*calls)
        assert [row and row.id for row in found] == [1, 2, None, None, 3, 4]
        assert len(said) == 2

    tell(story)


KEYS: list[tuple[str, list[dict[str, Any]]]] = [
    ("sample", [{"label": "a"}, {"label": "ü'; --"}, {"label": "A"}, {"id": 1}]),
    ("seat", [{"hall_number": {"hall": "a", "number": 1}}, {"hall_number": {"hall": "a", "number": 2}}]),
    ("seat", [{"hall_number": {"hall": "b", "number": 1}}]),
    ("seat", [{"holding": {"holder": "h", "ticket": "t"}}, {"holding": {"holder": "h", "ticket": "u"}}]),
    ("tag", [{"name": "x"}, {"name": "y"}, {"id": 1}, {"id": 2}]),
]  # fmt: skip


@pytest.mark.proves("Client", "gathered calls answer what they answer alone")
def test_gathered_calls_answer_what_they_answer_alone(tell: Any) -> None:
    async def story(db: Any, said: list[str]) -> None:
        await db.sample.create(data={"label": "a", "amount": Decimal("1.5"), "blob": b"\0", "document": [1]})
        await db.sample.create(data={"label": "ü'; --"})
        await db.seat.create(data={"hall": "a", "number": 1, "holder": "h", "ticket": "t"})
        await db.seat.create(data={"hall": "a", "number": 2})
        await db.tag.create(data={"name": "x"})
        for table, keys in KEYS:
            delegate = getattr(db, table)
            alone = [await delegate.find_unique(where=key) for key in keys]
            together = await asyncio.gather(*(delegate.find_unique(where=key) for key in keys * 3))
            assert together == alone * 3
        partial = await asyncio.gather(
            *(
                db.user.find_unique(where={"id": n}, select={"email": True, "_count": {"posts": True}})
                for n in (1, 9)
            )
        )
        assert [(row.email, row.counts.posts) for row in partial] == [("1@x.org", 3), ("9@x.org", 0)]

    tell(story)
