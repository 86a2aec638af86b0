"""`db pull`: write the schema that a live database stands for, keeping all that the present one says beyond it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nicol.catalog import Catalog
from nicol.diagnostics import Severity, Source
from nicol.dialects import named
from nicol.dialects.dialect import Dialect
from nicol.drivers import parse_address
from nicol.errors import ConfigurationError, NicolError, SchemaInvalid
from nicol.migrate.describe import EMPTY, describe
from nicol.migrate.revise import Revision, revise, without_blocks
from nicol.ops.databases import Target, exists, namespaces_of, talk, without_ledger
from nicol.ops.project import Project
from nicol.ops.schemas import asked, check_sources, judge_sources, read_sources
from nicol.ops.settings import migration_url
from nicol.ops.writing import write_atomically
from nicol.schema.bind import bind
from nicol.schema.bound import Binding
from nicol.schema.document import SettingsDeclaration, SettingsKind
from nicol.schema.format import layout
from nicol.schema.parse import parse
from nicol.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class Pull:
    """What a pull found: the texts by path (whole, also where nothing changed), what changed, and what nobody can say.

    `written`: the paths of the files that were written.
    """

    target: Target
    texts: Mapping[str, str]
    changes: tuple[str, ...]
    written: tuple[str, ...]
    remarks: tuple[str, ...]
    models: int

    @property
    def text(self) -> str:
        """All texts in one; where there are several, each under its path."""
        if len(self.texts) == 1:
            return next(iter(self.texts.values()))
        return "\n".join(f"// {path}\n{text}" for path, text in self.texts.items())


@dataclass(frozen=True, slots=True)
class _Present:
    """The schema as it is: its files, what they say, and whether their models are to be forgotten."""

    sources: tuple[Source, ...]
    binding: Binding
    schema: Schema
    forgotten: bool = False


def db_pull(
    project: Project, *, force: bool = False, only_printed: bool = False, schemas: tuple[str, ...] = ()
) -> Pull:
    """Take the live database into the schema. `force` forgets the present models, `schemas` are the namespaces to read."""
    present = _present(project, force=force)
    target = _target(project, present.schema)
    namespaces = schemas or namespaces_of(present.schema)
    if namespaces and not target.dialect.namespaces:
        raise ConfigurationError(
            f"{target.shown} has no schemas of its own", help="leave out --schemas and `schemas`"
        )
    catalog = _catalog(target, namespaces)
    features = _preview_features(present.schema)
    known = _under_namespaces(present.schema, target.dialect, namespaces)
    views = "views" in features
    found = describe(catalog, target.dialect, known, views=views, partial="partialIndexes" in features)
    if not found.schema.models and not (views and found.schema.views):
        raise NicolError(
            f"the database {target.shown} is empty: there is nothing to pull",
            code="P4001",
            help="create tables first, or look at the URL; `nicol db push` makes tables of a schema",
        )
    revision = _revision(present, found.schema)
    texts = _texts(project, revision, target.dialect)
    texts = _with_schemas(texts, schemas) if schemas else texts
    before = {source.path: source.text for source in present.sources}
    changed = {path: text for path, text in texts.items() if before.get(path) != text}
    if not only_printed:
        for path, text in changed.items():
            write_atomically(Path.cwd() / path, text)
    return Pull(
        target,
        texts,
        revision.changes,
        () if only_printed else tuple(changed),
        (*found.remarks, *_faults(project, texts)),
        len(found.schema.models),
    )


def _present(project: Project, *, force: bool) -> _Present:
    """The schema as it is; one with errors is refused, or forgotten but for its settings."""
    providers, owners = asked(project)
    try:
        sources = read_sources(project)
    except ConfigurationError:
        if project.schema.exists():
            raise
        return _Present((), bind(()), EMPTY, forgotten=True)
    binding = bind(tuple(parse(source).value for source in sources), owners)
    if force:
        schema = judge_sources(sources, providers, owners).schema
        bare = replace(EMPTY, datasource=schema.datasource, generators=schema.generators)
        return _Present(sources, binding, bare, forgotten=True)
    try:
        return _Present(sources, binding, check_sources(sources, providers, owners).schema)
    except SchemaInvalid as error:
        error.help = "mend it first; or give --force to forget its models and keep its settings only"
        raise


def _target(project: Project, schema: Schema) -> Target:
    """The database, in the dialect that the project has for it."""
    url = migration_url(project, schema.datasource)
    address = parse_address(url.value)
    served = project.configuration.providers or ((schema.datasource.provider,) if schema.datasource else ())
    if served and address.dialect not in served:
        raise ConfigurationError(
            f"the database is {address.dialect}, but the schema is written for {' and '.join(served)}",
            help="give a URL of that kind, or change the provider",
        )
    target = Target(url, address, named(address.dialect, portable=project.portable))
    if not exists(target):
        raise NicolError(
            f"the database {target.shown} (from {url.origin}) does not exist",
            code="P1003",
            help="look at the URL; a database that is to be made of the schema is made by `nicol db push`",
        )
    return target


def _catalog(target: Target, namespaces: tuple[str, ...]) -> Catalog:
    with talk(target) as conversation:
        return without_ledger(conversation.run(target.dialect.introspect(namespaces)))


def _preview_features(schema: Schema) -> frozenset[str]:
    options = (
        value
        for generator in schema.generators
        for name, value in generator.options
        if name == "previewFeatures"
    )
    return frozenset(word for value in options for word in ((value,) if isinstance(value, str) else value))


def _under_namespaces(schema: Schema, dialect: Dialect, namespaces: tuple[str, ...]) -> Schema:
    """The present schema where namespaces are asked for: what names none lives in the usual one."""
    if not namespaces:
        return schema
    usual = dialect.default_namespace
    return replace(
        schema,
        models=tuple(replace(model, namespace=model.namespace or usual) for model in schema.models),
        views=tuple(replace(view, namespace=view.namespace or usual) for view in schema.views),
        enums=tuple(replace(enum, namespace=enum.namespace or usual) for enum in schema.enums),
    )


def _revision(present: _Present, wanted: Schema) -> Revision:
    if not present.forgotten:
        return revise(present.binding, present.schema, wanted)
    return without_blocks(present.binding, wanted)


def _texts(project: Project, revision: Revision, dialect: Dialect) -> dict[str, str]:
    """The revised texts, with what is new at the end of the only file, or in a file of its own beside several."""
    texts = dict(revision.texts)
    if not texts:
        path = project.schema / "schema.prisma" if project.schema.suffix != ".prisma" else project.schema
        texts[str(path)] = f'datasource db {{\n  provider = "{dialect.name}"\n}}\n'
    if not revision.new_blocks:
        return texts
    place = next(iter(texts))
    if len(texts) > 1:
        folder = (
            project.schema.relative_to(Path.cwd())
            if project.schema.is_relative_to(Path.cwd())
            else project.schema
        )
        place = str(folder / "introspected.prisma")
    start = texts.get(place, "").rstrip()
    texts[place] = "\n".join([*([f"{start}\n"] if start else []), *revision.new_blocks])
    return texts


def _with_schemas(texts: Mapping[str, str], schemas: tuple[str, ...]) -> dict[str, str]:
    """The texts with the namespaces in the datasource."""
    spelled = f"[{', '.join(map(json.dumps, schemas))}]"
    found = dict(texts)
    for path, text in texts.items():
        for block in parse(Source(path, text)).value.settings:
            if block.kind is SettingsKind.DATASOURCE:
                found[path] = _with_setting(text, block, "schemas", spelled)
                return found
    return found


def _with_setting(text: str, block: SettingsDeclaration, name: str, value: str) -> str:
    """A text in which a block has a setting."""
    held = next((setting for setting in block.settings if setting.name.text == name), None)
    start, end = (held.value.span.start, held.value.span.end) if held else (block.span.end - 1,) * 2
    said = value if held else f"  {name} = {value}\n"
    inside = text[block.span.start : start] + said + text[end : block.span.end]
    return text[: block.span.start] + layout(inside).rstrip("\n") + text[block.span.end :]


def _faults(project: Project, texts: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the pulled schema, for people to mend."""
    sources = tuple(Source(path, text) for path, text in texts.items())
    findings = judge_sources(sources, *asked(project)).findings
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    return tuple(f"the pulled schema has an error to mend: {finding.message}" for finding in errors)
