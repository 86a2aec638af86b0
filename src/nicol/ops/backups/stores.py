"""Where backups lie: a folder, or a bucket that speaks S3. A backup is there when its manifest is, which comes last."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from nicol.errors import ConfigurationError
from nicol.ops.backups.manifest import MANIFEST, BackupInvalid, Manifest, decoded, encoded

_STAGE = ".partial-"
_FORGOTTEN = 24 * 3600.0
"""Seconds after which an unfinished backup is nobody's: the process that wrote it was killed."""


class Store(Protocol):
    """A place for backups. ConfigurationError when it cannot be reached or written."""

    @property
    def shown(self) -> str:
        """The place in words, without secrets."""
        ...

    @contextmanager
    def stage(self) -> Generator[Path]:
        """A folder on this machine in which a backup is made; nothing of it stays that was not published."""
        ...

    def publish(self, staged: Path, manifest: Manifest) -> None:
        """Put the data that lies in a staging folder into its place, and then its manifest."""
        ...

    def manifests(self) -> Iterable[Manifest]:
        """All whole backups, the oldest first."""
        ...

    @contextmanager
    def data(self, manifest: Manifest) -> Generator[Path]:
        """The data of a backup as a file on this machine."""
        ...

    def rewrite(self, manifest: Manifest) -> None:
        """Replace what is known of a backup."""
        ...

    def remove(self, manifest: Manifest) -> None:
        """Take a backup away, the manifest first, so that no half of it looks whole."""
        ...


class FolderStore:
    """Backups in a folder, one folder each. Only their owner may read them: they hold what the database holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def shown(self) -> str:
        """The folder's path."""
        return str(self._folder)

    @contextmanager
    def stage(self) -> Generator[Path]:
        """A folder beside the backups: what is published is only renamed."""
        try:
            self._make()
            staged = Path(tempfile.mkdtemp(prefix=_STAGE, dir=self._folder))
        except OSError as error:
            raise _not_written(self.shown, error) from None
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def publish(self, staged: Path, manifest: Manifest) -> None:
        """Rename the staging folder."""
        try:
            (staged / manifest.file).chmod(0o600)
            _write(staged / MANIFEST, encoded(manifest))
            staged.rename(self._folder / manifest.name)
            _sync(self._folder)
        except OSError as error:
            raise _not_written(self.shown, error) from None

    def manifests(self) -> Iterable[Manifest]:
        """Read the manifest of every folder that has one."""
        found = [decoded(path.read_bytes(), str(path)) for path in self._folder.glob(f"[!.]*/{MANIFEST}")]
        return sorted(found, key=lambda manifest: manifest.taken)

    @contextmanager
    def data(self, manifest: Manifest) -> Generator[Path]:
        """The file itself."""
        path = self._folder / manifest.name / manifest.file
        if not path.is_file():
            raise BackupInvalid(
                f"the data of {manifest.name} is not there: {path}", help="choose another backup"
            )
        yield path

    def rewrite(self, manifest: Manifest) -> None:
        """Write the manifest beside itself, then rename it."""
        path = self._folder / manifest.name / MANIFEST
        try:
            _write(path.with_suffix(".new"), encoded(manifest))
            path.with_suffix(".new").replace(path)
        except OSError as error:
            raise _not_written(self.shown, error) from None

    def remove(self, manifest: Manifest) -> None:
        """Rename the folder so that nobody takes it for a backup, then empty it."""
        gone = self._folder / f"{_STAGE}{manifest.name}"
        try:
            (self._folder / manifest.name).rename(gone)
            shutil.rmtree(gone)
        except OSError as error:
            raise _not_written(self.shown, error) from None

    def _make(self) -> None:
        if not self._folder.exists():
            self._folder.mkdir(parents=True, mode=0o700)
            (self._folder / ".gitignore").write_text("*\n")
        for left in self._folder.glob(f"{_STAGE}*"):
            if time.time() - left.stat().st_mtime > _FORGOTTEN:
                shutil.rmtree(left, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file that is on the disk when this returns, and that nobody else may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder last; Windows has no way to ask for that, and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_written(place: str, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"backups cannot be kept in {place}: {error.strerror or error}",
        help="name another place with --to, or make room; former backups are untouched",
    )


def open_store(place: str, root: Path) -> Store:
    """The place that a text names: `s3://bucket/prefix`, or a folder, which is understood from the project's."""
    if place.startswith("s3://"):
        from nicol.ops.backups.bucket import BucketStore

        return BucketStore(place)
    scheme = place.partition("://")[0] if "://" in place else ""
    if scheme not in ("", "file"):
        raise ConfigurationError(
            f"backups cannot be kept in {scheme}://…", help="a folder, or s3://bucket/prefix, can be named"
        )
    return FolderStore(root / place.removeprefix("file://"))
