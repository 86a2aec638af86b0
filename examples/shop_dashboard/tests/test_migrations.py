"""The history in ten steps, of which one adds the indexes that retention needs, as the team did it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import nicol_in, succeed

from .conftest import EXAMPLE

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without what was generated."""
    left_out = shutil.ignore_patterns("db", "*.db*", ".env", "__pycache__", "tests", "docs")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project", ignore=left_out))


@pytest.mark.proves("Shop Dashboard", "the history leads forward and back")
def test_the_history_leads_forward_and_back(copy: Path, database_url: str) -> None:
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "down", "--all", "--accept-data-loss", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "diff", "--exit-code", DATABASE_URL=database_url))
    said = succeed(nicol_in(copy, "migrate", "status", "--drift", "--json", DATABASE_URL=database_url))
    assert json.loads(said)["clean"]


def test_every_step_does_the_same_on_both_databases(copy: Path, sqlite_url: str, postgres_url: str) -> None:
    succeed(nicol_in(copy, "migrate", "verify", DATABASE_URL=sqlite_url, SHADOW_DATABASE_URL=postgres_url))


@pytest.mark.proves(
    "Shop Dashboard", "indexes for retention, added to a grown database by a migration of their own"
)
def test_the_indexes_of_retention_are_a_step_of_their_own(copy: Path, database_url: str) -> None:
    last = max((copy / "migrations").glob("2*_index_retention"))
    later = [each for each in (copy / "migrations").glob("2*") if each >= last]
    for each in later:
        each.rename(copy / each.name)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    for each in later:
        (copy / each.name).rename(each)
    plan = json.loads(
        succeed(nicol_in(copy, "migrate", "deploy", "--plan", "--json", DATABASE_URL=database_url))
    )
    assert last.name in json.dumps(plan)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    for script in last.glob("*.sql"):
        wanted = ('ON "ConnectionEvent"("createdAt")', 'ON "StoreSecret"("rotationReminderAt")')
        assert [each for each in wanted if each not in script.read_text()] == []


def test_secrets_that_were_there_get_names(copy: Path, database_url: str) -> None:
    (named,) = (copy / "migrations").glob("2*_name_secrets")
    later = [each for each in (copy / "migrations").glob("2*") if each >= named]
    for each in later:
        each.rename(copy / each.name)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    grown = copy / "grown.sql"
    grown.write_text("""
        INSERT INTO "Store" ("id", "domain", "name", "onboarding", "updatedAt")
          VALUES ('s', 'lampen.example', 'Lampen', '{}', '2026-04-01T00:00:00.000+00:00');
        INSERT INTO "StoreSecret" ("id", "storeId", "kind", "rotationReminderAt", "updatedAt")
          VALUES ('t', 's', 'BING', '2026-04-01T00:00:00.000+00:00', '2026-04-01T00:00:00.000+00:00');
    """)
    succeed(nicol_in(copy, "db", "execute", "--file", str(grown), DATABASE_URL=database_url))
    for each in later:
        (copy / each.name).rename(each)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    said = succeed(nicol_in(copy, "retention", "plan", "--json", DATABASE_URL=database_url))
    assert [each["name"] for each in json.loads(said)["reminders"]] == ["lampen.example: BING"]


@pytest.mark.proves("Shop Dashboard", "a release that fails leaves a way back")
def test_a_release_that_fails_is_rolled_back_and_tried_again(copy: Path, database_url: str) -> None:
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    folder = copy / "migrations" / "20990101000000_broken"
    folder.mkdir()
    for provider in ("sqlite", "postgresql"):
        (folder / f"migration.{provider}.sql").write_text('CREATE INDEX "i" ON "Nowhere"("id");\n')
    assert nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url).returncode != 0
    assert nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url).returncode != 0
    shutil.rmtree(folder)
    resolved = nicol_in(copy, "migrate", "resolve", "--rolled-back", folder.name, DATABASE_URL=database_url)
    said = succeed(nicol_in(copy, "migrate", "status", "--json", DATABASE_URL=database_url))
    assert json.loads(said)["clean"], resolved
    succeed(nicol_in(copy, "migrate", "diff", "--exit-code", DATABASE_URL=database_url))
