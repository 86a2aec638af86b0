"""`migrate diff`: what lies between any two of schema, history and database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nicol.catalog import Catalog, Unmanaged
from nicol.dialects.dialect import Dialect
from nicol.drivers.address import anchored
from nicol.errors import ConfigurationError
from nicol.migrate.history import check_lock
from nicol.migrate.lower import lower
from nicol.ops.databases import Target, talk, target_at, target_if_any, target_of
from nicol.ops.drift import Drift, drift, new_objects
from nicol.ops.histories import read_history
from nicol.ops.objects import switches
from nicol.ops.planning import plan_between
from nicol.ops.project import Project
from nicol.ops.renaming import NOTHING_SAID, Renaming, Said, made_in
from nicol.ops.replay import catalog_after, places_of
from nicol.ops.schemas import ReadSchema, read_schema, read_schema_at
from nicol.ops.settings import Setting

KINDS = ("empty", "schema", "migrations", "url", "config-datasource")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its kind, and where the kind needs it and the project does not tell, a path or URL."""

    kind: str
    where: str | None = None

    @staticmethod
    def parse(text: str) -> Side:
        """`schema`, `schema=other.prisma`, `migrations=folder`, `url=file:x.db`, `empty`, `config-datasource`."""
        kind, _, where = text.partition("=")
        if kind not in KINDS:
            raise ConfigurationError(f"{text!r} cannot be compared", help=f"choose one of {', '.join(KINDS)}")
        if kind == "url" and not where:
            kind = "config-datasource"
        return Side(kind, where or None)


@dataclass(frozen=True, slots=True)
class Difference:
    """What leads from one side to the other: a script, and the same in words. Empty when they are equal."""

    dialect: Dialect
    script: str
    found: Drift
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The same in sentences, one a line."""
        return "\n".join([*self.found.tables, *self.found.objects])

    @property
    def empty(self) -> bool:
        """True when both sides stand for the same."""
        return not self.found


def migrate_diff(
    project: Project,
    before: Side,
    after: Side,
    provider: str | None = None,
    renames: Said = NOTHING_SAID,
) -> Difference:
    """Compare two sides as `provider` sees them: by default the database that one of them is, else the project's first.

    `renames` and the annotations of a schema that stands on the far side keep what is renamed; nobody is asked.
    """
    read = read_schema(project)
    dialect = _dialect(project, read, (before, after), provider)
    old = _catalog(project, read, before, dialect)
    new = _catalog(project, read, after, dialect)
    renaming = _renaming(project, read, (before, after), dialect, renames)
    found_renames = renaming.between(old, new, dialect) if renaming else ()
    plan = plan_between(old, new, dialect, found_renames, read.schema)
    script = plan.text if plan.steps else ""
    found = drift(old, new, found_renames)
    remarks = tuple(renaming.remarks) if renaming else ()
    if {"schema", "empty"} & {
        before.kind,
        after.kind,
    }:  # a schema knows nothing of triggers, functions and views
        return Difference(dialect, script, Drift(found.tables), remarks)
    return Difference(dialect, script + _objects(old, new, dialect), found, remarks)


def _renaming(
    project: Project, read: ReadSchema, sides: tuple[Side, Side], dialect: Dialect, renames: Said
) -> Renaming | None:
    """Only a schema knows what it renamed."""
    before, after = sides
    if after.kind != "schema":
        if renames != NOTHING_SAID:
            raise ConfigurationError(
                "renames are told on the way to a schema", help="give --rename together with --to schema"
            )
        return None
    schema = read.schema if after.where is None else read_schema_at(Path.cwd() / after.where, project).schema
    if before.kind != "migrations":
        return Renaming(schema, renames)
    folder = Path.cwd() / before.where if before.where else project.migrations
    return Renaming(schema, renames, made=made_in(read_history(folder).migrations, dialect.name))


def _objects(old: Catalog, new: Catalog, dialect: Dialect) -> str:
    there = {thing.key: thing for thing in old.unmanaged}
    made = "".join(
        f"\n-- {thing.kind} {thing.name}\n{_made(there.get(thing.key), thing, dialect)}"
        for thing in new_objects(old, new)
    )
    return made + "".join(
        f"\n-- {step.title}\n{_said(step.statements)}" for step in switches(old, new, dialect)
    )


def _made(before: Unmanaged | None, thing: Unmanaged, dialect: Dialect) -> str:
    """What makes an object, in the place of what bears its name."""
    texts = dialect.make_object(thing)
    if not texts:
        return "-- has to be seen to by hand\n"
    if before is not None and not thing.definition.startswith("CREATE OR REPLACE"):
        texts = (dialect.drop_object(before) or "", *texts)
    return _said(texts)


def _said(texts: Sequence[str]) -> str:
    return "".join(f"{text.rstrip().rstrip(';')};\n" for text in texts if text)


def _dialect(project: Project, read: ReadSchema, sides: Sequence[Side], provider: str | None) -> Dialect:
    if provider is not None:
        return read.dialect(provider)
    for side in sides:
        if side.kind == "url" and side.where is not None:
            return _target(project, read, side.where).dialect
    if any(side.kind == "config-datasource" for side in sides):
        return target_of(project, read).dialect
    if not read.dialects:
        raise ConfigurationError(
            "the schema names no database", help="add a datasource block, or give --provider"
        )
    target = target_if_any(project, read)
    return target.dialect if target is not None else read.dialects[0]


def _catalog(project: Project, read: ReadSchema, side: Side, dialect: Dialect) -> Catalog:
    match side:
        case Side("empty"):
            return Catalog()
        case Side("schema", None):
            return lower(read.schema, dialect)
        case Side("schema", str(path)):
            return lower(read_schema_at(Path.cwd() / path, project).schema, dialect)
        case Side("migrations", where):
            return _history(project, read, Path.cwd() / where if where else project.migrations, dialect)
        case Side("url", str(url)):
            return _live(_target(project, read, url), read)
        case _:
            return _live(target_of(project, read), read)


def _history(project: Project, read: ReadSchema, folder: Path, dialect: Dialect) -> Catalog:
    history = read_history(folder)
    check_lock(history.lock, (dialect.name,))
    return catalog_after(
        history.migrations, dialect, read.schema, places_of(project, read, target_if_any(project, read))
    )


def _live(target: Target, read: ReadSchema) -> Catalog:
    with talk(target) as conversation:
        return conversation.catalog(read.schema)


def _target(project: Project, read: ReadSchema, url: str) -> Target:
    return target_at(Setting(anchored(url, project.root), "the command line"), read)
