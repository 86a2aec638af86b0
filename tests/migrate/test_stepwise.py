"""Migrations in several stages: claimed, recorded, resumed, taken over; on real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import pytest

from nicol.dialects import named
from nicol.drivers import Connection, open_database, run
from nicol.errors import DriverError, MigrationBusy, MigrationError
from nicol.migrate.apply import stages_of
from nicol.migrate.history import History, Migration
from nicol.migrate.ledger import create_ledger, read_ledger, standing
from nicol.migrate.progress import Worker, progress_of
from nicol.migrate.stepwise import Claim, Task, carry_out, claim, let_go, renew
from nicol.sql.program import Program, Row, Statement, rows

T = TypeVar("T")

WE, THEY = Worker("here", 1), Worker("there", 2)
SCRIPTS = {
    "postgresql": "CREATE TABLE a (id INTEGER, b INTEGER);\nINSERT INTO a VALUES (1, 1);\n"
    "CREATE UNIQUE INDEX CONCURRENTLY a_b ON a (b);\nCREATE TABLE c (id INTEGER);",
    "sqlite": "CREATE TABLE a (id INTEGER, b INTEGER);\nINSERT INTO a VALUES (1, 1);\nVACUUM;\nCREATE TABLE c (id INTEGER);",
}


class Desk:
    """A database with a ledger, and the migration of this page."""

    def __init__(self, connection: Connection, provider: str) -> None:
        self.connection = connection
        self.dialect = named(provider)
        self.script = SCRIPTS[provider]
        self.run(create_ledger(self.dialect))

    def run(self, program: Program[T]) -> T:
        return run(program, self.connection)

    def ask(self, text: str) -> list[Row]:
        return self.run(rows(text))

    def say(self, text: str) -> None:
        self.connection.say(Statement(text))

    def task(self, token: str, worker: Worker = WE, script: str | None = None) -> Task:
        migration = Migration("1_m", (("", script or self.script),))
        return Task(migration, self.run(stages_of(migration, self.dialect)), self.dialect, worker, token)

    def claim(self, task: Task, gone: Callable[[Worker], bool] = lambda _: False) -> Claim | None:
        return self.run(claim(task, gone))

    def tables(self) -> set[str]:
        return {table.name for table in self.run(self.dialect.introspect(())).tables} - {"_prisma_migrations"}

    def lapse(self) -> None:
        """Let the time of the lease go by."""
        (row,) = self.run(read_ledger(self.dialect)) or ()
        assert row.progress is not None
        text = replace(row.progress, until=1.0).text.replace("'", "''")
        self.say(f"UPDATE _prisma_migrations SET logs = '{text}'")


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A fresh database."""
    provider = "postgresql" if database_url.startswith("postgres") else "sqlite"
    with open_database(database_url) as database, database.session(write=True) as connection:
        yield Desk(connection, provider)


def test_stages_are_recorded_one_by_one(desk: Desk) -> None:
    task = desk.task("one")
    assert desk.claim(task) == Claim(0, again=False)
    facts = "SELECT applied_steps_count, finished_at IS NULL, logs IS NULL, migration_name FROM _prisma_migrations"
    for number in range(3):
        assert desk.ask(facts) == [(number, True, False, "1_m")]
        desk.run(carry_out(task, number, again=False))
    assert desk.ask(facts) == [(3, False, True, "1_m")]
    assert desk.tables() == {"a", "c"}
    assert desk.claim(desk.task("two")) is None
    assert standing(
        History((task.migration,)), desk.run(read_ledger(desk.dialect)) or (), desk.dialect.name
    ).applied


