"""Judging the scripts of a history by the rule book of their database, each beside what the scripts before it have made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nicol.diagnostics import Diagnostic, Severity, Source, Span
from nicol.dialects.dialect import Dialect
from nicol.dialects.lint import known
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.rule import Problem, Script, at
from nicol.migrate.commuting import ORDER_RULES, OUT_OF_ORDER
from nicol.migrate.ignores import IGNORE_RULES, ignores_of, judged
from nicol.migrate.late import Late

_SEVERITIES = {Level.NOTE: Severity.NOTE, Level.WARNING: Severity.WARNING, Level.ERROR: Severity.ERROR}


SHARED_RULES = {**IGNORE_RULES, **ORDER_RULES}
"""What is said of ignores and of the order, whichever the database: level, sentence, what may happen, the way out."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What is said about a rule's findings: how much they weigh, and the way out where a finding names none of its own."""

    level: Level
    way: str


def guidance(dialect: Dialect, levels: Mapping[str, Level]) -> Mapping[str, Guidance]:
    """Every rule of a database, those about ignores and the order included, with the levels that the project wants."""
    usual = {rule.code: Guidance(rule.level, rule.way) for rule in dialect.rules}
    usual |= {code: Guidance(level, way) for code, (level, _, _, way) in SHARED_RULES.items()}
    return {code: replace(each, level=levels.get(code, each.level)) for code, each in usual.items()}


def lint(
    sources: Sequence[Source],
    dialect: Dialect,
    levels: Mapping[str, Level],
    wanted: Collection[str],
    late: Mapping[str, Late] | None = None,
) -> tuple[Diagnostic, ...]:
    """The findings about the scripts at the wanted paths. `sources` are all scripts of the history, in order.

    `late`: by their paths, the scripts whose order matters beside others that are settled.
    """
    scripts = [dialect.script(source.text) for source in sources]
    book = guidance(dialect, levels)
    findings: list[Diagnostic] = []
    before = known.Known()
    for number, (source, script) in enumerate(zip(sources, scripts, strict=True)):
        after = known.after(before, (act.deed for act in script.acts))
        if source.path in wanted:
            later = tuple(act.deed for other in scripts[number + 1 :] for act in other.acts)
            whole = replace(script, before=before, after=after, later=later)
            findings += _findings(whole, source.path, dialect, book, (late or {}).get(source.path))
        before = after
    return tuple(findings)


def _findings(
    script: Script, path: str, dialect: Dialect, book: Mapping[str, Guidance], late: Late | None
) -> Iterator[Diagnostic]:
    silent = {code for code, each in book.items() if each.level is Level.OFF}
    found = [
        (rule.code, problem)
        for rule in dialect.rules
        if rule.code not in silent
        for problem in rule.check(script)
    ]
    if late is not None and OUT_OF_ORDER not in silent:
        found.append((OUT_OF_ORDER, at(script.acts[0], late.sentence)))
    told = judged(ignores_of(script), found, book.keys(), silent)
    for code, problem in sorted(told, key=lambda each: (each[1].start, each[1].end)):
        if code not in silent:
            yield _diagnostic(code, problem, path, book[code])


def _diagnostic(code: str, problem: Problem, path: str, each: Guidance) -> Diagnostic:
    span = Span(path, problem.start, problem.end)
    return Diagnostic(code, problem.message, span, _SEVERITIES[each.level], problem.help or each.way)
