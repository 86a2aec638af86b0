"""Nicol's rules about PostgreSQL's scripts beside those of squawk (https://squawkhq.com): both speak, or it is told why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from nicol.diagnostics import Source
from nicol.dialects import named
from nicol.dialects.lint.level import Level
from nicol.migrate.lint import lint

SQUAWK = shutil.which("squawk", path=str(Path(sys.executable).parent))

pytestmark = pytest.mark.skipif(SQUAWK is None, reason="squawk is not installed")

BOTH: Sequence[tuple[str, str, str, str]] = (
    # squawk's rule, Nicol's rule, a script about which both speak, one about which neither does
    ("require-concurrent-index-creation", "index-not-concurrent", "CREATE INDEX i ON t (a)",
     "CREATE INDEX CONCURRENTLY i ON t (a)"),
    ("require-concurrent-index-creation", "index-not-concurrent", "CREATE UNIQUE INDEX i ON t (a)",
     "BEGIN; CREATE TABLE t (a text); CREATE INDEX i ON t (a); COMMIT"),
    ("require-concurrent-index-deletion", "drop-index-not-concurrent", "DROP INDEX i", "DROP INDEX CONCURRENTLY i"),
    ("require-concurrent-reindex", "reindex-not-concurrent", "REINDEX TABLE t", "REINDEX TABLE CONCURRENTLY t"),
    ("require-concurrent-partition-detach", "detach-not-concurrent", "ALTER TABLE t DETACH PARTITION p",
     "ALTER TABLE t DETACH PARTITION p CONCURRENTLY"),
    ("adding-foreign-key-constraint", "foreign-key-scan", "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES o (id)",
     "BEGIN; ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES o (id) NOT VALID; COMMIT"),
    ("constraint-missing-not-valid", "check-scan", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
     "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID"),
    ("constraint-missing-not-valid", "validated-at-once",
     "BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; COMMIT",
     "ALTER TABLE t VALIDATE CONSTRAINT c"),
    ("disallowed-unique-constraint", "unique-constraint-scan", "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)",
     "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i"),
    ("disallowed-unique-constraint", "unique-constraint-scan", "ALTER TABLE t ADD COLUMN a text UNIQUE",
     "ALTER TABLE t ADD COLUMN a text"),
    ("adding-serial-primary-key-field", "unique-constraint-scan", "ALTER TABLE t ADD PRIMARY KEY (a)",
     "ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i"),
    ("adding-not-nullable-field", "not-null-scan", "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
     "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"),
    ("adding-required-field", "required-column", "ALTER TABLE t ADD COLUMN a text NOT NULL",
     "ALTER TABLE t ADD COLUMN a text NOT NULL DEFAULT ''"),
    ("adding-field-with-default", "volatile-default", "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()",
     "ALTER TABLE t ADD COLUMN a timestamptz DEFAULT now()"),
    ("adding-field-with-default", "stored-column", "ALTER TABLE t ADD COLUMN a text GENERATED ALWAYS AS (lower(b)) STORED",
     "ALTER TABLE t ADD COLUMN a text"),
    ("changing-column-type", "type-change", "ALTER TABLE t ALTER COLUMN a TYPE bigint",
     "ALTER TABLE t ALTER COLUMN a DROP DEFAULT"),
    ("prefer-repack", "table-rewrite", "VACUUM (FULL) t", "VACUUM t"),
    ("prefer-repack", "table-rewrite", "CLUSTER t USING i", "ANALYZE t"),
    ("renaming-column", "rename-column", "ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE t RENAME CONSTRAINT a TO b"),
    ("renaming-table", "rename-table", "ALTER TABLE t RENAME TO u", "ALTER INDEX i RENAME TO j"),
    ("ban-drop-column", "drop-column", "ALTER TABLE t DROP COLUMN a", "ALTER TABLE t ALTER COLUMN a DROP DEFAULT"),
    ("ban-drop-table", "drop-table", "DROP TABLE t", "DROP INDEX CONCURRENTLY i"),
    ("ban-drop-database", "drop-schema", "DROP DATABASE d", "CREATE DATABASE d"),
    ("ban-drop-schema", "drop-schema", "DROP SCHEMA s", "CREATE SCHEMA s"),
    ("ban-drop-view", "drop-view", "DROP VIEW v", "CREATE VIEW v AS SELECT 1"),
    ("ban-drop-not-null", "drop-not-null", "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
     "ALTER TABLE t ALTER COLUMN a DROP DEFAULT"),
    ("ban-truncate-cascade", "truncate", "TRUNCATE t CASCADE", "DELETE FROM t WHERE a = 1"),
    ("ban-disable-trigger", "trigger-disabled", "ALTER TABLE t DISABLE TRIGGER ALL", "ALTER TABLE t ADD COLUMN a text"),
    ("ban-uncommitted-transaction", "transaction-in-script", "BEGIN; SELECT 1", "SELECT 1"),
    ("transaction-nesting", "transaction-in-script", "BEGIN; BEGIN; SELECT 1; COMMIT", "SELECT 1"),
    ("ban-char-field", "char-type", "CREATE TABLE t (a char(3))", "CREATE TABLE t (a text)"),
    ("prefer-bigint-over-int", "small-integer", "CREATE TABLE t (a int)", "CREATE TABLE t (a bigint)"),
    ("prefer-bigint-over-smallint", "small-integer", "CREATE TABLE t (a smallint)", "CREATE TABLE t (a bigint)"),
    ("prefer-identity", "serial-type", "CREATE TABLE t (a bigserial)",
     "CREATE TABLE t (a bigint GENERATED BY DEFAULT AS IDENTITY)"),
    ("prefer-text-field", "limited-text", "CREATE TABLE t (a varchar(20))", "CREATE TABLE t (a text)"),
    ("prefer-timestamp-tz", "timestamp-without-zone", "CREATE TABLE t (a timestamp)", "CREATE TABLE t (a timestamptz)"),
    ("ban-create-domain-with-constraint", "domain-condition", "CREATE DOMAIN d AS int CHECK (VALUE > 0)",
     "CREATE DOMAIN d AS int"),
    ("ban-alter-domain-with-add-constraint", "domain-condition", "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)",
     "ALTER DOMAIN d DROP CONSTRAINT c"),
    ("identifier-too-long", "identifier-too-long", f"CREATE TABLE {'t' * 70} (a text)", f"CREATE TABLE {'t' * 63} (a text)"),
    ("require-enum-value-ordering", "enum-value-unordered", "ALTER TYPE e ADD VALUE 'x'",
     "ALTER TYPE e ADD VALUE 'x' BEFORE 'y'"),
    ("ban-duplicate-column-assignments", "assigned-twice", "UPDATE t SET a = 1, a = 2 WHERE b", "UPDATE t SET a = 1 WHERE b"),
)  # fmt: skip

ONLY_SQUAWK: Mapping[str, tuple[str, str]] = {
    # squawk's rule: a script about which only squawk speaks, and why
    "require-lock-timeout": (
        "ALTER TABLE t ADD COLUMN a text",
        "every migration waits for locks only as long as lock_timeout says, without a word in the script",
    ),
    "require-statement-timeout": (
        "ALTER TABLE t ADD COLUMN a text",
        "it is a setting of the deployment (--statement-timeout), not of each script",
    ),
    "prefer-robust-stmts": (
        "ALTER TABLE t ADD COLUMN a text",
        "a migration is one transaction with its row in the ledger, or recorded steps: nothing is run twice",
    ),
    "ban-concurrent-index-creation-in-transaction": (
        "BEGIN; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a); COMMIT",
        "the statement is run as a step of its own",
    ),
    "require-table-schema": (
        "CREATE TABLE t (a text)",
        "the namespace is that of the connection; with several, the generated SQL names them",
    ),
    "adding-foreign-key-constraint": (
        "ALTER TABLE t ADD COLUMN a bigint REFERENCES o (id)",
        "a column without a value has no rows to check: PostgreSQL skips the scan",
    ),
}

SQUAWKS_OPTIONS = ("require-table-schema", "ban-drop-schema", "ban-drop-view", "ban-disable-trigger")
"""Rules that squawk keeps off unless asked for."""


@pytest.fixture(scope="module")
def squawk(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, frozenset[str]]:
    """What squawk says about each script of the tables."""
    assert SQUAWK is not None
    folder = tmp_path_factory.mktemp("scripts")
    scripts = [script for _, _, *both in BOTH for script in both] + [
        script for script, _ in ONLY_SQUAWK.values()
    ]
    paths = {}
    for number, script in enumerate(dict.fromkeys(scripts)):
        path = folder / f"{number:03}.sql"
        path.write_text(f"{script};\n")
        paths[str(path)] = script
    asked = [word for rule in SQUAWKS_OPTIONS for word in ("--include", rule)]
    done = subprocess.run(
        [SQUAWK, "--pg-version", "19.0", "--reporter", "json", *asked, *paths],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    found: dict[str, set[str]] = {script: set() for script in paths.values()}
    for one in json.loads(done.stdout):
        found[paths[one["file"]]].add(one["rule_name"])
    return {script: frozenset(rules) for script, rules in found.items()}


def nicol(script: str) -> frozenset[str]:
    """What Nicol says, with every rule on."""
    dialect = named("postgresql")
    levels = dict.fromkeys((rule.code for rule in dialect.rules), Level.NOTE)
    return frozenset(finding.code for finding in lint([Source("a", script)], dialect, levels, {"a"}))


@pytest.mark.proves("Migrations", "lint agrees with squawk on PostgreSQL's scripts", only="postgresql")
@pytest.mark.parametrize(
    ("theirs", "ours", "loud", "silent"), BOTH, ids=[f"{theirs}: {loud[:40]}" for theirs, _, loud, _ in BOTH]
)
def test_both_judges_speak_and_both_are_silent(
    theirs: str, ours: str, loud: str, silent: str, squawk: Mapping[str, frozenset[str]]
) -> None:
    assert theirs in squawk[loud]
    assert ours in nicol(loud)
    assert theirs not in squawk[silent]
    assert ours not in nicol(silent)


@pytest.mark.parametrize("theirs", ONLY_SQUAWK)
def test_where_only_squawk_speaks_there_is_a_reason(
    theirs: str, squawk: Mapping[str, frozenset[str]]
) -> None:
    script, reason = ONLY_SQUAWK[theirs]
    assert theirs in squawk[script]
    assert reason
    rules = {ours for rule, ours, *_ in BOTH if rule == theirs}
    assert not rules & nicol(script)
