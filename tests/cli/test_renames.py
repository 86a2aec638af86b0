"""Renames from the command line: told by a flag or an annotation, never guessed where nobody can be asked."""

from __future__ import annotations

import json

import pytest

from nicol.drivers import open_database
from nicol.sql.program import Row, Statement, ask, rows

from .conftest import SCHEMA, Shop

pytestmark = pytest.mark.slow

ROW = """INSERT INTO "User" ("email", "name") VALUES ('a@x.org', 'Ann')"""


def read(url: str | None, text: str) -> list[Row]:
    with open_database(url or "") as database:
        return database.run(rows(text), write=False)


def write(url: str | None, text: str) -> None:
    with open_database(url or "") as database:
        database.run(ask(Statement(text)), write=True)


@pytest.fixture
def peopled(living_shop: Shop) -> Shop:
    """The shop with its first migration and a user."""
    living_shop.run("migrate", "dev", "--name", "init")
    write(living_shop.url, ROW)
    return living_shop


@pytest.mark.proves("Migrations", "what looks renamed is never dropped unasked; the error names the flags")
def test_what_looks_renamed_stops_a_run_that_can_ask_nobody(peopled: Shop) -> None:
    peopled.schema(SCHEMA.replace("name  String?", "fullName String?"))
    for command in (("migrate", "dev", "--accept-data-loss"), ("db", "push", "--accept-data-loss")):
        answer = peopled.run(*command, code=1)
        assert "--rename User.name=fullName" in answer.err
        assert "--no-rename User.name" in answer.err
    assert len(peopled.migrations()) == 1
    peopled.run("migrate", "dev", "--name", "rename", "--rename", "User.name=fullName")
    assert read(peopled.url, 'SELECT "fullName" FROM "User"') == [("Ann",)]
    assert "in sync" in peopled.run("migrate", "dev").out


@pytest.mark.proves("Migrations", "--no-rename: what looks renamed really goes")
def test_what_looks_renamed_may_really_go(peopled: Shop) -> None:
    peopled.schema(SCHEMA.replace("name  String?", "fullName String?"))
    answer = peopled.run("migrate", "dev", "--no-rename", "User.name", code=1)
    assert "--accept-data-loss" in answer.err
    assert "contains 1 non-null value." in answer.err
    peopled.run("migrate", "dev", "--name", "gone", "--no-rename", "User.name", "--accept-data-loss")
    assert read(peopled.url, 'SELECT "fullName" FROM "User"') == [(None,)]


@pytest.mark.proves("Migrations", "db push asks about renames only where rows would be lost")
def test_a_push_that_loses_nothing_asks_nothing(living_shop: Shop) -> None:
    living_shop.run("db", "push")
    living_shop.schema(SCHEMA.replace("name  String?", "fullName String?"))
    living_shop.run("db", "push")
    write(living_shop.url, ROW.replace('"name"', '"fullName"'))
    living_shop.schema(SCHEMA)
    assert "--rename User.fullName=name" in living_shop.run("db", "push", code=1).err
    living_shop.run("db", "push", "--rename", "User.fullName=name")
    assert read(living_shop.url, 'SELECT name FROM "User"') == [("Ann",)]


@pytest.mark.proves(
    "Migrations", "the renamed annotation renames on both databases, once, in a history of many steps"
)
def test_an_annotation_renames_on_both_databases_once(shop: Shop, sqlite_url: str, postgres_url: str) -> None:
    here, there = shop.on(sqlite_url), shop.on(postgres_url)
    here.run("migrate", "dev", "--name", "init")
    there.run("migrate", "deploy")
    for url in (sqlite_url, postgres_url):
        write(url, ROW)
        write(url, """INSERT INTO "Post" ("title", "authorId") VALUES ('one', 1)""")
    noted = (
        SCHEMA.replace("model User {", '/// @nicol.renamed(from: "User")\nmodel Account {')
        .replace("author   User ", "author   Account ")
        .replace("name  String?", '/// @nicol.renamed(from: "name")\n  fullName String?')
        .replace("  NEWS\n", '  /// @nicol.renamed(from: "NEWS")\n  STORY\n')
        .replace("@default(NEWS)", "@default(STORY)")
    )
    shop.schema(noted)
    here.run("migrate", "dev", "--name", "rename")
    there.run("migrate", "deploy")
    for place in (here, there):
        again = place.run("migrate", "dev")
        assert "in sync" in again.out
        assert "has done its work" in again.err
    shop.schema(noted.replace("phone", "").replace("fullName String?", "fullName String?\n  phone String?"))
    here.run("migrate", "dev", "--name", "phone")
    there.run("migrate", "deploy")
    for url in (sqlite_url, postgres_url):
        assert read(
            url, 'SELECT "fullName", phone, kind FROM "Account" JOIN "Post" ON "authorId" = "Account".id'
        ) == [("Ann", None, "STORY")]
    fresh = shop.on(sqlite_url.replace("test.db", "fresh.db"))
    fresh.run("migrate", "deploy")
    assert "in sync" in fresh.run("migrate", "dev").out


