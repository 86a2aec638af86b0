"""The canary run catches what it has to catch, and a bounded share of it runs here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SHOWN = {
    "print(SECRET)": "Captured stdout",
    "logging.getLogger('nicol.x').warning('with %s', SECRET)": "the log nicol.x",
    "NicolError('no', help=SECRET)": "the error NicolError",
    "(tmp_path / 'left.json').write_text(SECRET)": "the file left.json",
    "(tmp_path / 'key').write_bytes(base64.b64encode(planted_key('a key')))": "the file key",
    "subprocess.run([sys.executable, '-c', f'raise SystemExit({SECRET!r})'], capture_output=True)": "the errors of a process",
}
HIDDEN = [
    "(tmp_path / '.env').write_text(SECRET)",
    "NicolError('no')",
    "subprocess.run([sys.executable, '-c', f'{SECRET!r}'], capture_output=True)",
]
HEAD = """\
import base64, logging, subprocess, sys
from nicol.errors import NicolError
from tests.canary import planted, planted_key
SECRET = planted("a secret")
def test_it(tmp_path):
    """
SHARE = (
    "tests/cli/test_bad_input.py::test_an_unreachable_server_is_told_without_its_password",
    "tests/cli/test_bad_input.py::test_a_url_that_means_nothing_is_told_without_its_password",
    "tests/cli/test_bad_input.py::test_config_masks_the_url",
    "tests/cli/test_cron.py::test_only_who_knows_the_secret_may_call",
    "tests/cli/test_cron.py::test_it_mounts_in_fastapi",
    "tests/cli/test_backups.py::test_backups_in_a_bucket",
    "tests/drivers/test_faults.py::test_a_server_that_refuses_is_quoted_without_the_password",
)
"""Tests that go where secrets are, with refusals above all."""


def canary_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tests with the net up."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--canary",
        *arguments,
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)


@pytest.mark.shows_secrets
@pytest.mark.parametrize("line", [*SHOWN, *HIDDEN])
def test_what_is_shown_is_caught(tmp_path: Path, line: str) -> None:
    file = tmp_path / "test_shown.py"
    file.write_text(HEAD + line + "\n")
    done = canary_run(
        "-c", str(ROOT / "pyproject.toml"), f"--rootdir={ROOT}", "-p", "tests.canary", str(file)
    )
    assert (SHOWN.get(line, "1 passed") in done.stdout) and (done.returncode == (line in SHOWN)), done.stdout


@pytest.mark.proves("Operations", "planted secrets are in no log, output, error, answer or file")
@pytest.mark.timeout(300)
def test_no_secret_is_shown_where_secrets_are() -> None:
    done = canary_run(*SHARE)
    assert done.returncode == 0, done.stdout[-4000:]
