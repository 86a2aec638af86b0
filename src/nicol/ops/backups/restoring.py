"""`db restore`: put a backup back, after all that could be wrong with that was looked at."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from nicol.drivers.snapshots import Told, restore
from nicol.errors import ConfigurationError, MigrationError
from nicol.migrate.history import History
from nicol.ops.backups.contents import Contents, contents
from nicol.ops.backups.manifest import BackupInvalid, Manifest
from nicol.ops.backups.proving import check_sum, prove
from nicol.ops.backups.stores import Store
from nicol.ops.backups.taking import place_of
from nicol.ops.databases import Target, ensure_database, exists, explained, namespaces_of, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.questions import Question, Questioner, agreed
from nicol.ops.schemas import ReadSchema, read_schema

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back, or (`checked`) only restored for a test. `pending`: migrations that came after it."""

    manifest: Manifest
    target: Target
    pending: tuple[str, ...]
    checked: bool = False


def db_backups(project: Project, place: str | None = None) -> tuple[str, tuple[Manifest, ...]]:
    """The place where backups lie, in words, and all of them, the oldest first."""
    store = place_of(project, place)
    return store.shown, tuple(store.manifests())


def db_restore(
    project: Project,
    questioner: Questioner,
    *,
    name: str = LATEST,
    source: str | None = None,
    force: bool = False,
    check: bool = False,
    told: Told = lambda _done, _total: None,
) -> Restored:
    """Replace the project's database by a backup, as a whole or not at all; `check`: only see whether that would work.

    MigrationError when the backup is newer than the project: it has migrations that the project does not know.
    """
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    store = place_of(project, source)
    manifest = _chosen(store, name, target)
    _refuse_newer(manifest, history)
    known = {recorded.name for recorded in manifest.migrations}
    pending = tuple(name for name in history.names if name not in known) if known else ()
    with store.data(manifest) as data:
        if check:
            with explained(target):
                prove(target, data, manifest, namespaces_of(read.schema))
            store.rewrite(msgspec.structs.replace(manifest, verified=datetime.now(UTC)))
            return Restored(manifest, target, pending, checked=True)
        check_sum(data, manifest)
        _agree(target, read, manifest, questioner, force=force)
        ensure_database(target)
        _put_back(target, data, told)
    _compare(target, read, manifest)
    return Restored(manifest, target, pending)


def _put_back(target: Target, data: Path, told: Told) -> None:
    with explained(target), tempfile.TemporaryDirectory(prefix="nicol-") as folder:
        restore(target.address, data, Path(folder), told)


def _chosen(store: Store, name: str, target: Target) -> Manifest:
    """The backup of that name; the latest one is that of this database, where there is one of it."""
    found = list(store.manifests())
    if name == LATEST:
        fitting = [each for each in found if each.provider == target.dialect.name]
        own = [each for each in fitting if each.database == target.address.database]
        candidates = own or fitting
    else:
        candidates = [each for each in found if each.name == name]
    if not candidates:
        what = f"no backup called {name!r}" if name != LATEST else "no backup that fits"
        raise ConfigurationError(
            f"there is {what} in {store.shown}",
            help="`nicol db backups` lists them; --from names another place",
        )
    chosen = candidates[-1]
    if chosen.provider != target.dialect.name:
        raise BackupInvalid(
            f"{chosen.name} is a backup of {chosen.provider}, and {target.shown} is another kind of database",
            help="restore it into a database of its own kind, named with --url",
        )
    return chosen


def _refuse_newer(manifest: Manifest, history: History) -> None:
    replaced = {name for migration in history.migrations for name in migration.replaces or ()}
    unknown = [each.name for each in manifest.migrations if each.name not in {*history.names, *replaced}]
    if unknown and history.migrations:
        raise MigrationError(
            f"the backup {manifest.name} is newer than this project: the project does not know the migration "
            + ", ".join(unknown),
            help="restore it with the project as it was when the backup was taken, or later",
            migration=unknown[0],
        )


def _agree(
    target: Target, read: ReadSchema, manifest: Manifest, questioner: Questioner, *, force: bool
) -> None:
    """Show what goes and what comes, and ask."""
    if not exists(target):
        return
    with talk(target) as conversation:
        present = conversation.run(contents(target.dialect, namespaces_of(read.schema)))
    if not present.tables:
        return
    question = Question(
        f"All data in {target.shown} will be replaced by the backup {manifest.name}. Go on?",
        "--force",
        _reasons(present, manifest),
    )
    agreed(questioner, question, beforehand=force)


def _reasons(present: Contents, manifest: Manifest) -> tuple[str, ...]:
    names = sorted(present.tables.keys() | manifest.tables.keys())
    return tuple(
        f"{name}: {present.tables.get(name, 0):,} rows now, {manifest.tables.get(name, 0):,} in the backup"
        for name in names
        if present.tables.get(name) != manifest.tables.get(name)
    ) or (f"every table has as many rows as in the backup of {manifest.taken:%Y-%m-%d %H:%M} UTC",)


def _compare(target: Target, read: ReadSchema, manifest: Manifest) -> None:
    """BackupInvalid when what is there now is not what was backed up; others may have begun to write again."""
    with talk(target) as conversation:
        found = conversation.run(contents(target.dialect, namespaces_of(read.schema)))
    missing = sorted(manifest.tables.keys() - found.tables.keys())
    if missing:
        raise BackupInvalid(
            f"after the restore of {manifest.name} the table {missing[0]} is not there",
            help="restore another backup; `nicol db restore NAME --check` tries one without touching the database",
        )