@pytest.mark.proves(
    "Migrations", "a value of an enum is renamed where the database knows no enums", only="sqlite"
)
def test_a_value_is_renamed_once_where_there_are_no_enums(shop: Shop, sqlite_url: str) -> None:
    shop.write("nicol.toml", "")
    shop.schema(SCHEMA.replace('"postgresql"', '"sqlite"'))
    here = shop.on(sqlite_url)
    here.run("migrate", "dev", "--name", "init")
    write(sqlite_url, ROW)
    write(sqlite_url, """INSERT INTO "Post" ("title", "authorId") VALUES ('one', 1)""")
    shop.schema(
        SCHEMA.replace('"postgresql"', '"sqlite"')
        .replace("  NEWS\n", '  /// @nicol.renamed(from: "NEWS")\n  STORY\n')
        .replace("@default(NEWS)", "@default(STORY)")
    )
    here.run("migrate", "dev", "--name", "story")
    assert read(sqlite_url, 'SELECT kind FROM "Post"') == [("STORY",)]
    assert "in sync" in here.run("migrate", "dev").out
    assert len(shop.migrations()) == 2


@pytest.mark.proves("Migrations", "a pushed rename takes model, field and value at once", only="sqlite")
def test_a_push_renames_model_field_and_value_at_once(shop: Shop, sqlite_url: str) -> None:
    shop.write("nicol.toml", "")
    schema = SCHEMA.replace('"postgresql"', '"sqlite"')
    shop.schema(schema)
    here = shop.on(sqlite_url)
    here.run("db", "push")
    write(sqlite_url, ROW)
    write(sqlite_url, """INSERT INTO "Post" ("title", "authorId") VALUES ('one', 1)""")
    renamed = (
        schema.replace("model Post {", "model Story {").replace("Post[]", "Story[]").replace("NEWS", "STORY")
    )
    shop.schema(renamed.replace("kind     Kind", "sort     Kind"))
    flags = ("--rename", "Post=Story", "--rename", "Story.kind=sort", "--rename", "Kind.NEWS=STORY")
    for _ in range(2):
        here.run("db", "push", *flags)
        assert read(sqlite_url, 'SELECT title, sort FROM "Story"') == [("one", "STORY")]


def test_a_rename_that_names_nothing_is_an_error(peopled: Shop) -> None:
    peopled.schema(SCHEMA.replace("name  String?", "fullName String?"))
    for text in ("User.nmae=fullName", "Usr.name=fullName", "User.name=nowhere"):
        assert text in peopled.run("migrate", "dev", "--rename", text, code=1).err
    assert "User.name=fullName" in peopled.run("migrate", "dev", "--rename", "name", code=1).err


@pytest.mark.proves("Migrations", "migrate diff tells what looks renamed, and takes --rename")
def test_a_diff_tells_what_looks_renamed(peopled: Shop) -> None:
    peopled.schema(SCHEMA.replace("name  String?", "fullName String?"))
    answer = peopled.run("migrate", "diff", "--script")
    assert "--rename User.name=fullName keeps it" in answer.err
    answer = peopled.run("migrate", "diff", "--script", "--rename", "User.name=fullName")
    assert 'RENAME COLUMN "name" TO "fullName"' in answer.out
    told = json.loads(peopled.run("migrate", "diff", "--json", "--rename", "User.name=fullName").out)
    assert told["tables"] == ["* column name of table User is called fullName"]


@pytest.mark.proves("Migrations", "hazards name the rows that they concern by their keys")
def test_what_cannot_be_done_names_the_rows(peopled: Shop) -> None:
    write(peopled.url, """INSERT INTO "User" ("email") VALUES ('b@x.org'), ('c@x.org')""")
    peopled.schema(SCHEMA.replace("name  String?", "name  String"))
    answer = peopled.run("db", "push", code=1)
    assert "2 existing NULL values (see the rows with key 2, 3)" in answer.err
    assert "b@x.org" not in answer.err


MISSPELT = {
    "User.nam=fullName": "User.name=fullName",
    "User.name=fulName": "User.name=fullName",
    "Usr.name=fullName": "User.name=fullName",
    "User.nothing=fullName": None,
}


@pytest.mark.parametrize("said", MISSPELT)
def test_a_misspelt_rename_says_what_was_meant(said: str, peopled: Shop) -> None:
    peopled.schema(SCHEMA.replace("name  String?", "fullName String?"))
    answer = peopled.run("migrate", "dev", "--rename", said, code=1).err
    meant = MISSPELT[said]
    assert (f"did you mean --rename {meant}?" in answer) if meant else ("did you mean" not in answer)
    assert "Nothing was changed" in answer
