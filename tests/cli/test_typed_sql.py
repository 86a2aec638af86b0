"""Typed SQL: files of SQL as functions of a generated client, checked against the database."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from nicol.errors import QueryInvalid, ValueInvalid
from tests.contract.generated import import_package

from .conftest import SCHEMA, Shop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

GENERATOR = """
generator client {
  provider = "nicol"
  output   = "db"
}
"""

FILES = {
    "top_authors.sql": """
-- Who writes most.
-- @param {Int} $1:least how many posts at least
-- @column {Int} total
SELECT u."email", u."name", count(*) AS "total"
FROM "User" u JOIN "Post" p ON p."authorId" = u."id"
GROUP BY u."email", u."name"
HAVING count(*) >= $1
ORDER BY "total" DESC
""",
    "posts_of.sql": """-- @param {Kind} :kind
-- @param {DateTime} :since
-- @param {String?} :title
SELECT "id", "title", "kind", "at" FROM "Post"
WHERE "kind" = :kind AND "at" >= :since AND ("title" = :title OR :title IS NULL) AND '$1 :no' <> 'x'
ORDER BY "id";
""",
    "authors_with_posts.sql": """
SELECT u."id", p."id" AS "post" FROM "User" u LEFT JOIN "Post" p ON p."authorId" = u."id" ORDER BY 1, 2
""",
    "rename.sql": '-- @param {String} $2:new\n-- @param {Int} $1:id\nUPDATE "User" SET "name" = $2 WHERE "id" = $1',
    "hour.sqlite.sql": "-- @column {String} hour\nSELECT strftime('%H', '2026-01-01T05:00:00') AS hour",
    "hour.postgresql.sql": "SELECT to_char(TIMESTAMP '2026-01-01T05:00:00', 'HH24') AS hour",
}


def posted(text: str) -> str:
    """The text with the parameters that PostgreSQL cannot compare with null made texts."""
    return text.replace(":title IS NULL", "CAST(:title AS TEXT) IS NULL").replace(
        '"kind" = :kind', 'CAST("kind" AS TEXT) = :kind'
    )


@pytest.fixture
def written(living_shop: Shop) -> Shop:
    """A project with files of SQL, and a database that is what its schema says."""
    living_shop.schema(SCHEMA + GENERATOR)
    for name, text in FILES.items():
        living_shop.write(f"sql/{name}", posted(text))
    living_shop.run("db", "push")
    return living_shop


def client_of(shop: Shop) -> Any:
    """The generated package, imported anew."""
    for name in [each for each in sys.modules if each == "db" or each.startswith("db.")]:
        del sys.modules[name]
    return import_package(shop.root, "db")


@pytest.mark.proves("Client", "typed SQL: functions of files, with typed parameters and rows")
def test_files_become_functions(written: Shop) -> None:
    answer = written.run("generate", "--sql")
    assert ("Not checked on postgresql" in answer.out) == (written.url or "").startswith("file:")
    package = client_of(written)
    with package.Client(url=written.url) as db:
        ada = db.user.create(
            data={
                "email": "a",
                "name": "Ada",
                "posts": {"create": [{"title": "x"}, {"title": "y", "kind": "NOTE"}]},
            }
        )
        bob = db.user.create(data={"email": "b"})
        assert db.sql.top_authors(least=1) == [{"email": "a", "name": "Ada", "total": 2}]
        (post,) = db.sql.posts_of(kind="NOTE", since=ada_start(db))
        assert (post["title"], post["kind"], post["at"]) == (
            "y",
            package.Kind.NOTE,
            db.post.find_first(where={"title": "y"}).at,
        )
        assert db.sql.posts_of(kind=package.Kind.NOTE, since=post["at"], title="x") == []
        rows = db.sql.authors_with_posts()
        assert {(row["id"], row["post"]) for row in rows} == {(ada.id, 1), (ada.id, 2), (bob.id, None)}
        assert db.sql.rename(new="B", id=bob.id) == 1
        assert db.user.find_unique(where={"id": bob.id}).name == "B"
        assert db.sql.hour(timeout=5) == [{"hour": "05"}]
        with db.tx() as tx:
            assert tx.sql.rename(id=ada.id, new="A") == 1
        assert dir(db.sql) == ["authors_with_posts", "hour", "posts_of", "rename", "top_authors"]
        refused(db)

    async def awaited() -> Any:
        async with package.AsyncClient(url=written.url) as adb:
            return await adb.sql.top_authors(least=2)

    assert asyncio.run(awaited()) == [{"email": "a", "name": "A", "total": 2}]


def ada_start(db: Any) -> Any:
    """The time of the first post."""
    return db.post.find_first(order={"at": "asc"}).at


def refused(db: Any) -> None:
    """Calls that cannot be meant."""
    with pytest.raises(QueryInvalid, match="needs the argument `least`"):
        db.sql.top_authors()
    with pytest.raises(QueryInvalid, match="has no argument `leest`"):
        db.sql.top_authors(leest=1)
    with pytest.raises(ValueInvalid, match="expected an int"):
        db.sql.top_authors(least={"gt": 1})
    with pytest.raises(ValueInvalid):
        db.sql.posts_of(kind="KING", since=None or ada_start(db))
    with pytest.raises(AttributeError, match="nicol generate --sql"):
        db.sql.nothing()


def test_a_client_keeps_its_queries_until_they_are_made_anew(written: Shop) -> None:
    written.run("generate", "--sql")
    held = (written.root / "db" / "queries.stored").read_bytes()
    assert "up to date" in written.run("generate").out
    assert (written.root / "db" / "queries.stored").read_bytes() == held
    (written.root / "sql" / "rename.sql").unlink()
    written.run("generate", "--sql")
    assert b"rename" not in (written.root / "db" / "queries.stored").read_bytes()


CALLS = """
from datetime import datetime
from db import AsyncClient, Client, Kind
from db.queries import TopAuthorsRow
db = Client()
total: int = db.sql.top_authors(least=1)[0]["total"]
rows: list[TopAuthorsRow] = db.sql.top_authors(least=1)
kind: Kind = db.sql.posts_of(kind="NOTE", since=datetime.now())[0]["kind"]
name: str | None = db.sql.top_authors(least=1)[0]["name"]
post: int | None = db.sql.authors_with_posts()[0]["post"]
changed: int = db.sql.rename(id=1, new="x", timeout=0.5)
async def main() -> int:
    return (await AsyncClient().sql.top_authors(least=1))[0]["total"]
