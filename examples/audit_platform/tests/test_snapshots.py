"""Snapshots and the trends made of them: once a day, whoever captures at once, and gaps that stay gaps."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from audit_platform.snapshots import Unit, start_of, units

from .test_observations import START, a_finding, a_tenant

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.parametrize(
    ("unit", "day", "start", "before"),
    [
        ("day", date(2026, 3, 1), date(2026, 3, 1), date(2026, 2, 28)),
        ("week", date(2026, 3, 1), date(2026, 2, 23), date(2026, 2, 16)),
        ("month", date(2026, 3, 31), date(2026, 3, 1), date(2026, 2, 1)),
    ],
)
def test_units_begin_where_they_begin(unit: Unit, day: date, start: date, before: date) -> None:
    assert start_of(unit, day) == start
    assert units(unit, day, 2) == (before, start)


@pytest.mark.proves("Audit Platform", "snapshots: idempotent for a day, captured by many at once")
async def test_a_day_has_one_snapshot_the_last_one(empty: Platform) -> None:
    from audit_platform.metrics import Metrics
    from audit_platform.snapshots import capture_snapshot

    tenant, _, _ = await a_tenant(empty)
    await a_finding(empty, tenant, 0)
    await a_finding(empty, tenant, 1, status="CLOSED", closedAt=START)
    at = datetime(2025, 3, 4, 5, tzinfo=UTC)
    await asyncio.gather(*(capture_snapshot(empty, tenant, at) for _ in range(8)))
    await a_finding(empty, tenant, 2, severity="LOW", complianceArea="IT")
    last = await capture_snapshot(empty, tenant, at + timedelta(hours=18))
    assert await empty.dashboard_snapshot.count() == 1
    assert last.day == datetime(2025, 3, 4, tzinfo=UTC)
    assert last.metrics == Metrics(
        severity={"HIGH": 1, "LOW": 1}, status={"OPEN": 2, "CLOSED": 1}, area={"IT": 1, "Payroll": 1}
    )
    await capture_snapshot(empty, tenant, at + timedelta(hours=19))
    assert await empty.dashboard_snapshot.count() == 2


@pytest.mark.proves("Audit Platform", "trends by day, week and month, with gaps shown as gaps")
async def test_a_gap_stays_a_gap_and_a_unit_shows_its_last_snapshot(empty: Platform) -> None:
    from audit_platform.snapshots import capture_snapshot, get_compliance_trend, get_severity_trend

    tenant, _, _ = await a_tenant(empty)
    mine = empty.for_tenant(tenant)
    for day in (0, 1, 3, 40):
        await a_finding(empty, tenant, day)
        await capture_snapshot(empty, tenant, START + timedelta(days=day))
    until = (START + timedelta(days=40)).date()
    days = await get_severity_trend(mine, "day", date(2025, 1, 5), points=6)
    assert days.series["HIGH"] == (None, 1, 2, None, 3, None)
    assert days.series["CRITICAL"] == (None, 0, 0, None, 0, None)
    assert list(days.series) == ["CRITICAL", "HIGH", "MEDIUM", "LOW"]
    weeks = await get_compliance_trend(mine, "week", until, points=7)
    assert weeks.series == {"Payroll": (3, None, None, None, None, None, 4)}
    assert (await get_severity_trend(mine, "month", until, points=3)).series["HIGH"] == (None, 3, 4)


async def test_the_job_takes_a_snapshot_of_every_tenant(empty: Platform) -> None:
    from audit_platform.snapshots import capture_all

    for name in ("One", "Two", "Three"):
        await a_tenant(empty, name)
    assert await capture_all(empty, START) == 3
    assert await capture_all(empty, START) == 3
    assert await empty.dashboard_snapshot.count() == 3
