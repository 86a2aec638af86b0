"""The corpus of calls: each with the SQL of both databases behind it; `pytest --update` writes the SQL anew."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nicol.query.engine import Engine
from nicol.sql.json_changes import JsonMerge, JsonSet
from tests.corpus_runner import cases
from tests.query.blog import SCHEMA, engine

_CALL = re.compile(r"(```python\n(?P<call>.*?)\n```\n)(?P<answer>(?:\n```sql \w+\n.*?\n```\n)*)", re.DOTALL)
_CLAUSES = re.compile(
    r"[()]| (?=(?:FROM|WHERE|GROUP BY|ORDER BY|LIMIT|(?:LEFT |CROSS )?JOIN|UNION ALL|VALUES|RETURNING|ON CONFLICT|SET|SELECT) )"
)


@dataclass(frozen=True)
class Delegates:
    """`db.post.find_many(…)` as the texts that the call would say."""

    engine: Engine

    def __getattr__(self, name: str) -> Operations:
        model = next(each for each in self.engine.models.by_name if each.lower() == name)
        return Operations(self.engine, model)


@dataclass(frozen=True)
class Operations:
    """The operations of one model."""

    engine: Engine
    model: str

    def __getattr__(self, operation: str) -> Any:
        return lambda **args: self.engine.plan(self.model, operation, args)[0].compiled


def spelled(call: str, provider: str) -> str:
    """What a call says to one database, a clause in a line where a statement is long."""
    names = {"db": Delegates(engine(SCHEMA, provider)), "JsonMerge": JsonMerge, "JsonSet": JsonSet}
    compiled = eval(call, names)
    texts = list(compiled.texts)
    if compiled.atomic:
        texts = ["BEGIN", *texts, "COMMIT"]
    return "\n".join(_wrapped(text) + ";" for text in texts)


def _wrapped(text: str) -> str:
    """A long statement with a line for each clause, the deeper the further in."""
    if len(text) <= 110:
        return text
    depth = 0

    def line(match: re.Match[str]) -> str:
        nonlocal depth
        if match[0] == " ":
            before = text[: match.start()]
            return " " if before.endswith((" LEFT", " CROSS", "UNION ALL")) else "\n" + "  " * (depth + 1)
        depth += 1 if match[0] == "(" else -1
        return match[0]

    return _CLAUSES.sub(line, text)


def answered(document: str) -> str:
    """The document with the SQL of every call in it."""

    def answer(match: re.Match[str]) -> str:
        blocks = [
            f"\n```sql {provider}\n{spelled(match['call'], provider)}\n```\n"
            for provider in ("sqlite", "postgresql")
        ]
        return match[1] + "".join(blocks)

    return _CALL.sub(answer, document)


@pytest.mark.parametrize("path", cases("query", ".md"))
def test_calls_say_the_statements_that_are_written_behind_them(
    path: Path, request: pytest.FixtureRequest
) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = answered(text)
    if request.config.getoption("--update") and wanted != text:
        path.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted
