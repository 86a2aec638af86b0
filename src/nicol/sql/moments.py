"""Moments as files hold them: every form in which a DateTime may lie in a SQLite database, read as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_moment(value: Any) -> datetime:
    """A moment in UTC: ISO text, milliseconds since 1970, SQLite's own text, text with a spaced zone. ValueError for others."""
    try:
        found = _usual_form(value)
    except (TypeError, ValueError):
        found = _other_form(value)
    if found.tzinfo is UTC:
        return found
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_usual_form = datetime.fromisoformat


def _other_form(value: Any) -> datetime:
    if not isinstance(value, str):
        return _EPOCH + timedelta(milliseconds=value)
    return datetime.fromisoformat(value.replace(" +", "+").replace(" UTC", "+00:00"))
