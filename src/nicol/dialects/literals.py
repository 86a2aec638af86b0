"""Literals of the schema that every database spells alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from nicol.schema.schema import Literal


def timestamp_text(literal: Literal) -> str:
    """A DateTime literal as Prisma writes it into DDL: `2020-01-02 03:04:05.678 +00:00`, the offset as it was given."""
    value = literal.value
    if not isinstance(value, datetime):
        return literal.text
    moment = value.strftime("%Y-%m-%d %H:%M:%S")
    micros = value.microsecond
    fraction = "" if not micros else f".{micros // 1000:03}" if micros % 1000 == 0 else f".{micros:06}"
    return f"{moment}{fraction} {_offset(value.utcoffset() or timedelta())}"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
