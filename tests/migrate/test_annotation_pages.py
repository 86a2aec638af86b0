"""The schemas in the reference of annotations are made on each database, and read back as they were meant."""

from __future__ import annotations

import pytest

from nicol.catalog import Catalog
from nicol.diagnostics import Source
from nicol.drivers import open_database
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from tests.migrate.engine import apply, dialect_of, introspect, script_between
from tests.schema.test_annotations import EXAMPLE, PAGES

EXAMPLES = [
    pytest.param(text, id=f"{page.stem}-{number}")
    for page in sorted(PAGES.glob("*.md"))
    for number, text in enumerate(EXAMPLE.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_database_of_an_example_is_what_the_example_says(database_url: str, text: str):
    dialect = dialect_of(database_url)
    checked = resolve((parse(Source("s", text)).value,), dialect.provider)
    if not checked.ok:
        errors = {finding.code for finding in checked.findings if finding.severity == "error"}
        assert errors == {"index-annotation-support"}
        return
    wanted = lower(checked.value, dialect)
    with open_database(database_url) as database:
        apply(database, script_between(Catalog(), wanted, dialect), dialect)
        assert not tuple(diff(introspect(database, dialect), wanted, exact=True))
