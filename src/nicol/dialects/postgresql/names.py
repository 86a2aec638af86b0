"""How PostgreSQL spells the words that every statement shares: full names and defaults."""

from __future__ import annotations

from typing import assert_never

from nicol.catalog import Column, Constant, CurrentTimestamp, Default, Expression, ObjectName
from nicol.dialects.dialect import quote
from nicol.dialects.postgresql.types import spell_constant


def spell_name(name: ObjectName) -> str:
    """A full name in quotes."""
    return quote(name.name) if name.namespace is None else f"{quote(name.namespace)}.{quote(name.name)}"


def spell_default(default: Default, column: Column) -> str:
    """A default as SQL."""
    match default:
        case Constant(text=text):
            return spell_constant(text, column.type)
        case CurrentTimestamp():
            return "CURRENT_TIMESTAMP"
        case Expression(sql=sql):
            return sql
        case _:
            assert_never(default)
