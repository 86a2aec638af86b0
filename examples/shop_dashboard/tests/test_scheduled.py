"""What schedulers call: who may, what is pruned, twice at once and again, and what is told about it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from shop_dashboard import connections, drafts, secrets
from shop_dashboard.db import Integration

from .conftest import SECRET, settings_of, visiting
from .test_inbox import draft_to, ticket_of

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient, Store

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
BEARER = {"Authorization": f"Bearer {SECRET}"}
DAY = timedelta(days=1)


async def old_rows(db: AsyncClient, store: Store) -> None:
    """Ten tests of a connection, one for each ten days; and three drafts of 200 days ago, of which one was approved."""
    now = datetime.now(UTC)
    for at in range(10):
        event = await connections.record(db, store.id, Integration.GA4, "OK", 20, None)
        await db.connection_event.update(
            where={"id": event.id}, data={"createdAt": now - at * 10 * DAY + DAY}
        )
    ticket = await ticket_of(db, store, "Anna", "where is it?")
    made = [await draft_to(db, ticket) for _ in range(3)]
    await drafts.approve(db, store.id, made[0].id, "Mara", "Hello", now)
    await db.ai_draft.update_many(where={}, data={"createdAt": now - 200 * DAY})


@pytest.mark.proves(
    "Shop Dashboard",
    "POST /cron/retention prunes, answers with counts and due tokens, and may be called again and dry",
)
@pytest.mark.parametrize("said", ["header", "address"])
async def test_retention_prunes_what_is_old(
    migrated_url: str, db: AsyncClient, store: Store, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    await old_rows(db, store)
    now = datetime.now(UTC)
    for days, kind in ((91, Integration.BING), (80, Integration.GA4), (1, Integration.SHOPIFY)):
        await secrets.put(db, store, kind, "token", now - days * DAY)
    caplog.set_level(logging.INFO, "nicol.cron")
    async with visiting(settings_of(migrated_url, CRON_SECRET=SECRET)) as client:
        way = {"headers": BEARER} if said == "header" else {"params": {"token": SECRET}}
        dry = await client.post("/cron/retention", params={"dry_run": "true", "token": SECRET})
        assert dry.json()["result"]["due"] == {"ConnectionEvent": 6, "AiDraft": 2}
        assert await db.connection_event.count() == 10
        answer = await client.post("/cron/retention", **way)
        assert (answer.status_code, answer.json()["ok"], answer.json()["state"]) == (200, True, "done")
        result = answer.json()["result"]
        assert result["deleted"] == {"ConnectionEvent": 6, "AiDraft": 2}
        assert result["remaining"] == {"ConnectionEvent": 0, "AiDraft": 0}
        assert [(each["name"], each["overdue"]) for each in result["reminders"]] == [
            ("lampen.example: BING", True),
            ("lampen.example: GA4", False),
        ]
        assert await db.connection_event.count() == 4
        assert [each.approved for each in await db.ai_draft.find_many()] == [True]
        again = (await client.post("/cron/retention", **way)).json()
        assert (again["ok"], again["state"]) == (True, "repeated")
    assert "[cron:retention]" in caplog.text
    assert SECRET not in caplog.text


async def test_calls_at_once_prune_once(migrated_url: str, db: AsyncClient, store: Store) -> None:
    await old_rows(db, store)
    async with visiting(settings_of(migrated_url, CRON_SECRET=SECRET)) as client:
        answers = await asyncio.gather(*(client.post("/cron/retention", headers=BEARER) for _ in range(6)))
    states = [each.json()["state"] for each in answers]
    assert states.count("done") == 1
    assert set(states) <= {"done", "running", "repeated"}
    assert await db.connection_event.count() == 4


@pytest.mark.proves(
    "Shop Dashboard", "the endpoint refuses everything without the secret, and when none is set"
)
@pytest.mark.parametrize("known", ["", "short", SECRET])
@pytest.mark.parametrize(
    "way",
    [
        {},
        {"headers": {"Authorization": "Bearer "}},
        {"headers": {"Authorization": "Bearer wrong-and-long-enough"}},
        {"headers": {"Authorization": f"Basic {SECRET}"}},
        {"headers": {"Authorization": "Bearer short"}},
        {"params": {"token": ""}},
        {"params": {"token": SECRET[:-1]}},
    ],
)
async def test_who_does_not_know_the_secret_is_refused(
    migrated_url: str, db: AsyncClient, store: Store, known: str, way: dict[str, dict[str, str]]
) -> None:
    await old_rows(db, store)
    async with visiting(settings_of(migrated_url, CRON_SECRET=known)) as client:
        for job in ("retention", "kpis", "nothing"):
            answer = await client.post(f"/cron/{job}", **way)
            assert (answer.status_code, answer.json()) == (401, {"ok": False, "error": "unauthorized"})
        assert (await client.get("/cron/retention", headers=BEARER)).status_code in (401, 405)
    assert await db.connection_event.count() == 10


async def test_the_other_jobs_do_their_work(site: httpx.AsyncClient, seeded: AsyncClient) -> None:
    await seeded.kpi_cache.delete_many(where={})
    done = {
        job: (await site.post(f"/cron/{job}", headers=BEARER)).json()
        for job in ("kpis", "velocity", "connections")
    }
    assert all(each["ok"] for each in done.values()), done
    assert done["kpis"]["result"] == {"stores": 3}
    assert await seeded.kpi_cache.count() == 3 * 3 * 2
    assert sum(done["velocity"]["result"].values()) == await seeded.product_velocity.count()
    assert set(done["connections"]["result"]["nordlicht-supply.myshopify.com"].values()) == {"OK"}
