"""`nicol migrate lint` as a process: which migrations it judges, what it says to people and to machines, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

NICOL = str(Path(sys.executable).parent / "nicol")
SCHEMA = 'datasource db {\n  provider = "sqlite"\n  url = "file:./dev.db"\n}\nmodel A {\n  id Int @id\n}\n'
INIT = 'CREATE TABLE "A" (\n    "id" INTEGER NOT NULL PRIMARY KEY,\n    "é" TEXT\n);\n'
RENAMED = 'ALTER TABLE "A" RENAME COLUMN "é" TO "e";\n'
DROPPED = '-- in two lines: é\n  DROP TABLE "A";\n'
LOCK = 'provider = "sqlite"\n'
HISTORY = {
    "schema.prisma": SCHEMA,
    "migrations/migration_lock.toml": LOCK,
    "migrations/1_init/migration.sql": INIT,
    "migrations/2_renamed/migration.sql": RENAMED,
    "migrations/3_dropped/migration.sql": DROPPED,
}


def nicol(folder: Path, *arguments: str, given: str = "", **environment: str) -> tuple[int, str, str]:
    """The exit code, the standard output and the standard error of a run outside any continuous integration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GIT_"))}
    done = subprocess.run(
        [NICOL, "migrate", *arguments],
        cwd=folder,
        input=given.encode(),
        capture_output=True,
        env={**kept, **environment},
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lint(folder: Path, *arguments: str, given: str = "", **environment: str) -> tuple[int, str, str]:
    """A run of `migrate lint`."""
    return nicol(folder, "lint", *arguments, given=given, **environment)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files of a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def answer(folder: Path, *arguments: str, given: str = "") -> dict[str, Any]:
    """The JSON answer of a run."""
    value: dict[str, Any] = json.loads(lint(folder, "--json", *arguments, given=given)[1])
    return value


def codes(folder: Path, *arguments: str, given: str = "") -> list[tuple[str, str]]:
    """The findings of a run: the rule's code and the migration's name, or the file."""
    found = answer(folder, *arguments, given=given)["findings"]
    return [(one["code"], Path(one["file"]).parent.name or one["file"]) for one in found]


@pytest.mark.proves(
    "Command line", "migrate lint: pending migrations, --all, --since, given files and folders"
)
def test_which_migrations_are_judged(tmp_path: Path) -> None:
    write(tmp_path, HISTORY)
    both = [("rename-column", "2_renamed"), ("drop-table", "3_dropped")]
    assert codes(tmp_path) == both, "nothing is applied yet"
    assert answer(tmp_path)["chosen"] == ["1_init", "2_renamed", "3_dropped"]
    assert codes(tmp_path, "--since", "2_renamed") == both[1:]
    assert codes(tmp_path, "--since", "migrations/3_dropped/") == []
    assert codes(tmp_path, "migrations/2_renamed") == both[:1]
    assert codes(tmp_path, "migrations/3_dropped/migration.sql", "migrations") == both
    assert codes(tmp_path, "-", given="DROP TABLE b;") == [("drop-table", "<stdin>")]
    write(tmp_path, {"elsewhere.postgresql.sql": "CREATE INDEX i ON t (a);"})
    assert codes(tmp_path, "elsewhere.postgresql.sql") == [
        ("index-not-concurrent", "elsewhere.postgresql.sql")
    ]
    assert nicol(tmp_path, "deploy")[0] == 0
    code, out, _ = lint(tmp_path)
    assert (code, out.split(" (")[0]) == (0, "There is no migration to judge")
    assert codes(tmp_path, "--all") == both


def test_without_a_database_the_whole_history_is_judged(tmp_path: Path) -> None:
    write(tmp_path, {**HISTORY, "schema.prisma": SCHEMA.replace('"file:./dev.db"', 'env("NOT_SET")')})
    found = answer(tmp_path)
    assert found["chosen"] == ["1_init", "2_renamed", "3_dropped"]
    assert "no database tells what is applied" in found["warnings"][0]


def git(folder: Path, *words: str) -> None:
    """Say something to git, as somebody."""
    told = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false", *words]
    subprocess.run(told, cwd=folder, check=True, capture_output=True)


@pytest.mark.proves("Command line", "migrate lint --git-base: what a branch adds or changes")
def test_what_a_branch_changes_is_judged(tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in HISTORY.items() if "3_" not in name})
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    assert codes(tmp_path, "--git-base", "main") == []
    git(tmp_path, "checkout", "-b", "branch")
    write(tmp_path, {"migrations/3_dropped/migration.sql": DROPPED})
    assert codes(tmp_path, "--git-base", "main") == [("drop-table", "3_dropped")], "not even added"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "second")
    assert codes(tmp_path, "--git-base", "main") == [("drop-table", "3_dropped")]
    code, _, err = lint(tmp_path, "--git-base", "nowhere")
    assert code == 1
    assert "git does not know that revision" in err


