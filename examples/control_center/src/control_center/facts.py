"""Dashboard facts: writing them, and reading the newest of each type, or all that a page shows of a shop, in one statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from control_center.db import AsyncClient, DashboardFact, ShownFact
from control_center.fact_types import FactType, fact_type, fault_of, is_proposal, rank
from control_center.figures import Trend, currency_of, figure, number_of, trend
from control_center.links import link_fault
from nicol.client import JsonInput

SHOP_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")

Fact = DashboardFact | ShownFact
"""A fact from its table, or as the view of what a page shows has it."""


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
    fact: Fact
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


async def history(db: AsyncClient, shop: str, name: str, take: int) -> list[DashboardFact]:
    """The last facts of one type, newest first."""
    return await db.dashboard_fact.find_many(
        where={"shopDomain": shop, "factType": name},
        order=[{"createdAt": "desc"}, {"id": "desc"}],
        take=take,
    )


async def shown(db: AsyncClient, shop: str) -> list[ShownFact]:
    """What the page of a shop shows, newest first: the last facts of each type, and each proposal that nobody answered."""
    return await db.shown_fact.find_many(
        where={"shopDomain": shop}, order=[{"createdAt": "desc"}, {"id": "desc"}]
    )


def tiles(found: Sequence[ShownFact], now: datetime) -> list[Tile]:
    """A tile for every type that is no proposal, in the page's order."""
    measured = sorted(
        (fact for fact in found if not is_proposal(fact.factType)), key=lambda fact: rank(fact.factType)
    )
    pasts = [list(past) for _, past in groupby(measured, key=lambda fact: fact.factType)]
    return [tile(past[0], past, now) for past in pasts]


def tile(fact: Fact, past: Sequence[Fact], now: datetime) -> Tile:
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


def _points(past: Sequence[Fact], kind: FactType) -> tuple[tuple[int, float], ...]:
    numbers = (
        (int(fact.createdAt.timestamp()), number_of(fact.value, kind.headline)) for fact in reversed(past)
    )
    return tuple((at, number) for at, number in numbers if number is not None)
