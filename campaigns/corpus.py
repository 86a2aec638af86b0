"""The schemas that campaigns start from: real ones where they are present, and those of Nicol's own tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "corpus" / "schemas"
OWN = ROOT / "tests" / "corpus"

_ANSWER = "//|"
"""What begins the lines of an expected answer in Nicol's own files."""


@cache
def schemas() -> dict[str, str]:
    """The one-file schemas by name, the small ones first. Line ends are as in the files."""
    paths = [*REAL.glob("*.prisma"), *OWN.glob("schema/*.prisma"), *OWN.glob("format/*.prisma")]
    texts = {path.stem: _question(path.read_bytes().decode("utf-8")) for path in paths}
    return dict(sorted(texts.items(), key=lambda pair: (len(pair[1]), pair[0])))


def _question(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(_ANSWER))
