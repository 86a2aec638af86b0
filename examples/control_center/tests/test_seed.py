"""The example data: believable, the same everywhere, and never there twice."""

from datetime import timedelta

import pytest
from control_center import approvals, facts, seed
from control_center.db import AsyncClient
from control_center.fact_types import KNOWN
from control_center.masthead import head

from tests.commands import succeed

from .conftest import NOW, SHOP, nicol

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def counts(db: AsyncClient) -> tuple[int, int, int, int]:
    return (
        await db.dashboard_fact.count(),
        await db.decision_log.count(),
        await db.decision_outbox.count(),
        await db.session.count(),
    )


@pytest.mark.proves("Control Center", "seed that can be repeated")
async def test_a_second_seed_adds_nothing_and_a_later_one_only_what_is_new(db: AsyncClient) -> None:
    await seed.fill(db, NOW)
    first = await counts(db)
    assert first[0] > 1000
    assert first[1:] == (46, 46, 3)
    await seed.fill(db, NOW)
    assert await counts(db) == first
    await seed.fill(db, NOW + timedelta(days=1))
    assert 60 < (await counts(db))[0] - first[0] < 120
    assert (await counts(db))[1:] == first[1:]


async def test_every_shop_has_tiles_proposals_and_something_stale(db: AsyncClient) -> None:
    await seed.fill(db, NOW)
    for shop in (await head(db)).shops:
        found = await facts.shown(db, shop)
        tiles = facts.tiles(found, NOW)
        assert [tile.kind for tile in tiles] == list(KNOWN)
        assert [tile.stale for tile in tiles].count(True) == 1
        assert all(tile.trend for tile in tiles)
        assert approvals.waiting(found)


async def test_a_seed_that_fails_half_way_leaves_nothing(db: AsyncClient, migrated_url: str) -> None:

    session = await db.session.create(
        data={"id": f"offline_{SHOP}", "shop": SHOP, "state": "", "accessToken": "x"}
    )
    run = nicol("db", "seed", DATABASE_URL=migrated_url)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert await counts(db) == (0, 0, 0, 1)
    assert await db.session.find_many() == [session]


async def test_the_seed_is_what_the_command_runs(migrated_url: str) -> None:
    for _ in range(2):
        succeed(nicol("db", "seed", DATABASE_URL=migrated_url))
    async with AsyncClient(url=migrated_url) as db:
        assert (await counts(db))[1:] == (46, 46, 3)
        assert SHOP in (await head(db)).shops
