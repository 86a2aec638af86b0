"""When the tokens that open integrations were changed, and which are due. The tokens themselves are in the environment."""

from __future__ import annotations

from datetime import datetime, timedelta

from nicol.client import JsonSet
from shop_dashboard.db import AsyncClient, Integration, Store, StoreSecret

EVERY = timedelta(days=90)
"""How long a token is good for."""


async def rotated(db: AsyncClient, store: Store, kind: Integration, now: datetime) -> None:
    """Note that a store's token was changed; when it is due again, retention reminds of it (`@nicol.remind`)."""
    async with db.tx() as tx:
        await tx.store_secret.upsert(
            where={"storeId_kind": {"storeId": store.id, "kind": kind}},
            create={
                "storeId": store.id,
                "kind": kind,
                "name": f"{store.domain}: {kind}",
                "lastRotatedAt": now,
                "rotationReminderAt": now + EVERY,
            },
            update={"lastRotatedAt": now, "rotationReminderAt": now + EVERY},
        )
        await tx.store_settings.update_many(
            where={"storeId": store.id},
            data={"connections": JsonSet([kind, "last_rotated"], now.isoformat())},
        )


async def listing(db: AsyncClient, domain: str) -> list[StoreSecret]:
    """Which tokens a store has, and when each was changed."""
    return await db.store_secret.find_many(where={"store": {"is": {"domain": domain}}}, order={"kind": "asc"})
