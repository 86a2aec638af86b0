"""Facts: written under good names only, and the newest of each type read in one statement."""

from datetime import timedelta

import pytest
from control_center import approvals, facts
from control_center.db import AsyncClient
from control_center.facts import FactError, NewFact
from control_center.masthead import head

from nicol.client import QueryEvent

from .conftest import NOW, SHOP

pytestmark = pytest.mark.anyio
SALES, CLICKS, IDEA = "shopify.sales.summary", "gsc.search.clicks", "pricing.catalog.proposal"


async def write(db: AsyncClient, *rows: tuple[str, str, float, float]) -> None:
    """Write facts as (shop, type, hours before now, value)."""
    for shop, name, hours, value in rows:
        await db.dashboard_fact.create(
            data={
                "shopDomain": shop,
                "factType": name,
                "value": {"gross": value, "clicks": value, "currency": "EUR"},
                "createdAt": NOW - timedelta(hours=hours),
            }
        )


@pytest.mark.proves("Control Center", "newest fact of each type in one statement")
async def test_the_newest_fact_of_each_type_is_read_in_one_statement(migrated_url: str) -> None:
    said: list[QueryEvent] = []
    async with AsyncClient(url=migrated_url, log_queries=said.append) as db:
        await write(
            db,
            (SHOP, SALES, 9, 1),
            (SHOP, SALES, 3, 2),
            (SHOP, SALES, 6, 3),
            (SHOP, CLICKS, 80, 4),
            ("b", SALES, 1, 5),
        )
        said.clear()
        newest = await facts.newest_facts(db, SHOP)
    assert len(said) == 1
    assert [(fact.factType, fact.value["gross"]) for fact in newest] == [(SALES, 2), (CLICKS, 4)]


async def test_of_two_facts_of_the_same_moment_the_later_written_counts(db: AsyncClient) -> None:
    await write(db, (SHOP, SALES, 3, 1), (SHOP, SALES, 3, 2), (SHOP, SALES, 4, 3))
    assert [fact.value["gross"] for fact in await facts.newest_facts(db, SHOP)] == [2]


async def test_a_fact_with_a_bad_name_or_link_is_not_written(db: AsyncClient) -> None:
    for fact in (
        NewFact(SHOP, "Sales", 1),
        NewFact(SHOP, SALES, 1, evidence_url="javascript:alert(1)"),
        NewFact(" ", SALES, 1),
    ):
        with pytest.raises(FactError):
            await facts.record_fact(db, fact)
    assert await db.dashboard_fact.count() == 0


async def test_a_recorded_fact_reads_as_it_was_written(db: AsyncClient) -> None:
    value = {"gross": 12.5, "parts": [1, None, {"deep": "ü"}]}
    written = await facts.record_fact(
        db, NewFact(SHOP, SALES, value, "ops", {"window": "24h"}, "https://example.com/x")
    )
    read = await db.dashboard_fact.find_unique_or_raise(where={"id": written.id})
    assert (read.value, read.metadata, read.scope) == (value, {"window": "24h"}, "ops")
    assert read.createdAt.utcoffset() == timedelta(0)
    assert read == written


@pytest.mark.proves("Control Center", "tiles with value, age, trend and staleness")
async def test_a_tile_shows_value_trend_and_staleness(db: AsyncClient) -> None:
    await write(
        db,
        (SHOP, SALES, 30, 100),
        (SHOP, SALES, 24, 100),
        (SHOP, SALES, 2, 150),
        (SHOP, CLICKS, 49, 7),
        (SHOP, IDEA, 1, 0),
    )
    sales, clicks = facts.tiles(await facts.shown(db, SHOP), NOW)
    assert (sales.figure, sales.trend and sales.trend.text, sales.stale) == ("€150.00", "+50.0%", False)
    assert [number for _, number in sales.points] == [100, 100, 150]
    assert (clicks.figure, clicks.trend, clicks.stale) == ("7", None, True)


@pytest.mark.proves("Control Center", "all that a shop's page shows of facts in one statement, flat in cost")
async def test_what_a_page_shows_is_the_end_of_each_types_past_and_what_waits(migrated_url: str) -> None:
    said: list[QueryEvent] = []
    async with AsyncClient(url=migrated_url, log_queries=said.append) as db:
        for name in (SALES, CLICKS, IDEA):
            await write(db, *((SHOP, name, hours, hours) for hours in range(40)), ("b", name, 0, 99))
        said.clear()
        found = await facts.shown(db, SHOP)
    sales, clicks = facts.tiles(found, NOW)
    assert [number for _, number in sales.points] == [*reversed(range(28))]
    assert (len(said), len(clicks.points), len(approvals.waiting(found))) == (1, 28, 40)


async def test_shops_are_those_with_facts(db: AsyncClient) -> None:
    assert (await head(db)).shops == ()
    await write(db, ("b", SALES, 1, 1), ("a", SALES, 1, 1), ("b", CLICKS, 1, 1))
    assert (await head(db)).shops == ("a", "b")
