"""What else two catalogs differ in: what no migration of ours ever changes, for people who look for drift."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from nicol.catalog import Catalog, Column, EnumType, ForeignKey, Index, ObjectName, PrimaryKey, Table

T = TypeVar("T")

_Value: TypeAlias = str | bool | tuple[str, ...] | None

_Details: TypeAlias = Callable[[T], tuple[str, dict[str, _Value]]]
"""What a thing is called among its kind, and its details."""


def details(before: Catalog, after: Catalog) -> tuple[str, ...]:
    """One sentence for each detail of things that both have: `* column id of table pet: identity ALWAYS (was BY DEFAULT)`."""
    old = {table.key: table for table in before.tables}
    pairs = [(old[table.key], table) for table in after.tables if table.key in old]
    return (
        *_extensions(before, after),
        *_enums(before.enums, after.enums),
        *(f"* {detail}" for one, other in pairs for detail in _table(one, other)),
    )


def _extensions(before: Catalog, after: Catalog) -> Iterator[str]:
    old = {extension.name: extension for extension in before.extensions}
    for extension in after.extensions:
        was = old.get(extension.name)
        if was is not None:
            for word in _changed((("version", was.version, extension.version),)):
                yield f"* extension {extension.name}: {word}"


def _enums(before: tuple[EnumType, ...], after: tuple[EnumType, ...]) -> Iterator[str]:
    old = {enum.key: enum for enum in before}
    for enum in after:
        was = old.get(enum.key)
        if was and was.values != enum.values and set(was.values) == set(enum.values):
            yield f"* enum {_name(enum.key)}: order {', '.join(enum.values)} (was {', '.join(was.values)})"


def _table(old: Table, new: Table) -> Iterator[str]:
    table = f"table {_name(new.key)}"
    for option in new.options:
        if option not in old.options:
            yield f"{table}: {option}"
    for option in old.options:
        if option not in new.options:
            yield f"{table}: no longer {option}"
    yield from _each("primary key", _keys(old), _keys(new), table, _key)
    yield from _each("column", old.columns, new.columns, table, _column)
    yield from _each("index", old.indexes, new.indexes, table, _index)
    yield from _each("foreign key", old.foreign_keys, new.foreign_keys, table, _foreign_key)
    for check in new.checks:
        was = next((each for each in old.checks if (each.name, each.sql) == (check.name, check.sql)), None)
        if was and was.valid != check.valid:
            yield f"check {check.name} of {table}: {'valid' if check.valid else 'not valid'}"


def _keys(table: Table) -> tuple[PrimaryKey, ...]:
    return (table.primary_key,) if table.primary_key else ()


def _name(name: ObjectName) -> str:
    return f"{name.namespace}.{name.name}" if name.namespace else name.name


def _each(
    kind: str, old: Iterable[T], new: Iterable[T], table: str, details_of: _Details[T]
) -> Iterator[str]:
    """The details of things of one kind, matched by what `details_of` calls them."""
    held = {details_of(thing)[0]: details_of(thing)[1] for thing in old}
    for thing in new:
        name, now = details_of(thing)
        if name in held:
            pairs = ((word, held[name][word], value) for word, value in now.items())
            yield from (f"{kind} {name} of {table}: {word}" for word in _changed(pairs))


def _changed(values: Iterable[tuple[str, _Value, _Value]]) -> Iterator[str]:
    for word, before, after in values:
        if before != after:
            yield f"{word} {_shown(after)} (was {_shown(before)})"


def _shown(value: _Value) -> str:
    return "nothing" if value in (None, ()) else ", ".join(value) if isinstance(value, tuple) else str(value)


def _column(column: Column) -> tuple[str, dict[str, _Value]]:
    return column.name, {
        "identity": column.identity,
        "collation": column.collation,
        "domain": column.domain,
        "list that may be null": column.nullable if column.type.array else None,
    }


def _key(key: PrimaryKey) -> tuple[str, dict[str, _Value]]:
    return ", ".join(key.columns), {"wait": key.deferrable}


def _index(index: Index) -> tuple[str, dict[str, _Value]]:
    return index.name, {
        "wait": index.deferrable,
        "options": index.options,
        "comment": index.comment,
        "constraint": index.constraint,
        "collation": tuple(column.collation or "usual" for column in index.columns),
    }


def _foreign_key(key: ForeignKey) -> tuple[str, dict[str, _Value]]:
    return key.name or ", ".join(key.columns), {
        "wait": key.deferrable,
        "match": "full" if key.match_full else None,
        "valid": key.valid,
    }
