"""Which files are one schema, seen from a file that is open in an editor."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.ops.editing import OpenSchema, open_schema

SOURCE = 'datasource db {\n  provider = "sqlite"\n}\n'


def written(root: Path, *names: str) -> None:
    """Files with a model each; those whose name ends with `!` begin with a datasource."""
    for name in names:
        path = root / name.rstrip("!")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((SOURCE if name.endswith("!") else "") + "model A {\n  id Int @id\n}\n")


def names(schema: OpenSchema, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path, _ in schema.files]


@pytest.mark.parametrize(
    ("files", "opened", "together"),
    [
        (["schema.prisma!"], "schema.prisma", ["schema.prisma"]),
        (["a.prisma!", "b.prisma"], "b.prisma", ["a.prisma", "b.prisma"]),
        (["a.prisma!", "models/b.prisma"], "models/b.prisma", ["a.prisma", "models/b.prisma"]),
        (["a.prisma!", "models/b.prisma"], "a.prisma", ["a.prisma", "models/b.prisma"]),
        (["a.prisma!", "b.prisma!"], "a.prisma", ["a.prisma"]),
        (["a.prisma", "b.prisma"], "a.prisma", ["a.prisma", "b.prisma"]),
        (
            ["a.prisma!", "migrations/1/x.prisma", ".cache/y.prisma", "node_modules/z.prisma"],
            "a.prisma",
            ["a.prisma"],
        ),
        (["new.prisma!"], "other.prisma", ["new.prisma", "other.prisma"]),
    ],
)
def test_the_files_of_a_folder_are_one_schema(
    tmp_path: Path, files: list[str], opened: str, together: list[str]
) -> None:
    written(tmp_path, *files)
    buffers = {tmp_path / opened: (tmp_path / opened).read_text() if (tmp_path / opened).exists() else ""}
    assert names(open_schema(tmp_path / opened, buffers), tmp_path) == together


@pytest.mark.parametrize(
    ("setting", "opened", "together"),
    [
        ("prisma/schema.prisma", "prisma/schema.prisma", ["prisma/schema.prisma"]),
        ("prisma", "prisma/schema.prisma", ["prisma/more.prisma", "prisma/schema.prisma"]),
        ("prisma", "elsewhere/own.prisma", ["elsewhere/own.prisma"]),
    ],
)
def test_the_configuration_says_which_files(
    tmp_path: Path, setting: str, opened: str, together: list[str]
) -> None:
    written(tmp_path, "prisma/schema.prisma!", "prisma/more.prisma", "elsewhere/own.prisma!")
    (tmp_path / "nicol.toml").write_text(f'schema = "{setting}"\nproviders = ["sqlite", "postgresql"]\n')
    schema = open_schema(tmp_path / opened, {})
    assert names(schema, tmp_path) == together
    assert schema.providers == ("sqlite", "postgresql")
    assert schema.fault is None


def test_a_buffer_comes_before_the_file(tmp_path: Path) -> None:
    written(tmp_path, "a.prisma!")
    assert open_schema(tmp_path / "a.prisma", {tmp_path / "a.prisma": "// new"}).files[0][1] == "// new"


def test_a_faulty_configuration_is_told_and_left_aside(tmp_path: Path) -> None:
    written(tmp_path, "a.prisma!")
    (tmp_path / "nicol.toml").write_text("provider = 1\n")
    schema = open_schema(tmp_path / "a.prisma", {})
    assert schema.fault is not None
    assert "unknown setting 'provider'" in schema.fault.message
    assert names(schema, tmp_path) == ["a.prisma"]


def test_a_file_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, "a.prisma!")
    (tmp_path / "b.prisma").write_bytes(b"\xff\xfe")
    assert names(open_schema(tmp_path / "a.prisma", {}), tmp_path) == ["a.prisma"]
