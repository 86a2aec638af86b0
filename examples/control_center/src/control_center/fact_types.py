"""The names of facts, and what the page knows about each: its label, unit, freshness limit and good direction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
NAME_RULE = "is not <source>.<domain>.<metric>: three parts in lower case, such as shopify.sales.summary"
PROPOSAL = "proposal"


class Unit(StrEnum):
    """What a headline number counts."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    MINUTES = "minutes"
    PLAIN = "plain"


class Better(StrEnum):
    """Which direction is good news."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class FactType:
    """A kind of fact. `headline` is the key of `value` that the tile shows."""

    name: str
    label: str
    headline: str = "value"
    unit: Unit = Unit.PLAIN
    better: Better = Better.NEITHER
    fresh_for: timedelta = timedelta(days=1)


KNOWN = (
    FactType("shopify.sales.summary", "Sales, 24 hours", "gross", Unit.MONEY, Better.UP, timedelta(hours=12)),
    FactType(
        "shopify.orders.unfulfilled", "Open orders", "orders", Unit.COUNT, Better.DOWN, timedelta(hours=8)
    ),
    FactType("shopify.orders.average", "Average order", "amount", Unit.MONEY, Better.UP, timedelta(hours=36)),
    FactType(
        "shopify.inventory.low_stock", "Low on stock", "skus", Unit.COUNT, Better.DOWN, timedelta(hours=24)
    ),
    FactType(
        "shopify.returns.rate", "Returned orders", "percent", Unit.PERCENT, Better.DOWN, timedelta(hours=36)
    ),
    FactType(
        "ga4.traffic.sessions", "Sessions, 24 hours", "sessions", Unit.COUNT, Better.UP, timedelta(hours=12)
    ),
    FactType("ga4.conversion.rate", "Conversion", "percent", Unit.PERCENT, Better.UP, timedelta(hours=12)),
    FactType("gsc.search.clicks", "Search clicks", "clicks", Unit.COUNT, Better.UP, timedelta(hours=48)),
    FactType(
        "inbox.replies.first_reply", "First reply", "minutes", Unit.MINUTES, Better.DOWN, timedelta(hours=8)
    ),
)
_BY_NAME = {kind.name: kind for kind in KNOWN}
_RANK = {kind.name: rank for rank, kind in enumerate(KNOWN)}


def fault_of(name: str) -> str | None:
    """Why a name cannot be a fact type, or None when it can."""
    return None if NAME.fullmatch(name) else f"“{name}” {NAME_RULE}"


def fact_type(name: str) -> FactType:
    """What is known about a name; a type nobody described gets its own name as label."""
    return _BY_NAME.get(name) or FactType(name, name)


def rank(name: str) -> tuple[int, str]:
    """Where a tile stands on the page: known types in their order, then the others by name."""
    return _RANK.get(name, len(KNOWN)), name


def is_proposal(name: str) -> bool:
    """Whether facts of this type ask for an approval: their metric is `proposal`."""
    return name.rpartition(".")[2] == PROPOSAL
