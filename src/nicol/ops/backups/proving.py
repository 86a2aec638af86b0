"""Proof of a backup: it is restored into a database of its own, which is compared with what was backed up and dropped."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from nicol.catalog import Catalog
from nicol.drivers import Address, create_database, drop_database, open_database
from nicol.drivers.snapshots import restore
from nicol.ops.backups.contents import Contents, contents
from nicol.ops.backups.manifest import BackupInvalid, Manifest
from nicol.ops.databases import Target
from nicol.ops.drift import drift

_SHOWN = 10


def check_sum(data: Path, manifest: Manifest) -> None:
    """BackupInvalid when the data is not what was written."""
    with data.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != manifest.sha256:
        raise BackupInvalid(
            f"the data of the backup {manifest.name} was changed or damaged: its checksum is another one",
            help="choose another backup: `nicol db backups` lists them",
        )


def prove(
    target: Target,
    data: Path,
    manifest: Manifest,
    namespaces: tuple[str, ...],
    catalog: Catalog | None = None,
) -> None:
    """Restore the data beside the target and compare; BackupInvalid says what differs.

    `catalog`: what the database held, where somebody still knows; rows and migrations are compared with the manifest.
    """
    check_sum(data, manifest)
    found = contents_of(target, data, namespaces)
    differences = [*_differences(manifest, found), *(_structure(catalog, found.catalog) if catalog else ())]
    if differences:
        shown = "".join(f"\n  - {each}" for each in differences[:_SHOWN])
        more = f"\n  and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
        raise BackupInvalid(
            f"restored for a test, the backup {manifest.name} differs from its database:{shown}{more}",
            help="do not rely on it; former backups are untouched",
        )


def contents_of(target: Target, data: Path, namespaces: tuple[str, ...]) -> Contents:
    """What a backup's data holds, seen in a database on the target's server that is dropped afterwards."""
    scratch = target.address.on(f"nicol_verify_{secrets.token_hex(4)}")
    try:
        create_database(scratch)
        _restore(scratch, data)
        with open_database(scratch.for_scripts()) as database:
            return database.run(contents(target.dialect, namespaces), write=False)
    finally:
        drop_database(scratch)


def _restore(scratch: Address, data: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="nicol-") as folder:
        restore(scratch, data, Path(folder), lambda _done, _total: None)


def _differences(manifest: Manifest, found: Contents) -> Iterable[str]:
    for name in sorted(manifest.tables.keys() | found.tables.keys()):
        before, after = manifest.tables.get(name), found.tables.get(name)
        if before != after:
            yield f"{name}: {_count(before)} became {_count(after)}"
    if manifest.migrations != found.migrations:
        yield "the migrations that were applied are others"


def _count(rows: int | None) -> str:
    return "no table" if rows is None else f"{rows} row{'s' if rows != 1 else ''}"


def _structure(before: Catalog, after: Catalog) -> Iterable[str]:
    found = drift(_carried(before), _carried(after))
    return (*found.tables, *found.objects)


def _carried(catalog: Catalog) -> Catalog:
    return replace(catalog, unmanaged=tuple(thing for thing in catalog.unmanaged if not thing.is_servers))
