"""Rows coming into PostgreSQL: foreign keys go and come back checked, triggers rest, sequences are set."""

from __future__ import annotations

from dataclasses import replace

from nicol.catalog import Catalog
from nicol.dialects.moving import Loose
from nicol.dialects.postgresql import ddl
from nicol.sql.quoting import quote, quote_full, quote_text


def loose(catalog: Catalog) -> Loose:
    """Only a superuser may leave keys unchecked for a while; everybody may drop and add what is his own."""
    before: list[str] = []
    after: list[str] = []
    for table in catalog.tables:
        name = quote_full(table.namespace, table.name)
        for key in table.foreign_keys:
            before.append(f"ALTER TABLE {name} DROP CONSTRAINT {quote(key.name or '')}")
            after.append(f"ALTER TABLE {name} ADD {ddl.foreign_key(replace(key, valid=True))}")
        before.append(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        after.append(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    return Loose(tuple(before), tuple(after))


def counters(catalog: Catalog) -> tuple[str, ...]:
    """Each sequence goes on behind the highest number of its column."""
    return tuple(
        _behind(quote_full(table.namespace, table.name), column.name)
        for table in catalog.tables
        for column in table.columns
        if column.autoincrement
    )


def _behind(table: str, column: str) -> str:
    sequence = f"pg_catalog.pg_get_serial_sequence({quote_text(table)}, {quote_text(column)})"
    highest = f"greatest((SELECT max({quote(column)}) FROM {table}), 1)"
    return (
        f"SELECT pg_catalog.setval({sequence}, {highest}, (SELECT count({quote(column)}) > 0 FROM {table}))"
    )
