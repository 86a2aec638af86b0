"""How PostgreSQL bounds the values of a column: by enum types. Values are added in place; to lose one, a type is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nicol.catalog import Catalog, Column, EnumType, Table
from nicol.dialects.changes import AlterEnum
from nicol.dialects.postgresql.types import spell_default, spell_name
from nicol.sql.quoting import quote, quote_text


def alter_enum(change: AlterEnum, before: Catalog, after: Catalog) -> tuple[str, ...]:
    """The statements that give an enum type its new values."""
    return _make_anew(change, before, after) if _is_made_anew(change, after) else tuple(_add_values(change))


def _is_made_anew(change: AlterEnum, after: Catalog) -> bool:
    """A type cannot lose values or turn them round, and the transaction that adds a value cannot use it."""
    kept = [value for value in change.before.values if value in change.after.values]
    turned = change.after.ordered and kept != [value for value in change.after.values if value in kept]
    return bool(change.removed) or turned or _is_default(change, after)


def outlives(change: AlterEnum, before: Catalog, after: Catalog) -> bool:
    """True when columns that will go, or get another type, still have the old type while the new one is made."""
    moved = {(table.key, column.name) for table, column, _ in _columns(change, before, after)}
    return _is_made_anew(change, after) and any(
        (table.key, column.name) not in moved
        for table in before.tables
        for column in table.columns
        if column.type.enum and (column.type.name, column.type.namespace) == _pair(change)
    )


def old_type(change: AlterEnum) -> EnumType:
    """The type under the name that it bears when another one has taken its own."""
    return replace(change.before, name=f"{change.before.name}_old")


def _is_default(change: AlterEnum, after: Catalog) -> bool:
    """True when a column wants a new value at once: the transaction that adds a value cannot use it."""
    defaults = (
        spell_default(column.default, column)
        for table in after.tables
        for column in table.columns
        if column.default and column.type.enum and (column.type.name, column.type.namespace) == _pair(change)
    )
    return any(quote_text(value) in default for default in defaults for value in change.added)


def _pair(change: AlterEnum) -> tuple[str, str | None]:
    return change.before.name, change.before.namespace


def _add_values(change: AlterEnum) -> Iterator[str]:
    """Each new value in its place among the others."""
    there, wanted = list(change.before.values), change.after.values
    for value in change.added:
        place = wanted.index(value)
        last = place > 0 and wanted[place - 1] == there[-1]
        where = f" AFTER {quote_text(wanted[place - 1])}" if place else f" BEFORE {quote_text(there[0])}"
        yield f"ALTER TYPE {spell_name(change.before.key)} ADD VALUE {quote_text(value)}{'' if last else where}"
        there.insert(there.index(wanted[place - 1]) + 1 if place else 0, value)


def _make_anew(change: AlterEnum, before: Catalog, after: Catalog) -> tuple[str, ...]:
    """https://www.postgresql.org/docs/current/sql-altertype.html: values can be added and renamed, never dropped."""
    key = change.before.key
    old, new = f"{key.name}_old", f"{key.name}_new"
    in_space = "" if key.namespace is None else f"{quote(key.namespace)}."
    values = ", ".join(map(quote_text, change.after.values))
    columns = tuple(_columns(change, before, after))
    return (
        "BEGIN",
        f"CREATE TYPE {in_space}{quote(new)} AS ENUM ({values})",
        *(f"{_alter(table, was)} DROP DEFAULT" for table, was, _ in columns if was.default),
        *(
            f"{_alter(table, was)} TYPE {in_space}{quote(new)}{_array(was)} "
            f"USING ({quote(was.name)}::text::{in_space}{quote(new)}{_array(was)})"
            for table, was, _ in columns
        ),
        f"ALTER TYPE {spell_name(key)} RENAME TO {quote(old)}",
        f"ALTER TYPE {in_space}{quote(new)} RENAME TO {quote(key.name)}",
        *(() if outlives(change, before, after) else (f"DROP TYPE {in_space}{quote(old)}",)),
        *(
            f"{_alter(table, now)} SET DEFAULT {spell_default(now.default, now)}"
            for table, was, now in columns
            if now.default and was.default
        ),
        "COMMIT",
    )


def _columns(change: AlterEnum, before: Catalog, after: Catalog) -> list[tuple[Table, Column, Column]]:
    """The columns that have the type before and after, with the default that they shall have."""
    return [
        (table, column, now)
        for table in before.tables
        if (then := after.table(table.name, table.namespace)) is not None
        for column in table.columns
        if column.type.enum and (column.type.name, column.type.namespace) == _pair(change)
        if (now := then.column(column.name)) is not None and now.type == column.type
    ]


def _alter(table: Table, column: Column) -> str:
    return f"ALTER TABLE {spell_name(table.key)} ALTER COLUMN {quote(column.name)}"


def _array(column: Column) -> str:
    return "[]" if column.type.array else ""
