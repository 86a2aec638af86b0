"""Runs the pages of the documentation: files are written, commands run, programs executed, printed answers compared.

A code block after a line that names a file and ends in a colon is that file. `sh` blocks are run; so are `console` blocks,
whose output is compared where the page shows any ("…" stands for whatever else is printed). Python blocks without a name
are run as one program at the end of the page. All other blocks are only shown.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`(?P<name>[\w/-]*\.[\w.]+)`[^`\n]*:\n\n\Z")
_OUTSIDE = ("DATABASE_URL", "DIRECT_URL", "SHADOW_DATABASE_URL", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Block:
    """One code block of a page and, where the page names one, the file that it is."""

    language: str
    text: str
    file: str | None


def blocks(page: str) -> Iterator[Block]:
    """The code blocks of a page in order."""
    for match in _BLOCK.finditer(page):
        named = None if match["language"] in ("sh", "console") else _NAMED.search(page[: match.start()])
        yield Block(match["language"], match["text"], named["name"] if named else None)


def run_page(page: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Do all that a page tells its reader to do, in a folder; AssertionError where the outcome is another."""
    program: list[str] = []
    for block in blocks(page):
        match block:
            case Block(file=str(name)):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(block.text)
            case Block(language="sh"):
                shell(block.text, folder, environment)
            case Block(language="console"):
                converse(block.text, folder, environment)
            case Block(language="python"):
                program.append(block.text)
            case _:
                pass
    if program:
        (folder / "page.py").write_text("\n\n".join(program))
        shell("python page.py", folder, environment)


def converse(text: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Say each command after a `$` and compare what is printed with the lines below it."""
    for exchange in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = exchange.partition("\n")
        printed = shell(command, folder, environment)
        if expected.strip():
            pattern = re.escape(expected.strip()).replace("…", ".*")
            assert re.fullmatch(pattern, printed.strip(), re.DOTALL), f"$ {command}\n{printed}"


def shell(script: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a script in a folder as a reader would who has Nicol installed; what it printed."""
    inherited = {name: value for name, value in os.environ.items() if name not in _OUTSIDE}
    path = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**inherited, "PATH": path, "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, f"$ {script}\n{run.stdout}"
    return run.stdout
