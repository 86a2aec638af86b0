"""The seed: the same every time, whole, and large where it is asked to be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.commands import succeed

from .conftest import nicol

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_second_seed_adds_nothing(db: Platform) -> None:
    from audit_platform.seed import SMALL, TENANTS, seed

    await seed(db)
    assert await db.observation.count() == SMALL * len(TENANTS)


async def test_the_seed_has_lineages_open_ends_and_a_gap(db: Platform) -> None:
    from audit_platform.observations import get_repeat_findings
    from audit_platform.snapshots import capture_snapshot, get_severity_trend

    now = datetime.now(UTC)
    for tenant in await db.tenant.find_many():
        mine = db.for_tenant(tenant.id)
        assert max(len(each.lineage) for each in await get_repeat_findings(mine)) > 1
        assert await mine.observation.count(where={"engagementId": None}) > 0
        trend = await get_severity_trend(mine, "day", now.date(), points=90)
        assert None in trend.series["HIGH"]
        seeded = trend.series["HIGH"][-2]
        taken = await capture_snapshot(db, tenant.id, now)
        assert seeded is not None
        assert sum(taken.metrics.status.values()) == await mine.observation.count()


def test_the_seed_is_what_the_command_runs(migrated_url: str) -> None:
    succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    assert "Seeded" in succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
