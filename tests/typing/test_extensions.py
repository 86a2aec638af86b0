"""What the page on extensions does is accepted by both type checkers, as strict as they can be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.documents import ROOT, blocks, shell

PAGE = ROOT / "docs" / "how-to" / "extensions.md"
SETTINGS = '{"include": ["page.py"], "typeCheckingMode": "strict", "pythonVersion": "3.11"}'


@pytest.mark.slow
@pytest.mark.proves("Client", "extensions are typed: methods of clients and models, hooks and scopes")
def test_both_checkers_accept_the_page_on_extensions(tmp_path: Path) -> None:
    program: list[str] = []
    for block in blocks(PAGE.read_text("utf-8")):
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text)
        elif block.language == "sh":
            shell(block.text, tmp_path, {})
        elif block.language == "python":
            program.append(block.text)
    (tmp_path / "page.py").write_text("\n\n".join(program))
    (tmp_path / "pyrightconfig.json").write_text(SETTINGS)
    scripts = Path(sys.executable).parent
    for command in (
        [scripts / "pyright", "--pythonpath", sys.executable],
        [scripts / "mypy", "--strict", "--python-executable", sys.executable, "page.py"],
    ):
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout
