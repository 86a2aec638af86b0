"""`python -m control_center`: serves, says where, and ends without a trace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.commands import free_port

from .conftest import MemoryStore

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "file:./nothing.db"}, "does not exist"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "P1001"),
        ({"PORT": "many"}, "PORT"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_message(
    variables: dict[str, str], words: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": f"file:{tmp_path / 'x.db'}"} | variables
    run = subprocess.run(
        [sys.executable, "-m", "control_center"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert words in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.proves("Control Center", "served until Ctrl-C")
def test_it_serves_until_it_is_told_to_end(migrated_url: str, memory: MemoryStore, tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": migrated_url,
        "MEMORY_DATABASE_URL": memory.url,
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    served = subprocess.Popen(
        [sys.executable, "-m", "control_center"],
        env=environment,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert served.stderr is not None
    said = ""
    for line in served.stderr:
        said += line
        if f"http://127.0.0.1:{port}" in line:
            break
    try:
        assert httpx.get(f"http://127.0.0.1:{port}/api/health").json() == {"ok": True, "waiting": 0}
    finally:
        served.send_signal(signal.SIGINT)
        rest = served.communicate(timeout=30)[1]
    assert "Traceback" not in said + rest
    with pytest.raises(ProcessLookupError):
        os.killpg(served.pid, 0)
