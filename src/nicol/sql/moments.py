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


def read_utc(value: Any) -> Any:
    """A moment that PostgreSQL writes without a zone; what Python cannot hold (`infinity`, the years BC) stays text.

    The zone is read with the text: to replace it costs five times as much.
    """
    try:
        return datetime.fromisoformat(value + "+00:00") if type(value) is str else value
    except ValueError:
        return value


def read_zoned(value: Any) -> Any:
    """A moment that PostgreSQL writes with a zone, in UTC; what Python cannot hold stays text."""
    try:
        found = datetime.fromisoformat(value) if type(value) is str else value
    except ValueError:
        return value
    return found if found.tzinfo is UTC else found.astimezone(UTC)


_usual_form = datetime.fromisoformat


def _other_form(value: Any) -> datetime:
    if not isinstance(value, str):
        return _EPOCH + timedelta(milliseconds=value)
    return datetime.fromisoformat(value.replace(" +", "+").replace(" UTC", "+00:00"))
