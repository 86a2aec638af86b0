"""Real schemas: what Prisma accepts is accepted, what it rejects is rejected. Skipped where the corpus is absent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nicol.diagnostics import Source, draw
from nicol.dialects import provider_named
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve, wanted_provider
from nicol.schema.stored import dump, load

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
DATABASES = ("sqlite", "postgresql", "cockroachdb", "mysql")
ACCEPTED = {
    "civitai__civitai__1.prisma": "asks for the preview feature metrics, which Prisma 5 and 6 had: accepted with a note",
}

pytestmark = [
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real schemas is not here"),
    pytest.mark.slow,
]


def rows(*databases: str, verdict: str | None = None) -> list[object]:
    """The corpus schemas of some databases."""
    if not CORPUS.is_dir():
        return [pytest.param("", id="absent")]
    with (CORPUS / "index.tsv").open(encoding="utf-8") as table:
        found = [
            row["file"]
            for row in csv.DictReader(table, delimiter="\t")
            if (row["provider"] in databases) == bool(databases)
            and verdict in (None, row["prisma_7_verdict"])
        ]
    return [pytest.param(name, id=name) for name in found]


def sources(name: str) -> list[Source]:
    """The files of a schema, which may be a folder."""
    path = CORPUS / "schemas" / name
    files = [path] if path.is_file() else sorted(path.rglob("*.prisma"))
    return [Source(file.name, file.read_text(encoding="utf-8")) for file in files]


def others() -> list[object]:
    """The corpus schemas of databases that are not Nicol's."""
    return rows("mongodb", "sqlserver")


@pytest.mark.proves("Schema", "real schemas are read")
@pytest.mark.parametrize("name", rows(*DATABASES, verdict="valid"))
def test_a_real_schema_is_accepted_and_survives_being_stored(name: str):
    texts = sources(name)
    parsed = [parse(text) for text in texts]
    assert not draw([finding for each in parsed for finding in each.findings], texts)
    documents = tuple(each.value for each in parsed)
    wanted = wanted_provider(documents)
    assert wanted in DATABASES
    schema = resolve(documents, provider_named(wanted))
    assert schema.ok, draw(schema.findings, texts)
    assert load(dump(schema.value)) == schema.value


@pytest.mark.parametrize("name", rows(*DATABASES, verdict="invalid"))
def test_a_real_schema_that_is_wrong_is_rejected(name: str):
    documents = tuple(parse(text).value for text in sources(name))
    checked = resolve(documents, provider_named(wanted_provider(documents) or ""))
    assert checked.ok == (name in ACCEPTED)


@pytest.mark.parametrize("name", others())
def test_a_schema_of_another_database_gets_one_clear_finding(name: str):
    parsed = [parse(text) for text in sources(name)]
    assert all(each.ok for each in parsed)
    findings = resolve(tuple(each.value for each in parsed), None).findings
    errors = [finding for finding in findings if finding.severity == "error"]
    assert [finding.code for finding in errors] == ["unknown-database"]
    assert "sqlite, postgresql, cockroachdb, mysql" in (errors[0].help or "")
