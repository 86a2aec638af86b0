"""The doctor: a healthy project has nothing to hear, and each thing that is wrong is named with what mends it."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nicol.drivers import open_database
from nicol.sql.program import Statement, ask

from .conftest import Shop

pytestmark = pytest.mark.slow

SCHEMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

/// @nicol.retain(days: 30, by: at)
model User {
  id    Int      @id @default(autoincrement())
  at    DateTime
  posts Post[]
  @@index([at])
}

model Post {
  id     Int  @id @default(autoincrement())
  userId Int
  user   User @relation(fields: [userId], references: [id], onDelete: Cascade)
  @@index([userId])
}
"""


def write(url: str, *texts: str) -> None:
    with open_database(url) as database:
        for text in texts:
            database.run(ask(Statement(text)), write=True)


@pytest.fixture
def office(living_shop: Shop) -> Shop:
    """A project with a history that is applied."""
    living_shop.schema(SCHEMA)
    living_shop.run("migrate", "dev", "--name", "init")
    return living_shop


def codes(shop: Shop, *flags: str, code: int = 0) -> set[str]:
    """What the doctor complains about; the embedded server is fast because it does not sync."""
    found: dict[str, Any] = json.loads(shop.run("doctor", *flags, "--json", code=code).out)
    return {each["code"] for looked in found["looked"] for each in looked["complaints"]} - {
        "fsync",
        "connection-limit",
    }


@pytest.mark.proves("Operations", "the doctor finds nothing wrong with a healthy project")
def test_a_healthy_project_has_nothing_to_hear(office: Shop) -> None:
    office.run("db", "backup", "--verify")
    assert codes(office) == set()
    said = office.run("doctor").out
    sound = ("environment", "schema", "pooler", "tables", "migrations", "retention", "backups")
    assert all(f"✓ {name}" in said for name in sound)


def old(days: float) -> str:
    return f"'{(datetime.now(UTC) - timedelta(days=days)).isoformat(timespec='milliseconds')}'"


BOTH = {
    "no-backup": [],
    "retention-overdue": [f'INSERT INTO "User" VALUES (1, {old(40)})'],
    "key-without-index": ['DROP INDEX "Post_userId_idx"'],
    "drift": ['ALTER TABLE "Post" ADD COLUMN "x" INTEGER'],
    "migration-missing": ["UPDATE _prisma_migrations SET migration_name = '20200101000000_gone'"],
    "migration-changed": ["UPDATE _prisma_migrations SET checksum = 'another'"],
    "migration-pending": ["DELETE FROM _prisma_migrations"],
    "migration-failed": ["UPDATE _prisma_migrations SET finished_at = NULL"],
    "migration-unrecorded": ["DROP TABLE _prisma_migrations"],
}


@pytest.mark.proves(
    "Operations",
    "the doctor names what is wrong with history, tables, retention and backups",
)
@pytest.mark.parametrize("code", BOTH)
def test_what_is_wrong_is_named(office: Shop, code: str) -> None:
    assert office.url
    write(office.url, *BOTH[code])
    assert code in json.dumps(json.loads(_any(office, "doctor", "--json")))


def _any(shop: Shop, *arguments: str) -> str:
    """What a command says, whatever its exit code."""
    process = shop.start(*arguments)
    out, _ = process.communicate(timeout=60)
    return out


@pytest.mark.proves("Operations", "the doctor looks at the health of PostgreSQL", on=("postgresql",))
def test_the_health_of_postgresql(shop: Shop, postgres_url: str) -> None:
    there = shop.on(postgres_url)
    there.schema(SCHEMA)
    there.run("migrate", "dev", "--name", "init")
    write(
        postgres_url,
        f'INSERT INTO "User" VALUES (1, {old(1)}), (2, {old(1)})',
        'CREATE TABLE "Twice" ("id" INT, "a" INT, "p" INT REFERENCES "Post"("id"))',
        'INSERT INTO "Twice" VALUES (1, 1, NULL), (2, 1, NULL)',
        'ALTER TABLE "Twice" ADD CONSTRAINT "k" FOREIGN KEY ("id") REFERENCES "User"("id") NOT VALID',
        'CREATE INDEX "i" ON "Twice" ("a")',
        "UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = '\"i\"'::regclass",
    )
    assert {"counter-behind", "invalid-index", "unchecked-key", "key-without-index"} <= codes(there, code=1)
    assert "connection-limit" in there.on(f"{postgres_url}&connection_limit=150").run("doctor", code=1).out


@pytest.mark.proves("Operations", "the doctor looks at the health of SQLite files", on=("sqlite",))
def test_the_health_of_sqlite(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.schema(SCHEMA)
    here.run("migrate", "dev", "--name", "init")
    write(
        sqlite_url,
        f'INSERT INTO "User" VALUES (1, {old(1)}), (5, {old(1)})',
        "UPDATE sqlite_sequence SET seq = 2",
    )
    import apsw

    raw = apsw.Connection(sqlite_url.removeprefix("file:"))
    raw.execute('INSERT INTO "Post" VALUES (1, 99)')
    raw.close()
    assert {"counter-behind", "orphans"} <= codes(here, code=1)


@pytest.mark.proves(
    "Operations", "the doctor says when a database cannot be reached, or a schema cannot be read"
)
def test_what_cannot_be_looked_at_is_told(shop: Shop, sqlite_url: str) -> None:
    assert "p1003" in codes(shop.on(sqlite_url), code=1)
    assert "p1001" in codes(shop.on("postgresql://nobody@127.0.0.1:1/x"), code=1)
    shop.schema("model X {\n  id Wrong\n}\n")
    assert "p1012" in codes(shop.on(sqlite_url), code=1)


@pytest.mark.proves("Operations", "the doctor looks after .env files")
def test_env_files_are_looked_after(shop: Shop, sqlite_url: str) -> None:
    here = shop.on(sqlite_url)
    here.schema(SCHEMA)
    here.run("migrate", "dev", "--name", "init")
    env = here.write(".env", "A=1\nA=2\nSECRET=x\n")
    env.chmod(0o644)
    git(here.root, "init", "-q")
    assert codes(here) - {"no-backup"} == {"env-readable", "env-twice", "env-not-ignored"}
    env.chmod(0o600)
    env.write_text("SECRET=x\n")
    here.write(".gitignore", ".env\n")
    assert codes(here) - {"no-backup"} == set()
    git(here.root, "add", "-f", ".env")
    assert "env-committed" in codes(here, code=1)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_warnings_can_count(office: Shop) -> None:
    assert office.url
    write(office.url, 'DROP INDEX "Post_userId_idx"')
    write(office.url, "UPDATE _prisma_migrations SET checksum = 'another'")
    office.run("doctor")
    office.run("doctor", "--strict", code=1)
