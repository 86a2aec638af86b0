"""The migration engine from text to database in one call each, for tests."""

from __future__ import annotations

from nicol.catalog import Catalog
from nicol.diagnostics import Source, draw
from nicol.dialects import named
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Schema
from nicol.sql.program import Program, Row, Statement


def dialect_of(url: str, *, portable: bool = False) -> Dialect:
    """The dialect of a database's URL."""
    return named("postgresql" if url.startswith("postgres") else "sqlite", portable=portable)


def schema_of(text: str, dialect: Dialect) -> Schema:
    """A valid schema; without a datasource, one of the dialect's own is put before it."""
    if "datasource " not in text:
        text = f'datasource db {{\n  provider = "{dialect.name}"\n}}\n\n{text}'
    source = Source("schema.prisma", text)
    document = parse(source)
    schema = resolve((document.value,), dialect.provider)
    found = [finding for finding in (*document.findings, *schema.findings) if finding.severity == "error"]
    assert not found, draw(found, [source])
    return schema.value


def catalog_of(text: str, dialect: Dialect) -> Catalog:
    """The catalog of a schema's text."""
    return lower(schema_of(text, dialect), dialect)


def script_between(before: Catalog, after: Catalog, dialect: Dialect) -> str:
    """The migration from one catalog to the other."""
    return script(steps_between(before, after, dialect))


def apply(database: Database, text: str, dialect: Dialect) -> None:
    """Carry out a migration as `deploy` does, without a ledger."""
    database.run(dialect.transact(dialect.split(text), first=_yes(), last=_nothing()), True)


def introspect(database: Database, dialect: Dialect, namespaces: tuple[str, ...] = ()) -> Catalog:
    """What the database holds."""
    return database.run(dialect.introspect(namespaces), False)


def ask(database: Database, text: str, *params: object) -> list[Row]:
    """The rows of one statement."""
    return database.run(_ask(text, params), True)


def _ask(text: str, params: tuple[object, ...]) -> Program[list[Row]]:
    return (yield Statement(text, params, prepare=False)).rows


def _yes() -> Program[bool]:
    return True
    yield


def _nothing() -> Program[None]:
    return
    yield
