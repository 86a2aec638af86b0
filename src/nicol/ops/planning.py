"""Planning a migration: what the history stands for on each database, and the steps from there to the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nicol.catalog import Catalog, ObjectName
from nicol.diagnostics import Source
from nicol.dialects.changes import Rename
from nicol.dialects.dialect import Dialect
from nicol.errors import MigrationError
from nicol.migrate.diff import diff
from nicol.migrate.history import SNAPSHOT_FILE, History, latest_snapshot
from nicol.migrate.lower import filled_columns, lower
from nicol.migrate.plan import Step, script, steps_between
from nicol.ops.renaming import Renaming
from nicol.ops.replay import Places, catalog_after
from nicol.ops.schemas import ReadSchema, check_sources
from nicol.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class Plan:
    """The way from one catalog to another on one database."""

    dialect: Dialect
    before: Catalog
    after: Catalog
    steps: tuple[Step, ...]
    renames: tuple[Rename, ...] = ()

    @property
    def text(self) -> str:
        """The script of a migration with these steps."""
        return script(self.steps)


@dataclass(frozen=True, slots=True)
class Plans:
    """One plan for each database of the project, by its name; `remarks` are doubts that people should know of."""

    of: Mapping[str, Plan]
    remarks: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """True when the history stands for the schema on every database."""
        return not any(each.steps for each in self.of.values())


def plan_between(
    before: Catalog,
    after: Catalog,
    dialect: Dialect,
    renames: tuple[Rename, ...] = (),
    schema: Schema | None = None,
) -> Plan:
    """The steps from one catalog to another, which `schema` asks for if any does."""
    filled = frozenset(filled_columns(schema)) if schema is not None else frozenset[tuple[ObjectName, str]]()
    return Plan(dialect, before, after, steps_between(before, after, dialect, renames, filled), renames)


def plan_to(schema: Schema, before: Catalog, dialect: Dialect, renaming: Renaming) -> Plan:
    """The steps from a catalog to a schema's, in which renamed things keep their content."""
    after = lower(schema, dialect)
    return plan_between(before, after, dialect, renaming.between(before, after, dialect), schema)


def plan_all(
    read: ReadSchema, history: History, places: Places, known: Mapping[str, Catalog], renaming: Renaming
) -> Plans:
    """Plan from the history to the schema for every database; `known` is what the history is known to stand for.

    Where a history cannot be replayed because no server of its kind is at hand, its snapshot tells what it stands for.
    """
    befores = dict(known)
    for dialect in read.dialects:
        if dialect.name not in befores and places.serve(dialect):
            befores[dialect.name] = catalog_after(history.migrations, dialect, read.schema, places)
    made: dict[str, Plan] = {}
    for name, before in befores.items():
        made[name] = plan_to(read.schema, before, read.dialect(name), renaming)
    remarks: list[str] = []
    for dialect in read.dialects:
        if dialect.name not in made:
            before = _remembered(read, history, dialect, Plans(made), remarks)
            made[dialect.name] = plan_to(read.schema, before, dialect, renaming)
    return Plans(made, (*remarks, *renaming.remarks))


def _remembered(
    read: ReadSchema, history: History, dialect: Dialect, replayed: Plans, remarks: list[str]
) -> Catalog:
    """What the history stands for on a database that is out of reach."""
    if not history.migrations:
        return Catalog(namespaces=(dialect.default_namespace,) if dialect.default_namespace else ())
    text = latest_snapshot(history)
    if text is not None:
        snapshot = check_sources((Source(SNAPSHOT_FILE, text),), read.providers, read.owners).schema
        remarks.extend(_beyond(snapshot, replayed, dialect))
        return lower(snapshot, dialect)
    if replayed.of and replayed.empty:
        remarks.append(
            f"the history was merged or edited, so that its state on {dialect.name} is not remembered; since it stands for "
            f"this schema on {' and '.join(replayed.of)}, the same was taken for granted on {dialect.name}"
        )
        return lower(read.schema, dialect)
    last = history.migrations[-1].name
    raise MigrationError(
        f"what the history stands for on {dialect.name} is not known: no server is at hand, and the snapshot in {last} is "
        "missing or from before a merge",
        code="P3014",
        help=(
            f"run it with a {dialect.name} URL, or name a variable with `shadow_url_env` in the configuration; without a "
            "server, run `nicol migrate dev` once with the schema as the migrations left it, before changing it"
        ),
        migration=last,
    )


def _beyond(snapshot: Schema, replayed: Plans, dialect: Dialect) -> list[str]:
    """What hand-written SQL has changed beyond the schema, seen where the history could be replayed."""
    found = [name for name, each in replayed.of.items() if diff(each.before, lower(snapshot, each.dialect))]
    return [
        f"the SQL of the history changes tables beyond its schema on {name}; the script for {dialect.name} was planned "
        "from the schema alone, so read it before you deploy it"
        for name in found
    ]
