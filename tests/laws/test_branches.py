"""What is said to be independent is: migrations of two branches lead to the same in either order, rows included."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from campaigns.migrations.drafts import KINDS, Chance, Pair, fork, spelled
from campaigns.migrations.ground import begin, carries, met
from campaigns.migrations.trial import dialect_of, schema_of
from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database, open_database
from nicol.migrate.commuting import clash, footprint, made_by
from nicol.migrate.diff import diff
from nicol.migrate.history import Migration
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between
from nicol.sql.quoting import quote
from tests.migrate.engine import ask, introspect

FORKS = 60


@dataclass(frozen=True)
class End:
    """What a database holds in the end: its catalog, and the rows of each table, whatever their order."""

    catalog: Catalog
    rows: dict[str, Counter[str]]


def planned(made: Pair, held: Catalog, dialect: Dialect) -> str:
    """The migration of a pair."""
    schema = schema_of(spelled(made.after), dialect)
    after = lower(schema, dialect)
    return script(steps_between(held, after, dialect, tuple(met(made, schema, dialect, held, after).renames)))


def end(database: Database, dialect: Dialect, scripts: Sequence[str]) -> End | None:
    """Where scripts lead to, one after the other; None where the rows stand in the way of one."""
    if not carries(database, dialect, *scripts):
        return None
    catalog = introspect(database, dialect)
    tables = {table.name: sorted(column.name for column in table.columns) for table in catalog.tables}
    rows = {
        name: Counter(map(repr, ask(database, f"SELECT {', '.join(map(quote, columns))} FROM {quote(name)}")))
        for name, columns in tables.items()
    }
    return End(catalog, rows)


CLOCK = re.compile(r"\bnow\b|CURRENT_TIMESTAMP", re.IGNORECASE)
"""What gives rows another value each time."""


def alike(here: End | None, there: End | None, *, timed: bool) -> bool:
    """True where two orders came to the same end, or the rows stood in the way of both. `timed`: rows hold the time of day."""
    if here is None or there is None:
        return here is there
    same = not diff(here.catalog, there.catalog) and not diff(there.catalog, here.catalog)
    return same and (timed or here.rows == there.rows)


@pytest.mark.slow
@pytest.mark.proves(
    "Migrations", "migrations of two branches that are called independent are", on=("sqlite", "postgresql")
)
@pytest.mark.parametrize("kind", KINDS)
def test_independent_migrations_lead_to_the_same_in_either_order(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url" if kind == "postgresql" else "sqlite_url")
    dialect = dialect_of(kind)
    found = Counter[tuple[bool, bool]]()
    with open_database(url) as database:
        for number in range(FORKS):
            branches = fork(Chance(Random(f"fork:{kind}:{number}"), kind))
            before = lower(schema_of(spelled(branches[0].before), dialect), dialect)
            held = begin(database, dialect, before, Random(number))
            texts = [planned(made, held, dialect) for made in branches]
            base = script(steps_between(Catalog(), before, dialect))
            history = [Migration("", (("", text),)) for text in (base, *texts)]
            made = made_by(history, dialect)
            about = clash(*(footprint(migration, dialect, made) for migration in history[1:]))
            here = end(database, dialect, texts)
            begin(database, dialect, before, Random(number))
            there = end(database, dialect, texts[::-1])
            same = alike(here, there, timed=any(map(CLOCK.search, texts)))
            assert same or about, (number, texts, here, there)
            found[bool(about), same] += 1
    assert found[False, True] > FORKS / 2 and found[True, False]
