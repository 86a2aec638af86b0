"""Snapshots of SQLite files by the online backup interface (https://sqlite.org/backup.html), page by page.

Copying the file itself would lose what still stands in the write-ahead log, or tear it.
"""

# APSW's stubs name `collections.abc.Buffer`, which Python has since 3.12 only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import errno
import gzip
import os
import shutil
import time
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, TypeVar

import apsw

from nicol.drivers.address import SqliteAddress
from nicol.drivers.connection import run
from nicol.drivers.snapshots.layout import LayOut
from nicol.drivers.snapshots.snapshot import Told
from nicol.drivers.sqlite import SqliteConnection
from nicol.drivers.sqlite_said import failure, state_of
from nicol.errors import DriverError
from nicol.sql.program import Program

T = TypeVar("T")

_PAGES = 256
"""Pages of one step: 1 MB of the usual size, after which progress is told and a lock, where one is held, let go."""
_BLOCK = 1 << 20
_UNWRITTEN = frozenset({"SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE"})
"""What befalls the copy alone: the database is only read."""
_LEVEL = 1
"""Higher levels of gzip take several times as long for a few percent."""


@dataclass(frozen=True, slots=True)
class SqliteSnapshot:
    """A copy of the file, which lasts as long as the block in which it was taken."""

    copy: Path
    connection: SqliteConnection

    method: ClassVar[str] = "sqlite"
    suffix: ClassVar[str] = ".sqlite.gz"

    @property
    def version(self) -> str:
        """The version of the library."""
        return apsw.sqlite_lib_version()

    def run(self, program: Program[T]) -> T:
        """Ask the copy."""
        return run(program, self.connection)

    def save(self, path: Path, lay_out: LayOut, told: Told) -> None:  # noqa: ARG002 - the pages hold everything
        """Compress the copy."""
        total, done = self.copy.stat().st_size, 0
        with self.copy.open("rb") as plain, gzip.open(path, "wb", compresslevel=_LEVEL) as packed:
            while block := plain.read(_BLOCK):
                packed.write(block)
                done += len(block)
                told(done, total)


@contextmanager
def sqlite_snapshot(address: SqliteAddress, folder: Path) -> Generator[SqliteSnapshot]:
    """Copy the database into the folder, and take the copy away at the end."""
    copy = folder / "snapshot.sqlite"
    try:
        _copy_out(address, copy)
        connection = SqliteConnection(SqliteAddress(str(copy), read_only=True))
        try:
            yield SqliteSnapshot(copy, connection)
        finally:
            connection.close()
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)


def _copy_out(address: SqliteAddress, path: Path) -> None:
    try:
        source = apsw.Connection(address.path, flags=apsw.SQLITE_OPEN_READWRITE)
        target = apsw.Connection(str(path))
    except apsw.Error as error:
        raise failure(error, "") from error
    try:
        source.set_busy_timeout(round(address.busy_timeout * 1000))
        if logged := source.pragma("journal_mode") == "wal":
            # Readers of a write-ahead log keep nobody from writing, and what they see stays as it is: without this the
            # copy would begin anew with every write of another connection (https://sqlite.org/c3ref/backup_finish.html).
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
        target.pragma("synchronous", "off")  # the copy is read once
        _step_through(target, source, address.busy_timeout)
        if logged:
            # The log has grown meanwhile. Without this the next writer would have to bring all of it into the file.
            source.execute("ROLLBACK")
            source.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    except apsw.FullError:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from None
    except apsw.IOError as error:
        if state_of(error) not in _UNWRITTEN:
            raise failure(error, "") from error
        why = target.system_errno or errno.EIO
        raise OSError(why, os.strerror(why), str(path)) from None
    except apsw.Error as error:
        raise failure(error, "") from error
    finally:
        source.close(force=True)
        target.close(force=True)


def _step_through(
    target: apsw.Connection, source: apsw.Connection, patience: float, told: Told | None = None
) -> None:
    """Copy all pages; who meets a lock waits for it as long as the address allows."""
    size = source.pragma("page_size")
    deadline = time.monotonic() + patience
    with target.backup("main", source, "main") as backup:
        while not backup.done:
            try:
                backup.step(_PAGES)
            except (apsw.BusyError, apsw.LockedError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
                continue
            deadline = time.monotonic() + patience
            if told is not None:
                told((backup.page_count - backup.remaining) * size, backup.page_count * size)


# ---- back ------------------------------------------------------------------------------------------------------------


def sqlite_restore(address: SqliteAddress, path: Path, folder: Path, told: Told) -> None:
    """Unpack and check the copy, then write its pages into the live file in one transaction.

    Programs that have the database open go on with what was restored.
    """
    copy = folder / "restore.sqlite"
    try:
        _unpack(path, copy)
        _check(copy)
        _copy_in(address, copy, told)
    finally:
        copy.unlink(missing_ok=True)


def _unpack(path: Path, copy: Path) -> None:
    try:
        with gzip.open(path, "rb") as packed, copy.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _BLOCK)
    except (OSError, EOFError, zlib.error) as error:
        raise DriverError(f"the backup cannot be unpacked: {error}", state="SQLITE_CORRUPT") from error


def _check(copy: Path) -> None:
    """DriverError when the file is not a whole database."""
    try:
        found = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            _settle(found)
            ((verdict,),) = found.execute("PRAGMA integrity_check(1)").fetchall()
        finally:
            found.close(force=True)
    except apsw.Error as error:
        raise failure(error, "PRAGMA integrity_check") from error
    if verdict != "ok":
        raise DriverError(f"the backup is damaged: {verdict}", state="SQLITE_CORRUPT")


def _settle(copy: apsw.Connection) -> None:
    """A copy of a file with a write-ahead log says that it has one too; its pages are to be in the file alone."""
    copy.pragma("journal_mode", "delete")


def _copy_in(address: SqliteAddress, copy: Path, told: Told) -> None:
    live = SqliteConnection(replace(address, read_only=False))
    source = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        _same_pages(live.raw, source, address)
        _step_through(live.raw, source, address.busy_timeout, told)
    except apsw.Error as error:
        raise failure(error, "") from error
    finally:
        source.close(force=True)
        live.close()
    _sync(Path(address.path))


def _same_pages(live: apsw.Connection, source: apsw.Connection, address: SqliteAddress) -> None:
    """https://sqlite.org/c3ref/backup_finish.html: a file with a write-ahead log keeps the size of its pages."""
    mine, theirs = live.pragma("page_size"), source.pragma("page_size")
    if mine != theirs:
        raise DriverError(
            f"the pages of {address.masked} have {mine} bytes and those of the backup {theirs}; move the file away, and "
            "restore without it",
            state="SQLITE_READONLY",
        )


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
