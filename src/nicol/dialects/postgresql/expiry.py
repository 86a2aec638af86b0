"""Old rows of a PostgreSQL table: deleted in the order of their time, past those that somebody has locked."""

from __future__ import annotations

from dataclasses import replace

from nicol.dialects.expiry import Expired, Expiry, Pace, stays
from nicol.sql.program import Program, rows
from nicol.sql.quoting import quote

PACE = Pace(seconds=0.05, rest=0.0)

_NOW = {
    "Timestamptz": "pg_catalog.now()",
    "Date": "(pg_catalog.now() AT TIME ZONE 'UTC')::date",
}
"""The present as a column keeps it; times without a zone are in UTC."""


def condition(expiry: Expiry) -> str:
    """Older than so many days by the server's clock."""
    return f"t.{quote(expiry.time)} < {_limit(expiry)}"


def _limit(expiry: Expiry) -> str:
    native = expiry.native.name if expiry.native else "Timestamp"
    now = _NOW.get(native, "(pg_catalog.now() AT TIME ZONE 'UTC')")
    age = str(expiry.days) if native == "Date" else f"pg_catalog.make_interval(days => {expiry.days})"
    return f"{now} - {age}"


def counted(expiry: Expiry) -> str:
    """The statement that counts the rows that may go, and tells the oldest time among them."""
    where = " AND ".join((condition(expiry), *stays(expiry)))
    return f"SELECT pg_catalog.count(*), pg_catalog.min(t.{quote(expiry.time)}) FROM {expiry.source} WHERE {where}"


def coming(expiry: Expiry, names: tuple[str, ...], limit: int) -> str:
    """The statement that tells the earliest of these rows: their time, whether it is over, and some of their columns."""
    over, time = condition(replace(expiry, days=0)), f"t.{quote(expiry.time)}"
    columns = ", ".join(f"t.{quote(name)}" for name in names)
    where = " AND ".join((condition(expiry), *stays(expiry)))
    return (
        f"SELECT {time}, {over}, {columns} FROM {expiry.source} WHERE {where} ORDER BY {time} LIMIT {limit}"
    )


def expire(expiry: Expiry, after: str | float | None, limit: int) -> Program[Expired]:
    """Delete the oldest rows from a time on, at most so many, in one statement.

    It begins where the last one ended: the index still leads to what was deleted before, until somebody cleans up.
    """
    time = f"t.{quote(expiry.time)}"
    later = () if after is None else (f"{time} >= CAST($2 AS {_type(expiry)})",)
    where = " AND ".join((condition(expiry), *later, *stays(expiry)))
    ((count, last),) = yield from rows(
        f"WITH gone AS (DELETE FROM {expiry.source} WHERE t.ctid = ANY (ARRAY("
        f"SELECT t.ctid FROM {expiry.source} WHERE {where} ORDER BY {time} LIMIT $1 FOR UPDATE SKIP LOCKED"
        f")) RETURNING {time} AS at) SELECT pg_catalog.count(*), pg_catalog.max(at)::text FROM gone",
        limit,
        *(() if after is None else (after,)),
    )
    return Expired(count, last if count else after)


def _type(expiry: Expiry) -> str:
    native = expiry.native.name if expiry.native else "Timestamp"
    return {"Timestamptz": "timestamptz", "Date": "date"}.get(native, "timestamp")
