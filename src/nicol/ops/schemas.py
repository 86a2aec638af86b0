"""The project's schema: its files, read and checked for every database that it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nicol.diagnostics import Diagnostic, Severity, Source
from nicol.dialects import PROVIDERS, named, provider_named
from nicol.errors import ConfigurationError, SchemaInvalid
from nicol.ops.project import Project
from nicol.schema.bind import datasources
from nicol.schema.document import Document
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve, wanted_provider
from nicol.schema.schema import Datasource, Schema

if TYPE_CHECKING:
    from nicol.dialects.dialect import Dialect


@dataclass(frozen=True, slots=True)
class ReadSchema:
    """A schema without errors, its texts, the names of the databases that it was checked for, and what was found.

    `owners` says whose annotations the bare words in it are.
    """

    schema: Schema
    sources: tuple[Source, ...]
    providers: tuple[str, ...]
    findings: tuple[Diagnostic, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """The databases that the schema serves; ConfigurationError where it is for one that Nicol only checks schemas for."""
        return tuple(named(name, portable=self.portable) for name in self.providers)

    def served(self) -> ReadSchema:
        """Itself, where Nicol talks to each of its databases; ConfigurationError otherwise."""
        return replace(self, providers=tuple(dialect.name for dialect in self.dialects))

    @property
    def portable(self) -> bool:
        """True when it serves several databases."""
        return len(self.providers) > 1

    def dialect(self, name: str) -> Dialect:
        """The dialect of that name among those the schema serves; ConfigurationError where it is none of them."""
        if name in self.providers:
            return named(name, portable=self.portable)
        if not self.dialects:
            raise ConfigurationError(
                "the schema names no database",
                help='add datasource db { provider = "sqlite" }, or set providers = ["sqlite"] in the configuration',
            )
        raise ConfigurationError(
            f"the database is {name}, but the schema is written for {' and '.join(self.providers)}",
            help='give a URL of that kind, change the provider, or set providers = ["sqlite", "postgresql"] in the'
            " configuration to serve both",
        )

    @property
    def text(self) -> str:
        """All files as one text, in the order of their names."""
        return "\n\n".join(source.text.strip() for source in self.sources) + "\n"


def read_sources(project: Project) -> tuple[Source, ...]:
    """The schema's files; those of the migration history are none of it."""
    return sources_at(project.schema, project, lambda: _advice(project))


def _advice(project: Project) -> str:
    from nicol.ops.prisma_settings import (
        with_prisma,  # every command reads a schema, and hardly any misses it
    )

    advice = "create it, give --schema, or set `schema` in nicol.toml or in [tool.nicol] of pyproject.toml"
    return with_prisma(advice, project.root)


def sources_at(path: Path, project: Project, advice: Callable[[], str]) -> tuple[Source, ...]:
    """A file, or the `.prisma` files of a folder; ConfigurationError with that advice where there is none."""
    if path.is_dir():
        files = [
            file
            for file in sorted(path.rglob("*.prisma"))
            if not file.resolve().is_relative_to(project.migrations)
        ]
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise ConfigurationError(f"there is no schema at {path}", help=advice())
    return tuple(_source(file) for file in files)


def _source(file: Path) -> Source:
    """The text of a file, its line ends as they are."""
    try:
        return Source(shown(file), file.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not UTF-8 text", help="save the file as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from None


def shown(file: Path) -> str:
    """A path as people see it: from the working directory where it is below that."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def read_schema(project: Project) -> ReadSchema:
    """The project's schema; SchemaInvalid with every finding when it has errors for one of its databases."""
    return check_sources(read_sources(project), *asked(project))


def datasource_of(project: Project) -> Datasource | None:
    """The datasource block of a schema that may have errors, or may not be there at all."""
    try:
        sources = read_sources(project)
    except ConfigurationError:
        return None
    return resolve(tuple(parse(source).value for source in sources), None).value.datasource


def read_schema_at(path: Path, project: Project) -> ReadSchema:
    """The schema of another file or folder, checked for the project's databases."""
    sources = tuple(map(_source, sorted(path.rglob("*.prisma")) if path.is_dir() else [path]))
    return check_sources(sources, *asked(project))


def asked(project: Project) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """What the configuration says about schemas: the databases, and whose annotations the bare words are."""
    return project.configuration.providers, project.configuration.annotations


def check_sources(
    sources: tuple[Source, ...], providers: tuple[str, ...], owners: Mapping[str, str]
) -> ReadSchema:
    """Texts as a schema, checked for the given databases; SchemaInvalid where `judge_sources` finds an error."""
    read = judge_sources(sources, providers, owners)
    if any(finding.severity is Severity.ERROR for finding in read.findings):
        raise SchemaInvalid(read.findings, sources)
    return read


def judge_sources(
    sources: tuple[Source, ...], providers: tuple[str, ...], owners: Mapping[str, str]
) -> ReadSchema:
    """Texts as a schema that may have errors, with all findings for the given databases, or for that of its datasource.

    `owners` says whose annotations the bare words are. Findings stand in the order of their places.
    """
    parsed = [parse(source) for source in sources]
    documents = tuple(checked.value for checked in parsed)
    names = providers or _wanted(documents)
    findings = _unique(finding for checked in parsed for finding in checked.findings)
    databases = [provider_named(name, portable=len(names) > 1) for name in names]
    resolved = [resolve(documents, database, owners) for database in databases or (None,)]
    findings = _unique(
        [
            *findings,
            *(finding for checked in resolved for finding in checked.findings),
            *_overruled(documents, providers),
        ]
    )
    return ReadSchema(resolved[0].value, sources, names, _in_order(findings, sources), owners)


def _overruled(documents: tuple[Document, ...], providers: tuple[str, ...]) -> Iterator[Diagnostic]:
    """A datasource for a database that the configuration does not name: who reads it would expect another one."""
    wanted = wanted_provider(documents)
    if not providers or wanted is None or wanted in providers:
        return
    for block in datasources(documents):
        for setting in block.settings:
            if setting.name.text == "provider":
                yield Diagnostic(
                    "provider-overruled",
                    f"the schema names {wanted}, but the configuration says {' and '.join(providers)}, which counts",
                    setting.value.span,
                    Severity.WARNING,
                    f'write provider = "{providers[0]}" here, or take `providers` out of the configuration',
                )


def _in_order(findings: Iterable[Diagnostic], sources: tuple[Source, ...]) -> tuple[Diagnostic, ...]:
    order = {source.path: number for number, source in enumerate(sources)}

    def place(finding: Diagnostic) -> tuple[int, int]:
        span = finding.span
        return (order.get(span.path, -1), span.start) if span else (-1, 0)

    return tuple(sorted(findings, key=place))


def _wanted(documents: tuple[Document, ...]) -> tuple[str, ...]:
    wanted = wanted_provider(documents)
    return (wanted,) if wanted in PROVIDERS else ()


def _unique(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(findings))
