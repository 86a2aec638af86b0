"""Which backups go, as a table: ages in days from the oldest to the newest, `v` behind a verified one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nicol.ops.backups.manifest import FORMAT, BackupInvalid, Manifest, decoded, encoded
from nicol.ops.backups.rotation import Keep, expired

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def backup(text: str) -> Manifest:
    """A backup of some age."""
    taken = NOW - timedelta(days=float(text.rstrip("v")))
    return Manifest(
        format=FORMAT, name=text, taken=taken, seconds=1.0, nicol="1", provider="sqlite", version="3", database="dev.db",
        method="sqlite", file="data.sqlite.gz", size=1, sha256="", migrations=(), tables={},
        verified=taken if text.endswith("v") else None,
    )  # fmt: skip


CASES: list[tuple[str, Keep, str]] = [
    ("9 3 1 0", Keep(), ""),
    ("9 3 1 0", Keep(2), "9 3"),
    ("9 3 1 0", Keep(1), "9 3 1"),
    ("9 3 1 0", Keep(9), ""),
    ("9 3 1 0", Keep(age=timedelta(days=2)), "9 3"),
    ("9 3 1", Keep(age=timedelta(hours=1)), "9 3"),
    ("9 3 1 0", Keep(1, timedelta(days=3)), "9"),
    ("9 3 1 0", Keep(3, timedelta(days=1)), "9"),
    ("9 3v 1 0", Keep(1), "9 1"),
    ("9v 3v 1 0", Keep(1), "9v 1"),
    ("9v 3v 1 0v", Keep(1), "9v 3v 1"),
]


@pytest.mark.parametrize(("there", "keep", "gone"), CASES)
def test_old_backups_go(there: str, keep: Keep, gone: str) -> None:
    found = expired([backup(each) for each in there.split()], keep, NOW)
    assert {each.name for each in found} == set(gone.split())


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert decoded(encoded(backup("3v")), "here") == backup("3v")


BROKEN = [
    (b"", "is no manifest"),
    (b"{}", "is no manifest"),
    (b'{"format": 1}', "is no manifest"),
    (b'{"format": 2, "nicol": "9.1"}', "was written by Nicol 9.1"),
    (encoded(backup("3")).replace(b'"tables"', b'"t"'), "is no manifest"),
]


@pytest.mark.parametrize(("content", "sentence"), BROKEN)
def test_what_is_no_manifest_is_told(content: bytes, sentence: str) -> None:
    with pytest.raises(BackupInvalid, match=sentence):
        decoded(content, "here")
