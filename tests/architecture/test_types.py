"""The types hold: pyright on the source, mypy on what users import, both on the example and its generated clients."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def assert_accepted(*command: str | Path, folder: Path = ROOT, **environment: str) -> None:
    run = subprocess.run(
        [*command],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_pyright_accepts_the_source_strictly() -> None:
    assert_accepted(BIN / "pyright", "--pythonpath", sys.executable)


def test_mypy_accepts_the_public_packages_strictly() -> None:
    assert_accepted(BIN / "mypy")


@pytest.fixture(params=sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir()))
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an example with freshly generated clients."""
    copy = tmp_path / request.param
    left_out = shutil.ignore_patterns("db", "memory_db", "*.db*", ".env", "__pycache__")
    shutil.copytree(ROOT / "examples" / copy.name, copy, ignore=left_out)
    for options in (
        [],
        *(["--config", config.name] for config in copy.glob("*.toml") if config.stem == "memory"),
    ):
        assert_accepted(
            BIN / "nicol", "generate", *options, folder=copy, DATABASE_URL="", MEMORY_DATABASE_URL=""
        )
    return copy


@pytest.mark.proves("Client", "generated types pass pyright and mypy, strict")
def test_both_checkers_accept_an_example_and_its_generated_clients(example: Path) -> None:
    settings = {
        "include": ["src"],
        "extraPaths": ["src"],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
    }
    (example / "pyrightconfig.json").write_text(json.dumps(settings))
    assert_accepted(BIN / "pyright", "--pythonpath", sys.executable, folder=example)
    assert_accepted(BIN / "mypy", "--strict", f"src/{example.name}", folder=example, MYPYPATH="src")
