"""Names in chains and circles: tables, keys, indexes, foreign keys and sequences, with their rows, on both databases."""

from __future__ import annotations

import pytest

from nicol.catalog import Catalog
from nicol.drivers import open_database
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.migrate.plan import script, steps_between
from nicol.migrate.wishes import meet, parse_wish
from tests.migrate.engine import apply, ask, catalog_of, dialect_of, introspect, schema_of, script_between

MODEL = """
model {name} {{
  id    Int    @id @default(autoincrement())
  email String @unique
  a     Int
  b     Int
  boxId Int
  box   Box    @relation("{name}", fields: [boxId], references: [id])

  @@index([a])
  @@unique([a, b])
}}
"""
HANDS: dict[str, dict[str, str]] = {
    "one": {"A": "X"},
    "a chain of two": {"A": "B", "B": "X"},
    "a chain of three": {"A": "B", "B": "C", "C": "X"},
    "two change places": {"A": "B", "B": "A"},
    "three go round": {"A": "B", "B": "C", "C": "A"},
    "a chain and a circle": {"A": "B", "B": "A", "C": "X"},
}


def text(names: list[str], key: str = "Int    @id @default(autoincrement())") -> str:
    models = "".join(MODEL.format(name=name) for name in names)
    ends = "".join(f'  {name.lower()}s {name}[] @relation("{name}")\n' for name in names)
    return f"model Box {{\n  id Int @id\n{ends}}}\n{models}".replace(
        "Int    @id @default(autoincrement())", key
    )


@pytest.mark.proves(
    "Migrations", "names of tables, keys and indexes that change hands, in chains and in circles"
)
@pytest.mark.parametrize("key", ["Int    @id @default(autoincrement())", "String @id"])
@pytest.mark.parametrize("portable", [True, False])
@pytest.mark.parametrize("what", HANDS)
def test_names_change_hands(what: str, key: str, portable: bool, database_url: str):
    hands = HANDS[what]
    old = sorted({"A", "B", "C"} | set(hands))
    new = [hands.get(name, name) for name in old]
    dialect = dialect_of(database_url, portable=portable)
    schema = schema_of(text(new, key), dialect)
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), catalog_of(text(old, key), dialect), dialect), dialect)
        ask(database, 'INSERT INTO "Box" VALUES (1)')
        for name in old:
            ident = "id, " if key.startswith("String") else ""
            value = f"'{name}', " if ident else ""
            ask(
                database,
                f'INSERT INTO "{name}" ({ident}email, a, b, "boxId") VALUES ({value}\'{name}\', 1, 2, 1)',
            )
        held, after = introspect(database, dialect), lower(schema, dialect)
        wishes = [wish for pair in hands.items() if (wish := parse_wish("=".join(pair))) is not None]
        met = meet(wishes, schema, dialect, held, after)
        assert not met.unmet
        made = script(steps_between(held, after, dialect, met.renames))
        apply(database, made, dialect)
        found = introspect(database, dialect)
        assert diff(found, after, exact=True) == ()
        assert not [
            index.name for table in found.tables for index in table.indexes if "renaming" in index.name
        ]
        for name in old:
            assert ask(database, f'SELECT email FROM "{hands.get(name, name)}"') == [(name,)]
            if not key.startswith("String"):
                table = hands.get(name, name)
                ask(database, f'INSERT INTO "{table}" (email, a, b, "boxId") VALUES (\'more\', 3, 4, 1)')
                assert ask(database, f"SELECT id FROM \"{table}\" WHERE email = 'more'") == [(2,)]


COLUMNS = """
model Box {{
  id Int @id
{ends}}}

model M {{
  id Int @id
{fields}}}
"""


def columns(names: list[str]) -> str:
    ends = "".join(f'  {name} M[] @relation("{name}")\n' for name in names)
    fields = "".join(
        f'  {name} Int? @unique\n  to_{name} Box? @relation("{name}", fields: [{name}], references: [id])\n'
        for name in names
    )
    return COLUMNS.format(ends=ends, fields=fields)


@pytest.mark.parametrize("what", HANDS)
def test_names_of_columns_change_hands(what: str, database_url: str):
    hands = {old.lower(): new.lower() for old, new in HANDS[what].items()}
    old = sorted({"a", "b", "c"} | set(hands))
    new = [hands.get(name, name) for name in old]
    dialect = dialect_of(database_url)
    schema = schema_of(columns(new), dialect)
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), catalog_of(columns(old), dialect), dialect), dialect)
        ask(database, 'INSERT INTO "Box" VALUES (1), (2), (3), (4)')
        ask(
            database,
            f'INSERT INTO "M" (id, {", ".join(old)}) VALUES (1, {", ".join(map(str, range(1, len(old) + 1)))})',
        )
        held, after = introspect(database, dialect), lower(schema, dialect)
        wishes = [
            wish for one, other in hands.items() if (wish := parse_wish(f"M.{one}={other}")) is not None
        ]
        met = meet(wishes, schema, dialect, held, after)
        assert not met.unmet
        apply(database, script(steps_between(held, after, dialect, met.renames)), dialect)
        assert diff(introspect(database, dialect), after, exact=True) == ()
        assert ask(database, f'SELECT {", ".join(new)} FROM "M"') == [tuple(range(1, len(old) + 1))]


def test_texts_that_were_json_may_become_unique(postgres_url: str):
    dialect = dialect_of(postgres_url)
    before, after = (
        catalog_of(f"model T {{\n  id Int @id\n  v {kind}\n}}", dialect)
        for kind in ("Json @db.Json", "String @db.VarChar(9) @unique")
    )
    with open_database(postgres_url) as database:
        apply(database, script_between(Catalog(), before, dialect), dialect)
        ask(database, """INSERT INTO "T" VALUES (1, '{}'), (2, '{}'), (3, '1')""")
        steps = steps_between(introspect(database, dialect), after, dialect)
        (hazard,) = (each for step in steps for each in step.hazards if each.code == "unique-added")
        assert hazard.probe is not None
        assert hazard.sample is not None
        assert ask(database, hazard.probe.text) == [(1,)]
        assert ask(database, hazard.sample.text) == [(1,), (2,)]
