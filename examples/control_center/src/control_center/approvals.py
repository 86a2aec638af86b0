"""The approvals queue: proposals are facts, and an approval or a rejection is a decision that points at one."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from control_center import decisions
from control_center.db import AsyncClient, DecisionLog, ShownFact
from control_center.decisions import APPROVE, REJECT, DecisionError, NewDecision
from control_center.fact_types import is_proposal
from control_center.facts import Fact
from nicol.errors import WriteConflict

ANSWERS = (APPROVE, REJECT)
RETRIES = 3


class ProposalMissingError(LookupError):
    """No such proposal, or no longer."""


class AlreadyAnsweredError(Exception):
    """Somebody else was faster; `decision` is theirs."""

    def __init__(self, decision: DecisionLog) -> None:
        super().__init__(f"{decision.actor} has already answered this: {decision.action}")
        self.decision = decision


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operator says to a proposal; `action` is `approve` or `reject`."""

    action: str
    actor: str
    rationale: str | None = None
    evidence_url: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a proposal: what would change, from what, to what."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact that asks for an approval, as the page shows it."""

    fact: Fact
    title: str
    summary: str
    changes: tuple[Change, ...]

    @property
    def scope(self) -> str:
        """The scope that the answer is recorded in: the fact's own, else the domain of its type."""
        return self.fact.scope or self.fact.factType.split(".")[1]


def waiting(found: Sequence[ShownFact]) -> list[Proposal]:
    """The proposals that nobody answered, oldest first. `found` is what a shop's page shows, newest first."""
    return [proposal(fact) for fact in reversed(found) if is_proposal(fact.factType)]


async def answer(db: AsyncClient, shop: str, fact_id: int, said: Answer) -> DecisionLog:
    """Record an answer, unless somebody answered before; raises DecisionError, ProposalMissingError or AlreadyAnsweredError."""
    if said.action not in ANSWERS:
        raise DecisionError({"action": "a proposal is answered with approve or reject"})
    for _ in range(RETRIES):
        with contextlib.suppress(WriteConflict):
            return await _answer(db, shop, fact_id, said)
    return await _answer(db, shop, fact_id, said)


async def _answer(db: AsyncClient, shop: str, fact_id: int, said: Answer) -> DecisionLog:
    """One try. Serializable: of two operators who look at the same moment, only one can write."""
    async with db.tx(isolation_level="Serializable") as tx:
        fact = await tx.dashboard_fact.find_unique(
            where={"id": fact_id, "shopDomain": shop},
            include={"decisions": {"where": {"action": {"in": ANSWERS}}}},
        )
        if fact is None or not is_proposal(fact.factType):
            raise ProposalMissingError(f"{shop} has no proposal {fact_id}")
        if fact.decisions:
            raise AlreadyAnsweredError(fact.decisions[0])
        return await decisions.record(tx, decision_on(proposal(fact), said))


def proposal(fact: Fact) -> Proposal:
    """A fact of a proposal type as a proposal; what its value does not hold stays empty."""
    value = _as_mapping(fact.value)
    lines = cast("Sequence[Any]", value.get("changes") or ())
    return Proposal(
        fact=fact,
        title=str(value.get("title", fact.factType)),
        summary=str(value.get("summary", "")),
        changes=tuple(_change(_as_mapping(line)) for line in lines),
    )


def _as_mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _change(line: Mapping[str, Any]) -> Change:
    return Change(str(line.get("what", "")), str(line.get("from", "")), str(line.get("to", "")))


def decision_on(asked: Proposal, said: Answer) -> NewDecision:
    """An answer as an entry of the audit trail. It names the proposal, and so outlives it."""
    return NewDecision(
        scope=asked.scope,
        actor=said.actor,
        action=said.action,
        rationale=said.rationale,
        evidence_url=said.evidence_url,
        shop_domain=asked.fact.shopDomain,
        external_ref=f"{asked.fact.factType}#{asked.fact.id}",
        payload={"factType": asked.fact.factType, "title": asked.title},
        fact_id=asked.fact.id,
    )
