"""A bounded share of the campaigns against the carrying out of migrations, which `make` runs whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.execution.pooler import PROGRAM

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*words: str) -> str:
    """Run a campaign to its end, which has to be a good one."""
    done = subprocess.run(
        [sys.executable, "-m", "campaigns", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.proves(
    "Migrations", "kill -9 at any statement: the next deploy reaches the head, with every row", only="sqlite"
)
def test_killed_processes_leave_nothing_broken_on_sqlite() -> None:
    assert " 0 left broken" in run(
        "kills",
        "--provider",
        "sqlite",
        "--every",
        "9",
        "--only",
        "rebuild",
        "--only",
        "vacuum",
        "--only",
        "python",
    )


@pytest.mark.proves(
    "Migrations",
    "kill -9 at any statement: the next deploy reaches the head, with every row",
    only="postgresql",
)
def test_killed_processes_leave_nothing_broken_on_postgresql(postgres_server: Callable[[str], str]) -> None:
    operations = ("index beside writers", "enum anew", "a new value, used at once")
    chosen = [word for name in operations for word in ("--only", name)]
    server = postgres_server("postgres")
    assert " 0 left broken" in run(
        "kills", "--provider", "postgresql", "--every", "13", "--postgres", server, *chosen
    )


ACTS = ("migrate dev", "db push", "migrate down", "migrate adopt", "migrate squash")
CHOSEN = [word for name in ACTS for word in ("--only", name)]


@pytest.mark.proves(
    "Migrations",
    "kill -9 at any statement or change of a file: dev, push, down, adopt and squash end well when run again",
)
@pytest.mark.parametrize("provider", ["sqlite", "postgresql"])
def test_killed_commands_are_finished_by_the_next_run(
    provider: str, postgres_server: Callable[[str], str]
) -> None:
    server = postgres_server("postgres")
    said = run("kills", "--provider", provider, "--every", "29", "--postgres", server, *CHOSEN)
    assert " 0 left broken" in said


@pytest.mark.proves("Migrations", "a deployer that is stopped is taken over from", only="sqlite")
def test_deployers_queue_and_take_over_on_sqlite() -> None:
    assert " 0 of them broken" in run("deployers", "--count", "8", "--only", "sqlite")


@pytest.mark.proves("Migrations", "a deployer that is stopped is taken over from", only="postgresql")
def test_deployers_queue_and_take_over_on_postgresql(postgres_server: Callable[[str], str]) -> None:
    server = postgres_server("postgres")
    assert " 0 of them broken" in run(
        "deployers", "--count", "8", "--only", "16", "--postgres", server, "--halts", "1"
    )


@pytest.mark.proves("Migrations", "deployers queue behind PgBouncer in transaction mode", only="postgresql")
@pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")
def test_deployers_queue_behind_a_pooler(postgres_server: Callable[[str], str]) -> None:
    server = postgres_server("postgres")
    assert " 0 of them broken" in run(
        "deployers", "--count", "8", "--only", "pooled", "--postgres", server, "--halts", "0"
    )
