"""What the pages show of stores and their orders: counters that are read, sums that the database adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from draft_orders.db import AsyncClient, DraftOrderRecord, Store

PAGE = 25
CHART_DAYS = 60


@dataclass(frozen=True, slots=True)
class Day:
    """The draft orders of one day."""

    day: date
    orders: int
    total: Decimal

    @property
    def moment(self) -> int:
        """Its noon, in seconds since 1970, for a chart."""
        return int(datetime.combine(self.day, time(12), UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Miscount:
    """A store whose counter is not the number of its records."""

    domain: str
    counted: int
    recorded: int

    @property
    def lost(self) -> bool:
        """True when records are not counted. More counted than recorded is what a deleted matrix leaves."""
        return self.recorded > self.counted


async def all_stores(db: AsyncClient) -> list[Store]:
    """Every store with its newest order and how many requests wait, by name."""
    return await db.store.find_many(
        order={"name": "asc"},
        include={
            "orders": {"order": [{"createdAt": "desc"}, {"id": "desc"}], "take": 1},
            "_count": {"requests": True, "matrices": True},
        },
    )


async def with_products(db: AsyncClient, domain: str) -> Store | None:
    """A store with its products and the matrix of each, by title."""
    return await db.store.find_unique(
        where={"domain": domain},
        include={"products": {"order": {"title": "asc"}, "include": {"matrix": True}}},
    )


async def by_day(db: AsyncClient, store_id: str, until: datetime, days: int = CHART_DAYS) -> list[Day]:
    """The last days up to a moment, those without orders too."""
    since = (until - timedelta(days=days - 1)).date()
    found = await db.draft_order_record.group_by(
        by=[{"createdAt": {"bucket": "day"}}],
        where={
            "storeId": store_id,
            "createdAt": {"gte": datetime.combine(since, time(), until.tzinfo)},
        },
        count=True,
        sum={"totalPrice": True},
    )
    known = {
        row["createdAt"].date(): (row["_count"]["_all"], row["_sum"]["totalPrice"] or Decimal(0))
        for row in found
    }
    every = (since + timedelta(days=at) for at in range(days))
    return [Day(day, *known.get(day, (0, Decimal(0)))) for day in every]


async def page_of_orders(db: AsyncClient, store_id: str, page: int) -> list[DraftOrderRecord]:
    """One page of a store's orders, newest first, and one more when there is a next page."""
    return await db.draft_order_record.find_many(
        where={"storeId": store_id},
        order=[{"createdAt": "desc"}, {"id": "desc"}],
        take=PAGE + 1,
        skip=(page - 1) * PAGE,
    )


async def miscounts(db: AsyncClient) -> list[Miscount]:
    """The stores whose counter is not the number of their records, counted by the database."""
    stores = await db.store.find_many(order={"domain": "asc"}, include={"_count": {"orders": True}})
    counts = [(each, each.counts.orders) for each in stores]
    return [
        Miscount(each.domain, each.totalDraftOrdersCreated, found)
        for each, found in counts
        if each.totalDraftOrdersCreated != found
    ]
