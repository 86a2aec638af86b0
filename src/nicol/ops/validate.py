"""Validation: what the rule book says about the project's schema, about paths given by hand, or about a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from nicol.diagnostics import Source
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema, asked, judge_sources, read_sources, sources_at

NO_PATH_HELP = "name a .prisma file, or a folder that holds some"


def validate_project(project: Project) -> ReadSchema:
    """The project's schema with all findings, errors included."""
    return judge_sources(read_sources(project), *asked(project))


def validate_given(project: Project, given: Sequence[Path | Source], *, each: bool) -> tuple[ReadSchema, ...]:
    """Files, folders and texts with all findings: one schema that they make up together, or each a schema of its own."""
    read = [_sources(project, one) for one in given]
    schemas = read if each else [_once(source for sources in read for source in sources)]
    return tuple(judge_sources(sources, *asked(project)) for sources in schemas)


def _sources(project: Project, given: Path | Source) -> tuple[Source, ...]:
    return (given,) if isinstance(given, Source) else sources_at(given, project, lambda: NO_PATH_HELP)


def _once(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Every source once, also where a file was named beside its folder."""
    return tuple({source.path: source for source in sources}.values())
