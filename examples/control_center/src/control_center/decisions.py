"""The audit trail. It can be written to and read, and nothing else: here, and in the database by its triggers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from control_center.db import AsyncClient, DecisionLog
from control_center.db.types import DecisionLogWhereInput
from control_center.links import link_fault
from nicol.client import JsonInput
from nicol.errors import ForeignKeyViolation

APPROVE = "approve"
REJECT = "reject"
PAGE = 25
EXPORT_BATCH = 500


class DecisionError(ValueError):
    """A decision that breaks a rule. `faults` says which field and why."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {fault}" for field, fault in faults.items()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision as an operator or a service takes it."""

    scope: str
    actor: str
    action: str
    rationale: str | None = None
    evidence_url: str | None = None
    shop_domain: str | None = None
    external_ref: str | None = None
    payload: JsonInput | None = None
    fact_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which decisions to look at; `since` is included, `until` is not."""

    scope: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """How many decisions there are, and the scopes and actors to choose from, by name; what is chosen is always one of them."""

    total: int
    scopes: tuple[str, ...]
    actors: tuple[str, ...]


def faults_of(decision: NewDecision) -> dict[str, str]:
    """Why a decision cannot be recorded, by field; empty when it can."""
    required = {"scope": decision.scope, "actor": decision.actor, "action": decision.action}
    faults = {field: f"a decision needs its {field}" for field, text in required.items() if not text.strip()}
    if decision.evidence_url and (fault := link_fault(decision.evidence_url)):
        faults["evidence_url"] = fault
    if decision.action == APPROVE and not decision.evidence_url:
        faults["evidence_url"] = "an approval needs evidence: the link that shows why"
    return faults


async def record(db: AsyncClient, decision: NewDecision, at: datetime | None = None) -> DecisionLog:
    """Append a decision and queue it for the memory store, both or neither; `DecisionError` when it breaks a rule."""
    if faults := faults_of(decision):
        raise DecisionError(faults)
    try:
        return await _append(db, decision, at or datetime.now(UTC))
    except ForeignKeyViolation as missing:
        raise DecisionError({"fact_id": f"there is no fact {decision.fact_id}"}) from missing


async def _append(db: AsyncClient, decision: NewDecision, at: datetime) -> DecisionLog:
    return await db.decision_log.create(
        data={
            "scope": decision.scope,
            "actor": decision.actor,
            "action": decision.action,
            "rationale": decision.rationale,
            "evidenceUrl": decision.evidence_url,
            "shopDomain": decision.shop_domain,
            "externalRef": decision.external_ref,
            "payload": decision.payload,
            "factId": decision.fact_id,
            "createdAt": at,
            "outbox": {"create": {}},
        }
    )


async def search(db: AsyncClient, wanted: AuditFilter, page: int = 1) -> list[DecisionLog]:
    """One page of the decisions that a filter lets through, newest first."""
    return await db.decision_log.find_many(
        where=_where(wanted),
        order=[{"createdAt": "desc"}, {"id": "desc"}],
        take=PAGE,
        skip=(page - 1) * PAGE,
    )


async def overview(db: AsyncClient, wanted: AuditFilter) -> Overview:
    """How many decisions a filter lets through, and what else its dates would let one choose, in one statement."""
    groups = await db.decision_log.group_by(
        by=["scope", "actor"], where=_where(replace(wanted, scope=None, actor=None)), count=True
    )
    return Overview(
        total=sum(
            each["_count"]["_all"]
            for each in groups
            if wanted.scope in (None, each["scope"]) and wanted.actor in (None, each["actor"])
        ),
        scopes=_choices((each["scope"] for each in groups), wanted.scope),
        actors=_choices((each["actor"] for each in groups), wanted.actor),
    )


def _choices(found: Iterable[str], chosen: str | None) -> tuple[str, ...]:
    return tuple(sorted({*found, *([chosen] if chosen else [])}))


async def export(db: AsyncClient, wanted: AuditFilter) -> AsyncIterator[DecisionLog]:
    """Every decision that a filter lets through, newest first, read in batches from where the last one ended."""
    last: DecisionLog | None = None
    while batch := await db.decision_log.find_many(
        where=_where(wanted),
        order=[{"createdAt": "desc"}, {"id": "desc"}],
        take=EXPORT_BATCH,
        cursor={"id": last.id} if last else None,
        skip=1 if last else None,
    ):
        for decision in batch:
            yield decision
        last = batch[-1]


async def of_shop(db: AsyncClient, shop: str, take: int = 6) -> list[DecisionLog]:
    """The last decisions about a shop, newest first."""
    return await db.decision_log.find_many(
        where={"shopDomain": shop}, order=[{"createdAt": "desc"}, {"id": "desc"}], take=take
    )


async def because_of(db: AsyncClient, shop: str, fact_type: str, take: int = 6) -> list[DecisionLog]:
    """The last decisions that point at facts of one type, newest first."""
    return await db.decision_log.find_many(
        where={"fact": {"is": {"shopDomain": shop, "factType": fact_type}}},
        order=[{"createdAt": "desc"}, {"id": "desc"}],
        take=take,
    )


def _where(wanted: AuditFilter) -> DecisionLogWhereInput:
    where: DecisionLogWhereInput = {}
    if wanted.scope:
        where["scope"] = wanted.scope
    if wanted.actor:
        where["actor"] = wanted.actor
    if wanted.since:
        where["createdAt"] = {"gte": wanted.since}
    if wanted.until:
        where["AND"] = [{"createdAt": {"lt": wanted.until}}]
    return where
