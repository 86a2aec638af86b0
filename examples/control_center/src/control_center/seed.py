"""Example data: three shops, four weeks of facts, proposals that wait, and a trail of decisions.

Every number is a function of shop, fact type and time slot, so that two machines see the same. A second run adds the
facts of the slots that have passed since, and nothing twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from control_center import approvals, decisions
from control_center.approvals import Answer, proposal
from control_center.db import AsyncClient
from control_center.db.types import DashboardFactCreateInput
from control_center.decisions import APPROVE, REJECT, NewDecision
from control_center.fact_types import Unit, fact_type
from control_center.facts import newest_facts
from nicol.client import JsonInput

WEEKS = timedelta(weeks=4)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of the example; `size` scales its numbers, `growth` is the change over four weeks."""

    domain: str
    currency: str
    size: float
    growth: float


@dataclass(frozen=True, slots=True)
class Measure:
    """How a fact type's numbers come about; `stopped` is how long ago its service last wrote, for a shop by domain."""

    name: str
    key: str
    every: timedelta
    level: float
    swing: float
    noise: float
    digits: int
    scales: bool
    page: str
    stopped: tuple[tuple[str, timedelta], ...] = ()


@dataclass(frozen=True, slots=True)
class Idea:
    """A proposal of the example; `answer` is (action, actor, rationale), or None while it waits."""

    shop: str
    fact_type: str
    hours_ago: int
    title: str
    summary: str
    changes: tuple[tuple[str, str, str], ...]
    answer: tuple[str, str, str] | None = None


NORD, HARBOR, MISTRAL = (
    "nordlicht-supply.myshopify.com",
    "harbor-and-pine.myshopify.com",
    "atelier-mistral.myshopify.com",
)
SHOPS = (
    Shop(NORD, "EUR", 1.0, 0.12),
    Shop(HARBOR, "USD", 2.3, -0.06),
    Shop(MISTRAL, "EUR", 0.45, 0.25),
)
H = timedelta(hours=1)
MEASURES = (
    Measure("shopify.sales.summary", "gross", 6 * H, 4200, 0.16, 0.07, 2, True, "admin/reports/sales",
            ((HARBOR, 19 * H),)),
    Measure("shopify.orders.unfulfilled", "orders", 4 * H, 38, 0.22, 0.12, 0, True, "admin/orders?status=unfulfilled"),
    Measure("shopify.orders.average", "amount", 24 * H, 68.4, 0.03, 0.04, 2, False, "admin/reports/average_order"),
    Measure("shopify.inventory.low_stock", "skus", 12 * H, 14, 0.1, 0.15, 0, True, "admin/products/inventory"),
    Measure("shopify.returns.rate", "percent", 24 * H, 4.1, 0.05, 0.1, 1, False, "admin/reports/returns"),
    Measure("ga4.traffic.sessions", "sessions", 6 * H, 2950, 0.18, 0.06, 0, True, "analytics/traffic"),
    Measure("ga4.conversion.rate", "percent", 6 * H, 2.3, 0.06, 0.06, 2, False, "analytics/conversion",
            ((MISTRAL, 31 * H),)),
    Measure("gsc.search.clicks", "clicks", 24 * H, 640, 0.12, 0.05, 0, True, "search-console/performance",
            ((NORD, 76 * H),)),
    Measure("inbox.replies.first_reply", "minutes", 4 * H, 52, 0.25, 0.2, 0, False, "inbox/statistics"),
)  # fmt: skip
PRICING, REORDER, ADS = "pricing.catalog.proposal", "velocity.inventory.proposal", "campaigns.ads.proposal"
IDEAS = (
    Idea(NORD, PRICING, 5, "Lower the Fjord jacket to €149",
         "Two competitors went to €145 last week. Views are steady, purchases fell by a third.",
         (("Fjord jacket, all sizes", "€169.00", "€149.00"), ("Margin", "41 %", "33 %"))),
    Idea(NORD, REORDER, 9, "Reorder 240 wool socks",
         "At this week's pace the last pair leaves on Thursday; the supplier needs six days.",
         (("Wool socks, grey, 39–42", "31 in stock", "271 in stock"),)),
    Idea(NORD, ADS, 26, "Pause “Rain gear, autumn”",
         "The campaign returned 0.8 times its cost for nine days in a row.",
         (("Daily budget", "€60.00", "€0.00"),)),
    Idea(HARBOR, REORDER, 3, "Reorder 80 cedar planters",
         "Stock lasts five days, delivery takes eight.",
         (("Cedar planter, large", "12 in stock", "92 in stock"),)),
    Idea(HARBOR, PRICING, 31, "Raise candle sets to $34",
         "Beeswax went up by 11 percent; the set has had the same price for two years.",
         (("Candle set, three pieces", "$29.00", "$34.00"), ("Margin", "22 %", "33 %"))),
    Idea(MISTRAL, ADS, 14, "Double the spring collection's budget",
         "Every euro brought 5.2 in the last seven days, and the audience is far from used up.",
         (("Daily budget", "€25.00", "€50.00"),)),
    Idea(NORD, PRICING, 97, "Bundle tent and mat at €219", "Bought together in one order of five.",
         (("Tent and mat", "€248.00", "€219.00"),),
         (APPROVE, "Mara Lindqvist", "Margin still above target, and it moves old mats.")),
    Idea(NORD, ADS, 150, "Bid on a competitor's name", "Clicks would cost €0.40.", (("Keyword", "off", "on"),),
         (REJECT, "Jonas Weber", "We do not do that, however cheap it is.")),
    Idea(HARBOR, PRICING, 122, "Clear the summer linen", "140 pieces left, season over.",
         (("Linen throws", "$59.00", "$39.00"),),
         (APPROVE, "Ruth Okafor", "Agreed with the warehouse; the space is needed by Monday.")),
    Idea(MISTRAL, REORDER, 75, "Reorder 600 gift boxes", "December needs twice what November did.",
         (("Gift box, medium", "110 in stock", "710 in stock"),),
         (REJECT, "Camille Roux", "New boxes arrive with the new logo in a week.")),
)  # fmt: skip
ROUTINE = (
    ("operations", "Mara Lindqvist", "pause_connector", "Search Console quota used up; retry on Monday."),
    (
        "operations",
        "Jonas Weber",
        "escalate",
        "Unfulfilled orders above 50 for the second day: asked the warehouse.",
    ),
    ("inventory", "Ruth Okafor", "note", "Count of aisle 4 confirmed; two boxes were misplaced."),
    ("support", "Camille Roux", "assign", "First replies are slow after six: evening shift from tomorrow."),
    ("ads", "Jonas Weber", "note", "Return on spend is better on weekdays; budgets follow."),
    ("support", "nicol-inbox", "tag", "31 conversations about delivery dates grouped."),
    ("inventory", "nicol-velocity", "forecast", None),
    ("catalog", "Mara Lindqvist", "note", "Photos of the Fjord jacket replaced; watch conversion."),
)


