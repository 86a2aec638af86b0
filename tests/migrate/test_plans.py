"""Pairs of schemas and the migration between them on each database, as files; every one is carried out on a real database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nicol.catalog import Catalog
from nicol.drivers import open_database
from nicol.migrate.diff import diff
from tests.corpus_runner import CORPUS, cases, question
from tests.migrate.engine import apply, catalog_of, dialect_of, introspect, script_between

KINDS = {"sqlite": "sqlite", "portable": "sqlite", "postgresql": "postgresql"}
SKIPPED = {"postgresql": ("sqlite", "portable"), "portable": ("sqlite",)}
"""What the first word of a file's name leaves out."""
MARK = "//>"


def both(text: str) -> tuple[str, str]:
    """The schemas before and after."""
    before, _, after = question(text, MARK).partition("// after\n")
    return before.removeprefix("// before\n"), after


@pytest.mark.proves(
    "Migrations",
    "columns, keys, indexes and enums change in place, or tables are made anew",
    on=("sqlite", "postgresql"),
)
@pytest.mark.parametrize("path", cases("migrate", ".prisma"))
def test_the_migration_between_two_schemas(
    path: Path, answer_of: Callable[[Path, str, str], None], tmp_path: Path, postgres_url: str
):
    before, after = both(path.read_text(encoding="utf-8"))
    answers: list[str] = []
    for kind, database_name in KINDS.items():
        if kind in SKIPPED.get(path.stem.partition("_")[0], ()):
            continue
        url = postgres_url if database_name == "postgresql" else f"file:{tmp_path / kind}.db"
        dialect = dialect_of(url, portable=kind == "portable")
        old, new = catalog_of(before, dialect), catalog_of(after, dialect)
        with open_database(url) as database:
            apply(database, script_between(Catalog(), old, dialect), dialect)
            held = introspect(database, dialect)
            text = script_between(held, new, dialect)
            apply(database, text, dialect)
            assert diff(introspect(database, dialect), new) == ()
        answers.append(f"{kind}\n\n{text}")
    answer_of(path, MARK, "\n".join(answers))


def test_there_are_plans():
    assert len(list((CORPUS / "migrate").glob("*.prisma"))) >= 10
