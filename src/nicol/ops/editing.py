"""Editing: which files belong to the schema of a file that is open in an editor, and which databases it is for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nicol.errors import ConfigurationError
from nicol.ops.configuration import Configuration, find_configuration

_DATASOURCE = re.compile(r"^[ \t]*datasource[ \t]+\w+[ \t]*\{", re.MULTILINE)
_LEVELS_UP = 3
_LEVELS_DOWN = 4
_FOREIGN = frozenset({"migrations", "node_modules", "venv", "__pycache__"})
"""Folders that hold no part of a schema, and may hold a great many files."""


@dataclass(frozen=True, slots=True)
class OpenSchema:
    """The schema of a file: its files with their texts in order, the databases that the configuration names, whose it
    says the annotations without a name space are, and what is wrong with it, where something is."""

    files: tuple[tuple[Path, str], ...]
    providers: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict[str, str])
    fault: ConfigurationError | None = None


def open_schema(file: Path, buffers: Mapping[Path, str]) -> OpenSchema:
    """The schema that a file is part of. `buffers` are texts that an editor holds; they come before those on disk."""
    fault, configuration = None, Configuration(file.parent)
    try:
        configuration = find_configuration(file.parent)
    except ConfigurationError as error:
        fault = error
    texts = {path: _text(path, buffers) for path in _files(file, configuration, buffers)}
    found = tuple((path, text) for path, text in sorted(texts.items()) if text is not None)
    return OpenSchema(found, configuration.providers, configuration.annotations, fault)


def _files(file: Path, configuration: Configuration, buffers: Mapping[Path, str]) -> set[Path]:
    """The file itself, and those that belong to it."""
    named = (
        Path(os.path.normpath(configuration.root / configuration.schema)) if configuration.schema else None
    )
    if named is not None and (named == file or named in file.parents):
        folder = named if named.is_dir() else None
        return {file} if folder is None else {file, *_prisma_files(folder, buffers)}
    folder = _folder(file, buffers)
    together = {file, *_prisma_files(folder, buffers)}
    sources = [path for path in together if _has_datasource(path, buffers)]
    return together if len(sources) <= 1 else {file}


def _folder(file: Path, buffers: Mapping[Path, str]) -> Path:
    """The folder of the schema: that of the file, or one further up that holds the datasource."""
    if not _has_datasource(file, buffers):
        for folder in (file.parent, *list(file.parents)[1:_LEVELS_UP]):
            beside = _beside(folder, buffers)
            if any(_has_datasource(path, buffers) for path in beside):
                return folder
    return file.parent


def _beside(folder: Path, buffers: Mapping[Path, str]) -> set[Path]:
    found = set(folder.glob("*.prisma")) if folder.is_dir() else set[Path]()
    return found | {path for path in buffers if path.parent == folder}


def _prisma_files(folder: Path, buffers: Mapping[Path, str]) -> set[Path]:
    """The schema files of a folder and of those in it; those of a migration history are none of it."""
    found = {path for path in buffers if folder in path.parents and path.suffix == ".prisma"}
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        deep = len(here.relative_to(folder).parts) >= _LEVELS_DOWN
        folders[:] = () if deep else [name for name in folders if name not in _FOREIGN and name[0] != "."]
        found.update(here / name for name in files if name.endswith(".prisma"))
    return {path for path in found if _FOREIGN.isdisjoint(path.relative_to(folder).parts)}


def _has_datasource(path: Path, buffers: Mapping[Path, str]) -> bool:
    text = _text(path, buffers)
    return text is not None and _DATASOURCE.search(text) is not None


def _text(path: Path, buffers: Mapping[Path, str]) -> str | None:
    """The text of a file, its line ends as they are; None where it cannot be read."""
    if path in buffers:
        return buffers[path]
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
