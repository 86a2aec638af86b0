"""A flipped byte in a history or in a ledger is found, wherever it is."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from nicol.drivers import open_database
from nicol.errors import MigrationError
from nicol.migrate.history import lock_text, snapshot_text
from nicol.ops.deploy import migrate_deploy
from nicol.ops.project import Project, open_project
from nicol.ops.status import migrate_status
from nicol.sql.program import Statement, ask, rows

pytestmark = pytest.mark.slow

NAMES = ("20260101000000_first", "20260102000000_second")
SCHEMA = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n'
SCRIPT = "-- one line\nCREATE TABLE a (id INTEGER);\n\nINSERT INTO a VALUES (1);\n"
PYTHON = "def up(tx):\n    tx.execute('INSERT INTO a VALUES (2)')\n"


@pytest.fixture
def project(tmp_path: Path, database_url: str) -> Project:
    """A portable history that was applied."""
    (tmp_path / "nicol.toml").write_text('providers = ["sqlite", "postgresql"]\n')
    (tmp_path / "schema.prisma").write_text(SCHEMA)
    for number, name in enumerate(NAMES):
        folder = tmp_path / "migrations" / name
        folder.mkdir(parents=True)
        for provider in ("sqlite", "postgresql"):
            script = SCRIPT.replace(" a ", f" a{number or ''} ")
            (folder / f"migration.{provider}.sql").write_text(script)
        (folder / "schema.snapshot").write_text(snapshot_text(SCHEMA, NAMES[: number + 1]))
    (tmp_path / "migrations" / NAMES[1] / "migrate.py").write_text(PYTHON)
    (tmp_path / "migrations" / "migration_lock.toml").write_text(lock_text(["sqlite", "postgresql"]))
    made = open_project(tmp_path, {**os.environ, "DATABASE_URL": database_url})
    migrate_deploy(made)
    assert migrate_status(made).clean
    return made


def found(project: Project) -> bool:
    """True when `migrate status` sees that something is not as it was."""
    try:
        return not migrate_status(project).clean
    except MigrationError:
        return True


@pytest.mark.proves("Migrations", "a flipped byte in the history is found, and named")
def test_a_flipped_byte_in_the_history_is_found(project: Project) -> None:
    own = migrate_status(project).target.dialect.name
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[own]
    chance = Random(7)
    for file in sorted(project.migrations.rglob("*.*")):
        if file.name == f"migration.{other}.sql" or not file.is_file():
            continue  # what is said to the other database leaves no trace in this one
        whole = file.read_bytes()
        first = whole.index(b"\n") if file.suffix == ".toml" else 0  # a comment means nothing
        for place in range(first + 1 if first else 0, len(whole) - bool(first)):
            flipped = whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(7)]) + whole[place + 1 :]
            file.write_bytes(flipped)
            assert found(project), (
                f"{file.name}, byte {place}: {whole[place : place + 1]!r} → {flipped[place : place + 1]!r}"
            )
        file.write_bytes(whole)
    assert migrate_status(project).clean


@pytest.mark.proves("Migrations", "a flipped byte in the ledger is found, and named")
@pytest.mark.parametrize("column", ["migration_name", "checksum"])
def test_a_flipped_byte_in_the_ledger_is_found(project: Project, column: str) -> None:
    url = project.environment.get("DATABASE_URL")
    assert url is not None
    with open_database(url.value) as database:
        for key, text in database.run(rows(f"SELECT id, {column} FROM _prisma_migrations"), write=False):
            for place, letter in enumerate(text):
                changed = text[:place] + chr(ord(letter) ^ 1) + text[place + 1 :]
                for value in (changed, text):
                    write = f"UPDATE _prisma_migrations SET {column} = '{value}' WHERE id = '{key}'"
                    database.run(ask(Statement(write)), write=True)
                    assert found(project) == (value == changed), f"{column}, character {place}"


def test_what_was_changed_is_named(project: Project) -> None:
    script = project.migrations / NAMES[0] / f"migration.{migrate_status(project).target.dialect.name}.sql"
    whole = script.read_text()
    script.write_text(whole + " ")
    assert migrate_status(project).standing.changed == (NAMES[0],)
    script.write_text(whole.replace("\n", "\r\n"))
    assert migrate_status(project).clean
    script.write_text(whole)
    snapshot = project.migrations / NAMES[1] / "schema.snapshot"
    snapshot.write_text(snapshot.read_text() + "model A {}\n")
    with pytest.raises(MigrationError, match=f"snapshot of the migration {NAMES[1]} was edited"):
        migrate_status(project)
