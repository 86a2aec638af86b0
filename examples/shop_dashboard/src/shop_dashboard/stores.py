"""Stores: all of them, and one by its domain, each with what waits in it."""

from __future__ import annotations

from shop_dashboard.db import AsyncClient, Store
from shop_dashboard.db.types import StoreInclude

WAITING: StoreInclude = {
    "_count": {
        "flags": {"where": {"resolvedAt": None}},
        "tickets": {"where": {"status": "OPEN"}},
        "drafts": {"where": {"decidedAt": None}},
        "insights": {"where": {"status": "OPEN"}},
    }
}


async def all_stores(db: AsyncClient) -> list[Store]:
    """Every store, by name."""
    return await db.store.find_many(order={"name": "asc"}, include=WAITING)


async def store_of(db: AsyncClient, domain: str) -> Store | None:
    """The store of a domain."""
    return await db.store.find_unique(where={"domain": domain}, include=WAITING)