@pytest.mark.proves(
    "Command line", "migrate lint --git-base: a migration whose order matters beside those of the base"
)
def test_a_migration_of_a_branch_is_held_against_those_that_came_meanwhile(tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in HISTORY.items() if "3_" not in name and "2_" not in name})
    write(tmp_path, {"migrations/5_meanwhile/migration.sql": 'UPDATE "User" SET "email" = lower("email");'})
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    git(tmp_path, "checkout", "-b", "branch")
    mine = 'UPDATE "User" SET "email" = trim("email");'
    for script, found in (
        (mine, True),
        (f"-- nicol: ignore out-of-order blanks or not is all the same\n{mine}", False),
        ('CREATE TABLE "Pet" ("id" INTEGER PRIMARY KEY);', False),
    ):
        write(tmp_path, {"migrations/4_mine/migration.sql": script})
        assert (("out-of-order", "4_mine") in codes(tmp_path, "--git-base", "main")) == found


@pytest.mark.proves("Command line", "migrate lint draws findings as a compiler does")
def test_people_see_the_place_the_harm_and_the_way_out(tmp_path: Path) -> None:
    write(tmp_path, HISTORY)
    code, out, err = lint(tmp_path, "--all")
    assert (code, out) == (1, "")
    assert 'error[drop-table]: "A" is dropped with all its rows\n' in err
    assert "--> migrations/3_dropped/migration.sql:2:3" in err
    assert "^^^^^^^^^^^^^^" in err
    assert "3 scripts (the whole history): 1 error and 1 warning" in err


@pytest.mark.proves(
    "Command line", "migrate lint --strict, --max-warnings, and levels of rules in the configuration"
)
def test_what_fails_is_configured(tmp_path: Path) -> None:
    write(tmp_path, HISTORY)
    assert lint(tmp_path, "migrations/2_renamed")[0] == 0
    assert lint(tmp_path, "migrations/2_renamed", "--strict")[0] == 1
    assert lint(tmp_path, "migrations/2_renamed", "--max-warnings", "1")[0] == 0
    write(tmp_path, {"nicol.toml": '[lint]\ndrop-table = "warn"\nrename-column = "off"\n'})
    assert codes(tmp_path, "--all") == [("drop-table", "3_dropped")]
    assert lint(tmp_path, "--all")[0] == 0
    write(tmp_path, {"nicol.toml": '[lint]\ndrop-tabel = "off"\n'})
    code, _, err = lint(tmp_path, "--all")
    assert code == 1
    assert "did you mean 'drop-table'" in err
    write(tmp_path, {"nicol.toml": '[lint]\ndrop-table = "loud"\n'})
    assert "off, note, warning, error" in lint(tmp_path, "--all")[2]


