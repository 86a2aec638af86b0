"""`nicol validate` as a process: what it reads, what it says to people and to machines, and how it ends."""

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
HEAD = 'datasource db {\n  provider = "sqlite"\n}\n'
USER = "model User {\n  id    Int    @id\n  posts Post[]\n}\n"
POST = (
    "model Post {\n  id     Int  @id\n  userId Int\n"
    "  user   User @relation(fields: [userId], references: [id])\n}\n"
)
WRONG = "model A {\r\n  id Int @id\r\n  é  Strng\r\n}\r\n"
BARE = "model A {\n  id Int @id\n}\n"
WARNED = 'generator client {\n  provider = "nicol"\n  previewFeatures = ["fullTextIndex"]\n}\n' + HEAD + BARE


def run(folder: Path, *arguments: str, given: str = "", **environment: str) -> tuple[int, str, str]:
    """The exit code, the standard output and the standard error of a run outside any continuous integration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        [NICOL, "validate", *arguments],
        cwd=folder,
        input=given.encode(),
        capture_output=True,
        env={**kept, **environment},
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files of a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def found(answer: str) -> list[tuple[str, str, int, int]]:
    """The findings of a JSON answer: code, file, line and column."""
    return [
        (one["code"], one["file"], one["start"]["line"], one["start"]["column"])
        for one in json.loads(answer)["findings"]
    ]


@pytest.mark.proves(
    "Command line", "validate the project's schema, files and folders as one schema, or each path by itself"
)
def test_paths_are_one_schema_or_each_its_own(tmp_path: Path):
    write(
        tmp_path,
        {"schema.prisma": HEAD + BARE, "models/user.prisma": HEAD + USER, "models/sub/post.prisma": POST},
    )
    assert run(tmp_path) == (0, "The schema at schema.prisma is valid for sqlite.\n", "")
    together = "The schema in 2 files, models/sub/post.prisma the first, is valid for sqlite.\n"
    assert run(tmp_path, "models") == (0, together, "")
    assert run(tmp_path, "models", "models/user.prisma")[0] == 0, "a file beside its folder is read once"
    assert run(tmp_path, "models/user.prisma", "models/sub/post.prisma")[0] == 0
    assert run(tmp_path, "models/user.prisma")[0] == 1
    code, out, err = run(tmp_path, "--each", "models", "schema.prisma")
    assert (code, out, err) == (0, together + "The schema at schema.prisma is valid for sqlite.\n", "")
    write(tmp_path, {"bad.prisma": WRONG})
    code, out, err = run(tmp_path, "--each", "bad.prisma", "schema.prisma")
    assert (code, out) == (1, "The schema at schema.prisma is valid for sqlite.\n")
    assert "the schema at bad.prisma has 1 error" in err
    code, out, err = run(tmp_path, "models", "schema.prisma")
    assert (code, out) == (1, "")
    assert "several-datasources" in err
    assert "say --each" in err


@pytest.mark.proves("Command line", "validate standard input")
def test_standard_input_is_validated(tmp_path: Path):
    assert run(tmp_path, "-", given=HEAD + BARE) == (0, "The schema at <stdin> is valid for sqlite.\n", "")
    code, out, err = run(tmp_path, "-", given=WRONG)
    assert (code, out) == (1, "")
    assert "<stdin>:3:6" in err
    assert err.endswith("the schema has 1 error\n")
    write(tmp_path, {"user.prisma": HEAD + USER})
    assert run(tmp_path, "user.prisma", "-", given=POST)[0] == 0


@pytest.mark.proves(
    "Command line", "validate --json: code, severity, message, help, fix and place of every finding"
)
def test_json_tells_every_finding_with_its_place(tmp_path: Path):
    write(tmp_path, {"schema.prisma": WRONG})
    code, out, err = run(tmp_path, "--json")
    assert (code, err) == (1, "")
    answer: dict[str, Any] = json.loads(out)
    (finding,) = answer.pop("findings")
    assert answer == {
        "ok": False,
        "counts": {"errors": 1, "warnings": 0, "notes": 0},
        "schemas": [{"files": ["schema.prisma"], "providers": []}],
        "warnings": [],
    }
    assert (finding["code"], finding["severity"], finding["file"]) == (
        "unknown-type",
        "error",
        "schema.prisma",
    )
    assert finding["help"] == "did you mean `String`?"
    start, end = finding["start"], finding["end"]
    assert (start["line"], start["column"], end["line"], end["column"]) == (3, 6, 3, 11)
    assert WRONG[start["offset"] : end["offset"]] == "Strng", (
        "offsets count the characters of the file as it is"
    )
    assert run(tmp_path, "--format", "json") == (1, out, "")


def test_findings_stand_in_the_order_of_their_places(tmp_path: Path):
    bad = "model {}\nmodel B {\n  id Int @id\n  x  Strng\n  y  Itn\n}\n"
    write(tmp_path, {"a.prisma": WRONG, "b.prisma": bad})
    places = [place for _, *place in found(run(tmp_path, "--json", "b.prisma", "a.prisma")[1])]
    assert len(places) >= 4
    assert places == sorted(places, key=lambda place: (place[0] != "b.prisma", *place[1:]))


@pytest.mark.proves("Command line", "findings become annotations in GitHub Actions")
def test_github_actions_sees_annotations(tmp_path: Path):
    write(tmp_path, {"sub/schema.prisma": WRONG})
    here = tmp_path / "sub"
    line = (
        "::error file={},line=3,endLine=3,col=6,endColumn=11,title=nicol unknown-type"
        "::there is no type `Strng`%0Ahelp: did you mean `String`?\n"
    )
    code, out, err = run(here, GITHUB_ACTIONS="true")
    assert (code, out) == (1, line.format("schema.prisma"))
    assert "schema.prisma:3:6" in err
    _, out, _ = run(here, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(tmp_path))
    assert out == line.format("sub/schema.prisma")
    _, out, err = run(here, "--format", "github")
    assert out == line.format("schema.prisma")
    assert "-->" not in err
    assert run(here, "--format", "text", GITHUB_ACTIONS="true")[1] == ""
    assert json.loads(run(here, "--json", GITHUB_ACTIONS="true")[1])["counts"]["errors"] == 1


@pytest.mark.proves("Command line", "validate --strict, --max-warnings: warnings fail where that is wanted")
def test_warnings_fail_only_where_that_is_wanted(tmp_path: Path):
    write(tmp_path, {"schema.prisma": WARNED})
    code, out, err = run(tmp_path)
    assert (code, out) == (0, "The schema at schema.prisma is valid for sqlite, with 1 warning.\n")
    assert err.startswith("warning[")
    assert run(tmp_path, "--max-warnings", "1")[0] == 0
    for arguments in (("--strict",), ("--max-warnings", "0")):
        code, _, err = run(tmp_path, *arguments)
        assert code == 1
        assert err.endswith("error: 1 warning, and 0 are allowed\n")
    code, out, _ = run(tmp_path, "--strict", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"], answer["counts"]["warnings"]) == (1, False, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "text", "a.prisma", "--schema", "a.prisma"), "not both"),
        (("a.prisma", "--schema", "a.prisma"), "not both"),
        (("nowhere.prisma",), "there is no schema at nowhere.prisma"),
        (("--max-warnings", "-1"), "max-warnings"),
        (("--format", "xml"), "xml"),
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_told(tmp_path: Path, arguments: tuple[str, ...], message: str):
    write(tmp_path, {"a.prisma": BARE})
    code, out, err = run(tmp_path, *arguments)
    assert (code, out) == (1, "")
    assert message in err


def test_a_question_without_sense_is_answered_in_json_too(tmp_path: Path):
    code, out, err = run(tmp_path, "--json", "nowhere.prisma")
    assert (code, err) == (1, "")
    assert json.loads(out)["error"]["message"] == "there is no schema at nowhere.prisma"
    assert (
        "different things" in json.loads(run(tmp_path, "--json", "--format", "github")[1])["error"]["message"]
    )
    assert json.loads(run(tmp_path, "--format", "json")[1])["ok"] is False


def test_what_is_not_utf_8_is_told(tmp_path: Path):
    (tmp_path / "a.prisma").write_bytes(b"\xff\xfe")
    assert "a.prisma is not UTF-8 text" in run(tmp_path, "a.prisma")[2]
    done = subprocess.run([NICOL, "validate", "-"], input=b"\xff", capture_output=True, cwd=tmp_path)
    assert done.returncode == 1
    assert b"standard input is not UTF-8 text" in done.stderr


@pytest.mark.parametrize("command", [["validate"], ["format", "--check"]])
def test_a_short_command_loads_nothing_that_it_does_not_use(tmp_path: Path, command: list[str]):
    write(tmp_path, {"a.prisma": BARE})
    script = (
        "import sys\nfrom nicol.cli.main import main\n"
        f"try:\n    main([*{command}, 'a.prisma'])\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "print(sorted({'apsw', 'asyncio', 'psycopg', 'pydantic', 'rich', 'graphlay', 'pygls', 'msgspec',"
        " 'nicol.catalog', 'nicol.dialects.dialect', 'nicol.drivers', 'nicol.migrate', 'nicol.sql'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_database_that_the_configuration_overrules_is_a_warning(tmp_path: Path):
    write(
        tmp_path,
        {
            "schema.prisma": HEAD.replace("sqlite", "mysql") + BARE,
            "nicol.toml": 'providers = ["sqlite", "postgresql"]\n',
        },
    )
    code, out, err = run(tmp_path)
    assert (code, "valid for sqlite and postgresql" in out) == (0, True)
    assert "warning[provider-overruled]: the schema names mysql, but the configuration says" in err
    write(tmp_path, {"schema.prisma": HEAD.replace("sqlite", "postgres") + BARE})
    assert "provider-overruled" not in run(tmp_path)[2]


def test_notes_come_after_what_is_to_be_done(tmp_path: Path):
    head = HEAD.replace("}", '  url = env("URL")\n}')
    write(tmp_path, {"schema.prisma": head + BARE.replace("Int", "Itn")})
    shown = run(tmp_path)[2]
    assert shown.index("error[") < shown.index("note[url-in-schema]")


def test_an_index_of_an_expression_on_a_field_is_one_finding(tmp_path: Path):
    text = 'model A {\n  id Int @id\n  /// @nicol.index(expression: "lower(name)")\n  name String\n}\n'
    write(tmp_path, {"schema.prisma": HEAD + text})
    code, out, _ = run(tmp_path, "--json")
    assert (code, found(out)) == (1, [("unknown-annotation-argument", "schema.prisma", 6, 20)])
