"""The types hold: pyright on the source, mypy on what users import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


def assert_accepted(*command: str | Path) -> None:
    run = subprocess.run([*command], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_pyright_accepts_the_source_strictly() -> None:
    assert_accepted(BIN / "pyright", "--pythonpath", sys.executable)


def test_mypy_accepts_the_public_packages_strictly() -> None:
    assert_accepted(BIN / "mypy")
