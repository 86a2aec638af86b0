"""The JSON side, for the services that measure: write a fact, read the newest ones, record a decision."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from control_center import decisions, facts
from control_center.db import DashboardFact, DecisionLog
from control_center.decisions import DecisionError, NewDecision
from control_center.facts import FactError, NewFact
from control_center.masthead import head
from control_center.wiring import Database, TheRelay

router = APIRouter(prefix="/api")


class FactBody(BaseModel):
    """A fact as a service sends it."""

    shopDomain: str  # noqa: N815 - the names of the JSON are the schema's
    factType: str  # noqa: N815
    value: dict[str, Any] | list[Any] | str | bool | int | float
    scope: str | None = None
    metadata: Any = None
    evidenceUrl: str | None = None  # noqa: N815


class DecisionBody(BaseModel):
    """A decision as a service sends it."""

    scope: str
    actor: str
    action: str
    rationale: str | None = None
    evidenceUrl: str | None = None  # noqa: N815
    shopDomain: str | None = None  # noqa: N815
    externalRef: str | None = None  # noqa: N815
    payload: Any = None
    factId: int | None = None  # noqa: N815


@router.post("/facts", status_code=201)
async def write_fact(db: Database, body: FactBody) -> DashboardFact:
    """Write a fact; 422 with the reason when its type's name is not `<source>.<domain>.<metric>`."""
    fact = NewFact(body.shopDomain, body.factType, body.value, body.scope, body.metadata, body.evidenceUrl)
    try:
        return await facts.record_fact(db, fact)
    except FactError as refused:
        raise HTTPException(422, str(refused)) from refused


@router.get("/shops/{shop}/facts")
async def newest_facts(db: Database, shop: str) -> list[DashboardFact]:
    """The newest fact of each type of a shop."""
    return await facts.newest_facts(db, shop)


@router.post("/decisions", status_code=201)
async def record_decision(db: Database, relay: TheRelay, body: DecisionBody) -> DecisionLog:
    """Record a decision; 422 with the reasons by field when it breaks a rule."""
    decision = NewDecision(
        scope=body.scope,
        actor=body.actor,
        action=body.action,
        rationale=body.rationale,
        evidence_url=body.evidenceUrl,
        shop_domain=body.shopDomain,
        external_ref=body.externalRef,
        payload=body.payload,
        fact_id=body.factId,
    )
    try:
        recorded = await decisions.record(db, decision)
    except DecisionError as refused:
        raise HTTPException(422, refused.faults) from refused
    relay.wake()
    return recorded


@router.get("/health")
async def health(db: Database) -> dict[str, object]:
    """Whether the database answers, and how many decisions wait for the memory store."""
    return {"ok": True, "waiting": (await head(db)).backlog.waiting}
