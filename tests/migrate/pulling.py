"""A database's schema from nothing, for tests."""

from __future__ import annotations

import json

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect
from nicol.migrate.describe import describe
from nicol.schema.schema import Schema
from nicol.schema.spell import spell_blocks
from tests.migrate.engine import schema_of


def text_of(catalog: Catalog, dialect: Dialect, namespaces: tuple[str, ...] = ()) -> str:
    """The text of the schema that stands for a catalog, with a datasource."""
    names = ", ".join(json.dumps(name) for name in namespaces)
    schemas = f"  schemas = [{names}]\n" if names else ""
    blocks = spell_blocks(describe(catalog, dialect).schema)
    return f'datasource db {{\n  provider = "{dialect.name}"\n{schemas}}}\n\n{blocks}'


def described(catalog: Catalog, dialect: Dialect, namespaces: tuple[str, ...] = ()) -> Schema:
    """The same, read as any schema."""
    return schema_of(text_of(catalog, dialect, namespaces), dialect)
