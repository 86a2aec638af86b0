"""Formatting: a schema's files, and what they would be in canonical form; writing them, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nicol.diagnostics import Diagnostic, Severity, Source
from nicol.errors import ConfigurationError
from nicol.ops.project import Project
from nicol.ops.writing import write_atomically
from nicol.schema.format import format_sources
from nicol.schema.parse import parse


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """A file with its text as it is and in canonical form; `unread` are the findings about what cannot be read, which stays."""

    path: Path
    before: str
    after: str
    unread: tuple[Diagnostic, ...] = ()

    @property
    def source(self) -> Source:
        """The text as it is, to draw findings on."""
        return Source(str(self.path), self.before)

    @property
    def changed(self) -> bool:
        """True when it is not in canonical form."""
        return self.before != self.after


def format_project(project: Project) -> tuple[FormattedFile, ...]:
    """The files of the project's schema; those of the migration history are none of it."""
    return _formatted(_files(project.schema, leave_out=project.migrations))


def format_paths(paths: Iterable[Path], *, each: bool) -> tuple[FormattedFile, ...]:
    """Files and folders: one schema that they make up together, or each a schema of its own."""
    found = list(map(_files, paths))
    schemas = found if each else [list(dict.fromkeys(file for files in found for file in files))]
    return tuple(file for files in schemas for file in _formatted(files))


def _files(path: Path, leave_out: Path | None = None) -> list[Path]:
    if path.is_dir():
        files = [
            file
            for file in sorted(path.rglob("*.prisma"))
            if leave_out is None or not file.is_relative_to(leave_out)
        ]
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise ConfigurationError(
            f"there is no schema at {path}", help="name a .prisma file, or a folder that holds some"
        )
    return files


def _formatted(files: list[Path]) -> tuple[FormattedFile, ...]:
    sources = tuple(Source(str(file), _read(file)) for file in files)
    return tuple(
        FormattedFile(file, before.text, after.text, unreadable(before))
        for file, before, after in zip(files, sources, format_sources(sources), strict=True)
    )


def unreadable(source: Source) -> tuple[Diagnostic, ...]:
    """What cannot be read of a text, and is left as it is when it is formatted."""
    return tuple(each for each in parse(source).findings if each.severity is Severity.ERROR)


def _read(file: Path) -> str:
    """The text of a file, its line ends as they are."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not UTF-8 text", help="save the file as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from None


def write_formatted(files: Iterable[FormattedFile]) -> tuple[Path, ...]:
    """Write the files that change, each in one step, and answer which they are."""
    written: list[Path] = []
    for file in files:
        if file.changed:
            _write(file)
            written.append(file.path)
    return tuple(written)


def _write(file: FormattedFile) -> None:
    path = file.path.resolve()  # of a link, the file it leads to
    mode = path.stat().st_mode
    try:
        write_atomically(path, file.after)
        path.chmod(mode)
    except OSError as error:
        raise ConfigurationError(f"{file.path} cannot be written: {error.strerror}") from None
