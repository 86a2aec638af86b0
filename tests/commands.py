"""Nicol's commands as CI runs them, and what else the tests of the examples share."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

NICOL = Path(sys.executable).with_name("nicol")


def nicol_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Nicol as CI does: without a terminal, and with no other settings than those given."""
    bare = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "PORT", "HOST"))}
    return subprocess.run(
        [NICOL, *arguments],
        cwd=folder,
        env=bare | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def succeed(run: subprocess.CompletedProcess[str]) -> str:
    """What a command said, once it is sure that it succeeded."""
    assert run.returncode == 0, f"{run.args}\n{run.stdout}\n{run.stderr}"
    return run.stdout + run.stderr


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
