"""Key figures: right to the cent and to the store's own midnight, added up once, and read from the cache after that."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from shop_dashboard.kpis import Span, kpis, refresh
from shop_dashboard.shapes import Day

from .conftest import NOW

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient, Store

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def order(db: AsyncClient, store: Store, at: datetime, total: str, *, sent: bool = True) -> None:
    number = await db.order.count()
    await db.order.create(
        data={
            "storeId": store.id,
            "shopifyOrderId": f"gid://shopify/Order/{number}",
            "name": f"#{number}",
            "customer": "Anna",
            "total": Decimal(total),
            "placedAt": at,
            "fulfilledAt": at if sent else None,
        }
    )


async def test_days_are_those_of_the_stores_calendar(db: AsyncClient, store: Store, other: Store) -> None:
    await order(db, store, datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "10.10")  # the 29th in Berlin
    await order(
        db, store, datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "0.20", sent=False
    )  # the 29th: 23 hours
    await order(db, store, datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "5.00")  # the 30th
    await order(db, store, datetime(2026, 3, 26, 12, tzinfo=UTC), "7.00")  # in the days before
    await order(db, other, datetime(2026, 3, 29, 12, tzinfo=UTC), "99.00")
    now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    found = await kpis(db, store, Span.until(store, now, 3), now)
    assert found.sales.days == [
        Day(date(2026, 3, 28), 0, Decimal(0)),
        Day(date(2026, 3, 29), 2, Decimal("10.30")),
        Day(date(2026, 3, 30), 1, Decimal("5.00")),
    ]
    assert (found.sales.orders_before, found.sales.total_before) == (1, Decimal("7.00"))
    assert (found.sales.total, found.sales.average, found.sales.unfulfilled) == (
        Decimal("15.30"),
        Decimal("5.10"),
        1,
    )


@pytest.mark.proves(
    "Shop Dashboard", "key figures read through a cache, which many who find it stale fill once"
)
async def test_of_many_who_find_the_cache_empty_one_adds_up(db: AsyncClient, store: Store) -> None:
    await order(db, store, NOW, "12.50")
    span = Span.until(store, NOW)
    said: list[str] = []
    db.on("query", lambda event: said.append(event.sql))
    found = await asyncio.gather(*(kpis(db, store, span, NOW) for _ in range(12)))
    assert {each.sales.total for each in found} == {Decimal("12.50")}
    assert sum("INSERT" in each and '"KpiCache"' in each for each in said) == 2
    said.clear()
    await kpis(db, store, span, NOW)
    assert len(said) == 1


async def test_figures_are_kept_until_they_expire(db: AsyncClient, store: Store) -> None:
    span = Span.until(store, NOW)
    await order(db, store, NOW, "1.00")
    assert (await kpis(db, store, span, NOW)).sales.orders == 1
    await order(db, store, NOW, "2.00")
    assert (await kpis(db, store, span, NOW + timedelta(minutes=14))).sales.orders == 1
    assert (await kpis(db, store, span, NOW + timedelta(minutes=15))).sales.orders == 2
    await order(db, store, NOW, "3.00")
    await refresh(db, store, span, NOW)
    assert (await kpis(db, store, span, NOW)).sales.orders == 3


async def test_what_lies_in_the_warehouse_is_counted(db: AsyncClient, store: Store) -> None:
    for sku, on_hand, cost, sold_out in (
        ("A", 3, "2.50", NOW + timedelta(days=14)),
        ("B", 0, "1.00", NOW),
        ("C", 10, "0.99", NOW + timedelta(days=15)),
    ):
        await db.product_velocity.create(
            data={
                "storeId": store.id,
                "shopifyProductId": sku,
                "shopifyVariantId": sku,
                "sku": sku,
                "title": sku,
                "vendor": "V",
                "unitCost": Decimal(cost),
                "onHand": on_hand,
                "leadDays": 7,
                "stockOutAt": sold_out,
            }
        )
    stock = (await kpis(db, store, Span.until(store, NOW), NOW)).stock
    assert (stock.products, stock.units, stock.cost) == (3, 13, Decimal("17.40"))
    assert (stock.out, stock.soon) == (1, 1)