@pytest.mark.proves(
    "Migrations", "who works on a migration in steps holds a lease; its end lets the next one in"
)
def test_a_lease_keeps_others_out_until_it_ends(desk: Desk) -> None:
    first, second = desk.task("one"), desk.task("two", THEY)
    desk.claim(first)
    desk.run(carry_out(first, 0, again=False))
    with pytest.raises(
        MigrationBusy, match=r"process 1 on here is applying the migration 1_m \(step 2 of 3\)"
    ):
        desk.claim(second)
    desk.lapse()
    desk.run(renew(first))
    with pytest.raises(MigrationBusy):
        desk.claim(second)
    desk.lapse()
    assert desk.claim(second) == Claim(1, again=False)
    for program in (
        renew(first),
        carry_out(first, 1, again=False),
        carry_out(first, 2, again=False),
        let_go(first, "x"),
    ):
        with pytest.raises(MigrationBusy, match="another deployer has taken over"):
            desk.run(program)
    assert desk.tables() == {"a"}
    for number in (1, 2):
        desk.run(carry_out(second, number, again=False))
    assert desk.tables() == {"a", "c"}


def test_a_worker_that_is_gone_needs_not_be_waited_for(desk: Desk) -> None:
    desk.claim(desk.task("one"))
    assert desk.claim(desk.task("two", THEY), gone=lambda worker: worker == WE) == Claim(0, again=False)


def test_a_lease_that_was_given_back_is_free(desk: Desk) -> None:
    task = desk.task("one")
    desk.claim(task)
    desk.run(carry_out(task, 0, again=False))
    desk.run(let_go(task, "it was raining"))
    (row,) = desk.run(read_ledger(desk.dialect)) or ()
    assert row.progress is not None
    assert (row.failed, row.steps, row.progress.error) == (False, 1, "it was raining")
    assert desk.claim(desk.task("two", THEY)) == Claim(1, again=False)


def test_only_what_is_not_done_may_be_edited(desk: Desk) -> None:
    task = desk.task("one")
    desk.claim(task)
    desk.run(carry_out(task, 0, again=False))
    desk.run(let_go(task, None))
    with pytest.raises(
        MigrationError, match=r"P3009.*edited in the part that has been applied: 1 of its 3 steps"
    ):
        desk.claim(desk.task("two", script="SELECT 1;\n" + desk.script))
    corrected = desk.task("three", script=desk.script.replace("TABLE c", "TABLE d"))
    assert desk.claim(corrected) == Claim(1, again=False)
    for number in (1, 2):
        desk.run(carry_out(corrected, number, again=False))
    assert desk.tables() == {"a", "d"}
    assert desk.ask("SELECT checksum FROM _prisma_migrations") == [(corrected.checksum,)]


def test_a_stage_that_fails_is_undone_whole(desk: Desk) -> None:
    task = desk.task("one", script=desk.script + "\nINSERT INTO nowhere VALUES (1);")
    desk.claim(task)
    for number in (0, 1):
        desk.run(carry_out(task, number, again=False))
    with pytest.raises(DriverError):
        desk.run(carry_out(task, 2, again=False))
    assert desk.tables() == {"a"}
    assert desk.ask("SELECT applied_steps_count FROM _prisma_migrations") == [(2,)]


def test_the_ledger_of_others_is_no_progress() -> None:
    assert [progress_of(text) for text in (None, "", "x", "null", "{}", '{"nicol": 1}', '{"nicol": {}}')] == [
        None
    ] * 7


# ---- indexes beside writers ------------------------------------------------------------------------------------------


@pytest.fixture
def server(postgres_url: str) -> Iterator[Desk]:
    """A fresh database of PostgreSQL with a table of a hundred rows."""
    with open_database(postgres_url) as database, database.session(write=True) as connection:
        desk = Desk(connection, "postgresql")
        desk.say("CREATE TABLE big (id INTEGER, v INTEGER)")
        desk.say("INSERT INTO big SELECT g, g FROM generate_series(1, 100) g")
        yield desk


BUILD = 'CREATE UNIQUE INDEX CONCURRENTLY "big_v" ON big (v)'


def indexes(desk: Desk) -> dict[str, bool]:
    """The indexes of the table, and whether they are valid."""
    return dict(
        desk.ask(
            "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'big'::regclass ORDER BY 1"
        )
    )


