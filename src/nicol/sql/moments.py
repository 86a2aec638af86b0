"""Moments as files hold them: every form in which a DateTime may lie in a SQLite database, read as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_moment(value: Any) -> datetime:
    """A moment in UTC: ISO text, milliseconds since 1970, SQLite's own text, text with a spaced zone. ValueError for others."""
    if not isinstance(value, str):
        return _EPOCH + timedelta(milliseconds=value)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = datetime.fromisoformat(value.replace(" +", "+").replace(" UTC", "+00:00"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
