"""The snapshot that fits an address."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import assert_never

from nicol.drivers.address import Address, PostgresAddress, SqliteAddress
from nicol.drivers.database import require_psycopg
from nicol.drivers.snapshots.snapshot import Snapshot, Told


def snapshot(address: Address, folder: Path) -> AbstractContextManager[Snapshot]:
    """The database as it is now; what does not fit into memory is put into the folder meanwhile."""
    match address:
        case SqliteAddress():
            from nicol.drivers.snapshots.sqlite import sqlite_snapshot

            return sqlite_snapshot(address, folder)
        case PostgresAddress():
            require_psycopg()
            from nicol.drivers.snapshots.postgres import postgres_snapshot

            return postgres_snapshot(address)
        case _:
            assert_never(address)


def restore(address: Address, path: Path, folder: Path, told: Told) -> None:
    """Replace all that the database holds by what a snapshot saved; the database is there already.

    It is one transaction: whatever goes wrong, the database stays as it was.
    """
    match address:
        case SqliteAddress():
            from nicol.drivers.snapshots.sqlite import sqlite_restore

            sqlite_restore(address, path, folder, told)
        case PostgresAddress():
            require_psycopg()
            from nicol.drivers.snapshots.postgres import postgres_restore

            postgres_restore(address, path, told)
        case _:
            assert_never(address)
