"""Where PostgreSQL's log stands: on the primary after a write, and on a replica that follows it."""

from __future__ import annotations

from nicol.sql.program import Program, Statement


def position() -> Program[str | None]:
    """The place in the log behind everything that was written. https://www.postgresql.org/docs/current/functions-admin.html"""
    rows = (yield Statement("SELECT pg_current_wal_insert_lsn()::text", columns=False)).rows
    return rows[0][0] if rows else None


def reached(position: str) -> Program[bool | None]:
    """True when this replica has replayed the log up to there; None where it follows no log."""
    text = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn"
    rows = (yield Statement(text, (position,), columns=False)).rows
    return rows[0][0] if rows else None