def break_build(desk: Desk) -> None:
    """Leave behind what a build leaves that was stopped half-way."""
    desk.say("INSERT INTO big VALUES (101, 1)")
    with pytest.raises(DriverError):
        desk.say(BUILD)
    desk.say("DELETE FROM big WHERE id = 101")
    assert indexes(desk) == {"big_v": False}


@pytest.mark.proves(
    "Migrations", "an index that a stopped concurrent build left invalid is built anew", only="postgresql"
)
@pytest.mark.parametrize(
    ("statement", "again"), [(BUILD, True), (BUILD.replace("LY ", "LY IF NOT EXISTS "), False)]
)
def test_an_invalid_index_is_built_anew(server: Desk, statement: str, again: bool) -> None:
    break_build(server)
    server.run(server.dialect.alone(statement, again=again))
    assert indexes(server) == {"big_v": True}


def test_a_build_that_fails_leaves_no_invalid_index(server: Desk) -> None:
    server.say("INSERT INTO big VALUES (101, 1)")
    with pytest.raises(DriverError, match="could not create unique index"):
        server.run(server.dialect.alone(BUILD, again=False))
    assert indexes(server) == {}


def test_an_index_that_was_there_before_is_nobodys_to_drop(server: Desk) -> None:
    break_build(server)
    with pytest.raises(DriverError, match="already exists"):
        server.run(server.dialect.alone(BUILD, again=False))
    assert indexes(server) == {"big_v": False}


@pytest.mark.parametrize(
    "statement",
    [
        BUILD,
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS big_v ON ONLY public.big (v)",
        "DROP INDEX CONCURRENTLY big_old",
        "REINDEX INDEX CONCURRENTLY big_old",
        "VACUUM (ANALYZE) big",
        "ALTER TABLE parts DETACH PARTITION part_1 CONCURRENTLY",
        "CREATE DATABASE nicol_lone_{pid}",
    ],
)
@pytest.mark.proves(
    "Migrations", "a lone statement whose record was lost is not carried out twice", only="postgresql"
)
def test_a_lone_statement_may_be_said_again(server: Desk, statement: str) -> None:
    ((pid,),) = server.ask("SELECT pg_backend_pid()")
    statement = statement.format(pid=pid)
    server.say("CREATE INDEX big_old ON big (id)")
    server.say("CREATE TABLE parts (id INTEGER) PARTITION BY LIST (id)")
    server.say("CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1)")
    try:
        for again in (False, True, True):
            server.run(server.dialect.alone(statement, again=again))
        assert all(indexes(server).values())
    finally:
        server.say(f"DROP DATABASE IF EXISTS nicol_lone_{pid}")


def test_what_reindexing_left_is_swept_away(server: Desk) -> None:
    server.say("INSERT INTO big VALUES (101, 1)")
    with pytest.raises(DriverError):
        server.say("CREATE UNIQUE INDEX CONCURRENTLY big_v_ccnew1 ON big (v)")
    server.say("CREATE INDEX big_old ON big (id)")
    server.run(server.dialect.alone("REINDEX INDEX CONCURRENTLY big_old", again=True))
    assert indexes(server) == {"big_old": True}


def test_an_unnamed_index_is_refused(server: Desk) -> None:
    with pytest.raises(MigrationError, match="needs a name here"):
        server.run(server.dialect.alone("CREATE INDEX CONCURRENTLY ON big (v)", again=False))


@pytest.mark.proves(
    "Migrations", "an enum value that is used in its own migration is committed first", only="postgresql"
)
def test_a_new_value_is_used_in_its_own_migration(server: Desk) -> None:
    server.say("CREATE TYPE kind AS ENUM ('A')")
    server.say("CREATE TABLE k (k kind)")
    task = server.task("one", script="ALTER TYPE kind ADD VALUE 'B';\nINSERT INTO k VALUES ('B');")
    assert len(task.stages) == 2
    server.claim(task)
    for number in (0, 1):
        server.run(carry_out(task, number, again=False))
    assert server.ask("SELECT k::text FROM k") == [("B",)]
