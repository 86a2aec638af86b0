"""The redundant write: decisions wait in the outbox until the memory store has them, in order, each at least once.

`decisions.record` writes the log row and its outbox row in one transaction. The relay hands the oldest over first and
never passes one by: while the memory store is away everything waits, and nothing overtakes. A decision that arrives
twice, because the relay was stopped between handing over and forgetting, is recognised by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from control_center.db import AsyncClient, DecisionLog, DecisionOutbox
from control_center.memory_db import AsyncClient as MemoryClient
from nicol.errors import NicolError

log = logging.getLogger("control_center.outbox")

POLL = timedelta(seconds=2)
FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the memory store; `oldest` goes first and carries the last error."""

    waiting: int
    oldest: DecisionOutbox | None


async def backlog(db: AsyncClient) -> Backlog:
    """How many decisions wait, and how the first of them is doing."""
    return Backlog(await db.decision_outbox.count(), await _oldest(db))


async def deliver_due(db: AsyncClient, memory_url: str | None, now: datetime) -> int:
    """Hand over what is due, oldest first, until one fails; how many arrived. The failed one is tried again later."""
    delivered = 0
    async with contextlib.AsyncExitStack() as stack:
        memory: MemoryClient | None = None
        while entry := await _due(db, now):
            try:
                if memory is None:
                    memory = await stack.enter_async_context(MemoryClient(url=memory_url))
                await _hand_over(memory, _decision(entry))
            except NicolError as fault:
                await _postpone(db, entry, fault, now)
                break
            await db.decision_outbox.delete_many(where={"id": entry.id})
            delivered += 1
    return delivered


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: doubling, up to a minute."""
    return min(FIRST_DELAY * (1 << min(attempts - 1, 10)), LONGEST_DELAY)


class Relay:
    """Delivers the outbox in the background until it is stopped."""

    def __init__(self, db: AsyncClient, memory_url: str | None) -> None:
        self._db = db
        self._memory_url = memory_url
        self._news = asyncio.Event()
        self._stopped = False

    def wake(self) -> None:
        """Say that something new waits."""
        self._news.set()

    def stop(self) -> None:
        """End `run` after the delivery that is under way."""
        self._stopped = True
        self._news.set()

    async def run(self) -> None:
        """Deliver whatever is due, whenever something is new and every two seconds."""
        while not self._stopped:
            self._news.clear()
            try:
                await deliver_due(self._db, self._memory_url, datetime.now(UTC))
            except NicolError as fault:
                log.warning("the outbox cannot be read: %s", fault)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), POLL.total_seconds())


async def _oldest(db: AsyncClient) -> DecisionOutbox | None:
    return await db.decision_outbox.find_first(order={"id": "asc"})


async def _due(db: AsyncClient, now: datetime) -> DecisionOutbox | None:
    entry = await db.decision_outbox.find_first(order={"id": "asc"}, include={"decision": True})
    return entry if entry is not None and entry.nextAttemptAt <= now else None


def _decision(entry: DecisionOutbox) -> DecisionLog:
    assert entry.decision is not None, "it was included, and no decision is ever deleted"
    return entry.decision


async def _hand_over(memory: MemoryClient, decision: DecisionLog) -> None:
    await memory.decision.upsert(
        where={"decisionId": decision.id},
        create={
            "decisionId": decision.id,
            "scope": decision.scope,
            "actor": decision.actor,
            "action": decision.action,
            "rationale": decision.rationale,
            "evidenceUrl": decision.evidenceUrl,
            "shopDomain": decision.shopDomain,
            "externalRef": decision.externalRef,
            "payload": decision.payload,
            "factId": decision.factId,
            "decidedAt": decision.createdAt,
        },
        update={},
    )


async def _postpone(db: AsyncClient, entry: DecisionOutbox, fault: NicolError, now: datetime) -> None:
    attempts = entry.attempts + 1
    log.warning("decision %d waits for the memory store: %s", entry.decisionId, fault.message)
    await db.decision_outbox.update_many(
        where={"id": entry.id},
        data={"attempts": attempts, "nextAttemptAt": now + delay_after(attempts), "lastError": fault.message},
    )
