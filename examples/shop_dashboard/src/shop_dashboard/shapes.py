"""What the Json fields of the schema hold. Nicol reads and writes them as these classes (`@nicol.json`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Onboarding:
    """Which steps of setting up a store are done."""

    shopify_connected: bool = False
    orders_imported: bool = False
    team_invited: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something needs attention. Days, and an amount in the store's currency."""

    late_after_days: int = 3
    high_value: Decimal = Decimal(500)
    velocity_days: int = 28
    cover_days: int = 30


@dataclass(frozen=True, slots=True)
class Features:
    """What is switched on."""

    ai_drafts: bool = True
    seo_insights: bool = True
    purchase_drafts: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """Whose account an integration reads, and when its secret was last changed."""

    account: str = ""
    last_rotated: datetime | None = None


Connections: TypeAlias = dict[str, Connection]
"""By the name of the integration."""


@dataclass(frozen=True, slots=True)
class Edit:
    """How a text read before a person changed it."""

    by: str
    at: datetime
    before: str


Edits: TypeAlias = list[Edit]


@dataclass(frozen=True, slots=True)
class Resource:
    """A page of the shop."""

    title: str
    url: str


Resources: TypeAlias = list[Resource]


@dataclass(frozen=True, slots=True)
class Day:
    """The orders of one day."""

    day: date
    orders: int
    total: Decimal


class Sales(Struct, frozen=True, tag=True):
    """The orders of a range of days, and of as many days before."""

    days: list[Day]
    unfulfilled: int
    orders_before: int
    total_before: Decimal

    @property
    def orders(self) -> int:
        """How many orders there were."""
        return sum(day.orders for day in self.days)

    @property
    def total(self) -> Decimal:
        """What they came to."""
        return sum((day.total for day in self.days), Decimal(0))

    @property
    def average(self) -> Decimal:
        """What an order came to."""
        return self.total / self.orders if self.orders else Decimal(0)

    @property
    def average_before(self) -> Decimal:
        """What an order came to in the days before."""
        return self.total_before / self.orders_before if self.orders_before else Decimal(0)


class Stock(Struct, frozen=True, tag=True):
    """What lies in the warehouse: `cost` in the store's currency, `out` products sold out, `soon` within two weeks."""

    products: int
    units: int
    cost: Decimal
    out: int
    soon: int


Figures: TypeAlias = Sales | Stock
"""What the KPI cache holds."""
