"""How fast products sell, when they are sold out, and how many to order."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from shop_dashboard.db import AsyncClient, ProductVelocity
from shop_dashboard.db.types import ProductVelocityUpdateManyInput
from shop_dashboard.shapes import Thresholds

STEP = Decimal("0.001")
FOREVER = 3650
"""Days behind which nobody plans."""


async def forecast(db: AsyncClient, store_id: str, thresholds: Thresholds, now: datetime) -> int:
    """Work out the velocity of each product of a store from what was ordered lately: how many products there are."""
    sold = await _sold(db, store_id, now - timedelta(days=thresholds.velocity_days))
    products = await db.product_velocity.find_many(where={"storeId": store_id})
    return await db.product_velocity.update_each(
        data=[_outlook(each, sold.get(each.sku, 0), thresholds, now) for each in products],
        key="id",
    )


async def listing(db: AsyncClient, store_id: str) -> list[ProductVelocity]:
    """The products of a store, the next to be sold out first."""
    return await db.product_velocity.find_many(
        where={"storeId": store_id},
        order=[{"stockOutAt": {"sort": "asc", "nulls": "last"}}, {"title": "asc"}, {"id": "asc"}],
    )


async def _sold(db: AsyncClient, store_id: str, since: datetime) -> dict[str, int]:
    rows = await db.order_line.group_by(
        by=["sku"],
        where={"storeId": store_id, "order": {"is": {"placedAt": {"gte": since}}}},
        sum="quantity",
    )
    return {row["sku"]: row["_sum"]["quantity"] or 0 for row in rows}


def _outlook(
    product: ProductVelocity, sold: int, thresholds: Thresholds, now: datetime
) -> ProductVelocityUpdateManyInput:
    """What is to be written of a product of which so many were sold in the days that count."""
    pace = (Decimal(sold) / thresholds.velocity_days).quantize(STEP, ROUND_HALF_UP)
    return {
        "id": product.id,
        "unitsPerDay": pace,
        "stockOutAt": stock_out(product.onHand, pace, now),
        "reorderQuantity": reorder(product.onHand, pace, product.leadDays + thresholds.cover_days),
        "computedAt": now,
    }


def stock_out(on_hand: int, pace: Decimal, now: datetime) -> datetime | None:
    """When the last piece is sold; None when nothing is sold, or not in years."""
    if on_hand <= 0:
        return now
    if not pace or on_hand / pace > FOREVER:
        return None
    return now + timedelta(days=float(on_hand / pace))


def reorder(on_hand: int, pace: Decimal, days: int) -> int:
    """How many pieces are missing for so many days: until the next delivery, and as long as that has to last."""
    return max(math.ceil(pace * days) - on_hand, 0)
