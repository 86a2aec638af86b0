"""Orders to vendors: drafted from what velocity recommends, then sent, confirmed and received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from shop_dashboard.db import AsyncClient, ProductVelocity, PurchaseOrder, PurchaseStatus
from shop_dashboard.db.types import PurchaseOrderCreateInput

UNDER_WAY = (PurchaseStatus.DRAFT, PurchaseStatus.SENT, PurchaseStatus.CONFIRMED)
NEXT: Mapping[PurchaseStatus, tuple[PurchaseStatus, ...]] = MappingProxyType(
    {
        PurchaseStatus.DRAFT: (PurchaseStatus.SENT, PurchaseStatus.CANCELLED),
        PurchaseStatus.SENT: (PurchaseStatus.CONFIRMED, PurchaseStatus.RECEIVED, PurchaseStatus.CANCELLED),
        PurchaseStatus.CONFIRMED: (PurchaseStatus.RECEIVED,),
        PurchaseStatus.RECEIVED: (),
        PurchaseStatus.CANCELLED: (),
    }
)
"""What may become of an order."""


class PurchaseError(Exception):
    """An order that cannot become what was asked; the message says why."""


class PurchaseMissingError(PurchaseError):
    """There is no such order in this store."""


async def draft_recommended(db: AsyncClient, store_id: str) -> list[PurchaseOrder]:
    """Draft an order to each vendor for what is recommended and not under way yet. Twice at once drafts once."""
    async with db.tx() as tx:
        await tx.advisory_lock(f"purchases of {store_id}")
        ordered = await under_way(tx, store_id)
        products = await tx.product_velocity.find_many(
            where={"storeId": store_id, "reorderQuantity": {"gt": 0}}, order={"sku": "asc"}
        )
        missing = {each.sku: each.reorderQuantity - ordered.get(each.sku, 0) for each in products}
        last = await tx.purchase_order.aggregate(where={"storeId": store_id}, max="number")
        by_vendor = _by_vendor(each for each in products if missing[each.sku] > 0)
        return await tx.purchase_order.create_many_and_return(
            data=[
                _drafted(store_id, number, vendor, wanted, missing)
                for number, (vendor, wanted) in enumerate(by_vendor, (last["_max"]["number"] or 0) + 1)
            ],
            include={"lines": True},
        )


async def under_way(db: AsyncClient, store_id: str) -> dict[str, int]:
    """How many pieces of each product are ordered and not received yet."""
    rows = await db.purchase_order_line.group_by(
        by=["sku"],
        where={"storeId": store_id, "purchaseOrder": {"is": {"status": {"in": list(UNDER_WAY)}}}},
        sum="quantity",
    )
    return {row["sku"]: row["_sum"]["quantity"] or 0 for row in rows}


async def listing(db: AsyncClient, store_id: str) -> list[PurchaseOrder]:
    """The latest hundred orders of a store with their lines, newest first."""
    return await db.purchase_order.find_many(
        where={"storeId": store_id},
        order={"number": "desc"},
        take=100,
        include={"lines": {"order": {"sku": "asc"}}},
    )


async def advance(
    db: AsyncClient, store_id: str, order_id: str, status: PurchaseStatus, now: datetime
) -> None:
    """Bring an order forward; what is received goes into the stock, in the same transaction.

    PurchaseError when the order cannot become that, or somebody else has brought it forward meanwhile.
    """
    before = [each for each, following in NEXT.items() if status in following]
    async with db.tx() as tx:
        moved = await tx.purchase_order.update_many(
            where={"id": order_id, "storeId": store_id, "status": {"in": before}}, data={"status": status}
        )
        order = await tx.purchase_order.find_first(
            where={"id": order_id, "storeId": store_id}, include={"lines": True}
        )
        if order is None:
            raise PurchaseMissingError("there is no such purchase order")
        if not moved:
            raise PurchaseError(f"an order that is {order.status.lower()} cannot become {status.lower()}")
        if status is PurchaseStatus.SENT:
            await _expect(tx, order, now)
        if status is PurchaseStatus.RECEIVED:
            await _put_into_stock(tx, order)


async def _expect(tx: AsyncClient, order: PurchaseOrder, now: datetime) -> None:
    slowest = await tx.product_velocity.aggregate(
        where={"storeId": order.storeId, "sku": {"in": [line.sku for line in order.lines or ()]}},
        max="leadDays",
    )
    due = now + timedelta(days=slowest["_max"]["leadDays"] or 0)
    await tx.purchase_order.update(where={"id": order.id}, data={"expectedAt": due})


async def _put_into_stock(tx: AsyncClient, order: PurchaseOrder) -> None:
    await tx.product_velocity.update_each(
        data=[
            {"storeId": order.storeId, "sku": line.sku, "onHand": {"increment": line.quantity}}
            for line in order.lines or ()
        ],
        key="storeId_sku",
    )


def _by_vendor(products: Iterable[ProductVelocity]) -> list[tuple[str, list[ProductVelocity]]]:
    found: defaultdict[str, list[ProductVelocity]] = defaultdict(list)
    for each in products:
        found[each.vendor].append(each)
    return sorted(found.items())


def _drafted(
    store_id: str, number: int, vendor: str, products: list[ProductVelocity], missing: Mapping[str, int]
) -> PurchaseOrderCreateInput:
    return {
        "storeId": store_id,
        "number": number,
        "vendor": vendor,
        "total": sum((missing[each.sku] * each.unitCost for each in products), Decimal(0)),
        "lines": {
            "create_many": {
                "data": [
                    {
                        "storeId": store_id,
                        "sku": each.sku,
                        "title": each.title,
                        "quantity": missing[each.sku],
                        "unitCost": each.unitCost,
                    }
                    for each in products
                ]
            }
        },
    }
