"""The migration story on the real history: forward, back, broken on purpose, and the host's rows never touched."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from control_center.db import Client
from control_center.db.types import SessionCreateInput

from nicol.errors import TableMissing
from tests.commands import nicol_in, succeed

from .conftest import EXAMPLE, MEMORY, nicol

pytestmark = pytest.mark.slow

HOST, OURS = "20260302091500_add_session", "20260309103000_init_dashboard_tables"
CHANGED_OUTBOX = "20260414093000_outbox_of_nicol"
SESSION: SessionCreateInput = {
    "id": "offline_north",
    "shop": "north.myshopify.com",
    "state": "",
    "accessToken": "the host's",
}
PROJECTS = {"center": ("DATABASE_URL", ()), "memory": ("MEMORY_DATABASE_URL", MEMORY)}


class Project:
    """A copy of the example's schema and the beginning of its history, with a database of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        for name in ("schema.prisma", "nicol.toml"):
            shutil.copy(EXAMPLE / name, folder)
        (folder / "migrations").mkdir()
        shutil.copy(EXAMPLE / "migrations" / "migration_lock.toml", folder / "migrations")

    @property
    def script(self) -> Path:
        """Our first migration, as the project's database is given it."""
        kind = "sqlite" if self.url.startswith("file:") else "postgresql"
        return self.folder / "migrations" / OURS / f"migration.{kind}.sql"

    def add(self, *names: str) -> None:
        """Let migrations arrive in the history."""
        for name in names:
            shutil.copytree(
                EXAMPLE / "migrations" / name, self.folder / "migrations" / name, dirs_exist_ok=True
            )

    def run(self, *arguments: str) -> str:
        """Run a command that must succeed."""
        return succeed(nicol_in(self.folder, *arguments, DATABASE_URL=self.url))

    def fail(self, *arguments: str) -> str:
        """Run a command that must fail, and in words."""
        run = nicol_in(self.folder, *arguments, DATABASE_URL=self.url)
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        return run.stderr

    def execute(self, script: str) -> None:
        """Run a script of SQL."""
        (self.folder / "script.sql").write_text(script)
        self.run("db", "execute", "--file", "script.sql")

    def tables(self) -> set[str]:
        """The tables that the database has."""
        script = self.run("migrate", "diff", "--from", "empty", "--to", "config-datasource", "--script")
        return {line.split('"')[1] for line in script.splitlines() if line.startswith("CREATE TABLE")}

    def sessions(self) -> list[dict[str, Any]]:
        """What the host wrote."""
        with Client(url=self.url) as db:
            return [row.model_dump(include=set(SESSION)) for row in db.session.find_many()]


@pytest.fixture
def project(database_url: str, tmp_path: Path) -> Project:
    """The host's table is there, with a row."""
    folder = tmp_path / "project"
    folder.mkdir()
    made = Project(folder, database_url)
    made.add(HOST)
    made.run("migrate", "deploy")
    with Client(url=database_url) as db:
        db.session.create(data=SESSION)
    return made


@pytest.mark.proves("Migrations", "schema, history and database of a portable project are equal")
@pytest.mark.parametrize("name", PROJECTS)
def test_schema_history_and_database_say_the_same(database_url: str, name: str) -> None:
    variable, options = PROJECTS[name]
    setting = {variable: database_url}
    for _ in range(2):
        succeed(nicol("migrate", "deploy", *options, **setting))
    assert "up to date" in succeed(nicol("migrate", "status", *options, **setting))
    for sides in (
        ("migrations", "schema"),
        ("config-datasource", "schema"),
        ("migrations", "config-datasource"),
    ):
        succeed(
            nicol("migrate", "diff", "--from", sides[0], "--to", sides[1], "--exit-code", *options, **setting)
        )


@pytest.mark.proves("Migrations", "a history forward and back beside a host's tables")
def test_our_tables_come_and_go_and_the_hosts_rows_stay(project: Project) -> None:
    project.add(OURS)
    project.run("migrate", "deploy")
    assert project.tables() == {"Session", "DashboardFact", "DecisionLog"}
    project.execute(
        'INSERT INTO "DecisionLog" ("scope", "actor", "action") VALUES (\'ops\', \'Mara\', \'note\');'
    )
    schema = (project.folder / "schema.prisma").read_text()
    (project.folder / "schema.prisma").write_text(schema[: schema.index("/// One measured value")])
    assert "--accept-data-loss" in project.fail("migrate", "dev", "--name", "drop_dashboard_tables")
    project.run("migrate", "dev", "--name", "drop_dashboard_tables", "--accept-data-loss")
    assert project.tables() == {"Session"}
    assert project.sessions() == [SESSION]


