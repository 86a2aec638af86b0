"""Who may import whom: the contracts in pyproject.toml, and what a start loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_import_contracts_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("nicol", {"msgspec", "apsw", "rich", "typer"}),
        (
            "nicol.client",
            {"psycopg", "pydantic", "rich", "typer", "nicol.migrate", "nicol.client.codegen", "nicol.ops"},
        ),
        ("nicol.cli.main", {"psycopg", "apsw", "pydantic", "starlette", "uvicorn", "cryptography"}),
    ],
)
def test_a_start_loads_only_what_it_needs(module: str, unwanted: set[str]) -> None:
    script = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not unwanted & set(json.loads(run.stdout))
