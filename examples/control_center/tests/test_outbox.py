"""The redundant write: with the memory store away decisions wait, and when it is back they arrive in order, once."""

import asyncio
from datetime import datetime, timedelta

import pytest
from control_center import decisions, outbox
from control_center.db import AsyncClient
from control_center.decisions import NewDecision
from control_center.masthead import head
from control_center.memory_db import AsyncClient as MemoryClient
from control_center.outbox import RETRIES

from .conftest import NOW, MemoryStore

pytestmark = pytest.mark.anyio
LATER = NOW + timedelta(days=400)


async def decide(db: AsyncClient, *rationales: str) -> None:
    for rationale in rationales:
        await decisions.record(db, NewDecision("ops", "Mara", "note", rationale, payload={"n": rationale}))


async def deliver_due(db: AsyncClient, memory_url: str | None, now: datetime) -> int:
    """How many decisions arrive when the relay takes its turn."""
    return (await outbox.relay(db, memory_url).deliver(now)).delivered


async def arrived(memory: MemoryStore) -> list[str | None]:
    """What the memory store holds, in the order of arrival."""
    async with MemoryClient(url=memory.url) as store:
        return [decision.rationale for decision in await store.decision.find_many(order={"id": "asc"})]


async def test_a_decision_arrives_whole(db: AsyncClient, memory: MemoryStore) -> None:
    sent = await decisions.record(
        db, NewDecision("ops", "Mara", "approve", "why", "https://x.example", "shop", "ref", {"a": 1})
    )
    assert await deliver_due(db, memory.url, LATER) == 1
    async with MemoryClient(url=memory.url) as store:
        got = await store.decision.find_unique_or_raise(where={"decisionId": sent.id})
    assert (got.scope, got.actor, got.action, got.rationale) == ("ops", "Mara", "approve", "why")
    assert (got.evidenceUrl, got.shopDomain, got.externalRef, got.payload) == (
        "https://x.example",
        "shop",
        "ref",
        {"a": 1},
    )
    assert got.decidedAt == sent.createdAt


@pytest.mark.proves("Control Center", "decisions survive an outage of the memory store, in order and once")
async def test_decisions_wait_for_a_stopped_store_and_arrive_in_order_once(
    db: AsyncClient, memory: MemoryStore
) -> None:
    await decide(db, "before")
    assert await deliver_due(db, memory.url, LATER) == 1
    memory.stop()
    await decide(db, "first", "second", "third")
    assert await deliver_due(db, memory.url, LATER) == 0
    backlog = (await head(db)).backlog
    assert (backlog.waiting, backlog.attempts) == (3, 1)
    assert backlog.last_error
    memory.bring_back()
    assert await deliver_due(db, memory.url, LATER) == 0, "the back-off is not over"
    assert await deliver_due(db, memory.url, LATER + RETRIES.delay(1)) == 3
    assert (await head(db)).backlog.waiting == 0
    assert await arrived(memory) == ["before", "first", "second", "third"]


async def test_what_waits_survives_a_restart(migrated_url: str, memory: MemoryStore) -> None:
    memory.stop()
    async with AsyncClient(url=migrated_url) as db:
        await decide(db, "first", "second")
        await deliver_due(db, memory.url, LATER)
    memory.bring_back()
    async with AsyncClient(url=migrated_url) as db:
        assert (await head(db)).backlog.waiting == 2
        assert await deliver_due(db, memory.url, LATER + RETRIES.delay(1)) == 2
    assert await arrived(memory) == ["first", "second"]


async def test_a_decision_that_is_sent_again_arrives_once(db: AsyncClient, memory: MemoryStore) -> None:
    await decide(db, "once", "twice")
    (first, _) = await db.decision_outbox.find_many(order={"id": "asc"})
    assert await deliver_due(db, memory.url, LATER) == 2
    await db.decision_outbox.create(
        data={"decisionId": first.decisionId}
    )  # the relay died before it could forget
    assert await deliver_due(db, memory.url, LATER) == 1
    assert await arrived(memory) == ["once", "twice"]


async def test_a_store_without_tables_counts_as_away(db: AsyncClient, memory: MemoryStore) -> None:
    await decide(db, "waits")
    async with MemoryClient(url=memory.url) as store:
        await store.execute_raw('DROP TABLE "Decision"')
    assert await deliver_due(db, memory.url, LATER) == 0
    assert (await head(db)).backlog.waiting == 1


async def test_an_address_that_means_nothing_counts_as_away(db: AsyncClient) -> None:
    await decide(db, "waits")
    assert await deliver_due(db, "memory://nowhere", LATER) == 0
    assert (await head(db)).backlog.waiting == 1


async def test_the_relay_delivers_what_is_new_and_ends_when_told(
    db: AsyncClient, memory: MemoryStore
) -> None:
    relay = outbox.relay(db, memory.url)
    running = asyncio.create_task(relay.run())
    await decide(db, "now")
    relay.wake()
    while (await head(db)).backlog.waiting:  # noqa: ASYNC110 - the relay tells nobody, as in the application
        await asyncio.sleep(0.01)
    relay.stop()
    await running
    assert await arrived(memory) == ["now"]
