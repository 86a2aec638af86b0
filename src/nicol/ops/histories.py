"""The migration history on disk: read whole, written so that a crash leaves either nothing or all of a migration."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from nicol.errors import MigrationError
from nicol.migrate.history import (
    LOCK_FILE,
    PYTHON_FILE,
    SNAPSHOT_FILE,
    History,
    history_of,
    lock_text,
    script_file,
)
from nicol.ops.writing import write_whole


def read_history(folder: Path) -> History:
    """The history in a folder; a folder that does not exist holds none."""
    if not folder.is_dir():
        return History()
    folders = sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))
    )
    files = {
        f"{path.name}/{file.name}": _text(file)
        for path in folders
        for file in sorted(path.iterdir())
        if _ours(file)
    }
    if (lock := folder / LOCK_FILE).is_file():
        files[LOCK_FILE] = _text(lock)
    return history_of(files, (path.name for path in folders))


def _ours(file: Path) -> bool:
    return file.is_file() and (file.name in (SNAPSHOT_FILE, PYTHON_FILE) or file.suffix == ".sql")


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()  # line ends as they are: they count in the checksum
    except UnicodeDecodeError:
        raise MigrationError(f"{file} is not UTF-8 text", help="save the file as UTF-8") from None


def write_migration(
    folder: Path,
    name: str,
    scripts: Mapping[str, str],
    providers: Sequence[str],
    snapshot: str | None,
    python: str | None = None,
) -> Path:
    """Write a new migration's folder, and the lock file where there is none; the folder's path."""
    portable = len(providers) > 1
    files = {script_file(provider, portable=portable): text for provider, text in scripts.items()}
    if snapshot is not None:
        files[SNAPSHOT_FILE] = snapshot
    if python is not None:
        files[PYTHON_FILE] = python
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.part"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for file, text in files.items():
            write_whole(draft / file, text)
        draft.rename(target)
        if not (folder / LOCK_FILE).exists():
            write_whole(folder / LOCK_FILE, lock_text(providers))
    except OSError as error:
        raise _unwritable(folder, error) from error
    return target


def write_snapshot(folder: Path, name: str, text: str) -> None:
    """Replace the snapshot of a migration."""
    try:
        write_whole(folder / name / SNAPSHOT_FILE, text)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> MigrationError:
    return MigrationError(
        f"the migration cannot be written to {folder}: {error.strerror or error}",
        help="make the folder writable, or choose another with the setting `migrations`; nothing was changed",
    )
