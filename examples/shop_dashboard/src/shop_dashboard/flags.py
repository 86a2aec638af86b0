"""Orders that somebody has to look at: flagged once, taken up, resolved by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nicol.errors import UniqueViolation
from shop_dashboard.db import AsyncClient, FlagStatus, Order, OrderFlag
from shop_dashboard.db.types import OrderFlagUpdateManyInput

PAGE = 25


class FlagError(Exception):
    """A flag that cannot be changed as was asked; the message says why."""


class FlagMissingError(FlagError):
    """There is no such flag in this store."""


class AlreadyResolvedError(FlagError):
    """Somebody else was faster."""

    def __init__(self, flag: OrderFlag) -> None:
        super().__init__(f"{flag.resolvedBy or 'Somebody'} has resolved this already: {flag.resolution}")
        self.flag = flag


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag, and the order that it is about, where the order is known here."""

    flag: OrderFlag
    order: Order | None


async def flag(
    db: AsyncClient, store_id: str, order_id: str, reason: str, notes: str | None = None
) -> OrderFlag:
    """Flag an order of Shopify. Where it is flagged already and not resolved, that flag."""
    try:
        return await db.order_flag.create(
            data={"storeId": store_id, "shopifyOrderId": order_id, "reason": reason, "notes": notes}
        )
    except UniqueViolation:
        return await db.order_flag.find_first_or_raise(
            where={"storeId": store_id, "shopifyOrderId": order_id, "resolvedAt": None}
        )


async def take_up(db: AsyncClient, store_id: str, flag_id: str, notes: str | None) -> None:
    """Say that somebody works on it. AlreadyResolvedError when there is nothing left to do."""
    data: OrderFlagUpdateManyInput = {"status": FlagStatus.IN_PROGRESS}
    if notes:
        data["notes"] = notes
    taken = await db.order_flag.update_many(
        where={"id": flag_id, "storeId": store_id, "resolvedAt": None}, data=data
    )
    if not taken:
        raise await _why_not(db, store_id, flag_id)


async def resolve(
    db: AsyncClient, store_id: str, flag_id: str, by: str, resolution: str, now: datetime
) -> None:
    """Resolve a flag. Of several who do so at once one does; the others are told who did (AlreadyResolvedError)."""
    resolved = await db.order_flag.update_many(
        where={"id": flag_id, "storeId": store_id, "resolvedAt": None},
        data={
            "status": FlagStatus.RESOLVED,
            "resolution": resolution,
            "resolvedBy": by,
            "resolvedAt": now,
        },
    )
    if not resolved:
        raise await _why_not(db, store_id, flag_id)


async def _why_not(db: AsyncClient, store_id: str, flag_id: str) -> FlagError:
    found = await db.order_flag.find_first(where={"id": flag_id, "storeId": store_id})
    return AlreadyResolvedError(found) if found else FlagMissingError("there is no such flag")


async def listing(db: AsyncClient, store_id: str, *, resolved: bool, page: int = 1) -> list[Flagged]:
    """One page of flags with their orders, and one more where there is a next page.

    What is open comes oldest first; what is resolved, newest first.
    """
    found = await db.order_flag.find_many(
        where={"storeId": store_id, "resolvedAt": {"not": None} if resolved else None},
        order=[{"resolvedAt": "desc"}, {"id": "asc"}] if resolved else [{"createdAt": "asc"}, {"id": "asc"}],
        take=PAGE + 1,
        skip=(page - 1) * PAGE,
    )
    orders = await _orders(db, store_id, [each.shopifyOrderId for each in found])
    return [Flagged(each, orders.get(each.shopifyOrderId)) for each in found]


async def _orders(db: AsyncClient, store_id: str, ids: list[str]) -> Mapping[str, Order]:
    found = await db.order.find_many(where={"storeId": store_id, "shopifyOrderId": {"in": ids}})
    return {each.shopifyOrderId: each for each in found}
