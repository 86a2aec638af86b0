"""Rows coming into PostgreSQL: foreign keys go and come back checked, triggers rest, sequences are set."""

from __future__ import annotations

from dataclasses import replace

from nicol.catalog import Catalog, Table
from nicol.dialects.moving import Loose
from nicol.dialects.postgresql import ddl
from nicol.sql.quoting import quote


def loose(catalog: Catalog) -> Loose:
    """Only a superuser may leave keys unchecked for a while; everybody may drop and add what is his own."""
    before: list[str] = []
    after: list[str] = []
    for table in catalog.tables:
        name = _name(table)
        for key in table.foreign_keys:
            before.append(f"ALTER TABLE {name} DROP CONSTRAINT {quote(key.name or '')}")
            after.append(f"ALTER TABLE {name} ADD {ddl.foreign_key(replace(key, valid=True))}")
        before.append(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        after.append(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    return Loose(tuple(before), tuple(after), lasting=True)


def counters(catalog: Catalog) -> tuple[str, ...]:
    """Each sequence goes on behind the highest number of its column."""
    return tuple(
        f"SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence({_text(_name(table))}, {_text(column.name)}), "
        f"greatest((SELECT max({quote(column.name)}) FROM {_name(table)}), 1), "
        f"(SELECT count({quote(column.name)}) > 0 FROM {_name(table)}))"
        for table in catalog.tables
        for column in table.columns
        if column.autoincrement
    )


def _name(table: Table) -> str:
    return quote(table.name) if table.namespace is None else f"{quote(table.namespace)}.{quote(table.name)}"


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
