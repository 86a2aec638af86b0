"""What is known of a backup without opening it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from nicol.errors import NicolError

MANIFEST = "manifest.json"
"""The file whose presence makes a folder a backup: it is written last."""

FORMAT = 1


class BackupInvalid(NicolError):
    """A backup that cannot be read, or is not what its manifest says."""


class Recorded(msgspec.Struct, frozen=True):
    """A migration that was applied, with the checksum of its script."""

    name: str
    checksum: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One backup. `name` is that of its folder, `database` the source without login, `file` the data beside the manifest.

    `size` in bytes, `seconds` from the first byte to the last. `migrations`: those that the database had, in the order of
    their names. `tables`: the rows of each table at that moment. `verified`: when it was restored for a test and found whole.
    """

    format: int
    name: str
    taken: datetime
    seconds: float
    nicol: str
    provider: str
    version: str
    database: str
    method: str
    file: str
    size: int
    sha256: str
    migrations: tuple[Recorded, ...]
    tables: dict[str, int]
    verified: datetime | None = None

    @property
    def head(self) -> str | None:
        """The last migration that the database had."""
        return self.migrations[-1].name if self.migrations else None

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(self.tables.values())


def encoded(manifest: Manifest) -> bytes:
    """The manifest as the text of its file."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decoded(content: bytes, place: str) -> Manifest:
    """What a manifest's file says; BackupInvalid, naming the place, when it says nothing or was written by a newer Nicol."""
    try:
        found = msgspec.json.decode(content, type=_Format)
        if found.format > FORMAT:
            raise BackupInvalid(
                f"{place} was written by Nicol {found.nicol}, which is newer",
                help="restore it with that version, or a later one",
            )
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackupInvalid(
            f"{place} is no manifest of a backup: {error}", help="choose another backup"
        ) from None


class _Format(msgspec.Struct):
    format: int
    nicol: str = "?"


_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


def name_of(database: str, taken: datetime) -> str:
    """The name of a backup: names of one database sort by time."""
    plain = _PLAIN.sub("-", Path(database).stem).strip("-") or "database"
    return f"{plain}-{taken.astimezone(UTC):%Y%m%dT%H%M%S%f}Z"
