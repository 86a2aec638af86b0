"""The history: forward and back, and a step that is made without a terminal, as the team made it."""

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


@pytest.mark.proves("Draft Orders", "the history leads forward and back")
def test_the_history_leads_forward_and_back(copy: Path, database_url: str) -> None:
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "down", "--all", "--accept-data-loss", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "diff", "--exit-code", DATABASE_URL=database_url))
    status = json.loads(
        succeed(nicol_in(copy, "migrate", "status", "--drift", "--json", DATABASE_URL=database_url))
    )
    assert status["clean"]


@pytest.mark.proves("Draft Orders", "a migration made without a terminal: diff, a folder, deploy, status")
def test_a_migration_is_made_without_a_terminal(copy: Path, database_url: str) -> None:
    provider = "sqlite" if database_url.startswith("file:") else "postgresql"
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    schema = copy / "schema.prisma"
    schema.write_text(
        schema.read_text().replace("  lastError  String?\n", "  lastError  String?\n  note String?\n")
    )
    script = copy / "note.sql"
    succeed(
        nicol_in(
            copy, "migrate", "diff", "--from", "migrations", "--to", "schema", "--script",
            "--provider", provider, "--output", str(script), DATABASE_URL=database_url,
        )
    )  # fmt: skip
    assert "ADD COLUMN" in script.read_text()
    folder = copy / "migrations" / "20990101000000_note"
    folder.mkdir()
    script.rename(folder / f"migration.{provider}.sql")
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    status = json.loads(succeed(nicol_in(copy, "migrate", "status", "--json", DATABASE_URL=database_url)))
    assert (status["clean"], status["applied"][-1]) == (True, folder.name)
    succeed(nicol_in(copy, "migrate", "diff", "--exit-code", DATABASE_URL=database_url))
