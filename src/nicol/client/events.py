"""What a client tells of its work: events for functions that listen, and the logger `nicol.query`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, get_args

import msgspec

Level: TypeAlias = Literal["query", "info", "warn", "error"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""What a client can be asked to tell."""


class QueryEvent(msgspec.Struct, frozen=True):
    """One statement as it went. `duration` is in seconds; `rows` were answered or written.

    `model` and `operation` are those of the call that it belongs to, None for raw SQL and the commands of a
    transaction. `target` is the kind of database. `params` is None unless values were asked for. `error`: how it failed.
    """

    timestamp: datetime
    sql: str
    duration: float
    target: str
    rows: int = 0
    model: str | None = None
    operation: str | None = None
    params: tuple[Any, ...] | None = None
    error: BaseException | None = None

    @property
    def text(self) -> str:
        """The SQL, under the name that an observer of a driver knows."""
        return self.sql

    @property
    def seconds(self) -> float:
        """The duration, under the name that an observer of a driver knows."""
        return self.duration


class LogEvent(msgspec.Struct, frozen=True):
    """Something that was noticed besides: `info`, `warn` or `error`. Never with values of a call."""

    timestamp: datetime
    level: Level
    message: str
    target: str


Event: TypeAlias = QueryEvent | LogEvent
Listener: TypeAlias = Callable[[Any], object]

_log = logging.getLogger("nicol.query")
_RANKS: Mapping[Level, int] = {
    "query": logging.INFO,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}


class Listeners:
    """Who is told of what. Clients that come from one another share theirs."""

    def __init__(self) -> None:
        self._listeners: dict[Level, tuple[Listener, ...]] = {}

    def add(self, level: Level, listener: Listener) -> Callable[[], None]:
        """Tell a function of all events of a level; what is returned ends that."""
        if level not in LEVELS:
            raise ValueError(f"a client tells of {', '.join(LEVELS)}, not of {level!r}")
        self._listeners[level] = (*self._listeners.get(level, ()), listener)
        return lambda: self._remove(level, listener)

    def tell(self, level: Level, event: Event) -> None:
        """Tell all. A function that fails is reported in the log: who listens must not change what happens."""
        for listener in self._listeners.get(level, ()):
            tell_safely(listener, event)

    def _remove(self, level: Level, listener: Listener) -> None:
        rest = tuple(each for each in self._listeners.get(level, ()) if each is not listener)
        self._listeners.pop(level, None)
        if rest:
            self._listeners[level] = rest


def tell_safely(listener: Listener, event: Any) -> None:
    """Call a function that listens. Its failure is told in the log, and the call goes on."""
    try:
        listener(event)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("a function that listens failed: %r", listener)


def write_query(event: QueryEvent) -> None:
    """One line for each statement: milliseconds, rows, text, and the values where they were asked for."""
    if event.error is not None:
        kind = type(event.error).__name__
        _log.warning(
            "%.2f ms, failed: %s [%s]", event.duration * 1000, event.sql, kind, extra=fields_of(event)
        )
        return
    values = () if event.params is None else (event.params,)
    text = "%.2f ms, %d rows: %s" + " %r" * len(values)
    _log.info(text, event.duration * 1000, event.rows, event.sql, *values, extra=fields_of(event))


def fields_of(event: QueryEvent) -> dict[str, Any]:
    """What a structured log keeps of a statement; `params` only where values were asked for."""
    fields: dict[str, Any] = {
        "sql": event.sql,
        "duration_ms": round(event.duration * 1000, 3),
        "rows": event.rows,
        "target": event.target,
        "model": event.model,
        "operation": event.operation,
    }
    if event.params is not None:
        fields["params"] = event.params
    if event.error is not None:
        fields["error"] = type(event.error).__name__
    return fields


def write_log(event: LogEvent, about: QueryEvent | None = None) -> None:
    """One line for what was noticed besides; `about` is the statement that it concerns."""
    extra = fields_of(about) if about else {"target": event.target}
    _log.log(_RANKS[event.level], "%s", event.message, extra=extra)


def now() -> datetime:
    """The time of an event."""
    return datetime.now(UTC)
