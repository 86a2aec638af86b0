"""A small client on either database: one model with a counter, generated and pushed into a folder."""

from __future__ import annotations

import importlib
import sys
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
from nicol.schema.schema import Generator
from nicol.sql.program import Statement, say_all

NAME = "campaign_accounts"

_SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Account {
  id    Int @id
  value Int @default(0)
}
"""


def package_in(folder: Path) -> Any:
    """The generated package, written into a folder and imported."""
    schema = resolve((parse(Source("schema.prisma", _SCHEMA)).value,), None).value
    home = folder / NAME
    home.mkdir(parents=True, exist_ok=True)
    for path, content in render_package(
        schema, Generator("client", "nicol", (("output", NAME),)), portable=True
    ).items():
        (home / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return imported(folder)


def imported(folder: Path) -> Any:
    """The package that was written into a folder."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return importlib.import_module(NAME)


def prepare(package: Any, url: str) -> None:
    """Make an empty database fit the package."""
    with open_database(url) as database:
        dialect = dialects.named(database.address.dialect, portable=True)
        steps = steps_between(Catalog(), lower(package.__nicol__.package.schema, dialect), dialect)
        texts = [statement for step in steps for statement in step.statements]
        database.run(say_all(map(Statement, texts)), True)
