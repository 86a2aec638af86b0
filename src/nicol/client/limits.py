"""How long things may take and where they may be said: what a client's arguments about that mean, and who refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from nicol.client.scope import USUAL, Terms
from nicol.errors import QueryInvalid, TransactionClosed

if TYPE_CHECKING:
    from nicol.query.typed import TypedQuery

T = TypeVar("T")

Seconds: TypeAlias = float | timedelta

_PRISMA_LEVELS = {
    "ReadUncommitted": "READ UNCOMMITTED",
    "ReadCommitted": "READ COMMITTED",
    "RepeatableRead": "REPEATABLE READ",
    "Serializable": "SERIALIZABLE",
}


def terms(max_wait: Seconds | None, timeout: Seconds | None, isolation_level: str | None) -> Terms:
    """How a transaction is to be; the isolation level in Prisma's word or in SQL's."""
    if max_wait is None and timeout is None and isolation_level is None:
        return USUAL
    return Terms(
        _positive("max_wait", max_wait), _positive("timeout", timeout), isolation_of(isolation_level)
    )


def isolation_of(level: str | None) -> str | None:
    """An isolation level in SQL's words. QueryInvalid for what is none."""
    if level is None:
        return None
    found = _PRISMA_LEVELS.get(level, level.upper())
    if found not in _PRISMA_LEVELS.values():
        known = ", ".join(_PRISMA_LEVELS)
        raise QueryInvalid(f"the isolation level `{level}` is unknown", help=f"known here: {known}")
    return found


def time_limit(timeout: Seconds | None) -> float | None:
    """How long a call may take, in seconds."""
    return _positive("timeout", timeout)


def typed_limit(query: TypedQuery, arguments: dict[str, Any]) -> float | None:
    """The seconds that a typed query may take, where `timeout` is none of its own parameters."""
    if "timeout" not in arguments or any(each.name == "timeout" for each in query.parameters):
        return None
    return time_limit(arguments.pop("timeout"))


def _positive(name: str, duration: Any) -> float | None:
    if duration is None:
        return None
    seconds = seconds_of(duration) if isinstance(duration, int | float | timedelta) else 0
    if not seconds > 0 or isinstance(duration, bool):
        raise QueryInvalid(f"`{name}` must be a positive number of seconds, or a timedelta")
    return seconds


def seconds_of(duration: Seconds) -> float:
    """A duration in seconds."""
    return duration.total_seconds() if isinstance(duration, timedelta) else duration


class Undone(Exception):
    """Raised in a transaction that is to be undone without an error."""


def inside_only(runner: Any, what: str) -> Any:
    """What runs a transaction; QueryInvalid outside of one."""
    if not runner.inside:
        raise QueryInvalid(
            f"`{what}` belongs to a transaction", help="call it on the client of `with db.tx() as tx`"
        )
    return runner


def outermost_only(runner: Any, what: str) -> None:
    """QueryInvalid inside of a transaction."""
    if runner.inside:
        raise QueryInvalid(
            f"`{what}` begins transactions of its own, and cannot be used inside of one",
            help="the whole outermost transaction is to be done again: call it on the client itself",
        )


def begun_only(block: T | None) -> T:
    """The block of a transaction that was made with `begin` and has not ended."""
    if block is None:
        raise TransactionClosed(
            "only a transaction that was made with `begin` and has not ended can be ended by hand",
            help="write `tx = db.begin()`; a block of `db.tx()` ends by itself, and is undone when it raises",
        )
    return block
