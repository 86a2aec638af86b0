"""A real database with the tables and rows that a trial begins with, and scripts carried out on it."""

from __future__ import annotations

from random import Random

from campaigns.migrations.drafts import Pair
from campaigns.migrations.rows import inserts
from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.plan import script, steps_between
from nicol.migrate.wishes import Met, meet, parse_wish
from nicol.schema.schema import Schema
from nicol.sql.program import Program, Statement, ask


def begin(database: Database, dialect: Dialect, before: Catalog, random: Random) -> Catalog:
    """Empty the database, make the tables of a catalog with a few rows; what it holds then."""
    database.run(dialect.clear(), True)
    apply(database, dialect, script(steps_between(Catalog(), before, dialect)))
    for statement in inserts(before, random):
        try:
            database.run(ask(Statement(statement, prepare=False)), True)
        except DriverError as error:  # a foreign key that found no parent
            if "null" not in error.message.lower():
                raise
    return database.run(dialect.introspect(), False)


def apply(database: Database, dialect: Dialect, text: str) -> None:
    """Carry out a script as `deploy` does, without a ledger."""
    database.run(dialect.transact(dialect.split(text), first=_yes(), last=_nothing()), True)


def carries(database: Database, dialect: Dialect, *scripts: str) -> bool:
    """Carry out scripts one after the other; False where one is refused."""
    try:
        for text in scripts:
            apply(database, dialect, text)
    except (DriverError, MigrationError):
        return False
    return True


def met(made: Pair, schema: Schema, dialect: Dialect, held: Catalog, after: Catalog) -> Met:
    """What becomes of the renames that are said of a pair. `schema`: the one it leads to."""
    wishes = [wish for text in made.said if (wish := parse_wish(text)) is not None]
    return meet(wishes, schema, dialect, held, after)


def _yes() -> Program[bool]:
    return True
    yield


def _nothing() -> Program[None]:
    return
    yield
