"""Rows coming into a SQLite file: foreign keys are a setting of the connection, triggers rest, counters follow."""

from __future__ import annotations

from nicol.catalog import Catalog
from nicol.dialects.moving import Loose
from nicol.sql.quoting import quote


def loose(catalog: Catalog) -> Loose:
    """https://sqlite.org/pragma.html#pragma_foreign_keys: without effect in a transaction. Triggers have no switch."""
    triggers = [thing for thing in catalog.unmanaged if thing.kind == "trigger"]
    return Loose(
        tuple(f"DROP TRIGGER {quote(thing.name)}" for thing in triggers),
        tuple(thing.definition for thing in triggers),
        ("PRAGMA foreign_keys = OFF",),
        ("PRAGMA foreign_keys = ON",),
    )


def counters(catalog: Catalog) -> tuple[str, ...]:  # noqa: ARG001
    """An explicit number raises the counter of AUTOINCREMENT (https://sqlite.org/autoinc.html)."""
    return ()
