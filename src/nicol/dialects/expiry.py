"""Rows whose time is over: which ones, and how a few of them are deleted at a time without keeping anybody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.schema.schema import NativeType
from nicol.sql.quoting import quote, quote_full


@dataclass(frozen=True, slots=True)
class Guard:
    """A foreign key of another table, or of this one, that forbids to delete the rows it points at."""

    table: str
    namespace: str | None
    columns: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expiry:
    """Rows of a table that go `days` after the time in a column; one without a time stays. Fewer than 0: before that time.

    `native` is the native type of that column. Rows stay in which the column `hold` is true (`flag`), or has a value, and
    those that a guard protects.
    """

    table: str
    namespace: str | None
    time: str
    native: NativeType | None
    days: int
    hold: str | None = None
    flag: bool = False
    guards: tuple[Guard, ...] = ()

    @property
    def source(self) -> str:
        """The table, called `t`."""
        return f"{quote_full(self.namespace, self.table)} AS t"


@dataclass(frozen=True, slots=True)
class Expired:
    """Rows that were deleted at once: how many, and the last time among them, in the database's own form."""

    count: int
    last: str | float | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one batch may take, in seconds, and for how much of that time one rests after it.

    Where there is one writer at a time, the others have to get in between.
    """

    seconds: float
    rest: float


def stays(expiry: Expiry) -> Iterator[str]:
    """The conditions, beside the time, for a row to go."""
    if expiry.hold is not None:
        hold = f"t.{quote(expiry.hold)}"
        yield f"NOT {hold}" if expiry.flag else f"{hold} IS NULL"
    for guard in expiry.guards:
        pairs = zip(guard.columns, guard.references, strict=True)
        equal = " AND ".join(f"g.{quote(own)} = t.{quote(other)}" for own, other in pairs)
        yield f"NOT EXISTS (SELECT 1 FROM {quote_full(guard.namespace, guard.table)} AS g WHERE {equal})"
