"""The seed: the same every time, whole, and large where it is asked to be."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from shop_dashboard.kpis import Span, kpis
from shop_dashboard.seed import SMALL, fill, seed

from .conftest import NOW, STORE, nicol, succeed

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_second_seed_adds_nothing(seeded: AsyncClient) -> None:
    before = await seeded.order.count()
    await seed(seeded)
    assert await seeded.order.count() == before == SMALL


async def test_the_seed_is_the_same_every_time(db: AsyncClient) -> None:
    found = []
    for _ in range(2):
        await fill(db, NOW)
        found.append(
            (
                await db.order.aggregate(count=True, sum="total", min="placedAt"),
                [
                    (each.sku, each.stockOutAt)
                    for each in await db.product_velocity.find_many(order={"sku": "asc"})
                ],
                [
                    each.text
                    for each in await db.ai_draft.find_many(order=[{"createdAt": "asc"}, {"text": "asc"}])
                ],
            )
        )
        await db.store.delete_many(where={})
    assert found[0] == found[1]


async def test_orders_cost_what_their_lines_do(db: AsyncClient) -> None:
    await fill(db, NOW)
    for order in await db.order.find_many(include={"lines": True}, take=500):
        assert order.total == sum((line.quantity * line.unitPrice for line in order.lines or ()), Decimal(0))
        assert order.placedAt < NOW


async def test_the_figures_of_a_store_are_those_of_its_orders(db: AsyncClient) -> None:
    await fill(db, NOW)
    store = await db.store.find_unique_or_raise(where={"domain": STORE})
    span = Span.until(store, NOW, 30)
    orders = [
        each.total
        for each in await db.order.find_many(where={"storeId": store.id})
        if span.first <= each.placedAt.astimezone(span.zone).date() <= span.last
    ]
    sales = (await kpis(db, store, span, NOW)).sales
    assert (sales.orders, sales.total) == (len(orders), sum(orders, Decimal(0)))


async def test_the_large_seed_has_as_many_orders_as_it_is_asked_for(db: AsyncClient) -> None:
    await fill(db, NOW, large=4000)
    first = await db.store.find_unique_or_raise(where={"domain": STORE}, include={"_count": {"orders": True}})
    assert first.counts.orders == 4000
    oldest = await db.order.aggregate(where={"storeId": first.id}, min="placedAt")
    assert oldest["_min"]["placedAt"] < NOW - timedelta(days=300)


def test_the_seed_is_what_the_command_runs(migrated_url: str) -> None:
    succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    assert "Seeded" in succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
