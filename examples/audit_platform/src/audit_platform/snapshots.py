"""Snapshots of a day and the trends made of them; a day nobody took one of stays a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from audit_platform.db import DashboardSnapshot
from audit_platform.db.enums import Severity
from audit_platform.metrics import Metrics
from audit_platform.tenancy import Platform

Unit: TypeAlias = Literal["day", "week", "month"]
POINTS: dict[Unit, int] = {"day": 60, "week": 26, "month": 12}
"""How many points of a unit a trend has where nobody says since when."""


@dataclass(frozen=True, slots=True)
class Trend:
    """For each name a value for each start of a unit: that of the unit's last snapshot, None where there is none."""

    starts: tuple[date, ...]
    series: dict[str, tuple[int | None, ...]]

    @property
    def moments(self) -> list[int]:
        """The noons of the starts, in seconds since 1970, for a chart."""
        return [int(datetime.combine(start, time(12), UTC).timestamp()) for start in self.starts]


async def capture_snapshot(db: Platform, tenant_id: str, at: datetime) -> DashboardSnapshot:
    """Count a tenant's observations and keep that as the snapshot of the day (in UTC); a second one of a day replaces it."""
    day = midnight(at.astimezone(UTC).date())
    async with db.for_tenant(tenant_id).tx() as tx:
        rows = await tx.observation.group_by(by=["severity", "status", "complianceArea"], count=True)
        metrics = measured(
            (row["severity"], row["status"], row["complianceArea"], row["_count"]["_all"]) for row in rows
        )
        return await tx.dashboard_snapshot.upsert(
            where={"tenantId_day": {"tenantId": tenant_id, "day": day}},
            create={"day": day, "capturedAt": at, "metrics": metrics},
            update={"capturedAt": at, "metrics": metrics},
        )


async def capture_all(db: Platform, at: datetime) -> int:
    """The scheduled job: a snapshot of every tenant. Says how many there are."""
    tenants = await db.at_the_entrance().tenant.find_many(order={"id": "asc"})
    for tenant in tenants:
        await capture_snapshot(db, tenant.id, at)
    return len(tenants)


def measured(counts: Iterable[tuple[str, str, str, int]]) -> Metrics:
    """Metrics of numbers of observations by severity, status and area."""
    severity, state, places = Counter[str](), Counter[str](), Counter[str]()
    for weight, status, area, number in counts:
        state[status] += number
        if status != "CLOSED":
            severity[weight] += number
            places[area] += number
    return Metrics(dict(severity), dict(state), dict(sorted(places.items())))


async def get_severity_trend(db: Platform, unit: Unit, until: date, points: int | None = None) -> Trend:
    """Open observations by severity, gravest first, up to a day."""
    names = tuple(each.value for each in reversed(Severity))
    return await _trend(db, unit, until, points, lambda metrics: metrics.severity, names)


async def get_compliance_trend(db: Platform, unit: Unit, until: date, points: int | None = None) -> Trend:
    """Open observations by compliance area, up to a day; the areas are those of its snapshots."""
    return await _trend(db, unit, until, points, lambda metrics: metrics.area)


async def _trend(
    db: Platform,
    unit: Unit,
    until: date,
    points: int | None,
    counts: Callable[[Metrics], dict[str, int]],
    names: tuple[str, ...] = (),
) -> Trend:
    starts = units(unit, until, points or POINTS[unit])
    snapshots = await db.dashboard_snapshot.find_many(
        where={"day": {"gte": midnight(starts[0]), "lte": midnight(until)}}, order={"day": "asc"}
    )
    last = {start_of(unit, each.day.date()): counts(each.metrics) for each in snapshots}
    known = names or tuple(sorted({name for found in last.values() for name in found}))
    return Trend(
        starts,
        {name: tuple(last[at].get(name, 0) if at in last else None for at in starts) for name in known},
    )


def units(unit: Unit, until: date, number: int) -> tuple[date, ...]:
    """The starts of so many days, weeks or months, up to that of a day."""
    starts = [start_of(unit, until)]
    while len(starts) < number:
        starts.append(start_of(unit, starts[-1] - timedelta(days=1)))
    return tuple(reversed(starts))


def start_of(unit: Unit, day: date) -> date:
    """The first day of the unit that a day is in; weeks begin on Monday."""
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def midnight(day: date) -> datetime:
    """How the database holds a day."""
    return datetime.combine(day, time(), UTC)
