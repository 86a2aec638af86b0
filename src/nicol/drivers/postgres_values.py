"""How values cross to PostgreSQL and back, where psycopg's own way is not ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzBinaryLoader, TimestamptzLoader
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from psycopg.types.string import StrDumperUnknown


class _UtcDumper(Dumper):
    """Moments cross in UTC and without a type, so that columns with and without a zone compare and store them alike."""

    def dump(self, obj: datetime) -> bytes:
        if obj.tzinfo is UTC:
            return obj.isoformat(" ").encode()
        moment = obj.replace(tzinfo=UTC) if obj.tzinfo is None else obj.astimezone(UTC)
        return moment.isoformat(" ").encode()


class _UtcLoader(Loader):
    """Moments with a zone come back in UTC; what Python cannot hold (`infinity`, the years BC) stays text."""

    def load(self, data: Buffer) -> datetime | str:
        text = str(data, "ascii")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


class _UtcReader(Loader):
    """Moments without a zone are those of UTC. The zone is read with the text: to replace it costs five times as much."""

    def load(self, data: Buffer) -> datetime | str:
        text = str(data, "ascii")
        try:
            return datetime.fromisoformat(text + "+00:00")
        except ValueError:
            return text


class _BinaryReader(Loader):
    """Moments in binary, microseconds since 2000, where `QUICK` cannot read one: what Python cannot hold becomes text."""

    format = Format.BINARY

    def load(self, data: Buffer) -> datetime | str:
        micros = int.from_bytes(data, "big", signed=True)
        if micros in _INFINITE:
            return _INFINITE[micros]
        try:
            return _2000 + timedelta(microseconds=micros)
        except OverflowError:
            return _written(micros)


_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_INFINITE = {2**63 - 1: "infinity", -(2**63): "-infinity"}
_DAY, _CYCLE = 86_400_000_000, 146_097
"""The microseconds of a day, and the days of 400 years, after which the calendar begins anew."""


def _written(micros: int) -> str:
    """A moment of a year that Python does not know, as PostgreSQL writes it."""
    days, rest = divmod(micros, _DAY)
    cycles, days = divmod(days, _CYCLE)
    moment = _2000.replace(tzinfo=None) + timedelta(days=days, microseconds=rest)
    year = moment.year + 400 * cycles
    text = f"{year if year > 0 else 1 - year:04}{moment.isoformat(' ')[4:]}"
    text = text.rstrip("0") if "." in text else text
    return text if year > 0 else f"{text} BC"


class Values(AdaptContext):
    """psycopg's adapters with ours, as a context that serves all connections."""

    def __init__(self, adapters: AdaptersMap) -> None:
        self._adapters = adapters

    @property
    def adapters(self) -> AdaptersMap:
        """How each type crosses."""
        return self._adapters

    @property
    def connection(self) -> None:
        """None: texts are in UTF-8, and moments in UTC, where it is not made part of one."""
        return None


def _values() -> Values:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(int, Int8BinaryDumper)
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(str, StrDumperUnknown)
    adapters.register_dumper(datetime, _UtcDumper)
    adapters.register_loader("timestamp", _UtcReader)
    adapters.register_loader("timestamp", _BinaryReader)
    adapters.register_loader("timestamptz", _UtcLoader)
    return Values(adapters)


def _quick_values() -> Values:
    adapters = AdaptersMap(VALUES.adapters)
    adapters.register_loader("timestamp", TimestamptzLoader)
    adapters.register_loader("timestamp", TimestamptzBinaryLoader)
    adapters.register_loader("timestamptz", TimestamptzLoader)
    return Values(adapters)


VALUES: Final = _values()
QUICK: Final = _quick_values()
"""The same, but for moments, which psycopg reads in C: what Python cannot hold is a DataError. Without a connection its loader
takes UTC for the zone, of texts that say none, too."""

BINARY: Final = frozenset(
    psycopg.adapters.types[name].oid
    for name in ("bool", "int2", "int4", "int8", "float8", "text", "varchar", "timestamp")
)
"""The types whose values are the same in either format, and quicker to write and to read in binary. Moments with a zone are
none: those that Python cannot hold are written in the session's own."""
