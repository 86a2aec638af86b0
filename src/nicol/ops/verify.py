"""`migrate verify`: whether every migration does on each database what it does on the others, and what the schema says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nicol.catalog import Catalog
from nicol.diagnostics import Source
from nicol.dialects.counted import counted
from nicol.migrate.diff import diff
from nicol.migrate.equivalence import inequalities
from nicol.migrate.history import SNAPSHOT_FILE, History, check_lock, snapshot_at
from nicol.migrate.lower import lower
from nicol.migrate.meant import Thing, meant_in
from nicol.migrate.summary import summary
from nicol.ops.databases import target_if_any
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.replay import catalogs_along, places_of
from nicol.ops.schemas import ReadSchema, check_sources, read_schema


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is not as it should be after a migration. `provider`: the database that departs from the schema, if it is one."""

    migration: str
    sentence: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared: so many migrations, on these databases; and what was found."""

    providers: tuple[str, ...]
    migrations: int
    mismatches: tuple[Mismatch, ...]


def migrate_verify(project: Project, told: Callable[[str], None] = lambda _: None) -> Verification:
    """Replay the history on each database of the project and compare what it leads to, migration by migration.

    MigrationError where it cannot be replayed. `told` hears which database is at work.
    """
    read = read_schema(project)
    history = read_history(project.migrations)
    check_lock(history.lock, read.providers)
    places = places_of(project, read, target_if_any(project, read))
    along: dict[str, tuple[Catalog, ...]] = {}
    for dialect in read.dialects:
        told(
            counted(
                f"Replaying {{count}} {{migration|migrations}} on {dialect.name}", len(history.migrations)
            )
        )
        along[dialect.name] = catalogs_along(history.migrations, dialect, read.schema, places)
    found = (*_between(history, along), *_beside(read, history, along))
    return Verification(read.providers, len(history.migrations), found)


def _between(history: History, along: Mapping[str, tuple[Catalog, ...]]) -> Iterator[Mismatch]:
    """Each inequality is told of the migration that brought it, unless a script says that it is meant."""
    (first, *others) = along
    meant = meant_in(history.migrations)
    seen: set[Thing] = set()
    for other in others:
        known: set[str] = set()
        for name, one, two in zip(history.names, along[first], along[other], strict=True):
            found = inequalities(one, two, (first, other))
            allowed = {each.thing for each in meant if each.migration <= name and each.reason}
            seen |= {each.thing for each in found if each.thing is not None}
            sentences = [each.sentence for each in found if each.thing not in allowed]
            yield from (Mismatch(name, sentence) for sentence in sentences if sentence not in known)
            known = set(sentences)
    yield from (Mismatch(each.migration, fault) for each in meant for fault in each.faults(seen))


def _beside(
    read: ReadSchema, history: History, along: Mapping[str, tuple[Catalog, ...]]
) -> Iterator[Mismatch]:
    """What a migration leads to, beside the schema that was kept with it; the last one beside the schema of today."""
    for provider, catalogs in along.items():
        dialect, known = read.dialect(provider), set[str]()
        for place, (migration, catalog) in enumerate(zip(history.migrations, catalogs, strict=True), 1):
            text = snapshot_at(history, place)
            if place == len(catalogs):
                schema = read.schema
            elif text is not None:
                source = Source(f"{migration.name}/{SNAPSHOT_FILE}", text)
                schema = check_sources((source,), read.providers, read.owners).schema
            else:
                continue
            sentences = summary(diff(catalog, lower(schema, dialect)))
            yield from (
                Mismatch(migration.name, sentence, provider)
                for sentence in sentences
                if sentence not in known
            )
            known = set(sentences)
