"""What a database holds at one moment, as far as a backup is judged by it: its catalog, its rows, its migrations."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.migrate.ledger import read_ledger
from nicol.ops.backups.manifest import Recorded
from nicol.sql.program import Program, rows
from nicol.sql.tree import Count, Select, Table


@dataclass(frozen=True, slots=True)
class Contents:
    """A database at one moment. `tables`: the number of rows of each but the ledger."""

    catalog: Catalog
    tables: dict[str, int]
    migrations: tuple[Recorded, ...]


def contents(dialect: Dialect, namespaces: tuple[str, ...]) -> Program[Contents]:
    """Look at everything; each table is counted."""
    catalog = yield from dialect.introspect(namespaces)
    tables: dict[str, int] = {}
    for table in catalog.tables:
        counted = dialect.renderer.render(Select((Count(),), Table(table.name, table.namespace)))
        ((count,),) = yield from rows(counted.text)
        tables[f"{table.namespace}.{table.name}" if table.namespace else table.name] = count
    ledger = yield from read_ledger(dialect)
    applied = {row.name: row.checksum for row in ledger or () if row.applied}
    return Contents(catalog, tables, tuple(Recorded(name, applied[name]) for name in sorted(applied)))
