"""The drill of every push: each example, from an empty database to one that agrees with schema and history."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from nicol.sealing.keys import Key
from tests.canary import planted_key
from tests.house.documents import ROOT

pytestmark = pytest.mark.slow

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
NICOL = Path(sys.executable).with_name("nicol")
PROTOTYPE = (
    ("generate",),
    ("db", "push", "--force-reset"),
    ("db", "seed"),
)
PRODUCTION = (
    ("migrate", "deploy"),
    ("migrate", "status", "--drift"),
    ("migrate", "diff", "--from", "migrations", "--to", "schema", "--exit-code"),
    ("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code"),
    ("migrate", "diff", "--from", "config-datasource", "--to", "migrations", "--exit-code"),
    ("db", "seed"),
    ("migrate", "diff", "--from", "config-datasource", "--to", "migrations", "--exit-code"),
)

KEYS = Key("drill", planted_key("drill")).spelled()


@pytest.fixture
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An example's folder without what was generated or stored here."""
    left_out = shutil.ignore_patterns("db", "memory_db", "*.db*", ".env", "__pycache__", "tests", "docs")
    return Path(shutil.copytree(ROOT / "examples" / request.param, tmp_path / request.param, ignore=left_out))


@contextmanager
def another(url: str, folder: Path) -> Iterator[str]:
    """The URL of a second, empty database beside one."""
    if url.startswith("file:"):
        yield f"file:{folder / 'another.db'}"
        return
    name = conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}_another" TEMPLATE template0'.encode())
        yield url.replace(f"/{name}", f"/{name}_another", 1)
        connection.execute(f'DROP DATABASE "{name}_another" WITH (FORCE)'.encode())


def drill(folder: Path, commands: tuple[tuple[str, ...], ...], url: str) -> None:
    """Run commands in a folder, without a terminal and with nothing else in the environment; all have to succeed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "DATABASE_URL": url, "PYTHONPATH": str(folder / "src"), "NICOL_KEYS": KEYS}
    for command in commands:
        run = subprocess.run(
            [NICOL, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, f"nicol {' '.join(command)}\n{run.stdout}\n{run.stderr}"


@pytest.mark.proves(
    "Command line", "the drill of every push: prototype, seed, deploy, status and three agreements"
)
@pytest.mark.parametrize("copy", EXAMPLES, indirect=True)
def test_an_example_goes_through_the_drill(copy: Path, database_url: str, tmp_path: Path) -> None:
    if (copy / "memory.toml").exists():
        drill(copy, (("generate", "--config", "memory.toml"),), database_url)
    drill(copy, PROTOTYPE, database_url)
    with another(database_url, tmp_path) as empty:
        drill(copy, PRODUCTION, empty)
