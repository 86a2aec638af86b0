"""Migrations that cannot run in one transaction, and those that work on data in Python: with real processes."""

from __future__ import annotations

import json

import pytest

from .conftest import SCHEMA, Shop
from .test_migrate_stories import read, tables, write

pytestmark = pytest.mark.slow

LOCK = 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n'
INIT = 'CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT);\nINSERT INTO "User" VALUES (1, \'a\'), (2, \'a\');'
STEPS = {
    "migration.postgresql.sql": "CREATE TABLE one (id INTEGER);\nCREATE UNIQUE INDEX CONCURRENTLY user_email"
    ' ON "User" ("email");\n'
    "CREATE TABLE two (id INTEGER);",
    "migration.sqlite.sql": 'CREATE TABLE one (id INTEGER);\nVACUUM;\nCREATE UNIQUE INDEX user_email ON "User" ("email");\n'
    "CREATE TABLE two (id INTEGER);",
}
NAME = "20260102000000_steps"


@pytest.fixture
def deployed(living_shop: Shop) -> Shop:
    """A database with two users who have the same address."""
    living_shop.write("migrations/migration_lock.toml", LOCK)
    living_shop.migration("20260101000000_init", INIT)
    living_shop.run("migrate", "deploy")
    return living_shop


def url_of(shop: Shop) -> str:
    """The database."""
    return shop.url or ""


@pytest.mark.proves(
    "Migrations", "a migration in steps that failed is told of, and resumed by the next deploy"
)
def test_a_migration_in_steps_goes_on_where_it_stopped(deployed: Shop) -> None:
    deployed.migration(NAME, STEPS)
    failed = deployed.run("migrate", "deploy", code=1)
    assert f"the migration {NAME} failed in step" in failed.err
    assert "run the command again" in failed.err
    assert "one" in tables(url_of(deployed))
    assert "two" not in tables(url_of(deployed))
    status = deployed.run("migrate", "status", code=1)
    assert f"half done {NAME}: " in status.out
    assert "goes on where it stopped" in status.out
    assert "failed in step" not in status.out  # the line says which step that is
    (halfway,) = json.loads(deployed.run("migrate", "status", "--json", code=1).out)["halfway"]
    assert (halfway["name"], halfway["worker"], halfway["total"]) == (NAME, None, 3)
    assert "P3009" in deployed.run("migrate", "dev", code=1).err
    write(url_of(deployed), "UPDATE \"User\" SET email = 'b' WHERE id = 2")
    done = deployed.run("migrate", "deploy")
    assert f"Going on with {NAME} at step {halfway['done'] + 1} of 3" in done.out
    assert "two" in tables(url_of(deployed))
    assert "up to date" in deployed.run("migrate", "status").out
    assert read(url_of(deployed), "SELECT applied_steps_count, logs FROM _prisma_migrations ORDER BY 1") == [
        (1, None),
        (3, None),
    ]


@pytest.mark.parametrize("verdict", ["--rolled-back", "--applied"])
def test_a_migration_in_steps_is_resolved(deployed: Shop, verdict: str) -> None:
    deployed.migration(NAME, STEPS)
    deployed.run("migrate", "deploy", code=1)
    if verdict == "--rolled-back":
        write(url_of(deployed), "DROP TABLE one")
        write(url_of(deployed), "UPDATE \"User\" SET email = 'b' WHERE id = 2")
    deployed.run("migrate", "resolve", verdict, NAME)
    deployed.run("migrate", "deploy")
    deployed.run("migrate", "status")
    assert ("two" in tables(url_of(deployed))) == (verdict == "--rolled-back")


def test_a_script_for_nobody_but_a_shell_is_refused(deployed: Shop) -> None:
    deployed.migration(
        NAME,
        {"migration.postgresql.sql": "\\connect x\n", "migration.sqlite.sql": ".mode csv\n"},
    )
    answer = deployed.run("migrate", "deploy", code=1)
    assert "P3018" in answer.err
    assert "a command of" in answer.err


# ---- Python ----------------------------------------------------------------------------------------------------------

PYTHON = """\
from nicol.migrate.data import Tx
from words import shout


def up(tx: Tx) -> None:
    assert tx.provider in ("sqlite", "postgresql")
    for user in tx.query('SELECT "id", "email" FROM "User" WHERE "id" < :limit', limit=10):
        tx.execute('UPDATE "User" SET "email" = :email WHERE "id" = :id', id=user["id"], email=shout(user["email"]))
    tx.execute_many('INSERT INTO "User" ("id", "email") VALUES (:id, :email)', [{"id": n, "email": "x"} for n in (3, 4)])
    found = tx.first('SELECT count(*) AS n FROM "User"')
    assert found is not None and found["n"] == 4MORE
"""


