"""What SQLite lacks for grouping, as functions of our connections: exact sums and means, and the beginnings of units of time.

Statements of the query engine use them; nothing that is stored in a database does, so that every other program can open it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from nicol.sql.moments import read_moment

_EXACT = Context(prec=1100, rounding=ROUND_HALF_UP)
_DIGITS = Decimal(1).scaleb(-30)
_WIDE = 2**63


def add_aggregates(raw: apsw.Connection) -> None:
    """Teach a connection `nicol_sum_whole`, `nicol_mean_whole`, `nicol_sum_exact`, `nicol_mean_exact` and `nicol_bucket`."""
    for name, made in (
        ("nicol_sum_whole", _WholeSum),
        ("nicol_mean_whole", _WholeMean),
        ("nicol_sum_exact", _ExactSum),
        ("nicol_mean_exact", _ExactMean),
    ):
        raw.create_aggregate_function(name, made, 1)  # pyright: ignore[reportUnknownMemberType] - partly typed
    raw.create_scalar_function("nicol_bucket", bucket, 3, deterministic=True)  # pyright: ignore[reportUnknownMemberType]


# ---- sums and means ----------------------------------------------------------------------------------------------


class _Whole:
    """Integers, added without an end; nulls are left out."""

    def __init__(self) -> None:
        self.total, self.count = 0, 0

    def step(self, *given: Any) -> None:
        """One more value."""
        (value,) = given
        if value is not None:
            self.total += value
            self.count += 1


class _WholeSum(_Whole):
    def final(self) -> int | None:
        """The sum; OverflowError where 64 bits do not hold it."""
        if not -_WIDE <= self.total < _WIDE:
            raise OverflowError("the sum is out of range: it does not fit in 64 bits")
        return self.total if self.count else None


class _WholeMean(_Whole):
    def final(self) -> float | None:
        """The mean."""
        return self.total / self.count if self.count else None


class _Exact:
    """Decimals, which are texts or what a numeric column makes of them; nulls are left out."""

    def __init__(self) -> None:
        self.total, self.count = Decimal(0), 0

    def step(self, *given: Any) -> None:
        """One more value."""
        (value,) = given
        if value is not None:
            number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
            self.total = _EXACT.add(self.total, number)
            self.count += 1


class _ExactSum(_Exact):
    def final(self) -> str | None:
        """The sum as canonical text."""
        return _plain(self.total) if self.count else None


class _ExactMean(_Exact):
    def final(self) -> str | None:
        """The mean as canonical text, rounded half up to thirty digits behind the point."""
        if not self.count:
            return None
        return _plain(_EXACT.divide(self.total, Decimal(self.count)).quantize(_DIGITS, context=_EXACT))


def _plain(number: Decimal) -> str:
    """The text without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


# ---- units of time -----------------------------------------------------------------------------------------------


def bucket(*given: Any) -> str | None:
    """The beginning of a unit as ISO text: of the zone's clock for days and longer, else of the moment itself."""
    value, unit, zone = given
    if value is None:
        return None
    if unit != "second" and isinstance(value, str) and _is_recent(value):
        return _begun_in_hour(value[:13], unit, zone) or _begun(f"{value[:16]}:00+00:00", unit, zone)
    return _beginning(read_moment(value), unit, zone)


def _is_recent(value: str) -> bool:
    """True for canonical text since when every clock is whole minutes away from UTC, and changes at whole minutes."""
    return value >= "1973" and value[10:11] == "T" and value.endswith("+00:00")


@lru_cache(maxsize=65536)
def _begun(text: str, unit: str, zone: str | None) -> str:
    return _beginning(datetime.fromisoformat(text), unit, zone)


@lru_cache(maxsize=65536)
def _begun_in_hour(hour: str, unit: str, zone: str | None) -> str | None:
    """The beginning that all moments of an hour have in common; None where there are several, or the clock changes."""
    first = datetime.fromisoformat(f"{hour}:00:00+00:00")
    last = first + timedelta(minutes=59)
    if (
        zone is not None
        and first.astimezone(ZoneInfo(zone)).utcoffset() != last.astimezone(ZoneInfo(zone)).utcoffset()
    ):
        return None
    begun = _beginning(first, unit, zone)
    return begun if begun == _beginning(last, unit, zone) else None


def _beginning(moment: datetime, unit: str, zone: str | None) -> str:
    local = moment if zone is None else moment.astimezone(ZoneInfo(zone))
    if unit in _SHORT:
        rest = _SHORT[unit](local)
        return (moment - rest).isoformat(timespec="seconds")
    return _LONG[unit](local).isoformat(timespec="seconds")


_SHORT: dict[str, Callable[[datetime], timedelta]] = {
    "second": lambda at: timedelta(microseconds=at.microsecond),
    "minute": lambda at: timedelta(seconds=at.second, microseconds=at.microsecond),
    "hour": lambda at: timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond),
}
"""How far a moment is behind the beginning of its unit, by the clock on the wall."""


def _day(at: datetime) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=UTC)


_LONG: dict[str, Callable[[datetime], datetime]] = {
    "day": _day,
    "week": lambda at: _day(at) - timedelta(days=at.weekday()),
    "month": lambda at: datetime(at.year, at.month, 1, tzinfo=UTC),
    "quarter": lambda at: datetime(at.year, (at.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC),
    "year": lambda at: datetime(at.year, 1, 1, tzinfo=UTC),
}
"""The beginning of the day, week (which begins on Monday), month, quarter or year on the clock's own calendar."""
