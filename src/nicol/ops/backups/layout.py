"""The layout of a database for a backup of its rows: what makes it anew, as far as that can be said."""

from __future__ import annotations

from dataclasses import replace

from nicol.catalog import Catalog, Table, Unmanaged
from nicol.dialects.dialect import Dialect
from nicol.drivers.snapshots import Layout, TableRows
from nicol.errors import NicolError
from nicol.migrate.plan import steps_between
from nicol.sql.program import Program
from nicol.sql.quoting import quote_full

_SHOWN = 10


def layout_of(dialect: Dialect, namespaces: tuple[str, ...]) -> Program[Layout]:
    """Look at everything; NicolError names what would be lost."""
    catalog = yield from dialect.in_full(namespaces)
    made = [(thing, dialect.make_object(thing)) for thing in catalog.unmanaged]
    _refuse([thing for thing, texts in made if not texts])
    bare = replace(catalog, unmanaged=())  # what records changes would record the rows that come back
    return Layout(
        before=(
            *(step.statements for step in steps_between(Catalog(), bare, dialect)),
            *(texts for thing, texts in made if not _comes_late(thing)),
        ),
        tables=tuple(map(_rows_of, catalog.tables)),
        after=tuple(texts for thing, texts in made if _comes_late(thing)),
    )


def _comes_late(thing: Unmanaged) -> bool:
    """What watches a table's rows, or is made of them; types, functions and sequences are there before them."""
    return thing.table is not None or bool(thing.columns)


def _rows_of(table: Table) -> TableRows:
    written = (column.name for column in table.columns if column.generated is None)
    return TableRows(quote_full(table.namespace, table.name), tuple(written))


def _refuse(lost: list[Unmanaged]) -> None:
    if lost:
        named = ", ".join(f"{thing.kind} {thing.name}" for thing in lost[:_SHOWN])
        raise NicolError(
            "no `pg_dump` for this server is on this machine, and a backup by COPY would lose what only that can carry: "
            f"{named}{' …' if len(lost) > _SHOWN else ''}",
            help="install the client tools of the server's version (Debian: postgresql-client), or name their folder in "
            "NICOL_POSTGRES_BIN",
        )
