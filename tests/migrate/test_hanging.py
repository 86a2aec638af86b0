"""What hangs on a column whose type changes comes along on PostgreSQL: conditions, operator classes, computed columns, keys."""

from __future__ import annotations

import pytest

from nicol.catalog import Catalog
from nicol.dialects import named
from nicol.drivers import Database, open_database
from nicol.migrate.diff import diff
from nicol.migrate.plan import script, steps_between
from tests.migrate.engine import apply, ask, catalog_of, introspect, script_between

BEFORE = """
model Parent {
  id    Int     @id
  code  String  @unique
  tag   String
  /// @nicol.generated("code || tag")
  joined String?
  mood  Mood    @default(OK)
  moods Mood[]  @default([OK, SAD])
  child Child[]
}

model Child {
  id   Int    @id
  code String
  of   Parent @relation(fields: [code], references: [code], onDelete: Cascade)
}

enum Mood {
  OK
  SAD
  BAD
}
"""
BY_HAND = (
    """CREATE INDEX by_mood ON "Parent" (id) WHERE mood <> 'SAD'""",
    """CREATE INDEX by_tag ON "Parent" (tag text_pattern_ops)""",
    """CREATE INDEX by_joined ON "Parent" (joined)""",
    """INSERT INTO "Parent" (id, code, tag) VALUES (1, '10', '7'), (2, '20', '8')""",
    """INSERT INTO "Child" VALUES (1, '10'), (2, '20')""",
)

PLAIN = {"by_joined", "by_tag"}
"""Indexes of a kind that schemas have: those that are in none go."""

CASES = {
    "a key that others point at becomes a number": (
        ("code  String  @unique", "code  Int     @unique", "code String\n  of", "code Int\n  of"),
        'SELECT p.id, c.id FROM "Parent" p JOIN "Child" c ON c.code = p.code WHERE p.code > 15',
        [(2, 2)],
    ),
    "a value of an enum goes": (
        ("  BAD\n", ""),
        "SELECT id, mood::text, moods::text FROM \"Parent\" WHERE mood <> 'SAD' ORDER BY id",
        [(1, "OK", "{OK,SAD}"), (2, "OK", "{OK,SAD}")],
    ),
    "a value of an enum goes, and columns of the type with it": (
        ("  BAD\n", "", "  moods Mood[]  @default([OK, SAD])\n", ""),
        'SELECT id, mood::text FROM "Parent" ORDER BY id',
        [(1, "OK"), (2, "OK")],
    ),
}


@pytest.fixture
def database(postgres_url: str) -> Database:
    """A database with rows, and with what somebody made by hand."""
    dialect = named("postgresql")
    with open_database(postgres_url) as opened:
        apply(opened, script_between(Catalog(), catalog_of(BEFORE, dialect), dialect), dialect)
        for statement in BY_HAND:
            ask(opened, statement)
        yield opened


@pytest.mark.proves(
    "Migrations", "what hangs on a column comes along when its type changes", only="postgresql"
)
@pytest.mark.parametrize("name", CASES)
def test_what_hangs_on_a_column_comes_along(name: str, database: Database):
    edits, question, answer = CASES[name]
    text = BEFORE
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    dialect = named("postgresql")
    held, after = introspect(database, dialect), catalog_of(text, dialect)
    made = {index.name for table in held.tables for index in table.indexes}
    apply(database, script(steps_between(held, after, dialect)), dialect)
    assert ask(database, question) == answer
    now = introspect(database, dialect)
    assert diff(now, after) == ()
    assert {index.name for table in now.tables for index in table.indexes} >= made - {
        "by_joined",
        "by_tag",
    }  # plain indexes that no schema has go
    assert ask(database, 'SELECT joined FROM "Parent" ORDER BY id') == [("107",), ("208",)]
