"""The redundant write: decisions wait in the outbox until the memory store has them, in order, each at least once.

`decisions.record` writes the log row and its outbox row in one transaction. All of them have one key, so that the relay
hands the oldest over first and never passes one by: while the memory store is away everything waits, and nothing overtakes.
A decision that arrives twice, because the relay was stopped between handing over and forgetting, is recognised by its id.
"""

from __future__ import annotations

from datetime import timedelta

from control_center.db import AsyncClient, DecisionLog, DecisionOutbox
from control_center.memory_db import AsyncClient as MemoryClient
from nicol.outbox import AsyncRelay, Retries

RETRIES = Retries(attempts=None, first=timedelta(seconds=1), longest=timedelta(minutes=1))
"""No decision is ever given up."""

POLL = timedelta(seconds=2)


def relay(db: AsyncClient, memory_url: str | None) -> AsyncRelay[DecisionOutbox]:
    """What hands decisions over to the memory store."""

    async def hand_over(entry: DecisionOutbox) -> None:
        assert entry.decision is not None, "it was included, and no decision is ever deleted"
        async with MemoryClient(url=memory_url) as memory:
            await _remember(memory, entry.decision)

    return AsyncRelay(
        db, hand_over, model="DecisionOutbox", include={"decision": True}, retries=RETRIES, poll=POLL
    )


async def _remember(memory: MemoryClient, decision: DecisionLog) -> None:
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
