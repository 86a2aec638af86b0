"""The schemas that campaigns start from: real ones where they are present, and those of Nicol's own tests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "corpus" / "schemas"
OWN = ROOT / "tests" / "corpus"

_ANSWER = "//|"
"""What begins the lines of an expected answer in Nicol's own files."""

_COMMENT = re.compile(r"///.*(?:@|nicol|nicl).*")


@cache
def schemas(*, own: bool = True) -> dict[str, str]:
    """The one-file schemas by name, the small ones first. Line ends are as in the files. `own`: those of the tests, too."""
    texts = {path.stem: path.read_bytes().decode("utf-8") for path in REAL.glob("*.prisma")}
    if own or not texts:
        texts |= {
            path.stem: _question(path.read_text("utf-8"))
            for folder in ("schema", "format")
            for path in (OWN / folder).glob("*.prisma")
        }
    return dict(sorted(texts.items(), key=lambda pair: (len(pair[1]), pair[0])))


def _question(text: str) -> str:
    """The text without the answer behind it, and without annotations, of which no judge but Nicol knows."""
    lines = (line for line in text.splitlines(keepends=True) if not line.startswith(_ANSWER))
    return "".join(_COMMENT.sub("//", line) for line in lines)
