"""What is said about the scripts of migrations: each corpus file carries the findings that it must draw, word for word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nicol.diagnostics import Diagnostic, Severity, Source, draw
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


# ---- laws ------------------------------------------------------------------------------------------------------------

SQL = """
CREATE DROP ALTER TABLE INDEX UNIQUE CONCURRENTLY ON ONLY IF EXISTS NOT NULL ADD COLUMN CONSTRAINT PRIMARY KEY FOREIGN
REFERENCES CHECK EXCLUDE USING DEFAULT GENERATED ALWAYS AS IDENTITY STORED TYPE ENUM VALUE RENAME TO SET DATA CASCADE
UPDATE DELETE INSERT INTO FROM SELECT WHERE VALUES WITH PRAGMA BEGIN COMMIT END TRIGGER VIEW DOMAIN TRUNCATE OR REPLACE
IGNORE VALIDATE VALID DETACH PARTITION VACUUM FULL CLUSTER LOCK a b "a" "B" 'text' 1 ( ) , ; . = [ ] :: $$ -- /* */
integer ( ) , ; ; ;
"""
COMMENTS = ["-- nicol: ignore drop-table why\n", "-- nicol: ignore-file x\n", "/* nicol: ignore */", "\n"]
WORDS = st.sampled_from([*SQL.split(), *COMMENTS])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(words=st.lists(WORDS, max_size=40), text=st.text(max_size=60))
def test_no_text_is_too_strange(name: str, words: list[str], text: str) -> None:
    dialect = named(name)
    for script in (" ".join(words), text, " ".join(words) + text):
        sources = [Source("1", script), Source("2", script)]
        levels = dict.fromkeys((rule.code for rule in dialect.rules), Level.NOTE)
        for finding in lint(sources, dialect, levels, {"1", "2"}):
            assert finding.span is not None
            assert 0 <= finding.span.start <= finding.span.end <= len(script)


@pytest.mark.parametrize("name", NAMES)
@given(words=st.lists(WORDS, max_size=40))
def test_scripts_are_cut_alike_for_judging_and_for_carrying_out(name: str, words: list[str]) -> None:
    script = " ".join(words)
    dialect = named(name)
    judged = [part for part in dialect.script(script).parts if part.tokens]
    assert len(judged) == len(dialect.split(script))
    for part, statement in zip(judged, dialect.split(script), strict=True):
        assert script[part.tokens[0].start : part.tokens[-1].end].strip() in statement


# ---- real histories --------------------------------------------------------------------------------------------------

HISTORIES = Path(__file__).parents[3] / "shared" / "corpus" / "histories"
REAL = {
    "ghostfolio__ghostfolio": ("postgresql", {"drop-column": 12}),
    "hoppscotch__hoppscotch": ("postgresql", {"drop-column": 1}),
    "spliit-app__spliit": ("postgresql", {"drop-column": 2}),
    "Mintplex-Labs__anything-llm": ("sqlite", {"drop-table": 1}),
    "stonith404__pingvin-share": ("sqlite", {"drop-column": 4, "drop-table": 1, "rebuild-without-rows": 1}),
}
"""The histories that Prisma wrote, and the errors in them: each is a real loss."""


@pytest.mark.skipif(not HISTORIES.is_dir(), reason="the corpus of real histories is not at hand")
@pytest.mark.parametrize("project", REAL)
def test_histories_of_prisma_have_no_errors_but_real_losses(project: str) -> None:
    name, errors = REAL[project]
    files = sorted((HISTORIES / project / "migrations").glob("*/migration.sql"))
    sources = [Source(path.parent.name, path.read_text(encoding="utf-8")) for path in files]
    findings = lint(sources, named(name), {}, {source.path for source in sources})
    assert Counter(each.code for each in findings if each.severity is Severity.ERROR) == errors
    first = [each.code for each in findings if each.span is not None and each.span.path == sources[0].path]
    assert set(first) <= {"foreign-key-without-index"}, "in a first migration every table is new"