@pytest.mark.proves("Migrations", "a broken deploy leaves nothing behind")
def test_a_broken_deploy_leaves_nothing_and_the_corrected_one_goes_through(project: Project) -> None:
    project.add(OURS)
    right = project.script.read_text()
    project.script.write_text(right + '\nCREATE INDEX "late" ON "DecisionsLog"("scope");\n')
    said = project.fail("migrate", "deploy")
    assert OURS in said
    assert "DecisionsLog" in said
    assert project.tables() == {"Session"}
    assert "nothing to resolve" in project.fail("migrate", "resolve", "--rolled-back", OURS)
    project.script.write_text(right)
    project.run("migrate", "deploy")
    assert project.tables() == {"Session", "DashboardFact", "DecisionLog"}
    assert project.sessions() == [SESSION]


@pytest.mark.proves("Migrations", "resolve a migration that another tool left half-way")
def test_what_another_tool_left_half_way_is_resolved_by_hand(project: Project) -> None:
    project.add(OURS)
    project.execute(
        'CREATE TABLE "DashboardFact" ("id" INTEGER); CREATE TABLE "DecisionLog" ("id" INTEGER);'
        'INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at")'
        f" VALUES ('1', 'none', '{OURS}', CURRENT_TIMESTAMP);"
    )
    assert "--rolled-back" in project.fail("migrate", "deploy")
    project.run("migrate", "resolve", "--rolled-back", OURS)
    project.execute('DROP TABLE "DashboardFact"; DROP TABLE "DecisionLog";')
    project.run("migrate", "deploy")
    assert "up to date" in project.run("migrate", "status")
    assert project.sessions() == [SESSION]


def test_the_rows_of_the_log_survive_the_migrations_after_it(project: Project) -> None:
    project.add(OURS)
    project.run("migrate", "deploy")
    project.execute(
        'INSERT INTO "DecisionLog" ("scope", "actor", "action") VALUES (\'ops\', \'Mara\', \'note\');'
    )
    project.add(*(folder.name for folder in (EXAMPLE / "migrations").iterdir() if folder.is_dir()))
    project.run("migrate", "deploy")
    with Client(url=project.url) as db:
        (row,) = db.decision_log.find_many()
        assert (row.actor, row.factId) == ("Mara", None)
    assert project.sessions() == [SESSION]


@pytest.mark.proves("Command line", "the drill of CI on an empty database")
def test_the_drill_of_ci(database_url: str) -> None:
    setting = {"DATABASE_URL": database_url}
    succeed(nicol("generate", **setting))
    succeed(nicol("db", "push", "--force-reset", **setting))
    succeed(nicol("db", "seed", **setting))
    with Client(url=database_url) as db:
        assert db.dashboard_fact.count() > 1000
    succeed(nicol("migrate", "reset", "--force", **setting))
    succeed(nicol("db", "seed", **setting))
    succeed(nicol("migrate", "deploy", **setting))
    succeed(nicol("migrate", "status", **setting))
    succeed(
        nicol("migrate", "diff", "--from", "schema", "--to", "config-datasource", "--exit-code", **setting)
    )


def test_a_database_that_was_never_migrated_is_told_apart(database_url: str) -> None:
    assert nicol("migrate", "status", DATABASE_URL=database_url).returncode == 1
    with pytest.raises(TableMissing), Client(url=database_url) as db:
        db.session.count()


def test_decisions_that_wait_keep_their_places_when_the_outbox_changes(project: Project) -> None:
    history = sorted(path.name for path in (EXAMPLE / "migrations").iterdir() if path.is_dir())
    project.add(*(name for name in history if name < CHANGED_OUTBOX))
    project.run("migrate", "deploy")
    project.execute(
        """INSERT INTO "DecisionLog" ("scope", "actor", "action") VALUES ('ops', 'Mara', 'a'), ('ops', 'Mara', 'b');
        INSERT INTO "DecisionOutbox" ("decisionId", "attempts", "updatedAt")
        SELECT "id", 3, CURRENT_TIMESTAMP FROM "DecisionLog" ORDER BY "id";"""
    )
    project.add(CHANGED_OUTBOX)
    project.run("migrate", "deploy")
    with Client(url=project.url) as db:
        first, second = db.decision_outbox.find_many(order={"id": "asc"}, include={"decision": True})
    assert first.decision is not None
    assert second.decision is not None
    assert (first.decision.action, second.decision.action, first.attempts) == ("a", "b", 3)
    assert (first.key, second.key) == ("decisions", "decisions")
    assert first.idempotencyKey != second.idempotencyKey
