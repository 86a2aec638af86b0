"""A change in two migrations ends where the same change in one ends, with every row."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from campaigns.migrations.drafts import KINDS, Chance, pair, spelled
from campaigns.migrations.ground import begin, carries, met
from campaigns.migrations.trial import dialect_of, schema_of
from nicol.drivers import Database, open_database
from nicol.errors import MigrationError
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.migrate.phases import breaks, phases
from nicol.migrate.plan import script, steps_between
from nicol.sql.program import Row
from nicol.sql.quoting import quote
from tests.migrate.engine import ask, introspect

PAIRS = 60


def counts(database: Database, tables: Sequence[str]) -> list[list[Row]]:
    """How many rows each table has."""
    return [ask(database, f"SELECT count(*) FROM {quote(name)}") for name in tables]


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
            held = begin(database, dialect, before, Random(number))
            renames = tuple(met(made, schema, dialect, held, after).renames)
            try:
                halves = phases(held, after, renames, dialect)
            except MigrationError:
                continue
            kept = [each.name for each in after.tables if held.table(each.name)]
            were = counts(database, kept)
            if not carries(database, dialect, halves.expand, halves.contract):
                held = begin(database, dialect, before, Random(number))
                at_once = script(steps_between(held, after, dialect, renames))
                assert not carries(database, dialect, at_once), (number, halves, "only in one migration")
                continue
            ended += bool(breaks(held, after, renames, dialect))
            end = introspect(database, dialect)
            assert (diff(end, after), diff(after, end)) == ((), ()), (number, halves)
            assert counts(database, kept) == were, number
    assert ended > PAIRS / 10
