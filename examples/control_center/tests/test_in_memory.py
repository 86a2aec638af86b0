"""The whole history and the whole application in memory: what an integration test of a service looks like."""

import pytest
from control_center import approvals, decisions, facts, seed
from control_center.approvals import Answer
from control_center.db import AsyncClient
from control_center.decisions import AuditFilter

from nicol.errors import ClientError

from .conftest import EXAMPLE, NOW, SHOP

pytestmark = pytest.mark.anyio
HISTORY = sorted((EXAMPLE / "migrations").glob("*/migration.sqlite.sql"))


@pytest.mark.proves("Control Center", "integration tests in memory", only="sqlite")
async def test_an_operators_day_in_memory() -> None:
    async with AsyncClient(url="file::memory:") as db:
        for migration in HISTORY:
            await db.execute_raw(migration.read_text())
        await seed.fill(db, NOW)
        first, *_ = approvals.waiting(await facts.shown(db, SHOP))
        answer = Answer("approve", "Ada", evidence_url="https://example.com/report")
        decision = await approvals.answer(db, SHOP, first.fact.id, answer)
        newest, *_ = await decisions.search(db, AuditFilter(actor="Ada"))
        assert newest == decision
        with pytest.raises(ClientError, match="append-only"):
            await db.decision_log.delete_many(where={"actor": "Ada"})
