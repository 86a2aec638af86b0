"""What is said to be independent is: migrations of two branches lead to the same in either order, rows included."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from campaigns.migrations.drafts import KINDS, Chance, Pair, fork, spelled
from campaigns.migrations.rows import inserts
from campaigns.migrations.trial import dialect_of, schema_of
from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.drivers import Database, open_database
from nicol.errors import DriverError, MigrationError
from nicol.migrate.commuting import clash, footprint, made_by
from nicol.migrate.diff import diff
from nicol.migrate.history import Migration
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between
from nicol.migrate.wishes import meet, parse_wish
from nicol.sql.quoting import quote
from tests.migrate.engine import apply, ask, introspect

FORKS = 60


@dataclass(frozen=True)
class End:
    """What a database holds in the end: its catalog, and the rows of each table, whatever their order."""

    catalog: Catalog
    rows: dict[str, Counter[str]]


class Place:
    """A database on which two orders are tried."""

    def __init__(self, database: Database, dialect: Dialect) -> None:
        self.database, self.dialect = database, dialect
        self.base = ""

    def begin(self, before: Catalog, seed: int) -> Catalog:
        self.database.run(self.dialect.clear(), True)
        self.base = script(steps_between(Catalog(), before, self.dialect))
        apply(self.database, self.base, self.dialect)
        for statement in inserts(before, Random(seed)):
            try:
                ask(self.database, statement)
            except DriverError as error:  # a foreign key that found no parent
                assert "null" in error.message.lower()
        return introspect(self.database, self.dialect)

    def planned(self, made: Pair, held: Catalog) -> str:
        schema = schema_of(spelled(made.after), self.dialect)
        after = lower(schema, self.dialect)
        wishes = [wish for text in made.said if (wish := parse_wish(text)) is not None]
        return script(
            steps_between(
                held, after, self.dialect, tuple(meet(wishes, schema, self.dialect, held, after).renames)
            )
        )

    def end(self, scripts: Sequence[str]) -> End | None:
        """Where scripts lead to, one after the other; None where the rows stand in the way of one."""
        try:
            for text in scripts:
                apply(self.database, text, self.dialect)
        except (DriverError, MigrationError):
            return None
        catalog = introspect(self.database, self.dialect)
        tables = {table.name: sorted(column.name for column in table.columns) for table in catalog.tables}
        rows = {
            name: Counter(
                map(repr, ask(self.database, f"SELECT {', '.join(map(quote, columns))} FROM {quote(name)}"))
            )
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
        place = Place(database, dialect)
        for number in range(FORKS):
            branches = fork(Chance(Random(f"fork:{kind}:{number}"), kind))
            before = lower(schema_of(spelled(branches[0].before), dialect), dialect)
            held = place.begin(before, number)
            texts = [place.planned(made, held) for made in branches]
            history = [Migration("", (("", text),)) for text in (place.base, *texts)]
            made = made_by(history, dialect)
            about = clash(*(footprint(migration, dialect, made) for migration in history[1:]))
            here = place.end(texts)
            place.begin(before, number)
            there = place.end(texts[::-1])
            same = alike(here, there, timed=any(map(CLOCK.search, texts)))
            assert same or about, (number, texts, here, there)
            found[bool(about), same] += 1
    assert found[False, True] > FORKS / 2 and found[True, False]
