"""Each hazard says what may be lost, and counts it in a live database."""

from __future__ import annotations

import pytest

from nicol.catalog import Catalog
from nicol.drivers import Database, open_database
from nicol.migrate.diff import diff
from nicol.migrate.hazards import Hazard
from nicol.migrate.lower import filled_columns, lower
from nicol.migrate.plan import script, steps_between
from nicol.migrate.wishes import meet, parse_wish
from nicol.sql.program import Program, Statement
from tests.migrate.engine import apply, ask, catalog_of, dialect_of, introspect, schema_of, script_between

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


SHOP = """
model Part {
  id     Int     @id
  code   String
  size   String?
  boxId  Int
}

model Box {
  id Int @id
}
"""
PARTS = (
    """INSERT INTO "Part" VALUES (1, '10', '5', 7), (2, '20', 'x', 8), (3, '20', NULL, 8), (4, '30', '6', 7)""",
    'INSERT INTO "Box" VALUES (7)',
)
SAMPLED: dict[str, tuple[str, str, tuple[int, int], list[int]]] = {
    "values that are no numbers": (
        "size   String?>size   Int?",
        "risky-cast|not-castable",
        (1, 1),
        [2],
    ),
    "duplicates": ("code   String>code   String @unique", "unique-added", (1, 1), [2, 3]),
    "duplicates in a new key": (
        "id     Int     @id\n  code   String>id     Int\n  code   String @id",
        "primary-key-duplicates",
        (1, 1),
        [2, 3],
    ),
    "orphans": (
        "boxId  Int\n}>boxId  Int\n  box    Box @relation(fields: [boxId], references: [id])\n}",
        "orphans",
        (2, 2),
        [2, 3],
    ),
    "nulls": ("size   String?>size   String", "made-required", (1, 1), [3]),
}


@pytest.mark.proves("Migrations", "hazards are counted, and name the rows by their keys")
@pytest.mark.parametrize("what", SAMPLED)
def test_a_hazard_names_the_rows_by_their_keys(what: str, database_url: str):
    edit, codes, counts, keys = SAMPLED[what]
    old, _, new = edit.partition(">")
    dialect = dialect_of(database_url)
    text = SHOP.replace(old, new)
    if what == "orphans":
        text = text.replace("model Box {\n  id Int @id", "model Box {\n  id Int @id\n  parts Part[]")
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), catalog_of(SHOP, dialect), dialect), dialect)
        for statement in PARTS:
            ask(database, statement)
        steps = steps_between(introspect(database, dialect), catalog_of(text, dialect), dialect)
        found = [hazard for step in steps for hazard in step.hazards if hazard.code in codes.split("|")]
        hazard = next(each for each in found if each.sample is not None and probe(database, each))
        assert probe(database, hazard) == counts[dialect.namespaces]
        assert hazard.sample is not None
        assert [key for (key,) in ask(database, hazard.sample.text)] == keys
        assert hazard.help


def test_a_default_of_the_client_fills_no_rows(sqlite_url: str):
    dialect = dialect_of(sqlite_url)
    schema = schema_of(
        SHOP.replace("code   String\n", "code   String\n  token  String @default(cuid())\n"), dialect
    )
    filled = frozenset(filled_columns(schema))
    with open_database(sqlite_url) as database:
        apply(database, script_between(Catalog(), catalog_of(SHOP, dialect), dialect), dialect)
        held = introspect(database, dialect)
        steps = steps_between(held, lower(schema, dialect), dialect, (), filled)
    (hazard,) = (hazard for step in steps for hazard in step.hazards)
    assert hazard.code == "client-default-added"
    assert "prisma-level default value" in hazard.message


@pytest.mark.proves("Migrations", "hazards ask for rows under the names that they still have")
def test_a_hazard_asks_under_the_old_names(database_url: str):
    dialect = dialect_of(database_url)
    text = SHOP.replace("model Part", "model Piece").replace("size   String?", "width  String")
    schema = schema_of(text, dialect)
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), catalog_of(SHOP, dialect), dialect), dialect)
        for statement in PARTS:
            ask(database, statement)
        held, after = introspect(database, dialect), lower(schema, dialect)
        wishes = [
            wish for said in ("Part=Piece", "Part.size=width") if (wish := parse_wish(said)) is not None
        ]
        renames = meet(wishes, schema, dialect, held, after).renames
        (hazard,) = (each for step in steps_between(held, after, dialect, renames) for each in step.hazards)
        assert hazard.code == "made-required"
        assert "`width` on table `Piece`" in hazard.message
        assert probe(database, hazard) == 1


def test_values_that_are_no_lists_stop_a_list_where_lists_are_texts(sqlite_url: str):
    dialect = dialect_of(sqlite_url, portable=True)
    before, after = (
        catalog_of(text, dialect) for text in (SHOP, SHOP.replace("boxId  Int\n", "boxId  Int[]\n"))
    )
    with open_database(sqlite_url) as database:
        apply(database, script_between(Catalog(), before, dialect), dialect)
        for statement in PARTS:
            ask(database, statement)
        steps = steps_between(introspect(database, dialect), after, dialect)
        (hazard,) = (each for step in steps for each in step.hazards if each.severity == "unexecutable")
        assert (hazard.code, probe(database, hazard)) == ("check-added", 4)


ENUM = """
enum Mood {
  GOOD
  BAD
}

model User {
  id   Int  @id
  mood Mood
}
"""
GROWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "a value comes": (ENUM.replace("  BAD", "  FINE\n  BAD"), ()),
    "a value is renamed": (ENUM.replace("BAD", "POOR"), ("Mood.BAD=POOR",)),
    "the table is renamed and a value comes": (
        ENUM.replace("model User", "model Person").replace("  BAD", "  BAD\n  FINE"),
        ("User=Person",),
    ),
    "the column is renamed and a value comes": (
        ENUM.replace("  mood", "  state").replace("  BAD", "  BAD\n  FINE"),
        ("User.mood=state",),
    ),
    "all at once": (
        ENUM.replace("model User", "model Person")
        .replace("  mood", "  state")
        .replace("BAD", "POOR\n  FINE"),
        ("User=Person", "Person.mood=state", "Mood.BAD=POOR"),
    ),
}


@pytest.mark.proves("Migrations", "an enum that grows or is renamed warns of nothing")
@pytest.mark.parametrize("what", GROWN)
def test_an_enum_that_grows_or_is_renamed_is_no_hazard(what: str, database_url: str):
    text, said = GROWN[what]
    dialect = dialect_of(database_url, portable=True)
    schema = schema_of(text, dialect)
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), catalog_of(ENUM, dialect), dialect), dialect)
        ask(database, """INSERT INTO "User" VALUES (1, 'BAD')""")
        held, after = introspect(database, dialect), lower(schema, dialect)
        wishes = [wish for each in said if (wish := parse_wish(each)) is not None]
        steps = steps_between(held, after, dialect, meet(wishes, schema, dialect, held, after).renames)
        assert [hazard.message for step in steps for hazard in step.hazards] == []
        apply(database, script(steps), dialect)
        assert diff(introspect(database, dialect), after) == ()