@pytest.mark.proves(
    "Migrations", "a migrate.py works on the data in the transaction of its SQL, on both databases"
)
def test_python_runs_in_the_transaction_of_the_sql(deployed: Shop) -> None:
    deployed.write("words.py", "def shout(text: str) -> str:\n    return text.upper()\n")
    deployed.migration(NAME, "CREATE TABLE one (id INTEGER);")
    deployed.write(
        f"migrations/{NAME}/migrate.py", PYTHON.replace("MORE", "\n    raise ValueError('not today')")
    )
    failed = deployed.run("migrate", "deploy", code=1)
    assert "migrate.py raised ValueError: not today (line 12)" in failed.err
    assert "one" not in tables(url_of(deployed))
    assert read(url_of(deployed), 'SELECT email FROM "User" ORDER BY id') == [("a",), ("a",)]
    deployed.write(f"migrations/{NAME}/migrate.py", PYTHON.replace("MORE", ""))
    deployed.run("migrate", "deploy")
    assert read(url_of(deployed), 'SELECT email FROM "User" ORDER BY id') == [("A",), ("A",), ("x",), ("x",)]
    deployed.run("migrate", "status")
    deployed.write(f"migrations/{NAME}/migrate.py", PYTHON.replace("MORE", "  # edited"))
    assert "was edited" in deployed.run("migrate", "status", code=1).out
    (deployed.root / "migrations" / NAME / "migrate.py").unlink()
    assert "was edited" in deployed.run("migrate", "status", code=1).out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def up(tx): tx.execute('COMMIT')", "COMMIT would end the transaction"),
        ("def up(tx): tx.execute('SELECT :a')", "the parameter :a has no value"),
        ("def up(tx): tx.execute('SELECT 1', a=1)", "has no parameter :a"),
        ("def up(tx): tx.execute('SELECT * FROM nowhere')", "nowhere"),
        ("def down(tx): pass", "has no function `up`"),
        ("def up(tx):\n  x x", "SyntaxError: invalid syntax (line 2)"),
        ("import nothing_there", "No module named 'nothing_there'"),
    ],
)
def test_what_is_wrong_with_a_module_is_told(deployed: Shop, text: str, message: str) -> None:
    deployed.migration("20260101500000_before", "CREATE TABLE before (id INTEGER);")
    deployed.migration(NAME, "CREATE TABLE one (id INTEGER);")
    deployed.write(f"migrations/{NAME}/migrate.py", text)
    answer = deployed.run("migrate", "deploy", code=1)
    assert message in answer.err
    assert "P3018" in answer.err
    assert "one" not in tables(url_of(deployed))


def test_dev_writes_a_module_and_replays_without_it(living_shop: Shop) -> None:
    living_shop.run("migrate", "dev", "--name", "init")
    assert "--create-only" in living_shop.run("migrate", "dev", "--python", code=1).err
    living_shop.run("migrate", "dev", "--name", "fill", "--create-only", "--python")
    fill = living_shop.migrations()[-1]
    module = living_shop.root / "migrations" / fill / "migrate.py"
    assert "def up(tx: Tx) -> None:" in module.read_text()
    module.write_text(
        "def up(tx):\n    tx.execute('INSERT INTO \"User\" (\"email\") VALUES (:e)', e='x@y')\n"
    )
    living_shop.run("migrate", "dev")
    assert read(url_of(living_shop), 'SELECT email FROM "User"') == [("x@y",)]
    living_shop.schema(SCHEMA.replace("name  String?", "name  String?\n  phone String?"))
    living_shop.run("migrate", "dev", "--name", "phone")
    assert "in sync" in living_shop.run("migrate", "dev").out


def test_python_has_a_transaction_after_a_lone_statement(deployed: Shop) -> None:
    deployed.migration(NAME, "VACUUM;")
    deployed.write(f"migrations/{NAME}/migrate.py", "def up(tx):\n    tx.execute('DELETE FROM \"User\"')\n")
    deployed.run("migrate", "deploy")
    assert read(url_of(deployed), 'SELECT count(*) FROM "User"') == [(0,)]
    assert read(url_of(deployed), "SELECT max(applied_steps_count) FROM _prisma_migrations") == [(2,)]
