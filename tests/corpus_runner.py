"""Corpus files: an input with the expected answer behind it in the same file; `pytest --update` writes the answers anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CORPUS = Path(__file__).parent / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Make `--update` known."""
    parser.addoption("--update", action="store_true", help="write the expected answers of corpus files anew")


def cases(folder: str, suffix: str) -> list[object]:
    """The files of a corpus folder as parameters of a test, each called by its name."""
    return [pytest.param(path, id=path.stem) for path in sorted((CORPUS / folder).glob(f"*{suffix}"))]


@pytest.fixture
def answer_of(request: pytest.FixtureRequest) -> Callable[[Path, str, str], None]:
    """Compare an answer with the one a file expects behind its input, each line of it after `mark`.

    `answer_of(path, mark, answer)`: with `--update`, the file is rewritten and the comparison holds.
    """

    def compare(path: Path, mark: str, answer: str) -> None:
        text = path.read_text(encoding="utf-8")
        expected = "".join(f"{mark} {line}".rstrip() + "\n" for line in answer.splitlines())
        whole = f"{question(text, mark)}\n{expected}"
        if request.config.getoption("--update") and whole != text:
            path.write_text(whole, encoding="utf-8")
            text = whole
        assert text == whole

    return compare


def question(text: str, mark: str) -> str:
    """The input of a corpus file: everything before the answer behind it."""
    lines = text.rstrip("\n").split("\n")
    while lines and (lines[-1].startswith(mark) or not lines[-1]):
        lines.pop()
    return "\n".join(lines) + "\n"
