"""Scripts fall into stages: what runs in one transaction, and what has to stand alone."""

from __future__ import annotations

import pytest

from nicol.dialects import named
from nicol.dialects.scripts import Stage
from nicol.errors import MigrationError
from nicol.sql.program import Result, Statement

NEW_VALUE = "ALTER TYPE \"Kind\" ADD VALUE 'NEW'"

POSTGRESQL: dict[str, tuple[str, str]] = {
    "one transaction": ("A; B", "[A|B]"),
    "nothing": ("-- nothing", ""),
    "an index beside writers": (
        "A; CREATE INDEX CONCURRENTLY i ON t (a); B; C",
        "[A] CREATE INDEX CONCURRENTLY i ON t (a) [B|C]",
    ),
    "a unique one behind comments that nest": (
        "/* a /* b */ c */ create -- now\n unique index concurrently i ON t (a)",
        "/* a /* b */ c */ create -- now\n unique index concurrently i ON t (a)",
    ),
    "the word in a name, a string, a comment": (
        """CREATE INDEX "CONCURRENTLY" ON t (a); SELECT 'INDEX CONCURRENTLY'; CREATE /* CONCURRENTLY */ INDEX i ON t (a)""",
        """[CREATE INDEX "CONCURRENTLY" ON t (a)|SELECT 'INDEX CONCURRENTLY'|CREATE /* CONCURRENTLY */ INDEX i ON t (a)]""",
    ),
    "the words in a function": (
        "DO $$ BEGIN VACUUM; END $$; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
        "[DO $$ BEGIN VACUUM; END $$|CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END]",
    ),
    "dropping": (
        "DROP INDEX CONCURRENTLY IF EXISTS i; DROP INDEX j",
        "DROP INDEX CONCURRENTLY IF EXISTS i [DROP INDEX j]",
    ),
    "building anew": (
        "REINDEX (VERBOSE) TABLE CONCURRENTLY t; REINDEX TABLE t; REINDEX (CONCURRENTLY) INDEX i; REINDEX DATABASE d",
        "REINDEX (VERBOSE) TABLE CONCURRENTLY t [REINDEX TABLE t] REINDEX (CONCURRENTLY) INDEX i REINDEX DATABASE d",
    ),
    "the server as a whole": (
        "VACUUM t; ALTER SYSTEM SET a = 1; CREATE DATABASE d; DROP DATABASE d; DROP TABLESPACE t",
        "VACUUM t ALTER SYSTEM SET a = 1 CREATE DATABASE d DROP DATABASE d DROP TABLESPACE t",
    ),
    "detaching": (
        "ALTER TABLE a DETACH PARTITION b CONCURRENTLY; ALTER TABLE a DETACH PARTITION c",
        "ALTER TABLE a DETACH PARTITION b CONCURRENTLY [ALTER TABLE a DETACH PARTITION c]",
    ),
    "refreshing needs no stage of its own": (
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v; A",
        "[REFRESH MATERIALIZED VIEW CONCURRENTLY v|A]",
    ),
    "a new value that nobody uses": (f"{NEW_VALUE}; A 'OLD'", f"[{NEW_VALUE}|A 'OLD']"),
    "a new value that is used": (
        f"A; {NEW_VALUE}; B; ALTER TABLE t ALTER c SET DEFAULT 'NEW'; C 'NEW'",
        f"[A|{NEW_VALUE}|B] [ALTER TABLE t ALTER c SET DEFAULT 'NEW'|C 'NEW']",
    ),
    "a new value in a block": (f"{NEW_VALUE}; DO $$ a 'NEW' $$", f"[{NEW_VALUE}] [DO $$ a 'NEW' $$]"),
    "a value behind another new one": (
        f"{NEW_VALUE}; ALTER TYPE \"Kind\" ADD VALUE 'NEWER' AFTER 'NEW'",
        f"[{NEW_VALUE}|ALTER TYPE \"Kind\" ADD VALUE 'NEWER' AFTER 'NEW']",
    ),
    "backslashes in old strings": (
        r"SET standard_conforming_strings = off; SELECT 'a\'; VACUUM'; B",
        r"[SET standard_conforming_strings = off|SELECT 'a\'; VACUUM'|B]",
    ),
    "backslashes in strings": (r"SELECT 'a\'; VACUUM; B", r"[SELECT 'a\'] VACUUM [B]"),
}

SQLITE: dict[str, tuple[str, str]] = {
    "one transaction": ("A; PRAGMA foreign_keys=OFF; B", "[A|PRAGMA foreign_keys=OFF|B]"),
    "shrinking": ("A; VACUUM; B", "[A] VACUUM [B]"),
    "settings of the file": (
        "PRAGMA journal_mode = wal; A; pragma main.synchronous(2); PRAGMA user_version = 3",
        "PRAGMA journal_mode = wal [A] pragma main.synchronous(2) [PRAGMA user_version = 3]",
    ),
    "a trigger that speaks of it": (
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 'VACUUM'; END; B",
        "[CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 'VACUUM'; END|B]",
    ),
    "foreign keys stay off": (
        "PRAGMA foreign_keys=OFF; A; VACUUM; B; PRAGMA foreign_keys=1; VACUUM; C",
        "[PRAGMA foreign_keys=OFF|A] VACUUM [PRAGMA foreign_keys=OFF|B|PRAGMA foreign_keys=1] VACUUM [PRAGMA foreign_keys=1|C]",
    ),
}

