"""The migration history on disk: read whole, written so that a crash leaves either nothing or all of a migration."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nicol.errors import MigrationError
from nicol.migrate.history import (
    LOCK_FILE,
    PYTHON_FILE,
    SNAPSHOT_FILE,
    History,
    history_of,
    lock_text,
    replaced_by,
    script_file,
)
from nicol.ops.writing import write_whole


def read_history(folder: Path) -> History:
    """The history in a folder; a folder that does not exist holds none."""
    if not folder.is_dir():
        return History()
    _refuse_interrupted(folder)
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


# ---- folders that make room for another one ------------------------------------------------------------------------------

_SET_ASIDE = ".squashed"


def set_aside(folder: Path, names: Iterable[str]) -> None:
    """Hide migrations until the one that replaces them is there."""
    for name in names:
        (folder / name).rename(folder / f".{name}{_SET_ASIDE}")


def put_in_order(folder: Path) -> None:
    """Take hidden migrations away where another one replaces them, and bring them back where none does."""
    for name, path in _hidden(folder):
        if name in _replaced(folder):
            shutil.rmtree(path)
        else:
            path.rename(folder / name)


def _hidden(folder: Path) -> list[tuple[str, Path]]:
    found = sorted(folder.glob(f".*{_SET_ASIDE}"))
    return [(path.name[1 : -len(_SET_ASIDE)], path) for path in found]


def _replaced(folder: Path) -> frozenset[str]:
    """What the migrations that are there replace, as the heads of their scripts say."""
    scripts = (file for file in folder.glob("[!._]*/*.sql"))
    return frozenset(name for file in scripts for name in replaced_by(_text(file)))


def _refuse_interrupted(folder: Path) -> None:
    hidden = _hidden(folder)
    if hidden and (lost := [name for name, _ in hidden if name not in _replaced(folder)]):
        raise MigrationError(
            f"`nicol migrate squash` was interrupted: {lost[0]} is hidden, and nothing replaces it yet",
            help="run `nicol migrate squash` again",
        )


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
        for left in folder.glob(".*.part"):  # of a process that died
            shutil.rmtree(left, ignore_errors=True)
        if not (folder / LOCK_FILE).exists():
            write_whole(folder / LOCK_FILE, lock_text(providers))
        draft = folder / f".{name}.part"
        draft.mkdir()
        for file, text in files.items():
            write_whole(draft / file, text)
        draft.rename(target)
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
