"""Key figures of a store, added up once and kept for a while: who comes meanwhile reads what was kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from shop_dashboard.db import AsyncClient, MetricSet, Store
from shop_dashboard.shapes import Day, Figures, Sales, Stock

FRESH = MappingProxyType({MetricSet.SALES: timedelta(minutes=15), MetricSet.INVENTORY: timedelta(hours=1)})
"""How long figures are good for."""
SOON = timedelta(days=14)
LENGTHS = (7, 30, 90)
"""The days that pages offer."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a store's calendar, from the first to the last."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def until(cls, store: Store, now: datetime, days: int = 30) -> Span:
        """The last days of a store up to a moment."""
        zone = ZoneInfo(store.timeZone)
        today = now.astimezone(zone).date()
        return cls(today - timedelta(days=days - 1), today, zone)

    @property
    def before(self) -> Span:
        """As many days before."""
        length = self.last - self.first + timedelta(days=1)
        return Span(self.first - length, self.last - length, self.zone)

    @property
    def days(self) -> list[date]:
        """Each day."""
        return [self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1)]

    @property
    def begin(self) -> datetime:
        """The moment it begins."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The moment behind it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True, slots=True)
class Kpis:
    """What the overview shows."""

    sales: Sales
    stock: Stock


async def kpis(db: AsyncClient, store: Store, span: Span, now: datetime) -> Kpis:
    """The key figures of a span, from the cache where it is fresh. Of many who find it stale, one adds up."""
    found = await _cached(db, store, span, now)
    if len(found) < len(COMPUTED):
        found = await _refreshed(db, store, span, now)
    sales, stock = found[MetricSet.SALES], found[MetricSet.INVENTORY]
    assert isinstance(sales, Sales)
    assert isinstance(stock, Stock)
    return Kpis(sales, stock)


async def refresh(db: AsyncClient, store: Store, span: Span, now: datetime) -> None:
    """Add up the key figures of a span before they are stale, so that no page has to wait for it."""
    async with db.tx(max_wait=10, timeout=30) as tx:
        await tx.advisory_lock(_lock(store))
        for metrics in COMPUTED:
            await _computed(tx, store, span, metrics, now)


async def _cached(db: AsyncClient, store: Store, span: Span, now: datetime) -> dict[MetricSet, Figures]:
    kept = await db.kpi_cache.find_many(
        where={
            "storeId": store.id,
            "since": _midnight(span.first),
            "until": _midnight(span.last),
            "expiresAt": {"gt": now},
        }
    )
    return {each.metrics: each.value for each in kept}


async def _refreshed(db: AsyncClient, store: Store, span: Span, now: datetime) -> dict[MetricSet, Figures]:
    """What is missing or stale, added up under a lock: who waited for the lock finds it in the cache."""
    async with db.tx(max_wait=10, timeout=30) as tx:
        await tx.advisory_lock(_lock(store))
        found = await _cached(tx, store, span, now)
        for metrics in COMPUTED.keys() - found.keys():
            found[metrics] = await _computed(tx, store, span, metrics, now)
    return found


async def _computed(db: AsyncClient, store: Store, span: Span, metrics: MetricSet, now: datetime) -> Figures:
    """Figures added up, and kept."""
    value, expires = await COMPUTED[metrics](db, store, span, now), now + FRESH[metrics]
    since, until = _midnight(span.first), _midnight(span.last)
    await db.kpi_cache.upsert(
        where={
            "storeId_metrics_since_until": {
                "storeId": store.id,
                "metrics": metrics,
                "since": since,
                "until": until,
            }
        },
        create={
            "storeId": store.id,
            "metrics": metrics,
            "since": since,
            "until": until,
            "value": value,
            "expiresAt": expires,
        },
        update={"value": value, "expiresAt": expires},
    )
    return value


def _lock(store: Store) -> str:
    return f"kpis of {store.id}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


async def _sales(db: AsyncClient, store: Store, span: Span, _: datetime) -> Sales:
    known = {
        row["placedAt"].date(): (row["_count"]["_all"], row["_sum"]["total"] or Decimal(0))
        for row in await db.order.group_by(
            by=[{"placedAt": {"bucket": "day", "zone": store.timeZone}}],
            where={"storeId": store.id, "placedAt": {"gte": span.begin, "lt": span.end}},
            count=True,
            sum="total",
        )
    }
    before = await db.order.aggregate(
        where={"storeId": store.id, "placedAt": {"gte": span.before.begin, "lt": span.before.end}},
        count=True,
        sum="total",
    )
    unfulfilled = await db.order.count(
        where={
            "storeId": store.id,
            "placedAt": {"gte": span.begin, "lt": span.end},
            "fulfilledAt": None,
        }
    )
    return Sales(
        [Day(day, *known.get(day, (0, Decimal(0)))) for day in span.days],
        unfulfilled,
        before["_count"]["_all"],
        before["_sum"]["total"] or Decimal(0),
    )


async def _stock(db: AsyncClient, store: Store, _: Span, now: datetime) -> Stock:
    products = await db.product_velocity.find_many(where={"storeId": store.id})
    return Stock(
        products=len(products),
        units=sum(each.onHand for each in products),
        cost=sum((each.onHand * each.unitCost for each in products), Decimal(0)),
        out=sum(each.onHand == 0 for each in products),
        soon=sum(each.stockOutAt is not None and now < each.stockOutAt <= now + SOON for each in products),
    )


COMPUTED: Mapping[MetricSet, Callable[[AsyncClient, Store, Span, datetime], Awaitable[Figures]]] = {
    MetricSet.SALES: _sales,
    MetricSet.INVENTORY: _stock,
}
