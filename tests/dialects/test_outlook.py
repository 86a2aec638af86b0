"""The locks and costs that are foretold, and that a real server takes no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nicol.dialects import named
from nicol.dialects.counted import counted
from nicol.dialects.outlook import Risk
from nicol.drivers import Connection, open_database
from nicol.sql.program import Begin, Rollback, Row, Statement

BEFORE = (
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT)",
    "CREATE TABLE o (id INTEGER PRIMARY KEY, t INTEGER)",
    "CREATE INDEX t_a ON t (a)",
    "ALTER TABLE o ADD CONSTRAINT o_c CHECK (t > 0) NOT VALID",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE MATERIALIZED VIEW v AS SELECT 1 AS x",
)

LOCKS: dict[str, dict[str, str]] = {
    "ALTER TABLE t ADD COLUMN c INTEGER": {"t": "ACCESS EXCLUSIVE"},
    "ALTER TABLE IF EXISTS ONLY t RENAME COLUMN a TO c": {"t": "ACCESS EXCLUSIVE"},
    "ALTER TABLE t ALTER COLUMN a SET STATISTICS 7": {"t": "SHARE UPDATE EXCLUSIVE"},
    "ALTER TABLE o ADD CONSTRAINT k FOREIGN KEY (t) REFERENCES t (id)": {
        "o": "SHARE ROW EXCLUSIVE",
        "t": "SHARE ROW EXCLUSIVE",
    },
    "ALTER TABLE o VALIDATE CONSTRAINT o_c": {"o": "SHARE UPDATE EXCLUSIVE"},
    "CREATE INDEX i ON t (a)": {"t": "SHARE"},
    "DROP TABLE o": {"o": "ACCESS EXCLUSIVE"},
    "TRUNCATE TABLE o": {"o": "ACCESS EXCLUSIVE"},
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()": {"t": "SHARE ROW EXCLUSIVE"},
    "CREATE TABLE n (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t (id))": {"t": "SHARE ROW EXCLUSIVE"},
    "REFRESH MATERIALIZED VIEW v": {"v": "ACCESS EXCLUSIVE"},
    "INSERT INTO t VALUES (1)": {"t": "ROW EXCLUSIVE"},
    "UPDATE t SET a = 1": {"t": "ROW EXCLUSIVE"},
    "DELETE FROM t WHERE a = 1": {"t": "ROW EXCLUSIVE"},
}

TABLES = "SELECT relname, oid FROM pg_class WHERE relname IN ('t', 'o', 'v') AND relnamespace = 'public'::regnamespace"
HELD = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL"
STRENGTH = (
    "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)  # fmt: skip


def spaced(mode: str) -> str:
    """`AccessExclusiveLock` as the manual spells it."""
    return (
        "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
        .strip()
        .upper()
    )


@pytest.fixture(scope="module")
def server(postgres_server, _postgres_administration) -> Iterator[Connection]:
    """A server with a few tables."""
    _postgres_administration("CREATE DATABASE outlook TEMPLATE template0")
    with open_database(postgres_server("outlook")) as database, database.session(write=True) as connection:
        for statement in BEFORE:
            connection.say(Statement(statement))
        yield connection
    _postgres_administration("DROP DATABASE outlook WITH (FORCE)")


@pytest.mark.proves(
    "Migrations", "deploy --plan foretells the locks that the server takes", only="postgresql"
)
@pytest.mark.parametrize(("statement", "expected"), LOCKS.items(), ids=list(LOCKS))
def test_the_locks_foretold_are_those_that_are_taken(
    server: Connection, statement: str, expected: dict[str, str]
) -> None:
    (outlook,) = named("postgresql").outlooks([statement])
    assert {lock.table: lock.mode for lock in outlook.locks} == expected
    names = {oid: name for name, oid in server.say(Statement(TABLES)).rows}
    server.say(Begin())
    try:
        server.say(Statement(statement, prepare=False))
        held: list[Row] = server.say(Statement(HELD, prepare=False)).rows
    finally:
        server.say(Rollback())
    strongest: dict[str, str] = {}
    for relation, mode in held:
        table = names.get(relation, "")
        if STRENGTH.index(spaced(mode)) > STRENGTH.index(strongest.get(table, "ACCESS SHARE")):
            strongest[table] = spaced(mode)
    assert {table: mode for table, mode in strongest.items() if table in expected} == expected


def said(risk: Risk) -> str:
    """The sentence for any number but one."""
    return counted(risk.sentence, 7).replace("7", "{count}")


RISKS = {
    "DROP TABLE IF EXISTS t": "t goes with its {count} rows",
    'DELETE FROM "T"': 'deletes the {count} rows of "T"',
    "DELETE FROM t WHERE a": "deletes those that a condition picks out of the {count} rows of t",
    "ALTER TABLE t DROP COLUMN a": "the column a of t goes with its {count} values",
    "ALTER TABLE t ADD b INT, DROP IF EXISTS a": "the column a of t goes with its {count} values",
    "ALTER TABLE t ADD COLUMN c INT NOT NULL": "{count} rows of t get no c, which must not be null",
    "CREATE UNIQUE INDEX i ON t (a, b)": "{count} values of (a, b) occur in several rows of t",
}


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("statement", "sentence"), RISKS.items(), ids=list(RISKS))
def test_what_a_statement_costs_is_read_from_it(name: str, statement: str, sentence: str) -> None:
    (outlook,) = named(name).outlooks([statement])
    assert [said(risk) for risk in outlook.risks] == [sentence]


@pytest.mark.parametrize(
    ("name", "script", "sentences"),
    [
        ("postgresql", "ALTER TABLE t ALTER COLUMN a SET NOT NULL", ["{count} rows of t have no a"]),
        ("postgresql", "ALTER TABLE t ALTER a TYPE text", ["may write the {count} rows of t anew"]),
        ("postgresql", "ALTER TABLE t DROP CONSTRAINT c, ALTER a DROP NOT NULL, ALTER a DROP DEFAULT", []),
        (
            "postgresql",
            'ALTER TABLE t ADD IF NOT EXISTS "C" NUMERIC(9, 2) NOT NULL, ADD d INT NOT NULL DEFAULT 0, ADD e SERIAL NOT NULL',
            ['{count} rows of t get no "C", which must not be null'],
        ),
        ("postgresql", "ALTER TABLE t ADD a INT, ADD CONSTRAINT c CHECK (a IS NOT NULL)", []),
        ("postgresql", "ALTER TABLE t ADD a INT NOT NULL GENERATED ALWAYS AS IDENTITY", []),
        ("postgresql", "CREATE TABLE n (a INT); DROP TABLE n", ["n goes with its {count} rows"]),
        ("postgresql", "CREATE UNIQUE INDEX i ON t (lower(a)); CREATE UNIQUE INDEX i ON t (a) WHERE b", []),
        ("postgresql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", ["{count} values of (a) occur in several rows of t"]),
        ("sqlite", "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t", ["t is made anew with its {count} rows"]),
    ],
)  # fmt: skip
def test_a_script_costs_what_its_statements_cost(name: str, script: str, sentences: list[str]) -> None:
    dialect = named(name)
    found = [said(risk) for each in dialect.outlooks(dialect.split(script)) for risk in each.risks]
    assert found == sentences
