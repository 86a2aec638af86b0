"""A change that breaks running code in two deployments: both versions write in between, and nothing is lost."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop
from .test_migrate_stories import read, write

pytestmark = pytest.mark.slow

BEFORE = """\
datasource db {
  provider = "sqlite"
  url      = env("DATABASE_URL")
}

model User {
  id   Int     @id @default(autoincrement())
  name String
  age  String?
  fax  String
}
"""
AFTER = BEFORE.replace(
    """\
  name String
  age  String?
  fax  String
""",
    """\
  /// @nicol.renamed(from: "name")
  fullName String @unique
  /// @nicol.renamed(from: "age")
  years Int?
  rank Int
""",
)
OLD_CODE = (
    'INSERT INTO "User" ("name", "age", "fax") VALUES (\'Grace\', \'47\', \'1\')',
    'UPDATE "User" SET "name" = \'Ada L.\', "age" = \'36\' WHERE "id" = 1',
)
NEW_CODE = (
    'INSERT INTO "User" ("fullName", "years", "rank") VALUES (\'Edsger\', 72, 3)',
    'UPDATE "User" SET "fullName" = \'Grace H.\', "years" = NULL WHERE "name" = \'Grace\'',
)
MEANWHILE = [
    (1, "Ada L.", "Ada L.", "36", 36),
    (2, "Grace H.", "Grace H.", None, None),
    (3, "Edsger", "Edsger", "72", 72),
]


def answer(shop: Shop, *arguments: str, code: int = 0) -> dict[str, object]:
    found: dict[str, object] = json.loads(shop.run(*arguments, "--json", code=code).out)
    return found


@pytest.fixture
def portable(shop: Shop) -> Shop:
    """A project for both databases, developed on SQLite."""
    shop.write("nicol.toml", 'providers = ["sqlite", "postgresql"]\n')
    shop.schema(BEFORE)
    developed = shop.on(f"file:{shop.root / 'dev.db'}")
    developed.run("migrate", "dev", "--name", "init")
    return developed


@pytest.mark.proves(
    "Migrations",
    "migrate dev --expand: renames, other types, required columns in two deployments, both versions at work",
)
def test_both_versions_of_the_code_write_between_two_deployments(portable: Shop, database_url: str) -> None:
    production = portable.on(database_url)
    production.run("migrate", "deploy")
    write(database_url, 'INSERT INTO "User" ("name", "age", "fax") VALUES (\'Ada\', \'35\', \'0\')')

    portable.schema(AFTER)
    warned = portable.run("migrate", "dev", "--name", "people", "--create-only", "--accept-data-loss").err
    assert 'the column "name" of "User" is renamed to "fullName": code that still runs fails' in warned
    for name in portable.migrations()[1:]:
        for file in (portable.root / "migrations" / name).iterdir():
            file.unlink()
        (portable.root / "migrations" / name).rmdir()
    made = answer(portable, "migrate", "dev", "--name", "people", "--expand", "--accept-data-loss")
    expand, contract = portable.migrations()[1:]
    assert (made["created"], made["contract"], made["applied"]) == (expand, contract, True)
    assert answer(portable, "migrate", "diff", "--exit-code")["ok"]

    deployed = answer(production, "migrate", "deploy")
    assert (deployed["applied"], deployed["held"]) == ([expand], [contract])
    for statement in (*OLD_CODE, *NEW_CODE):
        write(database_url, statement)
    columns = 'SELECT "id", "name", "fullName", "age", "years" FROM "User" ORDER BY "id"'
    assert read(database_url, columns) == MEANWHILE
    assert "drop-column" not in production.run("migrate", "lint", "--json").out
    again = answer(production, "migrate", "deploy")
    assert (again["applied"], again["held"]) == ([], [contract])
    assert f"{contract} waits" in production.run("migrate", "status", code=1).out

    refused = production.run("migrate", "deploy", "--contract", code=1).err
    assert "rank" in refused, "rows of the old code have no value for what is required"
    write(database_url, 'UPDATE "User" SET "rank" = 0 WHERE "rank" IS NULL')
    assert answer(production, "migrate", "deploy", "--contract")["applied"] == [contract]
    rows = read(database_url, 'SELECT "id", "fullName", "years" FROM "User" ORDER BY "id"')
    assert rows == [(one, name, years) for one, _, name, _, years in MEANWHILE]
    assert answer(production, "migrate", "status", "--drift")["clean"]


def test_a_new_database_has_no_former_version_to_wait_for(portable: Shop, database_url: str) -> None:
    portable.schema(AFTER)
    portable.run("migrate", "dev", "--name", "people", "--expand", "--accept-data-loss")
    deployed = answer(portable.on(database_url), "migrate", "deploy")
    assert (deployed["applied"], deployed["held"]) == (portable.migrations(), [])
    assert answer(portable.on(database_url), "migrate", "status", "--drift")["clean"]


def test_rows_without_a_value_keep_the_second_half_waiting_in_development_too(portable: Shop) -> None:
    assert portable.url is not None
    write(portable.url, 'INSERT INTO "User" ("name", "age", "fax") VALUES (\'Ada\', \'35\', \'0\')')
    portable.schema(AFTER)
    made = portable.run("migrate", "dev", "--name", "people", "--expand", "--accept-data-loss")
    expand, contract = portable.migrations()[1:]
    assert f"{contract} waits here, too: Added the required column `rank`" in made.err
    assert answer(portable, "migrate", "status", code=1)["pending"] == [contract]
    write(portable.url, 'UPDATE "User" SET "rank" = 1')
    assert answer(portable, "migrate", "dev")["caughtUp"] == [contract]
    assert read(portable.url, 'SELECT "fullName", "years", "rank" FROM "User"') == [("Ada", 35, 1)]
    assert expand in answer(portable, "migrate", "status")["applied"]


def test_both_halves_do_the_same_on_both_databases(portable: Shop, postgres_url: str) -> None:
    portable.schema(AFTER)
    portable.run("migrate", "dev", "--name", "people", "--expand", "--accept-data-loss")
    assert answer(portable.on(postgres_url), "migrate", "verify")["equivalent"]


@pytest.mark.parametrize(
    ("after", "obstacle", "way"),
    [
        ("model User {", "the table", '@@map("User")'),
        ("  id   Int ", "cannot stand under two names", '@map("id")'),
        ("  age  String?", "gets another type under its old name", '@map("age_new")'),
    ],
    ids=["table", "key", "type"],
)
def test_what_cannot_stand_under_two_names_is_said_with_the_way_out(
    portable: Shop, after: str, obstacle: str, way: str
) -> None:
    changed = {
        "model User {": BEFORE.replace("model User {", '/// @nicol.renamed(from: "User")\nmodel Person {'),
        "  id   Int ": BEFORE.replace("  id   Int ", '  /// @nicol.renamed(from: "id")\n  number Int '),
        "  age  String?": BEFORE.replace("  age  String?", "  age  Int?"),
    }[after]
    portable.schema(changed)
    refused = portable.run("migrate", "dev", "--name", "x", "--expand", "--accept-data-loss", code=1).err
    assert obstacle in refused
    assert way in refused
    assert len(portable.migrations()) == 1
