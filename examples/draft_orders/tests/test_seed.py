"""The seed: the same every time, exact, and large where it is asked to be."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from draft_orders import stores
from draft_orders.matrices import grid_of
from draft_orders.seed import SMALL, seed

from tests.commands import succeed

from .conftest import nicol

if TYPE_CHECKING:
    from draft_orders.db import AsyncClient

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_second_seed_adds_nothing(db: AsyncClient) -> None:
    before = await db.draft_order_record.count()
    await seed(db)
    assert await db.draft_order_record.count() == before == SMALL


async def test_seeded_orders_cost_what_their_matrix_says_and_are_counted(db: AsyncClient) -> None:
    assert await stores.miscounts(db) == []
    for order in await db.draft_order_record.find_many(include={"matrix": True}):
        assert order.matrix is not None
        assert order.unitPrice == grid_of(order.matrix).price(order.width, order.height)
        assert order.totalPrice == order.unitPrice * order.quantity


async def test_the_days_of_a_store_add_up(db: AsyncClient) -> None:
    from datetime import UTC, datetime

    (first, *_) = await stores.all_stores(db)
    days = await stores.by_day(db, first.id, datetime.now(UTC), days=90)
    assert (len(days), sum(day.orders for day in days)) == (90, first.totalDraftOrdersCreated)
    total = await db.draft_order_record.aggregate(where={"storeId": first.id}, sum={"totalPrice": True})
    assert sum((day.total for day in days), Decimal(0)) == total["_sum"]["totalPrice"]


def test_the_seed_is_what_the_command_runs(migrated_url: str) -> None:
    succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    assert "Seeded" in succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
