"""Dashboard facts: writing them, and reading the newest of each type in one statement."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from control_center.db import AsyncClient, DashboardFact
from control_center.fact_types import FactType, fact_type, fault_of, is_proposal, rank
from control_center.figures import Trend, currency_of, figure, number_of, trend
from control_center.links import link_fault
from nicol.client import JsonInput

HISTORY = 28
SHOP_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


class FactError(ValueError):
    """A fact that cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class NewFact:
    """A measured value as a service reports it."""

    shop_domain: str
    fact_type: str
    value: JsonInput
    scope: str | None = None
    metadata: JsonInput | None = None
    evidence_url: str | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """What the page shows of one fact type. `points` are (seconds since 1970, number), oldest first."""

    kind: FactType
    fact: DashboardFact
    figure: str
    trend: Trend | None
    stale: bool
    points: tuple[tuple[int, float], ...]


async def record_fact(db: AsyncClient, fact: NewFact) -> DashboardFact:
    """Write a fact; `FactError` when its type is not `<source>.<domain>.<metric>`, or its shop or link is none."""
    if fault := _fault(fact):
        raise FactError(fault)
    return await db.dashboard_fact.create(
        data={
            "shopDomain": fact.shop_domain,
            "factType": fact.fact_type,
            "scope": fact.scope,
            "value": fact.value,
            "metadata": fact.metadata,
            "evidenceUrl": fact.evidence_url,
        }
    )


def _fault(fact: NewFact) -> str | None:
    if not SHOP_DOMAIN.fullmatch(fact.shop_domain):
        return f"“{fact.shop_domain}” is not the domain of a shop"
    return fault_of(fact.fact_type) or (link_fault(fact.evidence_url) if fact.evidence_url else None)


async def newest_facts(db: AsyncClient, shop: str) -> list[DashboardFact]:
    """The newest fact of each type of a shop, found by the database in one statement."""
    return await db.dashboard_fact.find_many(
        where={"shopDomain": shop},
        distinct=["factType"],
        order=[{"createdAt": "desc"}, {"id": "desc"}],
    )


async def history(db: AsyncClient, shop: str, name: str, take: int = HISTORY) -> list[DashboardFact]:
    """The last facts of one type, newest first."""
    return await db.dashboard_fact.find_many(
        where={"shopDomain": shop, "factType": name},
        order=[{"createdAt": "desc"}, {"id": "desc"}],
        take=take,
    )


async def tiles(db: AsyncClient, newest: Sequence[DashboardFact], now: datetime) -> list[Tile]:
    """A tile for every fact that is no proposal, in the page's order."""
    shown = sorted(
        (fact for fact in newest if not is_proposal(fact.factType)), key=lambda fact: rank(fact.factType)
    )
    pasts = await asyncio.gather(*(history(db, fact.shopDomain, fact.factType) for fact in shown))
    return [tile(fact, past, now) for fact, past in zip(shown, pasts, strict=True)]


def tile(fact: DashboardFact, past: Sequence[DashboardFact], now: datetime) -> Tile:
    """The tile of a fact, given the facts up to it, newest first."""
    kind = fact_type(fact.factType)
    points = _points(past, kind)
    number = number_of(fact.value, kind.headline)
    return Tile(
        kind=kind,
        fact=fact,
        figure="–" if number is None else figure(number, kind.unit, currency_of(fact.value)),
        trend=trend([number for _, number in points], kind.better),
        stale=now - fact.createdAt > kind.fresh_for,
        points=points,
    )


def _points(past: Sequence[DashboardFact], kind: FactType) -> tuple[tuple[int, float], ...]:
    numbers = (
        (int(fact.createdAt.timestamp()), number_of(fact.value, kind.headline)) for fact in reversed(past)
    )
    return tuple((at, number) for at, number in numbers if number is not None)


async def shops(db: AsyncClient) -> list[str]:
    """Every shop that has facts, by name; in the order of an index, so that it costs the same however many facts there are."""
    found = await db.dashboard_fact.find_many(
        distinct=["shopDomain"],
        order=[{"shopDomain": "asc"}, {"factType": "asc"}, {"createdAt": "desc"}, {"id": "desc"}],
    )
    return [fact.shopDomain for fact in found]
