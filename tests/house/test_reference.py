"""The generated pages of the reference say what the code says."""

from __future__ import annotations

import subprocess
import sys

from tests.house.documents import ROOT


def test_the_pages_of_the_reference_are_up_to_date() -> None:
    command = [sys.executable, ROOT / "tools" / "reference.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
