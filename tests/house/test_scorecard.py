"""The scorecard plugin, run on small suites of its own; and the committed page beside the suite of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SUITE = """
import pytest

@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request): return request.param

@pytest.fixture
def sqlite_url(): return "file:x.db"

@pytest.mark.proves("Client", "finds rows")
@pytest.mark.parametrize("drive", ["blocking", "awaited"])
def test_rows_are_found(database_url, drive): pass

@pytest.mark.proves("Client", "counts rows")
def test_rows_are_counted(database_url): assert database_url == "sqlite"

@pytest.mark.proves("Client", "deletes rows")
def test_rows_are_deleted(sqlite_url): pass

@pytest.mark.proves("Databases", "shared files", only="sqlite")
def test_files_are_shared(sqlite_url): pass

@pytest.mark.proves("Schema", "formats")
def test_schemas_are_formatted(): pass

@pytest.mark.proves("Command line", "browses")
def test_pages_are_shown(): pytest.skip("no browser")
"""

ROWS = """
| formats | n.a. | n.a. | proved | `test_suite.py::test_schemas_are_formatted` |
| shared files | proved | n.a. | n.a. | `test_suite.py::test_files_are_shared` |
| counts rows | proved | not proved | n.a. | `test_suite.py::test_rows_are_counted` |
| deletes rows | proved | not proved | n.a. | `test_suite.py::test_rows_are_deleted` |
| finds rows | proved (blocking, async) | proved (blocking, async) | n.a. | `test_suite.py::test_rows_are_found` |
| browses | n.a. | n.a. | not proved | `test_suite.py::test_pages_are_shown` |
"""


def pytest_in(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = .\naddopts = -p tests.scorecard\nmarkers = proves(a, f)\n"
    )
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["0", "2"], ids=["in-one-process", "in-two-processes"])
def test_a_run_writes_what_each_test_proved(suite: Path, processes: str) -> None:
    run = pytest_in(suite, "--scorecard", "-n", processes)
    assert "1 failed, 8 passed, 1 skipped" in run.stdout
    lines = (suite / "docs/scorecard.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| Feature")]
    assert rows == ROWS.strip().splitlines()


@pytest.mark.slow
def test_a_page_that_lists_other_features_than_the_suite_is_refused(suite: Path) -> None:
    pytest_in(suite, "--scorecard")
    assert pytest_in(suite, "--scorecard", "--collect-only").returncode == 0
    page = suite / "docs/scorecard.md"
    page.write_text(page.read_text().replace("| browses |", "| flies |"))
    run = pytest_in(suite, "--scorecard", "--collect-only")
    assert run.returncode != 0
    assert "+ Command line: browses\n- Command line: flies" in run.stdout + run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("narrowing", [["-k", "rows"], ["-m", "slow"], ["test_suite.py"]], ids=" ".join)
def test_a_part_of_the_suite_writes_no_page(suite: Path, narrowing: list[str]) -> None:
    run = pytest_in(suite, "--scorecard", *narrowing)
    assert run.returncode != 0
    assert not (suite / "docs/scorecard.md").exists()


@pytest.mark.slow
@pytest.mark.shows_secrets  # tests are named after their values
def test_the_committed_scorecard_lists_the_features_of_this_suite() -> None:
    run = pytest_in(ROOT, "--scorecard", "--collect-only", "-p", "no:randomly")
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr
