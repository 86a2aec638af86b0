"""What others made by hand is read, too, and nothing of it is lost when a table is made anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nicol.catalog import (
    Check,
    Column,
    ColumnType,
    Constant,
    Identity,
    Index,
    IndexColumn,
)
from nicol.dialects import named
from nicol.dialects.changes import DropIndex
from nicol.drivers import open_database
from nicol.migrate.diff import diff
from tests.migrate.engine import apply, ask, introspect, script_between

SQLITE = named("sqlite")
POSTGRESQL = named("postgresql")

BY_HAND = """
CREATE TABLE owner (id integer primary key, name VARCHAR(20) UNIQUE, CHECK (length(name) > 1));
CREATE TABLE pet (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner INT REFERENCES owner (id) ON DELETE CASCADE,
  weight NUMERIC CONSTRAINT "heavy (or ')')" CHECK (weight > 0 AND ')' <> '('),
  born TIMESTAMP DEFAULT (datetime('now', '-1 day'))
);
CREATE INDEX pet_by_lower ON pet (lower(born));
CREATE UNIQUE INDEX pet_young ON pet (owner, born DESC) WHERE weight < 3;
CREATE VIEW heavy AS SELECT * FROM pet WHERE weight > 10;
CREATE TRIGGER pet_born AFTER INSERT ON pet BEGIN UPDATE pet SET weight = 1 WHERE weight IS NULL; END;
CREATE TRIGGER owner_gone AFTER DELETE ON owner BEGIN DELETE FROM pet WHERE owner = old.id; END;
INSERT INTO owner VALUES (1, 'Ann');
INSERT INTO pet (owner, born) VALUES (1, '2020-01-01'), (1, '2020-01-02'), (NULL, '2020-01-03');
DELETE FROM pet WHERE id = 3;
"""


def test_a_file_made_by_hand_is_read(sqlite_url: str):
    with open_database(sqlite_url) as database:
        apply(database, BY_HAND, SQLITE)
        held = introspect(database, SQLITE)
    owner, pet = held.tables
    assert [column.type.name for column in pet.columns] == ["INTEGER", "INTEGER", "DECIMAL", "DATETIME"]
    assert owner.indexes == (
        Index("sqlite_autoindex_owner_1", (IndexColumn("name"),), unique=True, constraint=True),
    )
    assert pet.indexes[0].columns == (IndexColumn("lower(born)", expression=True),)
    assert pet.indexes[1].where == "weight < 3"
    assert [column.descending for column in pet.indexes[1].columns] == [False, True]
    assert owner.checks == (Check(None, "length(name) > 1"),)
    assert pet.checks == (Check("heavy (or ')')", "weight > 0 AND ')' <> '('"),)
    assert [(thing.kind, thing.name, thing.table) for thing in held.unmanaged] == [
        ("trigger", "owner_gone", "owner"),
        ("trigger", "pet_born", "pet"),
        ("view", "heavy", None),
    ]


@pytest.mark.proves("Migrations", "triggers, checks and views survive a table rebuild", only="sqlite")
@pytest.mark.parametrize(("written", "meant"), [("1", "true"), ("0", "false"), ("TRUE", "true"), ("2", "2")])
def test_a_truth_value_by_number_is_what_a_schema_calls_it(sqlite_url: str, written: str, meant: str):
    with open_database(sqlite_url) as database:
        apply(database, f"CREATE TABLE t (a BOOLEAN DEFAULT {written}, b INTEGER DEFAULT 1);", SQLITE)
        (table,) = introspect(database, SQLITE).tables
    assert [column.default for column in table.columns] == [Constant(meant), Constant("1")]


def test_all_that_hangs_on_a_table_survives_its_rebuild(sqlite_url: str):
    with open_database(sqlite_url) as database:
        apply(database, BY_HAND, SQLITE)
        held = introspect(database, SQLITE)
        owner, pet = held.tables
        columns = (*pet.columns[:3], replace(pet.columns[3], default=Constant("2020-01-09")))
        wanted = replace(held, tables=(owner, replace(pet, columns=columns)))
        apply(database, script_between(held, wanted, SQLITE), SQLITE)
        found = introspect(database, SQLITE)
        assert diff(found, wanted) == ()
        assert (found.unmanaged, found.tables[1].checks) == (held.unmanaged, pet.checks)
        assert ask(database, "SELECT id, weight FROM pet") == [(1, 1), (2, 1)]
        ask(database, "INSERT INTO pet (owner) VALUES (1)")
        assert ask(database, "SELECT max(id) FROM pet") == [(4,)]
        ask(database, "DELETE FROM owner")
        assert ask(database, "SELECT count(*) FROM pet") == [(0,)]


def test_what_a_schema_never_says_is_seen_on_postgresql(postgres_url: str):
    script = """
    CREATE TABLE pet (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, weight numeric CHECK (weight > 0), name text, made date,
      UNIQUE (name, made), EXCLUDE USING gist (daterange(made, made) WITH &&)
    );
    CREATE INDEX pet_lower ON pet (lower(name));
    CREATE INDEX pet_light ON pet USING hash (name) WHERE weight < 3;
    CREATE VIEW heavy AS SELECT name FROM pet WHERE weight > 10;
    CREATE MATERIALIZED VIEW light AS SELECT name FROM pet WHERE weight < 10;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.weight = 1; RETURN new; END $$;
    CREATE TRIGGER pet_touch BEFORE INSERT ON pet FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE TABLE visit (at timestamptz) PARTITION BY RANGE (at);
    CREATE TABLE visit_1 PARTITION OF visit DEFAULT;
    """
    with open_database(postgres_url) as database:
        apply(database, script, POSTGRESQL)
        held = introspect(database, POSTGRESQL)
        assert [table.name for table in held.tables] == ["pet", "visit"]
        pet = held.tables[0]
        assert pet.columns[0] == Column(
            "id", ColumnType("INTEGER"), autoincrement=True, identity=Identity.ALWAYS
        )
        assert [(index.name, index.constraint, index.method) for index in pet.indexes] == [
            ("pet_light", False, "HASH"),
            ("pet_lower", False, None),
            ("pet_name_made_key", True, None),
        ]
        assert pet.indexes[1].columns == (IndexColumn("lower(name)", expression=True),)
        assert pet.checks == (Check("pet_weight_check", "weight > 0::numeric"),)
        assert held.tables[1].options == ("PARTITION BY RANGE (at)",)
        assert [(thing.kind, thing.name) for thing in held.unmanaged] == [
            ("constraint", "pet_daterange_excl"),
            ("function", "touch()"),
            ("materialized view", "light"),
            ("partition", "visit_1"),
            ("trigger", "pet_touch"),
            ("view", "heavy"),
        ]
        assert held.unmanaged[-1].columns == (Column("name", ColumnType("TEXT"), nullable=True),)
        wanted = replace(held, tables=(replace(pet, indexes=pet.indexes[:1]), held.tables[1]))
        apply(database, script_between(held, wanted, POSTGRESQL), POSTGRESQL)
        found = introspect(database, POSTGRESQL)
        assert diff(found, wanted) == ()
        assert diff(found, wanted, exact=True) == (DropIndex(pet.key, pet.indexes[1]),)


@pytest.mark.proves("Databases", "schemas of other namespaces are read under their names", only="postgresql")
def test_namespaces_that_are_asked_for_bear_their_names(postgres_url: str):
    script = """
    CREATE SCHEMA shop; CREATE TYPE shop.size AS ENUM ('S', 'L'); CREATE TABLE thing (id int PRIMARY KEY);
    CREATE TABLE shop.shirt (size shop.size DEFAULT 'S', thing int REFERENCES public.thing);
    """
    with open_database(postgres_url) as database:
        apply(database, script, POSTGRESQL)
        own = introspect(database, POSTGRESQL)
        all_of_them = introspect(database, POSTGRESQL, ("public", "shop"))
    assert [(table.namespace, table.name) for table in own.tables] == [(None, "thing")]
    assert [(table.namespace, table.name) for table in all_of_them.tables] == [
        ("public", "thing"),
        ("shop", "shirt"),
    ]
    shirt = all_of_them.tables[1]
    assert shirt.columns[0].type == ColumnType("size", enum=True, namespace="shop")
    assert (shirt.foreign_keys[0].namespace, shirt.foreign_keys[0].table) == ("public", "thing")
    assert all_of_them.namespaces == ("public", "shop")
