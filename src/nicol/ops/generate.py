"""`generate`: write the clients that the schema asks for; only what changed is written, and only our own is removed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nicol.client.codegen import PROVIDER, read_options, render_package
from nicol.client.codegen.source import BANNER
from nicol.client.package import QUERIES_FILE
from nicol.errors import GenerationFailed
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema, read_schema
from nicol.ops.typed_sql import TypedSql, typed_sql
from nicol.ops.writing import write_atomically
from nicol.query.typed import TypedQuery, read_queries
from nicol.schema.schema import Generator


@dataclass(frozen=True, slots=True)
class Generation:
    """What became of one generator block. `skipped` says why nothing was written, where that is so."""

    generator: str
    folder: Path | None = None
    files: int = 0
    written: int = 0
    removed: int = 0
    queries: int = 0
    skipped: str | None = None


def generate(
    project: Project, names: Sequence[str] = (), typed: TypedSql | None = None
) -> tuple[Generation, ...]:
    """Write the client of every generator block that Nicol answers, or of the named ones.

    `typed`: the queries of its files of SQL; without them a client keeps those that it has.
    """
    read = read_schema(project).served()
    chosen = _chosen(read, names)
    if not any(_is_ours(generator) for generator in chosen):
        raise GenerationFailed(
            "the schema has no generator block that Nicol answers",
            help=f'add generator client {{ provider = "{PROVIDER}"  output = "../src/shop/db" }}',
        )
    return tuple(_generate(project, read, generator, typed) for generator in chosen)


def _chosen(read: ReadSchema, names: Sequence[str]) -> tuple[Generator, ...]:
    generators = read.schema.generators
    known = [generator.name for generator in generators]
    for name in names:
        if name not in known:
            raise GenerationFailed(
                f"there is no generator block called {name}", help=f"there are: {', '.join(known) or 'none'}"
            )
    return tuple(generator for generator in generators if not names or generator.name in names)


def _is_ours(generator: Generator) -> bool:
    return generator.provider == PROVIDER


def check_sql(project: Project) -> TypedSql:
    """The queries of the project's files of SQL, each checked against a database."""
    return typed_sql(project, read_schema(project).served())


def _generate(project: Project, read: ReadSchema, generator: Generator, typed: TypedSql | None) -> Generation:
    if not _is_ours(generator):
        return Generation(generator.name, skipped=f"its provider is {generator.provider}")
    home = project.schema if project.schema.is_dir() else project.schema.parent
    folder = (home / read_options(generator).output).resolve()
    base = Path(os.path.relpath(project.root, folder)).as_posix()
    queries = _kept(folder) if typed is None else typed.queries
    files = render_package(read.schema, generator, portable=read.portable, base=base, queries=queries)
    try:
        written, removed = _write(folder, files)
    except OSError as error:
        raise GenerationFailed(
            f"the client cannot be written to {folder}: {error.strerror or error}",
            help="make the folder writable, or give another `output` in the generator block",
        ) from error
    return Generation(generator.name, folder, len(files), written, removed, len(queries))


def _kept(folder: Path) -> tuple[TypedQuery, ...]:
    stored = _content(folder / QUERIES_FILE)
    return () if stored is None else tuple(read_queries(stored).values())


def _write(folder: Path, files: Mapping[str, str | bytes]) -> tuple[int, int]:
    _refuse_strangers(folder, files)
    changed = [
        (folder / name, content)
        for name, content in files.items()
        if _content(folder / name) != _bytes(content)
    ]
    for path, content in changed:
        write_atomically(path, content)
    stale = [path for path in folder.glob("*.py*") if path.name not in files and _is_own(path)]
    for path in stale:
        path.unlink()
    return len(changed), len(stale)


def _refuse_strangers(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """A file that somebody else wrote is never replaced."""
    for name in files:
        path = folder / name
        if path.suffix in (".py", ".pyi") and _content(path) and not _is_own(path):
            raise GenerationFailed(
                f"{path} was not written by Nicol, and would be replaced",
                help="give another `output` in the generator block, or move the file away",
            )


def _is_own(path: Path) -> bool:
    return (_content(path) or b"").startswith(BANNER.encode())


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
