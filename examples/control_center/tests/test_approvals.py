"""The approvals queue: who is asked, and that only one answer counts."""

import asyncio

import pytest
from control_center import approvals, decisions, facts
from control_center.approvals import AlreadyAnsweredError, Answer, ProposalMissingError
from control_center.db import AsyncClient, DashboardFact, DecisionLog
from control_center.decisions import DecisionError, NewDecision

from .conftest import SHOP

pytestmark = pytest.mark.anyio
EVIDENCE = "https://example.com/report"
YES = Answer("approve", "Mara", "agreed", EVIDENCE)


async def propose(db: AsyncClient, title: str = "Lower the price") -> DashboardFact:
    value = {"title": title, "summary": "…", "changes": [{"what": "Jacket", "from": "€169", "to": "€149"}]}
    return await db.dashboard_fact.create(
        data={
            "shopDomain": SHOP,
            "factType": "pricing.catalog.proposal",
            "value": value,
            "evidenceUrl": EVIDENCE,
        }
    )


async def queue(db: AsyncClient) -> list[str]:
    return [proposal.title for proposal in approvals.waiting(await facts.shown(db, SHOP))]


@pytest.mark.proves("Control Center", "approvals queue with approve and reject")
@pytest.mark.parametrize("answer", [YES, Answer("reject", "Mara")])
async def test_an_answered_proposal_leaves_the_queue_and_enters_the_trail(
    db: AsyncClient, answer: Answer
) -> None:
    first, _ = await propose(db, "first"), await propose(db, "second")
    assert await queue(db) == ["first", "second"]
    decision = await approvals.answer(db, SHOP, first.id, answer)
    assert await queue(db) == ["second"]
    assert (decision.action, decision.scope, decision.factId) == (answer.action, "catalog", first.id)
    assert decision.payload == {"factType": "pricing.catalog.proposal", "title": "first"}
    assert await db.decision_outbox.count() == 1


async def test_a_decision_that_is_no_answer_leaves_the_proposal_waiting(db: AsyncClient) -> None:
    fact = await propose(db)
    await decisions.record(db, NewDecision("catalog", "Mara", "note", fact_id=fact.id))
    assert await queue(db) == ["Lower the price"]


async def test_an_approval_without_evidence_is_refused(db: AsyncClient) -> None:
    fact = await propose(db)
    with pytest.raises(DecisionError, match="evidence"):
        await approvals.answer(db, SHOP, fact.id, Answer("approve", "Mara"))
    assert (await queue(db), await db.decision_log.count()) == (["Lower the price"], 0)


async def test_only_approve_and_reject_are_answers(db: AsyncClient) -> None:
    fact = await propose(db)
    with pytest.raises(DecisionError, match="approve or reject"):
        await approvals.answer(db, SHOP, fact.id, Answer("maybe", "Mara"))


async def test_a_second_answer_is_told_of_the_first(db: AsyncClient) -> None:
    fact = await propose(db)
    await approvals.answer(db, SHOP, fact.id, YES)
    with pytest.raises(AlreadyAnsweredError, match="Mara has already answered"):
        await approvals.answer(db, SHOP, fact.id, Answer("reject", "Jonas"))
    assert await db.decision_log.count() == 1


async def test_a_measure_is_no_proposal(db: AsyncClient) -> None:
    fact = await db.dashboard_fact.create(
        data={"shopDomain": SHOP, "factType": "shopify.sales.summary", "value": 1}
    )
    for missing in (fact.id, 404):
        with pytest.raises(ProposalMissingError):
            await approvals.answer(db, SHOP, missing, YES)


async def test_of_two_answers_at_once_one_counts(db: AsyncClient) -> None:
    fact = await propose(db)
    answers = [
        approvals.answer(db, SHOP, fact.id, Answer("approve", actor, None, EVIDENCE))
        for actor in ("Mara", "Jonas")
    ]
    outcomes = await asyncio.gather(*answers, return_exceptions=True)
    assert sum(isinstance(outcome, DecisionLog) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyAnsweredError) for outcome in outcomes) == 1
    assert await db.decision_log.count() == 1


async def test_a_proposal_of_any_shape_can_be_shown(db: AsyncClient) -> None:
    fact = await db.dashboard_fact.create(data={"shopDomain": SHOP, "factType": "a.b.proposal", "value": 7})
    shown = approvals.proposal(fact)
    assert (shown.title, shown.summary, shown.changes) == ("a.b.proposal", "", ())
