"""The tokens that open integrations, encrypted wherever they lie: put, changed, and due to be changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from nicol.client import JsonSet
from shop_dashboard.db import AsyncClient, Integration, Store, StoreSecret

EVERY = timedelta(days=90)
"""How long a token is good for."""


async def put(db: AsyncClient, store: Store, kind: Integration, value: str, now: datetime) -> None:
    """Keep a token in the place of the former one; when it is due, retention reminds of it (`@nicol.remind`)."""
    async with db.tx() as tx:
        await tx.store_secret.upsert(
            where={"storeId_kind": {"storeId": store.id, "kind": kind}},
            create={
                "storeId": store.id,
                "kind": kind,
                "name": f"{store.domain}: {kind}",
                "value": value,
                "lastRotatedAt": now,
                "rotationReminderAt": now + EVERY,
            },
            update={"value": value, "lastRotatedAt": now, "rotationReminderAt": now + EVERY},
        )
        await tx.store_settings.update_many(
            where={"storeId": store.id},
            data={"connections": JsonSet([kind, "last_rotated"], now.isoformat())},
        )


async def token(db: AsyncClient, store_id: str, kind: Integration) -> str | None:
    """The token of an integration, in plain text: hand it on, and never keep it."""
    found = await db.store_secret.find_unique(where={"storeId_kind": {"storeId": store_id, "kind": kind}})
    return found.value if found else None


async def listing(db: AsyncClient, domain: str) -> list[StoreSecret]:
    """Which tokens a store has, and when each was changed; the tokens themselves are not read."""
    return await db.store_secret.find_many(
        where={"store": {"is": {"domain": domain}}}, omit={"value": True}, order={"kind": "asc"}
    )
