"""Histories that Prisma wrote, where the corpus is present: they are applied, and stand for the same when replayed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nicol.drivers import open_database
from nicol.migrate.history import History
from nicol.ops.deploy import migrate_deploy
from nicol.ops.difference import Side, migrate_diff
from nicol.ops.histories import read_history
from nicol.ops.project import open_project
from nicol.ops.status import migrate_status
from nicol.sql.program import rows

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "histories"
NAMES = sorted(path.name for path in CORPUS.glob("*")) if CORPUS.is_dir() else []


@pytest.mark.slow
@pytest.mark.proves("Migrations", "histories that Prisma wrote are applied and replayed")
@pytest.mark.parametrize("name", NAMES)
def test_a_history_of_prisma_is_applied_and_replayed(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = CORPUS / name / "migrations"
    history = read_history(folder)
    assert history.lock is not None
    (provider,) = history.lock.providers
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[provider])
    (tmp_path / "schema.prisma").write_text(
        f'datasource db {{\n  provider = "{provider}"\n  url = env("DATABASE_URL")\n}}\n'
    )
    (tmp_path / "nicol.toml").write_text(f'migrations = "{folder}"\n')
    project = open_project(tmp_path, {"DATABASE_URL": url})
    _skip_without_extensions(history, url)
    assert migrate_deploy(project).applied == history.names
    assert migrate_deploy(project).applied == ()
    assert migrate_status(project).clean
    assert migrate_diff(project, Side("migrations"), Side("config-datasource")).empty


def _skip_without_extensions(history: History, url: str) -> None:
    extension = re.compile(r"CREATE EXTENSION (?:IF NOT EXISTS )?(\w+)")
    wanted = {name for each in history.migrations for name in extension.findall(each.script(""))}
    if wanted:
        with open_database(url) as database:
            there = {
                name
                for (name,) in database.run(rows("SELECT name FROM pg_available_extensions"), write=False)
            }
        if wanted - there:
            pytest.skip(f"the server has no {', '.join(wanted - there)}")
