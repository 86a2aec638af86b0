"""Prisma's configuration nearby is pointed out in the words of Nicol's, and never read."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.errors import ConfigurationError
from nicol.ops.prisma_settings import prisma_settings
from nicol.ops.project import open_project
from nicol.ops.schemas import read_schema
from nicol.ops.settings import settings

CONFIG = """\
import { defineConfig, env } from "prisma/config";

export default defineConfig({
  schema: "./db/schema.prisma",
  migrations: { path: 'db/history', seed: `tsx db/seed.ts` },
  datasource: { url: env("MAIN_URL"), shadowDatabaseUrl: process.env.SHADOW_URL },
});
"""
CASES = {
    "prisma.config.ts": (
        CONFIG,
        (
            'schema = "db/schema.prisma"',
            'migrations = "db/history"',
            'seed = "python seed.py" (in place of `tsx db/seed.ts`)',
            'url_env = "MAIN_URL"',
            'shadow_url_env = "SHADOW_URL"',
        ),
    ),
    ".config/prisma.mjs": ('export default { datasource: { url: env("DATABASE_URL") } }', ()),
    "package.json": (
        '{"name": "x", "prisma": {"schema": "a/b.prisma", "seed": "ts-node s.ts", "other": 1}}',
        ('schema = "a/b.prisma"', 'seed = "python seed.py" (in place of `ts-node s.ts`)'),
    ),
}


@pytest.mark.proves(
    "Command line", "prisma.config.ts and package.json#prisma are pointed out with the lines to write"
)
@pytest.mark.parametrize(
    ("name", "text", "lines"), [(name, *case) for name, case in CASES.items()], ids=list(CASES)
)
def test_prismas_configuration_is_told_in_our_words(
    tmp_path: Path, name: str, text: str, lines: tuple[str, ...]
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    found = prisma_settings(tmp_path)
    assert found is not None
    assert (found.file, found.lines) == (tmp_path / name, lines)
    project = open_project(tmp_path, {})
    assert settings(project, None)["prisma"].value == str(tmp_path / name)
    with pytest.raises(ConfigurationError) as refused:
        read_schema(project)
    assert f"{name} is Prisma's, and Nicol does not read it" in (refused.value.help or "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"prisma": "x"}', '{"name": "x"}'])
def test_a_package_that_says_nothing_of_prisma_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "package.json").write_text(text)
    assert prisma_settings(tmp_path) is None
    assert "prisma" not in settings(open_project(tmp_path, {}), None)