CASES = [
    pytest.param(name, script, drawn, id=f"{name}: {what}")
    for name, table in (("postgresql", POSTGRESQL), ("sqlite", SQLITE))
    for what, (script, drawn) in table.items()
]


def stages_of(name: str, script: str, version: int = 160000) -> tuple[Stage, ...]:
    """The stages of a script, on a server of a version."""
    program = named(name).stages(script)
    try:
        asked = next(program)
        assert isinstance(asked, Statement)
        program.send(Result([(version,)]))
    except StopIteration as stop:
        return stop.value
    raise AssertionError("asked more than once")


def drawn_of(stages: tuple[Stage, ...]) -> str:
    """Stages as the tables write them: `[one|transaction]`, or the statement that stands alone."""
    return " ".join(
        stage.statements[0] if stage.alone else f"[{'|'.join(stage.statements)}]" for stage in stages
    )


@pytest.mark.proves("Migrations", "statements that cannot run in a transaction are recognised in any script")
@pytest.mark.parametrize(("name", "script", "drawn"), CASES)
def test_a_script_is_cut(name: str, script: str, drawn: str) -> None:
    assert drawn_of(stages_of(name, script)) == drawn


def test_an_old_server_adds_values_outside_of_transactions() -> None:
    assert drawn_of(stages_of("postgresql", f"A; {NEW_VALUE}; B", 110000)) == f"[A] {NEW_VALUE} [B]"


@pytest.mark.parametrize(
    ("name", "script", "message"),
    [
        (
            "postgresql",
            "\\connect other\nCREATE TABLE a (id int);",
            r"`\\connect other` is a command of psql",
        ),
        ("postgresql", "SELECT 1;\n\\copy a FROM 'x'\n", r"\\copy a FROM 'x'"),
        ("postgresql", "COPY a (b) FROM STDIN;\n1\n\\.\n", "COPY … FROM STDIN|is a command of psql"),
        ("postgresql", "COPY a FROM stdin WITH (FORMAT csv)", "COPY … FROM STDIN"),
        (
            "postgresql",
            "SET search_path = x; CREATE INDEX CONCURRENTLY i ON t (a)",
            "the role or the search path",
        ),
        ("sqlite", "SELECT 1;\n.mode csv\n", r"`\.mode csv` is a command of SQLite's shell"),
    ],
)
def test_what_only_a_shell_understands_is_refused(name: str, script: str, message: str) -> None:
    with pytest.raises(MigrationError, match=message) as caught:
        stages_of(name, script)
    assert caught.value.help


@pytest.mark.parametrize(
    ("name", "script", "said"),
    [
        ("postgresql", "A; CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "A|CREATE UNIQUE INDEX  i ON t (a)"),
        ("postgresql", "DROP INDEX CONCURRENTLY i", "DROP INDEX  i"),
        ("postgresql", "ALTER TABLE a DETACH PARTITION b CONCURRENTLY", "ALTER TABLE a DETACH PARTITION b "),
        ("postgresql", "VACUUM; ALTER SYSTEM SET a = 1; DROP DATABASE d; A; REINDEX DATABASE d", "A"),
        ("sqlite", "A; VACUUM; PRAGMA journal_mode = wal; B", "A|B"),
    ],
)
def test_a_rehearsal_fits_into_transactions_and_leaves_the_server_alone(
    name: str, script: str, said: str
) -> None:
    dialect = named(name)
    assert "|".join(text for stage in stages_of(name, script) for text in dialect.rehearsed(stage)) == said


@pytest.mark.parametrize(
    ("name", "statement", "text", "names"),
    [
        ("postgresql", "a = :x AND b = :y AND c = :x", "a = $1 AND b = $2 AND c = $1", ("x", "y")),
        ("sqlite", "a = :x AND b = :y AND c = :x", "a = ?1 AND b = ?2 AND c = ?1", ("x", "y")),
        (
            "postgresql",
            "':x' || \":x\" /* :x */ || $$ :x $$ || :y::text",
            "':x' || \":x\" /* :x */ || $$ :x $$ || $1::text",
            ("y",),
        ),
        ("sqlite", "no parameter", "no parameter", ()),
    ],
)
def test_named_parameters_are_numbered(name: str, statement: str, text: str, names: tuple[str, ...]) -> None:
    assert named(name).bound(statement, {"x", "y"}) == (text, names)
    with pytest.raises(KeyError):
        named(name).bound(":z", {"x"})