"""
WRONG = [
    'db.sql.top_authors(least="1")',
    "db.sql.top_authors()",
    "db.sql.nothing()",
    'db.sql.top_authors(least=1)[0]["totals"]',
    'db.sql.authors_with_posts()[0]["post"] + 1',
    "db.sql.rename(id=1)",
]


@pytest.mark.proves("Client", "typed SQL: checked by mypy and pyright", on=("sqlite", "postgresql"))
def test_the_functions_are_typed(written: Shop) -> None:
    if not (written.url or "").startswith("file:"):
        pytest.skip("the stub is the same on both databases")
    written.run("generate", "--sql")
    written.write("calls.py", CALLS + "\n".join(WRONG) + "\n")
    written.write("pyrightconfig.json", '{"typeCheckingMode": "strict", "reportUnusedExpression": "none"}')
    first = len(CALLS.splitlines()) + 1
    expected = list(range(first, first + len(WRONG)))
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "calls.py"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=written.root)
    assert lines_of(told.stdout, '"line": ', ",") == expected, told.stdout
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "calls.py"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=written.root)
    assert lines_of(told.stdout, "calls.py:", ":") == expected, told.stdout


def lines_of(text: str, before: str, after: str) -> list[int]:
    """The numbers of lines that a checker names."""
    numbers = (
        line.split(before)[1].split(after)[0]
        for line in text.splitlines()
        if before in line and "error" in line
    )
    return sorted({int(number) for number in numbers})


WRONG_FILES: list[tuple[str, str, str]] = [
    ("a.sql", 'SELECT "id"\nFROM "User"\nWHERE "nope" = 1', "a.sql:3: the database refuses it"),
    ("a.sql", "-- one\n\nSELECT 1 AS one;\nSELECT 2 AS two", "a.sql:3: there is more than one statement"),
    ("a.sql", "-- nothing\n", "a.sql:2: there is no statement"),
    ("a.sql", '-- @param {Integer} $1:id\nSELECT "id" FROM "User" WHERE "id" = $1', "a.sql:1: there is no type Integer"),
    ("a.sql", '-- @param id\nSELECT "id" FROM "User" WHERE "id" = $1', "a.sql:1: this @param cannot be read"),
    ("a.sql", '-- x\nSELECT "id" FROM "User"\nWHERE "id" = $1', "a.sql:3: $1 has no name"),
    ("a.sql", '-- @param {Int} $2:id\nSELECT "id" FROM "User"', "$2 is declared and not used"),
    ("a.sql", '-- @param {Int} $1:from\nSELECT "id" FROM "User" WHERE "id" = $1', "keeps the word from"),
    ("a.sql", '-- @column {Int} nope\nSELECT "id" FROM "User"', "there is no column nope"),
    ("a.sql", 'SELECT "id", "id" FROM "User"', "two columns are called id"),
    ("a b.sql", "SELECT 1", "has no name that a function could have"),
    ("class.sql", "SELECT 1", "a name that Python keeps for itself"),
    ("a.mysql.sql", "SELECT 1", "which the project does not serve"),
    ("a.sqlite.sql", "SELECT 1 AS one", "a.sql is missing for postgresql"),
]  # fmt: skip


@pytest.mark.proves("Client", "typed SQL: what is wrong with a file is told with its line")
def test_what_is_wrong_with_a_file_is_told_with_its_line(written: Shop) -> None:
    for name in FILES:
        (written.root / "sql" / name).unlink()
    assert "there is no file of SQL" in written.run("generate", "--sql", code=1).err
    for name, text, sentence in WRONG_FILES:
        path = written.write(f"sql/{name}", text)
        assert sentence in written.run("generate", "--sql", code=1).err, (name, text)
        path.unlink()
