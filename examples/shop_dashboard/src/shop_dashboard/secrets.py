"""When the tokens that open integrations were changed, and which are due. The tokens themselves are in the environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nicol.client import JsonSet
from shop_dashboard.db import AsyncClient, Integration, StoreSecret

EVERY = timedelta(days=90)
"""How long a token is good for."""
AHEAD = timedelta(days=14)
"""How long before it is due one is reminded of it."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A token that has to be changed, by its name alone."""

    store: str
    kind: Integration
    due: datetime
    overdue: bool


async def rotated(db: AsyncClient, store_id: str, kind: Integration, now: datetime) -> None:
    """Note that a store's token was changed."""
    async with db.tx() as tx:
        await tx.store_secret.upsert(
            where={"storeId_kind": {"storeId": store_id, "kind": kind}},
            create={
                "storeId": store_id,
                "kind": kind,
                "lastRotatedAt": now,
                "rotationReminderAt": now + EVERY,
            },
            update={"lastRotatedAt": now, "rotationReminderAt": now + EVERY},
        )
        await tx.store_settings.update_many(
            where={"storeId": store_id},
            data={"connections": JsonSet([kind, "last_rotated"], now.isoformat())},
        )


async def listing(db: AsyncClient, domain: str) -> list[StoreSecret]:
    """Which tokens a store has, and when each was changed."""
    return await db.store_secret.find_many(where={"store": {"is": {"domain": domain}}}, order={"kind": "asc"})


async def reminders(db: AsyncClient, now: datetime) -> list[Reminder]:
    """The tokens of all stores that are due within two weeks, or overdue; the longest overdue first."""
    due = await db.store_secret.find_many(
        where={"rotationReminderAt": {"lte": now + AHEAD}},
        order=[{"rotationReminderAt": "asc"}, {"id": "asc"}],
        include={"store": True},
    )
    return [
        Reminder(each.store.domain, each.kind, each.rotationReminderAt, each.rotationReminderAt <= now)
        for each in due
        if each.store and each.rotationReminderAt
    ]
