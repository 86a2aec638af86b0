"""What Nicol says about schemas: each corpus file carries the findings that it must draw, word for word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nicol.diagnostics import Checked, Source, draw
from nicol.dialects import PROVIDERS, provider_named
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve, wanted_provider
from nicol.schema.schema import Schema
from tests.corpus_runner import cases, question

MARK = "//|"


def read(*sources: Source) -> Checked[Schema | None]:
    """Parse and, where that finds no error, resolve: as every command does."""
    parsed = [parse(source) for source in sources]
    findings = tuple(finding for each in parsed for finding in each.findings)
    if not all(each.ok for each in parsed):
        return Checked(None, findings)
    documents = tuple(each.value for each in parsed)
    wanted = wanted_provider(documents)
    resolved = resolve(documents, provider_named(wanted) if wanted in PROVIDERS else None)
    return Checked(resolved.value, findings + resolved.findings)


@pytest.mark.proves("Schema", "all findings at once, with place, reason and way out")
@pytest.mark.parametrize("path", cases("schema", ".prisma"))
def test_a_schema_draws_its_findings(path: Path, answer_of: Callable[[Path, str, str], None]):
    source = Source("schema.prisma", question(path.read_text(encoding="utf-8"), MARK))
    findings = read(source).findings
    answer_of(path, MARK, draw(findings, [source]) or "no findings")
