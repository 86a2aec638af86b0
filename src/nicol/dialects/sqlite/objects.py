"""What SQLite says to make an object that no schema speaks of, and to take it away."""

from __future__ import annotations

from nicol.catalog import Unmanaged
from nicol.sql.quoting import quote

_WORDS = {"trigger": "TRIGGER", "view": "VIEW", "virtual table": "TABLE"}
KINDS = ("trigger", "view", "virtual table")
"""In the order in which objects go: what hangs on others first."""


def drop(thing: Unmanaged) -> str | None:
    """The statement; None where there is none, because the object is a part of its table."""
    return f"DROP {_WORDS[thing.kind]} {quote(thing.name)}" if thing.kind in _WORDS else None


def make(thing: Unmanaged) -> tuple[str, ...]:
    """The statements; none where the object is a part of its table."""
    return (thing.definition,) if thing.kind in _WORDS else ()
