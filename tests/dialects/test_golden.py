"""Prisma's own SQL for real schemas is ours to the byte, and a database that ran it reads back as the schema says.

The schemas belong to their authors: skipped where `../shared/corpus` is absent.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.catalog import Catalog
from nicol.diagnostics import Source
from nicol.dialects import named
from nicol.drivers import open_database
from nicol.errors import DriverError
from nicol.migrate.diff import diff
from nicol.migrate.lower import lower
from nicol.schema.parse import parse
from nicol.schema.resolve import wanted_provider
from tests.migrate.engine import apply, introspect, schema_of, script_between
from tests.migrate.pulling import described

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NAMES = sorted(path.stem for path in (CORPUS / "golden").glob("*.sql"))
LARGE = 200_000


def marked(name: str) -> object:
    """A schema's name as a parameter; those of thousands of models take their time."""
    size = (CORPUS / "schemas" / f"{name}.prisma").stat().st_size
    return pytest.param(name, marks=pytest.mark.slow if size > LARGE else ())


OTHERWISE = {
    "00-khi__class-scheduling-system__1": "Prisma writes the default of a Json without quotes, which is no SQL",
    "prisma__prisma__6": "Prisma writes an expression without parentheses, which SQLite refuses",
}
"""Where our SQL is not Prisma's, and why."""

UNFIT = {
    "Brakebein__prisma-generator-nestjs-dto__1": "a foreign key of text points at a UUID",
    "prisma__prisma__6": "its defaults are functions of PostgreSQL in a schema for SQLite",
}
"""What no database of ours can hold, and why."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NAMES, reason="the corpus of real schemas is not here"),
]


def provider(text: str) -> str:
    """The database that a schema names."""
    return wanted_provider((parse(Source("schema.prisma", text)).value,)) or ""


def read(name: str) -> str:
    """A schema's text."""
    return (CORPUS / "schemas" / f"{name}.prisma").read_text(encoding="utf-8")


@pytest.mark.proves("Migrations", "SQL from an empty database equals Prisma's to the byte")
@pytest.mark.parametrize("name", [marked(name) for name in NAMES])
def test_the_script_from_nothing_is_prismas(name: str):
    text = read(name)
    dialect = named(provider(text))
    ours = script_between(Catalog(), lower(schema_of(text, dialect), dialect), dialect)
    theirs = (CORPUS / "golden" / f"{name}.sql").read_text(encoding="utf-8")
    assert (ours == theirs) == (name not in OTHERWISE)


@pytest.mark.proves("Migrations", "a pushed schema is read back from the database")
@pytest.mark.proves("Migrations", "a schema is written of a database, and stands for it")
@pytest.mark.parametrize("name", [marked(name) for name in NAMES if name not in UNFIT])
def test_a_real_schema_is_read_back_from_the_database_that_holds_it(
    name: str, request: pytest.FixtureRequest
):
    text = read(name)
    dialect = named(provider(text))
    schema = schema_of(text, dialect)
    wanted = lower(schema, dialect)
    url = request.getfixturevalue("postgres_url" if dialect.namespaces else "sqlite_url")
    with open_database(url) as database:
        try:
            apply(database, script_between(Catalog(), wanted, dialect), dialect)
        except DriverError as error:
            if error.state in {"0A000", "42704", "42883", "58P01"}:
                pytest.skip(f"needs an extension that is not here: {error.message}")
            raise
        namespaces = schema.datasource.schemas if schema.datasource else ()
        found = introspect(database, dialect, namespaces)
    assert diff(found, wanted, exact=True) == ()
    assert diff(wanted, found, exact=True) == ()
    back = lower(described(found, dialect, namespaces), dialect)
    assert diff(found, back, exact=True) == ()
    assert diff(back, found, exact=True) == ()
