"""`nicol format` as a process: files, folders, standard input, and what `--check` says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Shop

NICOL = str(Path(sys.executable).parent / "nicol")
ROUGH = "model A {\r\n id Int @id\r\n  name   String?\r\n}\r\n"
NEAT = "model A {\r\n  id   Int     @id\r\n  name String?\r\n}\r\n"


def run(folder: Path, *arguments: str, given: str = "") -> tuple[int, str, str]:
    """The exit code, the standard output and the standard error of a run."""
    done = subprocess.run(
        [NICOL, "format", *arguments], cwd=folder, input=given.encode(), capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.proves("Command line", "format a schema, or check that it is formatted")
def test_the_projects_schema_is_formatted_in_place(tmp_path: Path):
    schema = tmp_path / "schema.prisma"
    schema.write_bytes(ROUGH.encode())
    assert run(tmp_path, "--check") == (1, f"{schema} is not formatted\n", "")
    assert schema.read_bytes() == ROUGH.encode()
    assert run(tmp_path) == (0, f"Formatted {schema}\n", "")
    assert schema.read_bytes() == NEAT.encode()
    stamp = schema.stat().st_mtime_ns
    assert run(tmp_path) == (0, "1 file is formatted.\n", "")
    assert schema.stat().st_mtime_ns == stamp
    assert run(tmp_path, "--check")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["schema.prisma"]


def test_files_and_folders_are_named(tmp_path: Path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.prisma").write_bytes(ROUGH.encode())
    (tmp_path / "b.prisma").write_bytes(NEAT.encode())
    code, out, _ = run(tmp_path, "models", "b.prisma", "--check")
    assert (code, out) == (1, f"{Path('models', 'a.prisma')} is not formatted\n")
    assert run(tmp_path, "models", "b.prisma")[0] == 0
    assert (tmp_path / "models" / "a.prisma").read_bytes() == NEAT.encode()


PARENT = "model Parent {\n  id Int @id\n}\n"
CHILD = "model Child {\n  id     Int    @id\n  parent Parent @relation(fields: [key], references: [id])\n  key    Int\n}\n"


@pytest.mark.parametrize(
    ("arguments", "other_side"),
    [
        (["child.prisma", "parent.prisma"], True),
        (["."], True),
        (["child.prisma", "."], True),
        (["--each", "."], True),
        (["--each", "child.prisma", "parent.prisma"], False),
    ],
)
def test_paths_are_one_schema_unless_each_is_its_own(tmp_path: Path, arguments: list[str], other_side: bool):
    (tmp_path / "child.prisma").write_text(CHILD)
    (tmp_path / "parent.prisma").write_text(PARENT)
    assert run(tmp_path, "--check", *arguments)[0] == other_side
    assert run(tmp_path, *arguments)[0] == 0
    assert ("Child[]" in (tmp_path / "parent.prisma").read_text()) is other_side
    assert (tmp_path / "child.prisma").read_text() == CHILD


def test_standard_input_stands_alone(tmp_path: Path):
    for arguments in (["-", "a.prisma"], ["--stdin", "a.prisma"], ["a.prisma", "--schema", "a.prisma"]):
        code, out, err = run(tmp_path, *arguments, given=ROUGH)
        assert (code, out) == (1, "")
        assert "paths" in err
    done = subprocess.run([NICOL, "format", "-"], input=b"\xff", capture_output=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"standard input is not UTF-8 text" in done.stderr


@pytest.mark.parametrize("argument", ["-", "--stdin"])
def test_standard_input_goes_to_standard_output(tmp_path: Path, argument: str):
    assert run(tmp_path, argument, given=ROUGH) == (0, NEAT, "")
    assert run(tmp_path, argument, "--check", given=ROUGH) == (1, "standard input is not formatted\n", "")
    assert run(tmp_path, argument, "--check", given=NEAT) == (0, "", "")


def test_what_is_no_schema_is_told(tmp_path: Path):
    code, out, err = run(tmp_path, "nowhere.prisma")
    assert (code, out) == (1, "")
    assert "there is no schema at nowhere.prisma" in err
    (tmp_path / "binary.prisma").write_bytes(b"\xff\xfe")
    assert "is not UTF-8 text" in run(tmp_path, "binary.prisma")[2]


def test_what_cannot_be_read_is_left_and_told(shop: Shop) -> None:
    file = shop.write("broken.prisma", "model A {\n id    Int @id\n}\n\nmodel B {\n  id   Int @id\n")
    answer = shop.run("format", "broken.prisma", code=1)
    assert "unclosed-block" in answer.err
    assert "was left as it is" in answer.out
    assert file.read_text() == "model A {\n  id Int @id\n}\n\nmodel B {\n  id   Int @id\n"