def test_json_tells_every_finding_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, HISTORY)
    found = answer(tmp_path, "--all")
    (first, second) = found.pop("findings")
    assert found == {
        "ok": False,
        "counts": {"errors": 1, "warnings": 1, "notes": 0},
        "chosen": ["1_init", "2_renamed", "3_dropped"],
        "providers": ["sqlite"],
        "files": [f"migrations/{name}/migration.sql" for name in ("1_init", "2_renamed", "3_dropped")],
        "warnings": [],
    }
    assert (first["code"], first["severity"]) == ("rename-column", "warning")
    assert DROPPED[second["start"]["offset"] : second["end"]["offset"]] == 'DROP TABLE "A"'
    assert (second["start"]["line"], second["start"]["column"]) == (2, 3)
    assert lint(tmp_path, "--all", "--format", "json")[1] == lint(tmp_path, "--all", "--json")[1]


@pytest.mark.proves("Command line", "migrate lint --format sarif, github")
def test_services_read_findings(tmp_path: Path) -> None:
    write(tmp_path, HISTORY)
    code, out, _ = lint(tmp_path, "--all", "--format", "sarif")
    assert code == 1
    log = json.loads(out)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "nicol"
    assert [rule["id"] for rule in driver["rules"]] == ["drop-table", "rename-column"]
    assert driver["rules"][1]["shortDescription"]["text"] == "A column in use keeps its name."
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert min(region.values()) >= 1
        assert region["startLine"] <= region["endLine"]
    places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert places[1]["artifactLocation"] == {"uri": "migrations/3_dropped/migration.sql"}
    assert places[1]["region"] == {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 17}
    _, out, _ = lint(tmp_path, "migrations/3_dropped", "--format", "github")
    place = (
        "file=migrations/3_dropped/migration.sql,line=2,endLine=2,col=3,endColumn=17,title=nicol drop-table"
    )
    assert out.startswith(f"::error {place}::")
    assert lint(tmp_path, "migrations/3_dropped", GITHUB_ACTIONS="true")[1].startswith("::error ")


@pytest.mark.proves("Command line", "migrate lint judges each database's script by its own rules")
def test_a_portable_history_is_judged_for_each_database(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "nicol.toml": 'providers = ["sqlite", "postgresql"]\n',
            "schema.prisma": SCHEMA,
            "migrations/migration_lock.toml": 'provider = "portable"\nproviders = ["sqlite", "postgresql"]\n',
            "migrations/1_a/migration.sqlite.sql": 'CREATE INDEX "i" ON "A" ("b");\n',
            "migrations/1_a/migration.postgresql.sql": 'CREATE INDEX "i" ON "A" ("b");\n',
        },
    )
    found = answer(tmp_path, "--all")
    assert found["providers"] == ["sqlite", "postgresql"]
    assert [(one["code"], Path(one["file"]).name) for one in found["findings"]] == [
        ("index-not-concurrent", "migration.postgresql.sql")
    ]
    assert codes(tmp_path, "--all", "--provider", "sqlite") == []
    assert codes(tmp_path, "migrations/1_a/migration.sqlite.sql") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--all", "--since", "1_init"), "give one of paths, --all, --since and --git-base"),
        (("migrations", "--all"), "give one of paths"),
        (("--since", "9_none"), "there is no migration 9_none"),
        (("nowhere.sql",), "there is no SQL at nowhere.sql"),
        (("--provider", "oracle"), 'no provider called "oracle"'),
        (("--provider", "postgresql"), "the history is written for sqlite"),
        (("--format", "xml"), "xml"),
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_told(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    write(tmp_path, HISTORY)
    code, out, err = lint(tmp_path, *arguments)
    assert (code, out) == (1, "")
    assert message in err
    assert message in json.loads(lint(tmp_path, "--json", *arguments)[1])["error"]["message"] or "xml" in err


def test_sql_for_nobody_knows_which_database(tmp_path: Path) -> None:
    write(tmp_path, {"a.sql": "SELECT 1"})
    code, _, err = lint(tmp_path, "a.sql")
    assert code == 1
    assert "give --provider sqlite or --provider postgresql" in err
    assert lint(tmp_path, "a.sql", "--provider", "postgres")[0] == 0
