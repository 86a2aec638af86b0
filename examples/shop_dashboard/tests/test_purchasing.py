"""How fast products sell, and what is ordered for them: drafted once, brought forward once, and put into the stock once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from shop_dashboard import purchasing, velocity
from shop_dashboard.db import PurchaseStatus
from shop_dashboard.purchasing import PurchaseError, PurchaseMissingError
from shop_dashboard.shapes import Thresholds

from nicol.errors import ConstraintViolation

from .conftest import NOW

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient, Store

DAY = timedelta(days=1)


async def product(
    db: AsyncClient, store: Store, sku: str, vendor: str, on_hand: int, reorder: int = 0
) -> None:
    await db.product_velocity.create(
        data={
            "storeId": store.id,
            "shopifyProductId": sku,
            "shopifyVariantId": sku,
            "sku": sku,
            "title": f"The {sku}",
            "vendor": vendor,
            "unitCost": Decimal("2.50"),
            "onHand": on_hand,
            "leadDays": 10,
            "reorderQuantity": reorder,
        }
    )


async def sell(db: AsyncClient, store: Store, sku: str, pieces: int, days_ago: int) -> None:
    number = await db.order.count()
    await db.order.create(
        data={
            "storeId": store.id,
            "shopifyOrderId": f"gid://shopify/Order/{number}",
            "name": f"#{number}",
            "customer": "Anna",
            "total": Decimal(pieces),
            "placedAt": NOW - days_ago * DAY,
            "lines": {
                "create": [{"storeId": store.id, "sku": sku, "quantity": pieces, "unitPrice": Decimal(1)}]
            },
        }
    )


@pytest.mark.parametrize(
    ("on_hand", "pace", "days"),
    [
        (10, "2", 5),
        (1, "4", 0.25),
        (0, "0", 0),
        (-2, "1", 0),
        (5, "0", None),
        (4000, "1", None),
    ],
)
def test_the_day_on_which_a_product_is_sold_out(on_hand: int, pace: str, days: float | None) -> None:
    expected = None if days is None else NOW + timedelta(days=days)
    assert velocity.stock_out(on_hand, Decimal(pace), NOW) == expected


@pytest.mark.parametrize(
    ("on_hand", "pace", "days", "missing"),
    [(10, "1.5", 30, 35), (100, "1", 30, 0), (0, "0.1", 31, 4), (0, "0", 90, 0), (-3, "1", 2, 5)],
)
def test_how_many_pieces_are_missing(on_hand: int, pace: str, days: int, missing: int) -> None:
    assert velocity.reorder(on_hand, Decimal(pace), days) == missing


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.proves("Shop Dashboard", "velocity, stock-out date and reorder quantity from what was sold")
async def test_velocity_is_what_was_sold_lately(db: AsyncClient, store: Store, other: Store) -> None:
    await product(db, store, "LAMP", "Licht AG", 14)
    await product(db, store, "SHADE", "Licht AG", 14)
    await product(db, other, "LAMP", "Licht AG", 14)
    for pieces, days_ago in ((30, 1), (26, 27), (99, 29)):
        await sell(db, store, "LAMP", pieces, days_ago)
    assert await velocity.forecast(db, store.id, Thresholds(), NOW) == 2
    lamp, shade = await velocity.listing(db, store.id)
    assert (lamp.unitsPerDay, lamp.stockOutAt) == (2, NOW + 7 * DAY)
    assert lamp.reorderQuantity == 2 * (10 + 30) - 14
    assert (shade.unitsPerDay, shade.stockOutAt, shade.reorderQuantity) == (0, None, 0)
    (theirs,) = await velocity.listing(db, other.id)
    assert (theirs.unitsPerDay, theirs.computedAt) == (0, None)


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.proves(
    "Shop Dashboard", "purchase orders drafted from recommendations, once, whoever asks at the same time"
)
async def test_what_is_recommended_is_drafted_once(db: AsyncClient, store: Store) -> None:
    await product(db, store, "LAMP", "Licht AG", 0, 8)
    await product(db, store, "SHADE", "Licht AG", 0, 3)
    await product(db, store, "ROPE", "Seil GmbH", 0, 5)
    await product(db, store, "FULL", "Seil GmbH", 90)
    made = await asyncio.gather(*(purchasing.draft_recommended(db, store.id) for _ in range(5)))
    first, second = next(each for each in made if each)
    assert sum(map(len, made)) == 2
    assert [(each.number, each.vendor, each.total) for each in (first, second)] == [
        (1, "Licht AG", Decimal("27.50")),
        (2, "Seil GmbH", Decimal("12.50")),
    ]
    assert {line.sku: line.quantity for line in first.lines or ()} == {"LAMP": 8, "SHADE": 3}
    await db.product_velocity.update(
        where={"storeId_sku": {"storeId": store.id, "sku": "ROPE"}}, data={"reorderQuantity": 7}
    )
    (more,) = await purchasing.draft_recommended(db, store.id)
    assert [(more.number, line.sku, line.quantity) for line in more.lines or ()] == [(3, "ROPE", 2)]


@pytest.mark.anyio
@pytest.mark.slow
async def test_what_is_received_is_put_into_the_stock_once(
    db: AsyncClient, store: Store, other: Store
) -> None:
    await product(db, store, "LAMP", "Licht AG", 2, 8)
    (order,) = await purchasing.draft_recommended(db, store.id)
    with pytest.raises(PurchaseError, match="that is draft cannot become received"):
        await purchasing.advance(db, store.id, order.id, PurchaseStatus.RECEIVED, NOW)
    with pytest.raises(PurchaseMissingError):
        await purchasing.advance(db, other.id, order.id, PurchaseStatus.SENT, NOW)
    await purchasing.advance(db, store.id, order.id, PurchaseStatus.SENT, NOW)
    assert (await purchasing.listing(db, store.id))[0].expectedAt == NOW + 10 * DAY
    told = await asyncio.gather(
        *(purchasing.advance(db, store.id, order.id, PurchaseStatus.RECEIVED, NOW) for _ in range(6)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in told) == ["NoneType", *["PurchaseError"] * 5]
    (lamp,) = await velocity.listing(db, store.id)
    assert lamp.onHand == 10
    assert await purchasing.under_way(db, store.id) == {}


@pytest.mark.anyio
@pytest.mark.slow
async def test_the_database_refuses_a_line_of_nothing(db: AsyncClient, store: Store) -> None:
    await product(db, store, "LAMP", "Licht AG", 2, 8)
    (order,) = await purchasing.draft_recommended(db, store.id)
    with pytest.raises(ConstraintViolation, match="something_is_ordered"):
        await db.purchase_order_line.update_many(where={"purchaseOrderId": order.id}, data={"quantity": 0})
