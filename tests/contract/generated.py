"""Clients generated for tests: from a schema's text to an importable package and a database that fits it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from nicol import dialects
from nicol.catalog import Catalog
from nicol.client.codegen import render_package
from nicol.diagnostics import Source
from nicol.drivers.database import open_database
from nicol.migrate.lower import lower
from nicol.migrate.plan import steps_between
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Generator, Schema
from nicol.sql.program import Statement, say_all


def schema_of(text: str) -> Schema:
    """The schema that a text describes."""
    document = parse(Source("schema.prisma", text))
    assert document.ok, document.findings
    return resolve((document.value,), None).value


def write_package(schema: Schema, folder: Path, name: str, *, portable: bool, models: str = "struct") -> Path:
    """Write the client of a schema as the package `name` in a folder; `models` is the option of the generator block."""
    generator = Generator("client", "nicol", (("output", name), ("models", models)))
    package = folder / name
    package.mkdir(parents=True, exist_ok=True)
    for path, content in render_package(schema, generator, portable=portable).items():
        (package / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return package


def import_package(folder: Path, name: str) -> Any:
    """Import a package that lies in a folder."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


def push(schema: Schema, url: str, *, portable: bool) -> None:
    """Make an empty database fit a schema."""
    with open_database(url) as database:
        dialect = dialects.named(database.address.dialect, portable=portable)
        wanted = lower(schema, dialect)
        steps = steps_between(Catalog(), wanted, dialect)
        texts = [statement for step in steps for statement in step.statements]
        database.run(say_all(map(Statement, texts)), True)
