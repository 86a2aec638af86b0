"""The history: forward and back, old rows that need no back-fill, and what broke elsewhere: a function that was lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nicol.drivers import open_database
from nicol.sql.program import rows
from tests.commands import nicol_in, succeed

from .conftest import EXAMPLE

pytestmark = pytest.mark.slow

FOLDERS = sorted(path.name for path in (EXAMPLE / "migrations").iterdir() if path.is_dir())
LINKS = FOLDERS.index(next(name for name in FOLDERS if name.endswith("links_between_findings")))
LOST = {
    "links": {
        "file:": ('DROP TRIGGER "Observation_links_insert"', "trigger Observation_links_insert"),
        "postgresql:": ("DROP FUNCTION observation_links() CASCADE", "function observation_links"),
    },
    "trail": {
        "file:": (
            'DROP TRIGGER "_nicol_audit_Observation_update"',
            "trigger _nicol_audit_Observation_update",
        ),
        "postgresql:": ("DROP FUNCTION _nicol_audit_row() CASCADE", "function _nicol_audit_row"),
    },
}
"""What a careless restore left out: triggers on SQLite, and on PostgreSQL a function together with those that need it."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without what was generated."""
    left_out = shutil.ignore_patterns("db", "*.db*", ".env", "__pycache__", "tests", "docs")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project", ignore=left_out))


def say(url: str, sql: str) -> Any:
    """One statement beside Nicol's commands, and its rows."""
    with open_database(url) as database:
        return database.run(rows(sql), write=True)


def lose(what: str, url: str) -> str:
    """Take something away behind Nicol's back; says how it is called."""
    statement, name = next(words for scheme, words in LOST[what].items() if url.startswith(scheme))
    say(url, statement)
    return name


def way_back(project: Path, url: str) -> Path:
    """The SQL that makes a database what its migrations made of it."""
    script = project / "repair.sql"
    where = ("--from", "config-datasource", "--to", "migrations", "--script", "--output", str(script))
    succeed(nicol_in(project, "migrate", "diff", *where, DATABASE_URL=url))
    return script


@pytest.mark.proves("Audit Platform", "the history leads forward and back")
def test_the_history_leads_forward_and_back(copy: Path, database_url: str) -> None:
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "down", "--all", "--accept-data-loss", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "diff", "--exit-code", DATABASE_URL=database_url))
    status = succeed(nicol_in(copy, "migrate", "status", "--drift", "--json", DATABASE_URL=database_url))
    assert json.loads(status)["clean"]


@pytest.mark.proves("Audit Platform", "both renderings of the history lead to the same", only="postgresql")
def test_both_renderings_lead_to_the_same(copy: Path, postgres_url: str) -> None:
    succeed(nicol_in(copy, "migrate", "verify", DATABASE_URL=postgres_url))


@pytest.mark.proves("Audit Platform", "old observations stay valid without links, and nothing is filled in")
def test_old_rows_need_no_back_fill(copy: Path, database_url: str) -> None:
    later = copy / "later"
    later.mkdir()
    for name in FOLDERS[LINKS:]:
        (copy / "migrations" / name).rename(later / name)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    say(
        database_url,
        """INSERT INTO "Tenant" ("id", "name", "updatedAt") VALUES ('t', 'Old', '2024-01-01T00:00:00.000+00:00')""",
    )
    say(
        database_url,
        """INSERT INTO "Observation" ("id", "tenantId", "title", "severity", "complianceArea", "updatedAt")
        VALUES ('o', 't', 'From before', 'LOW', 'IT', '2024-01-01T00:00:00.000+00:00')""",
    )
    for name in FOLDERS[LINKS:]:
        (later / name).rename(copy / "migrations" / name)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    found = say(database_url, 'SELECT "title", "engagementId", "repeatOfId" FROM "Observation"')
    assert [tuple(row) for row in found] == [("From before", None, None)]


@pytest.mark.proves(
    "Audit Platform", "a function that was lost is named, a new migration is planned all the same, and db push is not needed"
)  # fmt: skip
@pytest.mark.parametrize("what", LOST)
def test_a_lost_function_is_named_and_comes_back(copy: Path, database_url: str, what: str) -> None:
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    lost = lose(what, database_url)
    status = nicol_in(copy, "migrate", "status", "--drift", DATABASE_URL=database_url)
    assert (status.returncode, lost in status.stdout + status.stderr) == (1, True), status
    doctor = nicol_in(copy, "doctor", DATABASE_URL=database_url)
    assert lost in doctor.stdout + doctor.stderr, doctor
    repair = way_back(copy, database_url)
    schema = copy / "schema.prisma"
    schema.write_text(
        schema.read_text().replace(
            "  complianceArea  String\n", "  complianceArea  String\n  advice String?\n"
        )
    )
    succeed(nicol_in(copy, "migrate", "dev", "--name", "advice", "--create-only", DATABASE_URL=database_url))
    (planned,) = (copy / "migrations").glob("*_advice")
    assert {path.name for path in planned.glob("*.sql")} == {
        "migration.sqlite.sql",
        "migration.postgresql.sql",
    }
    succeed(nicol_in(copy, "db", "execute", "--file", str(repair), DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    status = nicol_in(copy, "migrate", "status", "--drift", "--json", DATABASE_URL=database_url)
    assert json.loads(succeed(status))["clean"]
    succeed(nicol_in(copy, "migrate", "diff", "--exit-code", DATABASE_URL=database_url))


@pytest.mark.proves(
    "Audit Platform", "a migration that was marked as applied and never ran is told, with the way back"
)
def test_what_was_marked_as_applied_and_never_ran_is_told(copy: Path, database_url: str) -> None:
    held = copy / "held"
    held.mkdir()
    for name in FOLDERS[LINKS:]:
        (copy / "migrations" / name).rename(held / name)
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    for name in FOLDERS[LINKS:]:
        (held / name).rename(copy / "migrations" / name)
    succeed(nicol_in(copy, "migrate", "resolve", "--applied", FOLDERS[LINKS], DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "deploy", DATABASE_URL=database_url))
    status = nicol_in(copy, "migrate", "status", "--drift", DATABASE_URL=database_url)
    said = status.stdout + status.stderr
    assert status.returncode == 1
    assert all(name in said for name in ("repeatOfId", "engagementId", "Observation_links_insert"))
    repair = way_back(copy, database_url)
    succeed(nicol_in(copy, "db", "execute", "--file", str(repair), DATABASE_URL=database_url))
    succeed(nicol_in(copy, "migrate", "status", "--drift", DATABASE_URL=database_url))
