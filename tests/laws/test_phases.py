"""A change in two migrations ends where the same change in one ends, with every row."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from campaigns.migrations.drafts import KINDS, Chance, pair, spelled
from campaigns.migrations.rows import inserts
from campaigns.migrations.trial import dialect_of, schema_of
from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database, open_database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.migrate.phases import breaks, phases
from nicol.migrate.plan import script, steps_between
from nicol.migrate.wishes import meet, parse_wish
from nicol.sql.program import Row
from nicol.sql.quoting import quote
from tests.migrate.engine import apply, ask, introspect

PAIRS = 60


class Ground:
    """A database with the tables and the rows that a change begins with."""

    def __init__(self, database: Database, dialect: Dialect, before: Catalog, seed: int) -> None:
        self.database, self.dialect = database, dialect
        database.run(dialect.clear(), True)
        apply(database, script(steps_between(Catalog(), before, dialect)), dialect)
        for statement in inserts(before, Random(seed)):
            try:
                ask(database, statement)
            except DriverError as error:  # a foreign key that found no parent
                assert "null" in error.message.lower()
        self.held = introspect(database, dialect)

    def carries(self, *scripts: str) -> bool:
        """True when scripts can be carried out one after the other."""
        try:
            for text in scripts:
                apply(self.database, text, self.dialect)
        except (DriverError, MigrationError):
            return False
        return True

    def counts(self, tables: Sequence[str]) -> list[list[Row]]:
        return [ask(self.database, f"SELECT count(*) FROM {quote(name)}") for name in tables]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_migrations_end_where_one_does(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url" if kind == "postgresql" else "sqlite_url")
    dialect = dialect_of(kind)
    ended = 0
    with open_database(url) as database:
        for number in range(PAIRS):
            made = pair(Chance(Random(f"phases:{kind}:{number}"), kind))
            before = lower(schema_of(spelled(made.before), dialect), dialect)
            schema = schema_of(spelled(made.after), dialect)
            after = lower(schema, dialect)
            ground = Ground(database, dialect, before, number)
            wishes = [wish for text in made.said if (wish := parse_wish(text)) is not None]
            renames = tuple(meet(wishes, schema, dialect, ground.held, after).renames)
            try:
                halves = phases(ground.held, after, renames, dialect)
            except MigrationError:
                continue
            kept = [each.name for each in after.tables if ground.held.table(each.name)]
            counts = ground.counts(kept)
            if not ground.carries(halves.expand, halves.contract):
                ground = Ground(database, dialect, before, number)
                at_once = script(steps_between(ground.held, after, dialect, renames))
                assert not ground.carries(at_once), (number, halves, "only in one migration")
                continue
            ended += bool(breaks(ground.held, after, renames, dialect))
            end = introspect(database, dialect)
            assert (diff(end, after), diff(after, end)) == ((), ()), (number, halves)
            assert ground.counts(kept) == counts, number
    assert ended > PAIRS / 10
