"""Numbers as people read them, and the trend of a series against its past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import assert_never, cast

from control_center.fact_types import Better, Unit

COMPARED_WITH = 7
CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class Trend:
    """The newest number against the mean of the ones before it. `change` is a share: 0.1 is ten percent more."""

    change: float
    compared_with: int
    good: bool | None

    @property
    def text(self) -> str:
        """The change in percent, signed."""
        return f"{self.change:+.1%}".replace("-", "−")

    @property
    def direction(self) -> str:
        """`up`, `down` or `level`, as the page rounds it."""
        if abs(self.change) < 0.0005:
            return "level"
        return "up" if self.change > 0 else "down"


def number_of(value: object, key: str) -> float | None:
    """The number that a fact's value holds under a key, or is itself; None when there is none."""
    found = cast("Mapping[str, object]", value).get(key) if isinstance(value, Mapping) else value
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def currency_of(value: object) -> str:
    """The sign of the currency that a fact's value names, or nothing."""
    code = str(cast("Mapping[str, object]", value).get("currency", "")) if isinstance(value, Mapping) else ""
    return CURRENCY_SIGNS.get(code, f"{code} " if code else "")


def figure(number: float, unit: Unit, currency: str = "") -> str:
    """A number as a tile shows it."""
    match unit:
        case Unit.MONEY:
            return f"{currency}{number:,.0f}" if abs(number) >= 1000 else f"{currency}{number:,.2f}"
        case Unit.COUNT:
            return f"{number:,.0f}"
        case Unit.PERCENT:
            return f"{number:.1f} %"
        case Unit.MINUTES:
            hours, minutes = divmod(round(number), 60)
            return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
        case Unit.PLAIN:
            return f"{number:,g}"
        case _:
            assert_never(unit)


def trend(numbers: Sequence[float], better: Better) -> Trend | None:
    """The trend of a series, oldest first; None without a past, or with one whose mean is zero."""
    past = numbers[-1 - COMPARED_WITH : -1]
    base = fmean(past) if past else 0.0
    if not base:
        return None
    change = (numbers[-1] - base) / abs(base)
    return Trend(change, len(past), _is_good(change, better))


def _is_good(change: float, better: Better) -> bool | None:
    match better:
        case Better.UP:
            return change >= 0
        case Better.DOWN:
            return change <= 0
        case Better.NEITHER:
            return None
        case _:
            assert_never(better)
