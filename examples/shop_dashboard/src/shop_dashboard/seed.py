"""Three stores with orders, flags, conversations and stock: the same every time. `--large` has 100,000 orders in one store."""

from __future__ import annotations

import asyncio
import math
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from urllib.parse import quote

from shop_dashboard import drafts, flags, inbox, purchasing, secrets, velocity
from shop_dashboard.db import AsyncClient, Author, Health, InsightStatus, Integration, PurchaseStatus, Store
from shop_dashboard.db.types import ConnectionEventCreateInput, OrderCreateInput
from shop_dashboard.examples import IDEAS, LETTERS, PEOPLE, REASONS, RESOLUTIONS, SHOPS, TEAM, Product, Shop
from shop_dashboard.shapes import Connection, Features, Resource, Thresholds
from shop_dashboard.stand_in import TOKENS

SMALL, LARGE = 3000, 100_000
"""Orders: of all stores together, and of the first store alone."""
DAYS, YEAR = 75, 365
BATCH = 5000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def seed(db: AsyncClient) -> None:
    """What `nicol db seed` runs, in one transaction. A database with stores is left as it is."""
    await fill(db, datetime.now(UTC))


async def fill(db: AsyncClient, now: datetime, large: int = 0) -> None:
    """Everything the example has at a moment; `large`: so many orders of a year in the first store."""
    if await db.store.count():
        return
    for place, shop in enumerate(SHOPS):
        dice = Random(shop.domain)  # noqa: S311 - numbers for show
        store = await _open(db, shop, now)
        orders, days = (large, YEAR) if large and not place else (round(SMALL * shop.share), DAYS)
        await _sell(db, store, shop, orders, days, now, dice)
        await _stock(db, store, shop, orders / days, now)
        await _flag(db, store, now, dice)
        await _write(db, store, now, dice)
        await _advise(db, store, shop, now, dice)
        await _connect(db, store, shop, now, dice)


async def _open(db: AsyncClient, shop: Shop, now: datetime) -> Store:
    accounts: dict[str, Connection] = {
        kind: Connection(f"{kind.lower()}@{shop.domain.partition('.')[0]}") for kind in shop.connected
    }
    return await db.store.create(
        data={
            "domain": shop.domain,
            "name": shop.name,
            "currency": shop.currency,
            "timeZone": shop.zone,
            "plan": shop.plan,
            "onboarding": shop.onboarding,
            "createdAt": now - YEAR * DAY,
            "settings": {
                "create": {"thresholds": Thresholds(), "features": Features(), "connections": accounts}
            },
        }
    )


# ---- orders ----------------------------------------------------------------------------------------------------------


async def _sell(
    db: AsyncClient, store: Store, shop: Shop, orders: int, days: int, now: datetime, dice: Random
) -> None:
    rows = [
        _order(store, shop, number, at, now, dice)
        for number, at in enumerate(_moments(orders, days, now, dice), 1001)
    ]
    for at in range(0, len(rows), BATCH):
        await db.order.create_many(data=rows[at : at + BATCH])


def _moments(orders: int, days: int, now: datetime, dice: Random) -> list[datetime]:
    """When orders were placed: more of late than long ago, more in the evening and on Sundays."""

    def moment() -> datetime:
        at = now - days * (1 - math.pow(dice.random(), 0.8)) * DAY
        return at.replace(hour=min(int(dice.triangular(0, 24, 19)), 23), microsecond=0)

    def likely(at: datetime) -> bool:
        return dice.random() < 0.72 + 0.25 * math.sin(2 * math.pi * (at.weekday() - 4.5) / 7)

    found: list[datetime] = []
    while len(found) < orders:
        at = moment()
        if at < now and likely(at):
            found.append(at)
    return sorted(found)


def _order(
    store: Store, shop: Shop, number: int, at: datetime, now: datetime, dice: Random
) -> OrderCreateInput:
    """An order of one to three products; what was paid two days ago is usually on its way."""
    chosen = dice.choices(
        shop.products, [each.popularity for each in shop.products], k=dice.choice((1, 1, 1, 2, 2, 3))
    )
    pieces = {each.sku: (each, dice.choice((1, 1, 1, 2))) for each in chosen}
    sent = at + dice.uniform(5, 60) * HOUR
    return {
        "storeId": store.id,
        "shopifyOrderId": shopify(number),
        "name": f"#{number}",
        "customer": dice.choice(PEOPLE),
        "total": sum((each.price * count for each, count in pieces.values()), Decimal(0)),
        "placedAt": at,
        "fulfilledAt": sent if sent < now and dice.random() < 0.98 else None,
        "lines": {
            "create_many": {
                "data": [
                    {"storeId": store.id, "sku": sku, "quantity": count, "unitPrice": each.price}
                    for sku, (each, count) in pieces.items()
                ]
            }
        },
    }


def shopify(number: int) -> str:
    """Shopify's id of an order: unique within its store alone."""
    return f"gid://shopify/Order/{5_000_000 + number}"


async def _flag(db: AsyncClient, store: Store, now: datetime, dice: Random) -> None:
    """Flag a few of the newest orders, and resolve half of them."""
    newest = await db.order.find_many(
        where={"storeId": store.id}, order=[{"placedAt": "desc"}, {"name": "desc"}], take=40
    )
    for place, order in enumerate(dice.sample(newest, min(12, len(newest)))):
        made = await flags.flag(db, store.id, order.shopifyOrderId, dice.choice(REASONS))
        at = min(order.placedAt + 26 * HOUR, now - HOUR)
        await db.order_flag.update(where={"id": made.id}, data={"createdAt": at})
        if place % 2:
            by, how = dice.choice(TEAM), dice.choice(RESOLUTIONS)
            await flags.resolve(db, store.id, made.id, by, how, at + HOUR / 2)
        elif not place % 4:
            await flags.take_up(db, store.id, made.id, "written to the customer, waiting for an answer")


