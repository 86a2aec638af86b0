"""Which migrations of two branches may come in either order, and what is said where they may not."""

from __future__ import annotations

import pytest

from nicol.dialects import named
from nicol.migrate.commuting import clash, footprint, made_by
from nicol.migrate.history import Migration

BASE = """
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT, "name" TEXT);
CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "title" TEXT);
CREATE INDEX "User_name_idx" ON "User" ("name");
"""
ENUM = "CREATE TYPE \"Kind\" AS ENUM ('A');"
REBUILT = """
CREATE TABLE "new_User" ("id" INTEGER PRIMARY KEY, "email" TEXT, "name" TEXT NOT NULL);
INSERT INTO "new_User" ("id", "email", "name") SELECT "id", "email", "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
"""

BOTH = ("sqlite", "postgresql")
PAIRS: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("columns", 'ALTER TABLE "User" ADD COLUMN "a" TEXT', 'ALTER TABLE "User" ADD COLUMN "b" TEXT', (), BOTH),
    (
        "the same column",
        'ALTER TABLE "User" ADD COLUMN "a" TEXT',
        'ALTER TABLE "User" ADD COLUMN "a" INTEGER',
        ('column "a" of "User"',),
        BOTH,
    ),
    (
        "another table's column of that name",
        'CREATE TABLE "Pet" ("email" TEXT, "owner" INTEGER REFERENCES "User" ("id"))',
        'ALTER TABLE "User" DROP COLUMN "email"',
        (),
        BOTH,
    ),
    (
        "a key to a table that goes",
        'CREATE TABLE "Pet" ("owner" INTEGER REFERENCES "User" ("id"))',
        'DROP TABLE "User"',
        ('"User"',),
        BOTH,
    ),
    (
        "rows and their column's name",
        'UPDATE "User" SET "email" = lower("name")',
        'ALTER TABLE "User" RENAME COLUMN "name" TO "title"',
        ('column "name" of "User"',),
        BOTH,
    ),
    (
        "rows of other columns",
        'UPDATE "User" SET "email" = lower("email")',
        'ALTER TABLE "User" RENAME COLUMN "name" TO "title"',
        (),
        BOTH,
    ),
    ("rows of other tables", 'DELETE FROM "Post"', 'UPDATE "User" SET "name" = \'\'', (), BOTH),
    ("rows and rows", 'DELETE FROM "User"', 'UPDATE "User" SET "name" = \'\'', ('"User"',), BOTH),
    ("a table made anew, and its column", REBUILT, 'ALTER TABLE "User" ADD COLUMN "a" TEXT', ('"User"',), ("sqlite",)),
    ("a table made anew, and its index", REBUILT, 'DROP INDEX "User_name_idx"', ('"User"',), ("sqlite",)),
    ("a table made anew, and another", REBUILT, 'ALTER TABLE "Post" ADD COLUMN "a" TEXT', (), ("sqlite",)),
    (
        "values of an enum",
        "ALTER TYPE \"Kind\" ADD VALUE 'B'",
        "ALTER TYPE \"Kind\" ADD VALUE 'C'",
        (),
        ("postgresql",),
    ),
    (
        "a type and a column of it",
        'ALTER TYPE "Kind" RENAME TO "Sort"',
        'ALTER TABLE "User" ADD COLUMN "kind" "Kind"',
        ('"Kind"',),
        ("postgresql",),
    ),
    (
        "one function",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
        ("f",),
        ("postgresql",),
    ),
    (
        "code that names a table",
        'DO $$ BEGIN EXECUTE \'UPDATE "Post" SET title = 1\'; END $$',
        'ALTER TABLE "Post" ADD COLUMN "a" TEXT',
        ('"Post"',),
        ("postgresql",),
    ),
    ("settings", "PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON", (), ("sqlite",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "one", "other", "about"),
    [
        pytest.param(provider, one, other, about, id=f"{name} ({provider})")
        for name, one, other, about, providers in PAIRS
        for provider in providers
    ],
)
def test_migrations_clash_over_what_both_concern(
    provider: str, one: str, other: str, about: tuple[str, ...]
) -> None:
    dialect = named(provider)
    base = BASE + (ENUM if provider == "postgresql" else "")
    history = [Migration(name, (("", text),)) for name, text in (("0", base), ("1", one), ("2", other))]
    made = made_by(history, dialect)
    prints = [footprint(migration, dialect, made) for migration in history[1:]]
    assert clash(*prints) == clash(*prints[::-1]) == about


def test_python_may_change_every_table_that_it_names() -> None:
    dialect = named("sqlite")
    base = Migration("0", (("", BASE),))
    python = Migration("1", (("", ""),), python="def up(tx):\n    tx.post.delete_many(where={})\n")
    made = made_by([base], dialect)
    for text, about in (('DELETE FROM "Post"', ('"Post"',)), ('DELETE FROM "User"', ())):
        other = footprint(Migration("2", (("", text),)), dialect, made)
        assert clash(footprint(python, dialect, made), other) == about
