"""What rules say SQLite refuses is what SQLite refuses, on a table with a row."""

from __future__ import annotations

import apsw
import pytest

from nicol.diagnostics import Source
from nicol.dialects import named
from nicol.migrate.lint import lint

TABLES = """
CREATE TABLE "P" ("id" INTEGER PRIMARY KEY);
CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "t" TEXT, "i" INTEGER, "u" TEXT UNIQUE, "pId" INTEGER REFERENCES "P" ("id"),
  "free" TEXT, "own" INTEGER CHECK ("own" > 0),
  "c" INTEGER, "g" INTEGER, CHECK ("c" > 0), FOREIGN KEY ("g") REFERENCES "P" ("id"));
CREATE INDEX "T_i" ON "T" ("i");
"""
ROWS = """INSERT INTO "P" VALUES (1); INSERT INTO "T" VALUES (1, 't', 1, 'u', 1, 'f', 1, 1, 1);"""
REFUSALS = {
    "default-not-constant",
    "required-column",
    "column-not-addable",
    "column-in-use",
    "without-rowid",
    "strict-type",
}

STATEMENTS = [
    'ALTER TABLE "T" ADD COLUMN "x" TEXT',
    """ALTER TABLE "T" ADD COLUMN "x" TEXT NOT NULL DEFAULT ''""",
    'ALTER TABLE "T" ADD COLUMN "x" TEXT NOT NULL',
    'ALTER TABLE "T" ADD COLUMN "x" TEXT NOT NULL DEFAULT NULL',
    'ALTER TABLE "T" ADD COLUMN "x" DATETIME DEFAULT CURRENT_TIMESTAMP',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT (1)',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT (1 + 1)',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT (-1)',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT -1',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT TRUE',
    """ALTER TABLE "T" ADD COLUMN "x" TEXT DEFAULT (lower('A'))""",
    'ALTER TABLE "T" ADD COLUMN "x" TEXT DEFAULT (random())',
    'ALTER TABLE "T" ADD COLUMN "x" TEXT UNIQUE',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER PRIMARY KEY',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER REFERENCES "P" ("id")',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT NULL REFERENCES "P" ("id")',
    'ALTER TABLE "T" ADD COLUMN "x" INTEGER DEFAULT 1 REFERENCES "P" ("id")',
    'ALTER TABLE "T" ADD COLUMN "x" TEXT AS (lower("t")) STORED',
    'ALTER TABLE "T" ADD COLUMN "x" TEXT AS (lower("t")) VIRTUAL',
    'ALTER TABLE "T" ADD COLUMN "x" TEXT AS (lower("t"))',
    'ALTER TABLE "T" DROP COLUMN "free"',
    'ALTER TABLE "T" DROP COLUMN "own"',
    'ALTER TABLE "T" DROP COLUMN "c"',
    'ALTER TABLE "T" DROP COLUMN "g"',
    'ALTER TABLE "T" DROP COLUMN "i"',
    'ALTER TABLE "T" DROP COLUMN "u"',
    'ALTER TABLE "T" DROP COLUMN "id"',
    'ALTER TABLE "T" DROP COLUMN "pId"',
    'CREATE TABLE "N" ("id" INTEGER PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID',
    'CREATE TABLE "N" ("id" INTEGER) WITHOUT ROWID',
    'CREATE TABLE "N" ("id" INTEGER PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE "N" ("a" TEXT, PRIMARY KEY ("a")) WITHOUT ROWID, STRICT',
    'CREATE TABLE "N" ("a" DATETIME) STRICT',
    'CREATE TABLE "N" ("a" VARCHAR(20)) STRICT',
    'CREATE TABLE "N" ("a" INT, "b" BLOB, "c" ANY, "d" REAL) STRICT',
]


def refused(statement: str) -> bool:
    """True when SQLite does not carry it out in a transaction."""
    connection = apsw.Connection(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(TABLES + ROWS)
    connection.execute("BEGIN")
    try:
        connection.execute(statement)
    except apsw.SQLError:
        return True
    finally:
        connection.close()
    return False


@pytest.mark.proves("Migrations", "lint foretells what SQLite refuses", only="sqlite")
@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement[:70])
def test_rules_foretell_what_sqlite_refuses(statement: str) -> None:
    sources = [Source("1", TABLES), Source("2", statement)]
    codes = {finding.code for finding in lint(sources, named("sqlite"), {}, {"2"})}
    assert bool(codes & REFUSALS) == refused(statement)


AFFINITIES = {
    "STRING": ("'007'", "integer"),
    "JSON": ("'1.10'", "real"),
    "UUID": ("'1e5'", "integer"),
    "POINT": ("'7'", "integer"),
    "INTERVAL": ("'7'", "integer"),
    "TEXT": ("'007'", "text"),
    "VARCHAR(20)": ("'007'", "text"),
    "NATIONAL CLOB": ("'007'", "text"),
}


@pytest.mark.parametrize("type_", AFFINITIES)
def test_types_of_which_rules_speak_turn_texts_into_numbers(type_: str) -> None:
    value, stored = AFFINITIES[type_]
    connection = apsw.Connection(":memory:")
    script = f'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "x" {type_})'
    connection.execute(script)
    connection.execute(f'INSERT INTO "T" ("x") VALUES ({value})')
    ((found,),) = connection.execute('SELECT typeof("x") FROM "T"')
    connection.close()
    assert found == stored
    codes = {finding.code for finding in lint([Source("1", script)], named("sqlite"), {}, {"1"})}
    assert ("type-affinity" in codes) == (stored != "text")