async def seed(db: AsyncClient) -> None:
    """What `nicol db seed` runs, in one transaction."""
    await fill(db, datetime.now(UTC))


async def fill(db: AsyncClient, now: datetime) -> None:
    """Everything the example has at a moment, as far as the database does not have it yet."""
    for shop in SHOPS:
        known = {fact.factType: fact.createdAt for fact in await newest_facts(db, shop.domain)}
        rows = [row for measure in MEASURES for row in _facts(shop, measure, known.get(measure.name), now)]
        await db.dashboard_fact.create_many(data=rows)
    if not await db.decision_log.count():
        trail = [*await _propose(db, now), *_routine(now)]
        for at, decision in sorted(trail, key=lambda entry: entry[0]):
            await decisions.record(db, decision, at)
        await _sign_in(db)


def _facts(
    shop: Shop, measure: Measure, after: datetime | None, now: datetime
) -> Iterator[DashboardFactCreateInput]:
    """The facts of one type that are missing: one for each slot of time after the newest that is there."""
    until = now - dict(measure.stopped).get(shop.domain, timedelta())
    slot = int((after or now - WEEKS).timestamp() // measure.every.total_seconds()) + 1
    while (at := datetime.fromtimestamp(slot * measure.every.total_seconds(), UTC)) <= until:
        yield {
            "shopDomain": shop.domain,
            "factType": measure.name,
            "scope": measure.name.split(".")[1],
            "value": _value(shop, measure, slot, at),
            "metadata": {"window": "24h", "source": measure.name.partition(".")[0]},
            "evidenceUrl": f"https://{shop.domain}/{measure.page}",
            "createdAt": at,
        }
        slot += 1


def _value(shop: Shop, measure: Measure, slot: int, at: datetime) -> JsonInput:
    """A week's rhythm around a level that grows, and some noise: always the same for the same slot."""
    dice = Random(f"{shop.domain}/{measure.name}/{slot}")  # noqa: S311 - numbers for show
    weeks = at.timestamp() / timedelta(weeks=1).total_seconds()
    rhythm = 1 + measure.swing * math.sin(2 * math.pi * weeks) + measure.noise * dice.gauss(0, 1)
    drift = 1 + shop.growth * math.sin(2 * math.pi * weeks / 16)
    number = measure.level * (shop.size if measure.scales else 1) * rhythm * drift
    value = round(max(number, 0), measure.digits) if measure.digits else max(round(number), 0)
    money = fact_type(measure.name).unit is Unit.MONEY
    return {measure.key: value, "currency": shop.currency} if money else {measure.key: value}


async def _propose(db: AsyncClient, now: datetime) -> list[tuple[datetime, NewDecision]]:
    """Write the proposals; what was answered to them, and when."""
    answers: list[tuple[datetime, NewDecision]] = []
    for idea in IDEAS:
        at = now - idea.hours_ago * H
        fact = await db.dashboard_fact.create(
            data={
                "shopDomain": idea.shop,
                "factType": idea.fact_type,
                "value": {
                    "title": idea.title,
                    "summary": idea.summary,
                    "changes": [
                        {"what": what, "from": before, "to": after} for what, before, after in idea.changes
                    ],
                },
                "evidenceUrl": f"https://{idea.shop}/{idea.fact_type.partition('.')[0]}/proposals",
                "createdAt": at,
            }
        )
        if idea.answer:
            answers.append(
                (at + 2 * H, approvals.decision_on(proposal(fact), Answer(*idea.answer, fact.evidenceUrl)))
            )
    return answers


def _routine(now: datetime) -> Iterator[tuple[datetime, NewDecision]]:
    """Two decisions a day for three weeks."""
    for day in range(21, 0, -1):
        for turn in range(2):
            scope, actor, action, rationale = ROUTINE[(day * 2 + turn) % len(ROUTINE)]
            shop = SHOPS[(day + turn) % len(SHOPS)].domain
            yield (
                now - day * DAY + turn * 3 * H,
                NewDecision(scope, actor, action, rationale, shop_domain=shop),
            )


async def _sign_in(db: AsyncClient) -> None:
    """The host application's table, so that there is something for the Control Center to leave alone."""
    await db.session.create_many(
        data=[
            {
                "id": f"offline_{shop.domain}",
                "shop": shop.domain,
                "state": "",
                "scope": "read_orders,read_products",
                "accessToken": "example-token",
                "accountOwner": True,
            }
            for shop in SHOPS
        ]
    )
