"""One migration, one transaction: what is kept, what is refused, and how the connection is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nicol.dialects import named
from nicol.dialects.dialect import Dialect
from nicol.drivers import Connection, open_database, parse_address, run
from nicol.errors import MigrationError
from nicol.migrate.apply import apply_migration, replay, replayed
from nicol.migrate.history import Migration, checksum
from nicol.migrate.ledger import create_ledger, read_ledger
from nicol.sql.program import Row, Statement, rows

PARENTS = """
CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" TEXT);
CREATE TABLE "Child" ("id" INTEGER PRIMARY KEY, "parentId" INTEGER NOT NULL REFERENCES "Parent" ("id") ON DELETE CASCADE);
CREATE VIEW "names" AS SELECT "name" FROM "Parent";
CREATE TABLE "log" ("text" TEXT);
CREATE TRIGGER "tell" AFTER UPDATE ON "Parent" BEGIN INSERT INTO "log" VALUES ('told'); END;
INSERT INTO "Parent" VALUES (1, 'a'), (2, 'b'), (7, 'c');
INSERT INTO "Child" VALUES (1, 1), (2, 2), (3, 2);
"""

REBUILD = """
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Parent" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL);
INSERT INTO "new_Parent" ("id", "name") SELECT "id", "name" FROM "Parent"{where};
DROP TABLE "Parent";
ALTER TABLE "new_Parent" RENAME TO "Parent";
{more}
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"""


@pytest.fixture
def talk(sqlite_url: str) -> Iterator[Connection]:
    """A connection to a SQLite file with a ledger, a parent, its children, a view and a trigger."""
    with open_database(sqlite_url) as database, database.session(write=True) as connection:
        run(create_ledger(named("sqlite")), connection)
        for statement in named("sqlite").split(PARENTS):
            connection.say(Statement(statement))
        yield connection


def apply(connection: Connection, script: str, dialect: Dialect | None = None) -> bool:
    return run(
        apply_migration(Migration("1_m", (("", script),)), dialect or named("sqlite"), "an-id"), connection
    )


def ask(connection: Connection, text: str) -> list[Row]:
    return run(rows(text), connection)


@pytest.mark.proves(
    "Migrations", "a SQLite table is rebuilt without losing a row, a view or a trigger", only="sqlite"
)
def test_a_rebuild_keeps_children_views_triggers_and_numbers(talk: Connection) -> None:
    assert apply(talk, REBUILD.format(where="", more="")) is True
    assert ask(talk, 'SELECT count(*) FROM "Child"') == [(3,)]
    assert ask(talk, 'SELECT * FROM "names"') == [("a",), ("b",), ("c",)]
    talk.say(Statement("UPDATE \"Parent\" SET name = 'x' WHERE id = 1"))
    assert ask(talk, "SELECT text FROM log") == [("told",)]
    talk.say(Statement("INSERT INTO \"Parent\" (name) VALUES ('new')"))
    assert ask(talk, 'SELECT max(id) FROM "Parent"') == [(8,)]
    assert ask(talk, "PRAGMA foreign_keys") == [(1,)]


@pytest.mark.parametrize(
    ("where", "more", "message"),
    [
        (" LIMIT 2", "", None),
        (" WHERE id <> 7", "", None),
        (" WHERE id <> 2", "", 'rows of "Child" would point at rows of "Parent" that do not exist'),
        ("", "INSERT INTO nowhere VALUES (1);", "no such table: nowhere"),
        ("", 'ALTER TABLE "Parent" RENAME COLUMN "gone" TO x;', "no such column"),
    ],
)
def test_a_rebuild_that_would_lose_something_is_undone(
    talk: Connection, where: str, more: str, message: str | None
) -> None:
    before = ask(talk, "SELECT sql FROM sqlite_master ORDER BY name")
    if message is None:
        assert apply(talk, REBUILD.format(where=where, more=more)) is True
    else:
        with pytest.raises(MigrationError, match=message) as caught:
            apply(talk, REBUILD.format(where=where, more=more))
        assert caught.value.migration == "1_m"
        assert ask(talk, "SELECT sql FROM sqlite_master ORDER BY name") == before
        assert ask(talk, 'SELECT count(*) FROM "Parent"') == [(3,)]
        assert run(read_ledger(named("sqlite")), talk) == ()
    assert ask(talk, "PRAGMA foreign_keys") == [(1,)]
    assert ask(talk, "PRAGMA legacy_alter_table") == [(0,)]


def test_rows_that_a_copy_loses_on_the_way_are_noticed(talk: Connection) -> None:
    thieving = REBUILD.format(where="", more="").replace(
        'DROP TABLE "Parent"', 'DELETE FROM "new_Parent" WHERE id = 7;\nDROP TABLE "Parent"'
    )
    with pytest.raises(MigrationError, match=r'rebuilding the table "Parent" would keep 2 of its 3 rows'):
        apply(talk, thieving)


def test_violations_that_were_there_before_do_not_stop_a_migration(talk: Connection) -> None:
    talk.say(Statement("PRAGMA foreign_keys = OFF"))
    talk.say(Statement('INSERT INTO "Child" VALUES (9, 99)'))
    talk.say(Statement("PRAGMA foreign_keys = ON"))
    assert apply(talk, REBUILD.format(where="", more="")) is True


def test_a_dropped_parent_does_not_take_its_children_along(talk: Connection) -> None:
    script = 'PRAGMA foreign_keys=off;\nDROP VIEW "names";\nDROP TABLE "Child";\nDROP TABLE "Parent";\nPRAGMA foreign_keys=on;'
    assert apply(talk, script) is True
    assert ask(talk, "SELECT name FROM sqlite_master WHERE name IN ('Parent', 'Child')") == []


@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
def test_the_ledger_is_prismas(request: pytest.FixtureRequest, provider: str) -> None:
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[provider])
    dialect = named(provider)
    script = "BEGIN;\nCREATE TABLE a (id INTEGER);\nCOMMIT;\n"
    with open_database(url) as database, database.session(write=True) as connection:
        run(create_ledger(dialect), connection)
        run(create_ledger(dialect), connection)
        assert apply(connection, script, dialect) is True
        assert apply(connection, script, dialect) is False
        (row,) = run(read_ledger(dialect), connection) or ()
        assert (row.name, row.checksum, row.applied, row.failed) == ("1_m", checksum(script), True, False)
        facts = "SELECT applied_steps_count, logs, rolled_back_at FROM _prisma_migrations WHERE finished_at >= started_at"
        assert ask(connection, facts) == [(1, None, None)]


@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    "ending",
    ["COMMIT", "commit -- done", "END /* ; */", "COMMIT AND CHAIN", "ROLLBACK", "rollback AND CHAIN"],
)
def test_a_script_neither_ends_nor_undoes_its_transaction(
    request: pytest.FixtureRequest, provider: str, ending: str
) -> None:
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[provider])
    dialect = named(provider)
    with open_database(url) as database, database.session(write=True) as connection:
        run(create_ledger(dialect), connection)
        with pytest.raises(MigrationError, match="P3018: the migration 1_m failed and was undone"):
            apply(
                connection, f"CREATE TABLE a (id INTEGER);\n{ending}\n;\nINSERT INTO b VALUES (1);", dialect
            )
        assert "a" not in {table.name for table in run(dialect.introspect(()), connection).tables}
        assert run(read_ledger(dialect), connection) == ()


@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
def test_a_replay_that_fails_names_the_migration_and_the_statement(
    request: pytest.FixtureRequest, provider: str
) -> None:
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[provider])
    broken = Migration(
        "1_m", (("", "CREATE TABLE a (id INTEGER);\n/* warned */ INSERT INTO b VALUES (';');"),)
    )
    with open_database(parse_address(url)) as database, database.session(write=True) as connection:
        with pytest.raises(MigrationError, match="P3006: the migration 1_m cannot be replayed") as caught:
            run(replay(broken, named(provider)), connection)
        assert caught.value.statement == "INSERT INTO b VALUES (';')"


@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
def test_clearing_takes_everything_away(request: pytest.FixtureRequest, provider: str) -> None:
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[provider])
    dialect = named(provider)
    script = """
    CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER REFERENCES p (id));
    CREATE VIEW v AS SELECT * FROM c; INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);
    """
    with open_database(url) as database, database.session(write=True) as connection:
        for statement in dialect.split(script):
            connection.say(Statement(statement))
        run(dialect.clear(), connection)
        held = run(dialect.introspect(), connection)
        assert (held.tables, held.unmanaged) == ((), ())
        run(create_ledger(dialect), connection)


@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
def test_work_aside_sees_an_empty_database_and_leaves_no_trace(
    request: pytest.FixtureRequest, provider: str
) -> None:
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[provider])
    dialect = named(provider)
    rebuild = (
        REBUILD.format(where="", more="")
        if provider == "sqlite"
        else 'ALTER TABLE "Parent" ADD COLUMN x INTEGER;'
    )
    history = [
        Migration("1_a", (("", 'CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY, "name" TEXT);'),)),
        Migration("2_b", (("", rebuild),)),
    ]
    with open_database(url) as database, database.session(write=True) as connection:
        connection.say(Statement('CREATE TABLE "Parent" ("real" INTEGER)'))
        connection.say(Statement('INSERT INTO "Parent" VALUES (1)'))
        before = run(dialect.introspect(), connection)
        seen = run(dialect.aside(replayed(history, dialect, ())), connection)
        assert [table.name for table in seen.tables] == ["Parent"]
        assert seen.tables[0].column("real") is None
        broken = Migration("3_c", (("", "CREATE TABLE d (id INTEGER); INSERT INTO nowhere VALUES (1);"),))
        with pytest.raises(MigrationError, match="3_c cannot be replayed"):
            run(dialect.aside(replayed([*history, broken], dialect, ())), connection)
        assert run(dialect.introspect(), connection) == before
        assert ask(connection, 'SELECT * FROM "Parent"') == [(1,)]
