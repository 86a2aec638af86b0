"""Each hazard says what may be lost, and counts it in a live database."""

from __future__ import annotations

import pytest

from nicol.catalog import Catalog
from nicol.drivers import Database, open_database
from nicol.migrate.hazards import Hazard
from nicol.migrate.plan import steps_between
from nicol.sql.program import Program, Statement
from tests.migrate.engine import apply, ask, catalog_of, dialect_of, introspect, script_between

BEFORE = """
enum Mood {
  GOOD
  BAD
}

model User {
  id   Int     @id
  name String?
  age  Int     @default(3)
  mood Mood    @default(BAD)
}

model Old {
  id Int @id
}
"""
ROWS = """INSERT INTO "User" (id, name) VALUES (1, 'Ann'), (2, NULL), (3, 'Ann')"""

CASES: dict[str, tuple[str, str, int, int]] = {
    "a table goes": ("model Old {\n  id Int @id\n}\n", "table-drop", 0, 0),
    "a column goes": ("  name String?\n", "column-drop", 2, 2),
    "values are shortened": (
        "  age  Int     @default(3)\n>  age  Boolean @default(true)\n",
        "risky-cast|column-recreated",
        3,
        3,
    ),
    "a column becomes required": ("  name String?\n>  name String\n", "made-required", 1, 1),
    "a required column comes": (
        "  name String?\n>  name String?\n  city String\n",
        "required-column-added",
        3,
        3,
    ),
    "a unique index comes": ("  name String?\n>  name String? @unique\n", "unique-added", 1, 1),
    "a value of an enum goes": ("  BAD\n}>  FINE\n}", "enum-values-removed|check-added", 3, 3),
    "the primary key changes": ("  id   Int     @id\n>  id   Int     @unique\n", "primary-key-change", 3, 3),
}


def probe(database: Database, hazard: Hazard) -> int | None:
    """What the database answers to a hazard."""
    return None if hazard.probe is None else database.run(_count(hazard.probe), False)


def _count(statement: Statement) -> Program[int]:
    ((count,),) = (yield statement).rows
    return count


@pytest.mark.proves("Migrations", "data loss is named, counted and never silent")
@pytest.mark.parametrize("what", CASES)
def test_a_hazard_is_found_and_counted(what: str, database_url: str):
    edit, codes, on_sqlite, on_postgresql = CASES[what]
    old, _, new = edit.partition(">")
    dialect = dialect_of(database_url, portable=True)
    before = catalog_of(BEFORE, dialect)
    text = BEFORE.replace(old, new)
    text = text.replace("@default(BAD)", "@default(GOOD)") if "BAD" not in text.partition("}")[0] else text
    after = catalog_of(text, dialect)
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), before, dialect), dialect)
        ask(database, ROWS)
        steps = steps_between(introspect(database, dialect), after, dialect)
        hazards = [hazard for step in steps for hazard in step.hazards]
        found = [(hazard, probe(database, hazard)) for hazard in hazards if hazard.code in codes.split("|")]
    ((hazard, count),) = found
    assert count == (on_postgresql if dialect.namespaces else on_sqlite)
    assert not hazard.found or str(count) in hazard.sentence(count)
    assert hazard.sentence(None) == hazard.message
