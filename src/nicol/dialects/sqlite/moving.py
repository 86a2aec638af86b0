"""Rows coming into a SQLite file: foreign keys are a setting of the connection, and counters follow by themselves."""

from __future__ import annotations

from nicol.catalog import Catalog
from nicol.dialects.moving import Loose


def loose(catalog: Catalog) -> Loose:  # noqa: ARG001 - it is one switch for all tables
    """https://sqlite.org/pragma.html#pragma_foreign_keys: without effect inside a transaction."""
    return Loose(("PRAGMA foreign_keys = OFF",), ("PRAGMA foreign_keys = ON",), lasting=False)


def counters(catalog: Catalog) -> tuple[str, ...]:  # noqa: ARG001
    """An explicit number raises the counter of AUTOINCREMENT (https://sqlite.org/autoinc.html)."""
    return ()
