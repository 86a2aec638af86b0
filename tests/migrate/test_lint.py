"""What is said about the scripts of migrations: each corpus file carries the findings that it must draw, word for word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nicol.diagnostics import Diagnostic, Source, draw
from nicol.dialects import NAMES, named
from nicol.dialects.dialect import Dialect
from nicol.dialects.lint.level import Level
from nicol.migrate.ignores import IGNORE_RULES
from nicol.migrate.lint import lint
from tests.corpus_runner import CORPUS, cases, question

MARK = "--|"
BEHIND = "-- ==== "
"""Begins a line that names the script behind it; a corpus file is a whole history."""


def history_of(text: str) -> list[Source]:
    """The scripts of a corpus file."""
    head, *rest = f"\n{text}".split(f"\n{BEHIND}")
    named_scripts = [part.split("\n", 1) for part in rest]
    first = [Source("script", head.removeprefix("\n"))] if head.strip() else []
    return [*first, *(Source(name.strip(), script) for name, script in named_scripts)]


def dialect_of(path: Path) -> Dialect:
    """The database that a corpus file is about, by its name."""
    return named(path.stem.split("_")[0])


def levels_for(path: Path, dialect: Dialect) -> Mapping[str, Level]:
    """Files about what is usually off switch it on."""
    off = [rule.code for rule in dialect.rules if rule.level is Level.OFF]
    return dict.fromkeys(off, Level.NOTE) if "asked" in path.stem else {}


def findings_in(path: Path, sources: list[Source]) -> tuple[Diagnostic, ...]:
    """The findings about all scripts of a corpus file."""
    dialect = dialect_of(path)
    return lint(sources, dialect, levels_for(path, dialect), {source.path for source in sources})


@pytest.mark.proves("Migrations", "lint: locks, rewrites, lost rows and broken code in the SQL of migrations")
@pytest.mark.parametrize("path", cases("lint", ".sql"))
def test_a_script_draws_its_findings(path: Path, answer_of: Callable[[Path, str, str], None]) -> None:
    sources = history_of(question(path.read_text(encoding="utf-8"), MARK))
    answer_of(path, MARK, draw(findings_in(path, sources), sources) or "no findings")


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_speaks_somewhere_in_the_corpus(name: str) -> None:
    spoken: set[str] = set()
    for path in sorted((CORPUS / "lint").glob(f"{name}_*.sql")):
        sources = history_of(question(path.read_text(encoding="utf-8"), MARK))
        spoken |= {finding.code for finding in findings_in(path, sources)}
    codes = {rule.code for rule in named(name).rules}
    assert codes <= spoken, codes - spoken
    assert spoken - codes <= set(IGNORE_RULES)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_one_code_and_says_what_may_happen_and_the_way_out(name: str) -> None:
    rules = named(name).rules
    assert len({rule.code for rule in rules}) == len(rules)
    for rule in rules:
        assert all((rule.sentence, rule.harm, rule.way)), rule.code
