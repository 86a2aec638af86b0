"""The files of typed SQL: which query each says, and for which databases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from nicol.errors import GenerationFailed
from nicol.ops.project import Project

_NAME = re.compile(r"([A-Za-z_]\w*)(?:\.(\w+))?\.sql")


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A file and the database that it is for, None: every one that the project serves."""

    path: Path
    name: str
    dialect: str | None
    text: str


def folder_of(project: Project) -> Path:
    """The folder of a project's SQL files: `sql` beside the schema."""
    home = project.schema if project.schema.is_dir() else project.schema.parent
    return home / "sql"


def sql_files(folder: Path, providers: Sequence[str]) -> list[SqlFile]:
    """The files of a folder in order; GenerationFailed where a name is none, or a database has no file."""
    if not folder.is_dir():
        raise GenerationFailed(
            f"there is no folder {folder}", help="put one file for each query there: sql/name.sql"
        )
    found = [_file(path, providers) for path in sorted(folder.glob("*.sql"))]
    if not found:
        raise GenerationFailed(
            f"there is no file of SQL in {folder}", help="put one file for each query there: sql/name.sql"
        )
    for name in {file.name for file in found}:
        missing = set(providers) - {
            given for file in found if file.name == name for given in _served(file, providers)
        }
        if missing:
            raise GenerationFailed(
                f"{folder / name}.sql is missing for {', '.join(sorted(missing))}",
                help=f"write {name}.{min(missing)}.sql, or one {name}.sql for every database",
            )
    return _without_shadowed(found)


def _served(file: SqlFile, providers: Sequence[str]) -> Sequence[str]:
    return providers if file.dialect is None else (file.dialect,)


def _without_shadowed(files: list[SqlFile]) -> list[SqlFile]:
    for file in files:
        if file.dialect is None and any(other.name == file.name and other.dialect for other in files):
            raise GenerationFailed(
                f"{file.path} and a file of the same name for one database say the same query",
                help="keep the one file, or one for each database",
            )
    return files


def _file(path: Path, providers: Sequence[str]) -> SqlFile:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise GenerationFailed(
            f"{path} has no name that a function could have",
            help="use letters, digits and underscores: top_authors.sql",
        )
    name, dialect = match.groups()
    if dialect is not None and dialect not in providers:
        raise GenerationFailed(
            f"{path} is for {dialect}, which the project does not serve",
            help=f"it serves {', '.join(providers)}",
        )
    if name.startswith("_") or iskeyword(name):
        raise GenerationFailed(f"{path} has a name that Python keeps for itself", help="rename the file")
    return SqlFile(path, name, dialect, path.read_text("utf-8"))
