"""The audit trail: its rules, its filter, and that nothing in it is ever changed."""

from datetime import timedelta

import pytest
from control_center import decisions
from control_center.db import AsyncClient
from control_center.decisions import AuditFilter, DecisionError, NewDecision

from nicol.errors import ClientError

from .conftest import NOW, SHOP

pytestmark = pytest.mark.anyio
EVIDENCE = "https://example.com/report"
NOTE = NewDecision("operations", "Mara", "note", "seen")


@pytest.mark.proves("Control Center", "approvals without evidence are refused")
@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        (NewDecision("", "Mara", "note"), {"scope"}),
        (NewDecision("ops", "  ", "note"), {"actor"}),
        (NewDecision("", "", ""), {"scope", "actor", "action"}),
        (NewDecision("ops", "Mara", "approve"), {"evidence_url"}),
        (NewDecision("ops", "Mara", "approve", evidence_url="see mail"), {"evidence_url"}),
        (NewDecision("ops", "Mara", "note", evidence_url="javascript:alert(1)"), {"evidence_url"}),
        (NewDecision("ops", "Mara", "note", fact_id=404), {"fact_id"}),
    ],
)
async def test_a_decision_that_breaks_a_rule_is_refused_with_the_reason(
    db: AsyncClient, decision: NewDecision, fields: set[str]
) -> None:
    with pytest.raises(DecisionError) as refused:
        await decisions.record(db, decision)
    assert refused.value.faults.keys() == fields
    assert (await db.decision_log.count(), await db.decision_outbox.count()) == (0, 0)


async def test_an_approval_with_evidence_is_recorded(db: AsyncClient) -> None:
    written = await decisions.record(
        db, NewDecision("ops", "Mara", "approve", evidence_url=EVIDENCE, payload={"a": [1]})
    )
    read = await db.decision_log.find_unique_or_raise(where={"id": written.id})
    assert (read.action, read.evidenceUrl, read.payload) == ("approve", EVIDENCE, {"a": [1]})


@pytest.mark.proves("Control Center", "log row and outbox row commit together")
async def test_the_log_row_and_its_outbox_row_come_together_or_not_at_all(db: AsyncClient) -> None:
    written = await decisions.record(db, NOTE)
    (entry,) = await db.decision_outbox.find_many()
    assert entry.decisionId == written.id
    with pytest.raises(RuntimeError, match="power cut"):
        async with db.tx() as tx:
            await decisions.record(tx, NOTE)
            raise RuntimeError("power cut")
    assert (await db.decision_log.count(), await db.decision_outbox.count()) == (1, 1)


@pytest.mark.proves("Control Center", "the audit trail is append-only in the database")
async def test_the_database_refuses_to_change_or_delete_a_decision(db: AsyncClient) -> None:
    written = await decisions.record(db, NOTE)
    attempts = (
        lambda: db.decision_log.update(where={"id": written.id}, data={"actor": "somebody else"}),
        lambda: db.decision_log.update_many(data={"rationale": None}),
        lambda: db.decision_log.delete(where={"id": written.id}),
        db.decision_log.delete_many,
        lambda: db.execute_raw('UPDATE "DecisionLog" SET "actor" = \'x\''),
        lambda: db.execute_raw('DELETE FROM "DecisionLog"'),
    )
    for attempt in attempts:
        with pytest.raises(ClientError, match="append-only"):
            await attempt()
    assert await db.decision_log.find_many() == [written]


@pytest.mark.proves("Control Center", "a decision outlives its fact")
async def test_a_deleted_fact_is_forgotten_and_its_decision_is_not(db: AsyncClient) -> None:
    fact = await db.dashboard_fact.create(data={"shopDomain": SHOP, "factType": "a.b.c", "value": 1})
    written = await decisions.record(db, NewDecision("ops", "Mara", "note", fact_id=fact.id))
    with pytest.raises(ClientError, match="append-only"):
        await db.decision_log.update(where={"id": written.id}, data={"factId": None})
    await db.dashboard_fact.delete(where={"id": fact.id})
    read = await db.decision_log.find_unique_or_raise(where={"id": written.id})
    assert (read.factId, read.actor) == (None, "Mara")


def test_the_data_access_offers_no_way_to_change_a_decision() -> None:
    offered = {name for name in dir(decisions) if not name.startswith("_")}
    assert not {name for name in offered if name.startswith(("update", "delete", "remove", "change", "edit"))}


async def _trail(db: AsyncClient) -> None:
    for number, (scope, actor) in enumerate(
        [("ops", "Mara"), ("ops", "Jonas"), ("ads", "Mara"), ("ads", "Ruth")]
    ):
        await decisions.record(
            db, NewDecision(scope, actor, "note", str(number)), NOW - timedelta(days=number)
        )


@pytest.mark.proves("Control Center", "audit trail filtered by scope, actor and date")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(), "0123"),
        (AuditFilter(scope="ops"), "01"),
        (AuditFilter(actor="Mara"), "02"),
        (AuditFilter(scope="ads", actor="Mara"), "2"),
        (AuditFilter(since=NOW - timedelta(days=1)), "01"),
        (AuditFilter(until=NOW - timedelta(days=1)), "23"),
        (AuditFilter(since=NOW - timedelta(days=2), until=NOW), "12"),
        (AuditFilter(scope="nothing"), ""),
    ],
)
async def test_the_trail_is_filtered_and_newest_first(
    db: AsyncClient, wanted: AuditFilter, found: str
) -> None:
    await _trail(db)
    assert "".join(decision.rationale or "" for decision in await decisions.search(db, wanted)) == found
    assert (await decisions.overview(db, wanted)).total == len(found)
    assert "".join([decision.rationale or "" async for decision in decisions.export(db, wanted)]) == found


async def test_pages_and_export_meet_every_decision_once(
    db: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "PAGE", 3)
    monkeypatch.setattr(decisions, "EXPORT_BATCH", 2)
    written = [await decisions.record(db, NOTE, NOW) for _ in range(7)]
    pages = [await decisions.search(db, AuditFilter(), page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    newest_first = [decision.id for decision in reversed(written)]
    assert [decision.id for page in pages for decision in page] == newest_first
    assert [decision.id async for decision in decisions.export(db, AuditFilter())] == newest_first


@pytest.mark.parametrize(
    ("wanted", "scopes", "actors"),
    [
        (AuditFilter(), ("ads", "ops"), ("Jonas", "Mara", "Ruth")),
        (AuditFilter(scope="ads"), ("ads", "ops"), ("Jonas", "Mara", "Ruth")),
        (AuditFilter(scope="gone", since=NOW + timedelta(days=1)), ("gone",), ()),
    ],
)
async def test_scopes_and_actors_of_the_dates_can_be_chosen_and_what_is_chosen_stays(
    db: AsyncClient, wanted: AuditFilter, scopes: tuple[str, ...], actors: tuple[str, ...]
) -> None:
    await _trail(db)
    overview = await decisions.overview(db, wanted)
    assert (overview.scopes, overview.actors) == (scopes, actors)
