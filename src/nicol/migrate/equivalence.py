"""Whether the renderings of one history lead to the same on every database: tables by what all databases have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.catalog import Catalog, Table
from nicol.migrate.meant import Thing


@dataclass(frozen=True, slots=True)
class Inequality:
    """What differs, in a sentence; `thing`: what is on one of the two only, where a whole thing is."""

    sentence: str
    thing: Thing | None = None


def inequalities(one: Catalog, other: Catalog, names: tuple[str, str]) -> tuple[Inequality, ...]:
    """Where two databases of different kinds differ in tables, columns, keys and what is unique.

    Types, defaults and names of keys are each database's own, and not compared.
    """
    first, second = (
        {table.name: table for table in catalog.tables if not table.is_audit} for catalog in (one, other)
    )
    found = [
        *(_alone("table", name, names[0]) for name in first if name not in second),
        *(_alone("table", name, names[1]) for name in second if name not in first),
    ]
    for name, table in first.items():
        if name in second:
            found += (Inequality(f"{name}: {text}") for text in _tables(table, second[name], names))
    return (*found, *_objects(one, other, names))


def _alone(kind: str, name: str, provider: str) -> Inequality:
    return Inequality(f"the {kind} {name} is only on {provider}", Thing(kind, name, provider))


def _tables(one: Table, other: Table, names: tuple[str, str]) -> Iterator[str]:
    first, second = ({column.name: column for column in table.columns} for table in (one, other))
    yield from (f"the column {name} is only on {names[0]}" for name in first if name not in second)
    yield from (f"the column {name} is only on {names[1]}" for name in second if name not in first)
    for name, column in first.items():
        if name in second and column.nullable != second[name].nullable:
            yield f"the column {name} may be null on {names[not column.nullable]} only"
    for what, left, right in (
        ("a unique key of", _uniques(one), _uniques(other)),
        ("an index of", _indexes(one), _indexes(other)),
        ("a foreign key of", _foreign_keys(one), _foreign_keys(other)),
    ):
        yield from (f"{what} {text} is only on {names[0]}" for text in sorted(left - right))
        yield from (f"{what} {text} is only on {names[1]}" for text in sorted(right - left))


def _uniques(table: Table) -> set[str]:
    """The primary key is one of them: what has one on one database may have a unique index on another."""
    keys = [table.primary_key.columns] if table.primary_key else []
    keys += [tuple(each.name for each in index.columns) for index in table.indexes if index.unique]
    return {", ".join(sorted(key)) for key in keys}


def _indexes(table: Table) -> set[str]:
    return {
        ", ".join(each.name for each in index.columns)
        for index in table.indexes
        if not index.unique and not any(each.expression for each in index.columns)
    }


def _foreign_keys(table: Table) -> set[str]:
    return {
        f"{', '.join(key.columns)} to {key.table} ({', '.join(key.references)}), "
        f"{key.on_delete.value} / {key.on_update.value}"
        for key in table.foreign_keys
    }


def _objects(one: Catalog, other: Catalog, names: tuple[str, str]) -> Iterator[Inequality]:
    """Triggers and views are written by hand for each database, under the same names."""
    first, second = (
        {
            (thing.kind, thing.name)
            for thing in catalog.unmanaged
            if thing.kind in ("trigger", "view") and not thing.is_audit
        }
        for catalog in (one, other)
    )
    yield from (_alone(*thing, names[0]) for thing in sorted(first - second))
    yield from (_alone(*thing, names[1]) for thing in sorted(second - first))
