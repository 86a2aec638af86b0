"""How values cross to PostgreSQL and back, where psycopg's own way is not ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.types.datetime import TimestamptzLoader
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


class Values(AdaptContext):
    """psycopg's adapters with ours, as a context that connections are made in."""

    def __init__(self) -> None:
        self._adapters = AdaptersMap(psycopg.adapters)
        self._adapters.register_dumper(int, Int8BinaryDumper)
        self._adapters.register_dumper(int, Int8Dumper)
        self._adapters.register_dumper(str, StrDumperUnknown)
        self._adapters.register_dumper(datetime, _UtcDumper)
        self._adapters.register_loader("timestamp", _UtcReader)
        self._adapters.register_loader("timestamptz", _UtcLoader)

    @property
    def adapters(self) -> AdaptersMap:
        """How each type crosses."""
        return self._adapters

    @property
    def connection(self) -> None:
        """None: it serves all connections."""
        return None


VALUES: Final = Values()


class QuickValues(AdaptContext):
    """The same adapters, whose moments psycopg reads in C: what Python cannot hold is a DataError.

    Without a connection its loader takes UTC for the zone, of texts that say none, too.
    """

    def __init__(self) -> None:
        self._adapters = AdaptersMap(VALUES.adapters)
        self._adapters.register_loader("timestamp", TimestamptzLoader)
        self._adapters.register_loader("timestamptz", TimestamptzLoader)

    @property
    def adapters(self) -> AdaptersMap:
        """How each type crosses."""
        return self._adapters

    @property
    def connection(self) -> None:
        """None: texts are in UTF-8, moments in UTC."""
        return None


QUICK: Final = QuickValues()