# ---- stock and purchases ---------------------------------------------------------------------------------------------


async def _stock(db: AsyncClient, store: Store, shop: Shop, a_day: float, now: datetime) -> None:
    """Products with as much in stock as the example wants, their forecasts, and three purchase orders."""
    popularity = sum(each.popularity for each in shop.products)
    await db.product_velocity.create_many(
        data=[
            {
                "storeId": store.id,
                "shopifyProductId": f"gid://shopify/Product/{7_000_000 + place}",
                "shopifyVariantId": f"gid://shopify/ProductVariant/{8_000_000 + place}",
                "sku": each.sku,
                "title": each.title,
                "vendor": each.vendor,
                "unitCost": each.cost,
                "onHand": _on_hand(each, 2.1 * a_day * each.popularity / popularity),
                "leadDays": each.lead_days,
            }
            for place, each in enumerate(shop.products)
        ]
    )
    await velocity.forecast(db, store.id, Thresholds(), now)
    for order in (await purchasing.draft_recommended(db, store.id))[:1]:
        await purchasing.advance(db, store.id, order.id, PurchaseStatus.SENT, now)
        await purchasing.advance(db, store.id, order.id, PurchaseStatus.CONFIRMED, now)


def _on_hand(product: Product, pace: float) -> int:
    return round(product.days_in_stock * pace)


# ---- conversations ---------------------------------------------------------------------------------------------------


async def _write(db: AsyncClient, store: Store, now: datetime, dice: Random) -> None:
    """A conversation for each letter, with a draft to it and what became of that."""
    for place, letter in enumerate(LETTERS):
        at = now - (3 + 9 * place + dice.uniform(0, 3)) * HOUR
        ticket = await db.ticket.create(
            data={
                "storeId": store.id,
                "customer": letter.customer,
                "email": f"{quote(letter.customer.lower().replace(' ', '.'))}@example.com",
                "subject": letter.subject,
                "createdAt": at,
                "lastMessageAt": at,
            }
        )
        message = await db.ticket_message.create(
            data={
                "storeId": store.id,
                "ticketId": ticket.id,
                "author": Author.CUSTOMER,
                "name": letter.customer,
                "body": letter.said,
                "createdAt": at,
            }
        )
        draft = await db.ai_draft.create(
            data={
                "storeId": store.id,
                "messageId": message.id,
                "model": "reply-writer",
                "version": "2026-04",
                "text": letter.draft,
                "createdAt": at + HOUR / 30,
            }
        )
        await _decide(db, store, ticket.id, draft.id, letter.fate, letter.draft, at + 2 * HOUR, dice)


async def _decide(
    db: AsyncClient, store: Store, ticket: str, draft: str, fate: str, text: str, at: datetime, dice: Random
) -> None:
    by = dice.choice(TEAM)
    match fate:
        case "sent" | "changed":
            said = text if fate == "sent" else f"{text}\n\nBest regards,\n{by}"
            await drafts.approve(db, store.id, draft, by, said, at)
            await drafts.rate(db, store.id, draft, Decimal("0.9") if fate == "sent" else Decimal("0.6"))
        case "turned down":
            await drafts.turn_down(db, store.id, draft, by, "Cold, and there is no form 27b.", at)
            await drafts.rate(db, store.id, draft, Decimal("0.1"))
        case _:
            return
    await inbox.mark_read(db, ticket, at)


# ---- search and connections ------------------------------------------------------------------------------------------


async def _advise(db: AsyncClient, store: Store, shop: Shop, now: datetime, dice: Random) -> None:
    await db.seo_insight.create_many(
        data=[
            {
                "storeId": store.id,
                "action": idea.action,
                "detail": idea.detail,
                "severity": idea.severity,
                "status": InsightStatus.DONE if place == len(IDEAS) - 1 else InsightStatus.OPEN,
                "resources": [
                    Resource(each.title, f"https://{shop.domain}/products/{each.sku.lower()}")
                    for each in dice.sample(shop.products, idea.pages)
                ],
                "createdAt": now - (1 + place) * 20 * HOUR,
            }
            for place, idea in enumerate(IDEAS)
        ]
    )


async def _connect(db: AsyncClient, store: Store, shop: Shop, now: datetime, dice: Random) -> None:
    """The token of each connection, changed between a week and fourteen weeks ago, and its tests of ten days."""
    events: list[ConnectionEventCreateInput] = []
    for place, kind in enumerate(shop.connected):
        await secrets.put(db, store, kind, TOKENS[kind], now - (7 + 23 * place) * DAY)
        for test in range(240):
            at = now - test * HOUR
            slow = dice.random() < 0.03
            failed = kind is Integration.BING and test < 5
            events.append(
                {
                    "storeId": store.id,
                    "integration": kind,
                    "status": Health.FAILED if failed else Health.DEGRADED if slow else Health.OK,
                    "latencyMs": int(dice.gauss(1400 if slow else 180, 40)),
                    "message": "answered 503" if failed else "slow" if slow else None,
                    "createdAt": at,
                }
            )
    await db.connection_event.create_many(data=events)


async def main() -> None:
    """`python -m shop_dashboard.seed [--large]`: the seed in one transaction, small or large."""
    async with AsyncClient() as db, db.tx(timeout=900) as tx:
        await fill(tx, datetime.now(UTC), LARGE if "--large" in sys.argv else 0)


if __name__ == "__main__":
    asyncio.run(main())
