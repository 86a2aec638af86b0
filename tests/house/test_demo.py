"""`make demo` on a copy of the examples: it serves all, keeps their data, moves to free ports, and leaves nothing running."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.house.documents import ROOT

pytestmark = pytest.mark.slow

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
OUTSIDE = ("DATABASE_URL", "MEMORY_DATABASE_URL", "PORT", "HOST")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The parts of the repository that the demo needs, without what was generated or stored here."""
    left_out = shutil.ignore_patterns("db", "memory_db", "*.db*", ".env", "__pycache__", "node_modules")
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=left_out)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    return tmp_path


@contextmanager
def demo(copy: Path, **environment: str) -> Iterator[tuple[str, list[str]]]:
    """The demo while it runs: its address, and the lines that it printed before."""
    inherited = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
    sources = os.pathsep.join(map(str, sorted(copy.glob("examples/*/src"))))
    process = subprocess.Popen(
        [sys.executable, copy / "tools" / "demo.py"],
        env={**inherited, "PYTHONPATH": sources, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield address_of(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def address_of(process: subprocess.Popen[str]) -> tuple[str, list[str]]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if found := ADDRESS.search(line):
            return found[0], lines
    raise AssertionError("".join(lines))


def page(address: str) -> str:
    """The first page, once the server answers."""
    for _ in range(100):
        try:
            return httpx.get(address, follow_redirects=True, timeout=10).raise_for_status().text
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


@pytest.mark.proves(
    "Command line", "make demo serves every example, keeps the data and ends with Ctrl-C", only="sqlite"
)
def test_the_demo_serves_keeps_its_data_and_ends(copy: Path, sqlite_url: str) -> None:
    with demo(copy) as (address, lines):
        first = page(address)
        assert sum("db seed" in line for line in lines) == len(EXAMPLES)
        links = re.findall(r'href="(http[^"]+)"', first)
        assert len(links) == len(EXAMPLES) == first.count("<span>answers")
        for link in links:
            page(link)
    with pytest.raises(httpx.TransportError):
        httpx.get(address)
    with demo(copy) as (address, lines):
        assert not any("db seed" in line for line in lines)
        assert len(page(address)) == pytest.approx(len(first), rel=0.2)


def test_the_demo_moves_to_a_port_that_is_free(copy: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo(copy, PORT=str(port)) as (address, _):
            assert not address.endswith(f":{port}")
            assert page(address)
