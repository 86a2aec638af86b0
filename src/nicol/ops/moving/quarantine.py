"""Rows that stay behind: each in a line of a file, with its table, its key, the reason, and what it holds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nicol.errors import ConfigurationError


class Quarantine:
    """A file of JSON lines that only its owner may read. It is made when the first row is brought.

    A row is brought before the database forgets it, so that one whose move was killed may be here twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def bring(self, table: str, key: Sequence[Any], reason: str, row: Mapping[str, Any]) -> None:
        """Write a row down; the line is on the disk when this returns."""
        entry = {"table": table, "key": list(key), "reason": reason, "row": dict(row)}
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a") as file:
                file.write(f"{json.dumps(entry, default=_spelled)}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} cannot be written: {error.strerror}", help="name another file with --quarantine"
            ) from None

    def keys(self) -> dict[str, set[str]]:
        """The keys, as JSON, of the rows of each table that are here."""
        found: dict[str, set[str]] = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                entry = json.loads(line)
                found.setdefault(entry["table"], set()).add(json.dumps(entry["key"]))
        return found


def spelled_key(key: Sequence[Any]) -> str:
    """A key as `Quarantine.keys` has it."""
    return json.dumps(list(key), default=_spelled)


def _spelled(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else str(value)
