"""`db backup`: take one, check it if that is wanted, and let the old ones go."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic

import msgspec

import nicol
from nicol.drivers.snapshots import Snapshot, Told, snapshot
from nicol.errors import ConfigurationError, NicolError
from nicol.ops.backups.contents import Contents, contents
from nicol.ops.backups.layout import layout_of
from nicol.ops.backups.manifest import FORMAT, Manifest, name_of
from nicol.ops.backups.proving import prove
from nicol.ops.backups.rotation import Keep, expired
from nicol.ops.backups.stores import Store, open_store
from nicol.ops.databases import Target, exists, explained, namespaces_of, need_all_rows, target_of
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.sql.quoting import quote_full

FOLDER = "backups"
"""Where backups go when nobody says otherwise: a folder of the project."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken, the place it lies in, and those that went for it."""

    manifest: Manifest
    place: str
    removed: tuple[str, ...]


def place_of(project: Project, named: str | None) -> Store:
    """Where the project's backups lie: as named, as configured, or in its own folder."""
    return open_store(named or project.configuration.backups or FOLDER, project.root)


def db_backup(
    project: Project,
    *,
    to: str | None = None,
    keep: Keep = Keep(),  # noqa: B008 - a frozen value
    verify: bool = False,
    told: Told = lambda _done, _total: None,
) -> Taken:
    """Take a backup of the project's database while others work with it.

    It is a backup from the moment at which it is whole: what ends before leaves the former ones as they were.
    """
    read = read_schema(project)
    target = target_of(project, read)
    store = place_of(project, to)
    if target.address.in_memory or not exists(target):
        raise ConfigurationError(
            f"there is nothing to back up: {target.shown} (from {target.url.origin}) is not there",
            help="name the database with --url, or make it with `nicol migrate deploy`",
        )
    namespaces = namespaces_of(read.schema)
    started, taken = monotonic(), datetime.now(UTC)
    with store.stage() as folder, _room(store), explained(target):
        with snapshot(target.address, folder) as frozen:
            found = frozen.run(contents(target.dialect, namespaces))
            tables = (quote_full(table.namespace, table.name) for table in found.catalog.tables)
            frozen.run(need_all_rows(target, tables))
            data = folder / f"data{frozen.suffix}"
            frozen.save(data, partial(layout_of, target.dialect), told)
            manifest = _manifest(target, frozen, data, found, taken, monotonic() - started)
        if verify:
            prove(target, data, manifest, namespaces, catalog=found.catalog)
            manifest = msgspec.structs.replace(manifest, verified=datetime.now(UTC))
        store.publish(folder, manifest)
    return Taken(manifest, store.shown, _let_go(store, manifest, keep))


@contextmanager
def _room(store: Store) -> Generator[None]:
    """A full disk, in words."""
    try:
        yield
    except OSError as error:
        raise NicolError(
            f"the backup cannot be written to {store.shown}: {error.strerror or error}",
            help="make room, or name another place with --to; former backups are untouched",
        ) from error


def _manifest(
    target: Target, frozen: Snapshot, data: Path, found: Contents, taken: datetime, seconds: float
) -> Manifest:
    with data.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest(
        format=FORMAT,
        name=name_of(target.address.database, taken),
        taken=taken,
        seconds=round(seconds, 3),
        nicol=nicol.__version__,
        provider=target.dialect.name,
        version=frozen.version,
        database=target.address.database,
        method=frozen.method,
        file=data.name,
        size=data.stat().st_size,
        sha256=digest,
        migrations=found.migrations,
        tables=found.tables,
    )


def _let_go(store: Store, newest: Manifest, keep: Keep) -> tuple[str, ...]:
    """Remove the old backups of the same database."""
    alike = [
        each
        for each in store.manifests()
        if (each.provider, each.database) == (newest.provider, newest.database)
    ]
    gone = expired(alike, keep, newest.taken)
    for each in gone:
        store.remove(each)
    return tuple(each.name for each in gone)
