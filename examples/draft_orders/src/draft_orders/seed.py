"""Three stores with matrices, products and two months of orders: the same every time. `--large` has 100,000 orders."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from draft_orders.db import AsyncClient, ProductMatrix, Store
from draft_orders.db.types import DraftOrderRecordCreateInput
from draft_orders.matrices import grid_of
from draft_orders.pricing import CENT

SMALL, LARGE = 240, 100_000
DAYS, BATCH = 60, 5000
SHOPS = (
    ("leinen-und-licht.myshopify.com", "Leinen & Licht", "EUR", ("Linen curtain", "Blackout curtain")),
    ("northern-shades.myshopify.com", "Northern Shades", "GBP", ("Roller blind", "Roman blind")),
    ("glas-nach-mass.myshopify.com", "Glas nach Maß", "EUR", ("Table top, clear", "Shower screen")),
)
WIDTHS = (400, 600, 800, 1000, 1200, 1600, 2000)
HEIGHTS = (500, 900, 1400, 2000, 2600)


async def seed(db: AsyncClient, orders: int = SMALL) -> None:
    """Fill an empty database; a database with stores is left as it is."""
    if await db.store.count():
        return
    for number, (domain, name, currency, products) in enumerate(SHOPS):
        made = await _open(db, number, domain, name, currency, products)
        await _sell(db, made, orders // len(SHOPS), Random(domain))  # noqa: S311 - numbers for show


async def _open(
    db: AsyncClient, number: int, domain: str, name: str, currency: str, products: tuple[str, ...]
) -> Store:
    store = await db.store.create(data={"domain": domain, "name": name, "currency": currency})
    for place, title in enumerate(products):
        base, rate = Decimal(19 + 6 * place), Decimal(14 + 9 * number + 5 * place)
        matrix = await db.price_matrix.create(
            data={
                "storeId": store.id,
                "name": title,
                "widths": list(WIDTHS),
                "heights": list(HEIGHTS),
                "cells": [_price(base, rate, width, height) for height in HEIGHTS for width in WIDTHS],
            }
        )
        shopify = 7_000_000 + number * 100 + place
        await db.product_matrix.create(
            data={
                "storeId": store.id,
                "matrixId": matrix.id,
                "productId": f"gid://shopify/Product/{shopify}",
                "variantId": f"gid://shopify/ProductVariant/{shopify + 50}",
                "title": title,
            }
        )
    return store


def _price(base: Decimal, rate: Decimal, width: int, height: int) -> Decimal:
    """A price by the square metre, in steps of ten cents less one."""
    exact = base + rate * width * height / 1_000_000
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP) - CENT


async def _sell(db: AsyncClient, store: Store, orders: int, dice: Random) -> None:
    products = await db.product_matrix.find_many(
        where={"storeId": store.id}, order={"title": "asc"}, include={"matrix": True}
    )
    now = datetime.now(UTC).replace(microsecond=0)
    moments = sorted(now - timedelta(days=DAYS * (1 - dice.random() ** 0.7)) for _ in range(orders))
    rows = [_order(dice.choice(products), number, at, dice) for number, at in enumerate(moments, 1)]
    for at in range(0, len(rows), BATCH):
        await db.draft_order_record.create_many(data=rows[at : at + BATCH])
    await db.store.update(where={"id": store.id}, data={"totalDraftOrdersCreated": len(rows)})


def _order(product: ProductMatrix, number: int, at: datetime, dice: Random) -> DraftOrderRecordCreateInput:
    """An order: small pieces are wanted more often than large ones."""
    assert product.matrix is not None
    width, height = int(dice.triangular(300, 2000, 900)), int(dice.triangular(400, 2600, 1200))
    quantity = dice.choice((1, 1, 1, 2, 2, 4))
    price = grid_of(product.matrix).price(width, height)
    return {
        "storeId": product.storeId,
        "matrixId": product.matrixId,
        "shopifyDraftOrderId": f"gid://shopify/DraftOrder/{number}",
        "shopifyOrderName": f"#D{number}",
        "productId": product.productId,
        "variantId": product.variantId,
        "width": width,
        "height": height,
        "quantity": quantity,
        "unitPrice": price,
        "totalPrice": price * quantity,
        "createdAt": at,
    }


async def main() -> None:
    """`python -m draft_orders.seed [--large]`: the seed in one transaction, small or large."""
    async with AsyncClient() as db, db.tx(timeout=600) as tx:
        await seed(tx, LARGE if "--large" in sys.argv else SMALL)


if __name__ == "__main__":
    asyncio.run(main())
