"""`migrate deploy --plan` foretells what a deployment meets: each statement in the state that those before it leave."""

from __future__ import annotations

import json

import pytest

from .conftest import Shop

pytestmark = pytest.mark.slow

LOCK = 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n'
INIT = """CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
INSERT INTO t VALUES (1, NULL, 'x'), (2, 5, 'x'), (3, 5, 'y');
CREATE TABLE "Odd name" ("A b" INTEGER);
INSERT INTO "Odd name" VALUES (1), (1);"""
REQUIRED = "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"
UNIQUE = "CREATE UNIQUE INDEX i ON t (a);"

CASES: dict[str, tuple[list[str], list[str]]] = {
    "nulls": ([REQUIRED], ["1 row of t has no a"]),
    "nulls that are filled before": ([f"UPDATE t SET a = 0 WHERE a IS NULL; {REQUIRED}"], []),
    "nulls that are filled by a migration before": (["UPDATE t SET a = coalesce(t.a, id)", REQUIRED], []),
    "nulls that are made before": (
        [f"UPDATE t SET a = 0; UPDATE t SET a = NULL WHERE id > 1; {REQUIRED}"],
        ["2 rows of t have no a"],
    ),
    "duplicates": ([UNIQUE], ["1 value of (a) occurs in several rows of t"]),
    "duplicates that are deleted before": ([f"DELETE FROM t WHERE id = 3; {UNIQUE}"], []),
    "duplicates that are made before": (
        [f"UPDATE t SET a = 7, b = DEFAULT; {UNIQUE}"],
        ["1 value of (a) occurs in several rows of t"],
    ),
    "another name": (
        ["ALTER TABLE t RENAME TO s; ALTER TABLE s RENAME COLUMN a TO c", "CREATE UNIQUE INDEX i ON s (c)"],
        ["1 value of (c) occurs in several rows of s"],
    ),
    "odd names": (
        ['ALTER TABLE "Odd name" RENAME TO "Odder"; ALTER TABLE "Odder" RENAME COLUMN "A b" TO "c""d"',
         'CREATE UNIQUE INDEX i ON "Odder" ("c""d")'],
        ['1 value of ("c""d") occurs in several rows of "Odder"'],
    ),
    "a new column": (
        ["ALTER TABLE t ADD COLUMN n INTEGER DEFAULT 1; CREATE UNIQUE INDEX i ON t (n)"],
        ["1 value of (n) occurs in several rows of t"],
    ),
    "a new and empty column": (["ALTER TABLE t ADD COLUMN n INTEGER; CREATE UNIQUE INDEX i ON t (n)"], []),
    "a new table": (["CREATE TABLE s (a INTEGER); CREATE UNIQUE INDEX i ON s (a)"], []),
    "a table filled from another one": (
        ["CREATE TABLE s (id INTEGER, a INTEGER DEFAULT 3); INSERT INTO s (id) SELECT id FROM t WHERE id > 1",
         "CREATE UNIQUE INDEX i ON s (a)"],
        ["1 value of (a) occurs in several rows of s"],
    ),
    "a table that goes and comes again": (
        ["DROP TABLE t; CREATE TABLE t (id INTEGER, a INTEGER)", f"{UNIQUE} {REQUIRED}"],
        [],
    ),
    "a table made anew": (
        ["CREATE TABLE new_t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT)",
         "INSERT INTO new_t (id, a, b) SELECT id, coalesce(a, id + 10) AS a, b FROM t WHERE id < 3",
         f"DROP TABLE t; ALTER TABLE new_t RENAME TO t; {UNIQUE} {REQUIRED}"],
        [],
    ),
}  # fmt: skip


@pytest.fixture
def deployed(living_shop: Shop) -> Shop:
    """A database with rows."""
    living_shop.write("migrations/migration_lock.toml", LOCK)
    living_shop.migration("20260101000000_init", INIT)
    living_shop.run("migrate", "deploy")
    return living_shop


@pytest.mark.proves("Migrations", "deploy --plan judges statements in the state that earlier ones leave")
@pytest.mark.parametrize("what", CASES)
def test_what_is_foretold_comes_true(what: str, deployed: Shop) -> None:
    scripts, fails = CASES[what]
    for number, script in enumerate(scripts):
        deployed.migration(f"2026010{number + 2}000000_m", script)
    plan = json.loads(deployed.run("migrate", "deploy", "--plan", "--json").out)
    assert plan["fails"] == fails
    deployed.run("migrate", "deploy", code=1 if fails else 0)


def test_what_cannot_be_foretold_is_no_verdict(deployed: Shop) -> None:
    script = f"UPDATE t SET a = (SELECT max(id) FROM t) WHERE a IS NULL; {REQUIRED}"
    deployed.migration("20260102000000_m", script)
    plan = json.loads(deployed.run("migrate", "deploy", "--plan", "--json").out)
    (step,) = plan["migrations"][0]["steps"]
    assert plan["fails"] == []
    assert step["statements"][1]["costs"] == ["1 row of t has no a; an earlier statement may change that"]
    deployed.run("migrate", "deploy")


def test_costs_are_those_that_are_left(deployed: Shop) -> None:
    deployed.migration(
        "20260102000000_m",
        "UPDATE t SET b = NULL WHERE id = 1; ALTER TABLE t DROP COLUMN b; DELETE FROM t; DROP TABLE t",
    )
    plan = json.loads(deployed.run("migrate", "deploy", "--plan", "--json").out)
    costs = [each["costs"] for each in plan["migrations"][0]["steps"][0]["statements"]]
    assert costs == [[], ["the column b of t goes with its 2 values"], ["deletes the 3 rows of t"], []]
