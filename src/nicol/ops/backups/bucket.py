"""Backups in a bucket that speaks S3, through obstore; address and keys come from the usual `AWS_…` variables."""

# obstore speaks Arrow to those who ask for it, and its types then name a library that is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from nicol.errors import ConfigurationError, MissingExtra
from nicol.ops.backups.manifest import MANIFEST, BackupInvalid, Manifest, decoded, encoded

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_BLOCK = 8 << 20


class BucketStore:
    """Backups under `s3://bucket/prefix`, the data and the manifest of each as two objects."""

    def __init__(self, url: str) -> None:
        self.shown = url
        self._store = _connected(url)

    @contextmanager
    def stage(self) -> Generator[Path]:
        """A temporary folder of this machine."""
        with tempfile.TemporaryDirectory(prefix="nicol-backup-") as folder:
            yield Path(folder)

    def publish(self, staged: Path, manifest: Manifest) -> None:
        """Send the data, large files in parts, and the manifest after it."""
        import obstore

        with self._explained():
            obstore.put(self._store, f"{manifest.name}/{manifest.file}", staged / manifest.file)
        self.rewrite(manifest)

    def manifests(self) -> Iterable[Manifest]:
        """Fetch every manifest."""
        with self._explained():
            found = [decoded(self._fetch(path), f"{self.shown}/{path}") for path in self._paths()]
        return sorted(found, key=lambda manifest: manifest.taken)

    @contextmanager
    def data(self, manifest: Manifest) -> Generator[Path]:
        """The data, fetched into a temporary folder."""
        import obstore

        with tempfile.TemporaryDirectory(prefix="nicol-restore-") as folder:
            path = Path(folder) / manifest.file
            with self._explained(), path.open("wb") as file:
                try:
                    answer = obstore.get(self._store, f"{manifest.name}/{manifest.file}")
                except FileNotFoundError:
                    raise BackupInvalid(
                        f"the data of {manifest.name} is not there: {self.shown}",
                        help="choose another backup",
                    ) from None
                for block in answer.stream(min_chunk_size=_BLOCK):
                    file.write(block)
            yield path

    def rewrite(self, manifest: Manifest) -> None:
        """Put the manifest: in a bucket that happens as a whole."""
        import obstore

        with self._explained():
            obstore.put(self._store, f"{manifest.name}/{MANIFEST}", encoded(manifest))

    def remove(self, manifest: Manifest) -> None:
        """Delete the manifest, then the data."""
        import obstore

        with self._explained():
            obstore.delete(self._store, f"{manifest.name}/{MANIFEST}")
            obstore.delete(self._store, f"{manifest.name}/{manifest.file}")

    def _paths(self) -> Iterator[str]:
        import obstore

        for chunk in obstore.list(self._store, return_arrow=False):
            yield from (each["path"] for each in chunk if each["path"].endswith(f"/{MANIFEST}"))

    def _fetch(self, path: str) -> bytes:
        import obstore

        return bytes(obstore.get(self._store, path).bytes())

    @contextmanager
    def _explained(self) -> Generator[None]:
        """The refusals of the bucket as an error of ours."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            raise ConfigurationError(
                f"the place {self.shown} cannot be used: {_first(error)}",
                help="check the bucket's name, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and AWS_ENDPOINT "
                "for a server that is not Amazon's",
            ) from None


def _first(error: Exception) -> str:
    """What went wrong, without the page that the server sent along."""
    text = str(error).partition("\n")[0]
    return text.partition(": <?xml")[0].rpartition(" - ")[2] or text


def _connected(url: str) -> ObjectStore:
    try:
        from obstore.store import from_url
    except ImportError:
        raise MissingExtra("A bucket for backups", "s3") from None
    try:
        return from_url(
            url,
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)},
        )
    except Exception as error:  # noqa: BLE001 - obstore raises classes of its own for what is wrong in a URL
        raise ConfigurationError(f"{url} names no bucket: {error}", help="write s3://bucket/prefix") from None
