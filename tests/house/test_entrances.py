"""The ways into the repository: make's targets, the environment they set up, the lock files, CI."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house.documents import ROOT

LOCKS = ["requirements.lock", "requirements-demo.lock"]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_make_explains_every_target() -> None:
    explained = set(
        re.findall(r"^ {2}make ([\w-]+)", run("make", "--no-print-directory").stdout, re.MULTILINE)
    )
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared is not None
    assert explained == set(declared[1].split())


def test_a_python_that_is_too_old_is_refused_with_the_way_out(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made = run("sh", "tools/environment.sh", tmp_path / "venv", "requirements.lock", PYTHON=str(old))
    assert made.returncode == 1
    assert made.stderr.startswith("Nicol needs Python 3.11 or newer")
    assert "make PYTHON=" in made.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_ensurepip_is_refused_with_the_package_to_install(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(
        '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *version_info\\[:2\\]*) echo 3.12;; esac\n'
    )
    bare.chmod(0o755)
    made = run("sh", "tools/environment.sh", tmp_path / "venv", "requirements.lock", PYTHON=str(bare))
    assert made.returncode == 1
    assert "apt-get install python3.12-venv" in made.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_with_hashes_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip() and not entry.startswith("#")]
    assert "://" not in text
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_the_demo_is_locked_to_the_versions_that_are_tested() -> None:
    tested, demo = (
        set(re.findall(r"^(\S+==\S+)", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS
    )
    assert demo < tested


def test_everything_that_is_required_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()]
    texts = [
        text
        for group in [project["project"]["dependencies"], *groups]
        for text in group
        if isinstance(text, str)
    ]
    names = {re.split(r"[\[>=<~ ]", text)[0].lower() for text in texts} - {"nicol"}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert names <= locked


def test_continuous_integration_runs_make_test() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec make test")
    assert run("bash", "-n", ".ci/run").returncode == 0
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
