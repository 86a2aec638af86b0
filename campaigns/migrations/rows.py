"""Random rows that fit a catalog, as SQL; and what must be left of rows after a migration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from nicol.catalog import Catalog, Column, Table
from nicol.dialects import changes as c
from nicol.dialects.dialect import Cast, Dialect
from nicol.migrate.renames import Former, is_of, listed_values, renamed
from nicol.sql.quoting import quote, quote_all, quote_text

ROWS = 3

_TEXTS = ("12", "7", "true", "abc", "it''s", "0.5", "x", "2020-01-02", "NEW", "[1]")


def inserts(catalog: Catalog, random: Random) -> Iterator[str]:
    """The statements that fill the tables, those that others point at first."""
    for table in _parents_first(catalog):
        parents = {
            column: (key, place) for key in table.foreign_keys for place, column in enumerate(key.columns)
        }
        for number in range(1, random.randint(0, ROWS) + 1):
            values: list[str] = []
            for column in table.columns:
                if column.nullable and random.random() < 0.3:
                    values.append("NULL")
                elif column.name in parents:
                    key, place = parents[column.name]
                    parent = catalog.table(key.table, key.namespace)
                    assert parent is not None
                    names = quote(key.references[place])
                    offset = random.randint(0, 1)
                    values.append(
                        f"(SELECT {names} FROM {quote(parent.name)} ORDER BY {names} LIMIT 1 OFFSET "
                        f"(SELECT {offset} * (count(*) > 1)::int FROM {quote(parent.name)}))".replace(
                            "(count(*) > 1)::int", "CASE WHEN count(*) > 1 THEN 1 ELSE 0 END"
                        )
                    )
                else:
                    values.append(_value(column, number, table, catalog, random))
            names = quote_all([column.name for column in table.columns])
            yield f"INSERT INTO {quote(table.name)} ({names}) SELECT {', '.join(values)} ON CONFLICT DO NOTHING"


def _parents_first(catalog: Catalog) -> list[Table]:
    left, done = list(catalog.tables), list[Table]()
    while left:
        names = {table.name for table in left}
        free = [
            t for t in left if not {key.table for key in t.foreign_keys if key.table != t.name} & names
        ] or left[:1]
        done += free
        left = [table for table in left if table not in free]
    return done


def _value(column: Column, number: int, table: Table, catalog: Catalog, random: Random) -> str:
    """A value of the column's type; unlike for each row where a unique index asks for it."""
    held = column.type
    if held.enum:
        values = next(enum.values for enum in catalog.enums if is_of(column, enum.key))
        return f"{quote_text(random.choice(values))}::{quote(held.name)}"
    listed = dict(each for check in table.checks if (each := listed_values(check)) is not None)
    if column.name in listed:
        return quote_text(random.choice(listed[column.name]))
    start = f"{table.name}_{column.name}_"
    kinds = [
        (check.name or "").removeprefix(start)
        for check in table.checks
        if (check.name or "").startswith(start)
    ]
    kind = kinds[0] if kinds else ""
    if held.array:
        return f"ARRAY[{number}, {number + 1}]::{held.name}[]"
    unique = _is_unique(column.name, table)
    plain = _plain(held.name, number, random, unique=unique)
    if plain is not None:
        return plain
    if kind == "decimal":
        return f"'{number}.5'"
    if kind in ("json", "list"):
        return f"'[{number}]'"
    if kind == "uuid" or held.name == "UUID":
        text = f"'00000000-0000-0000-0000-00000000000{number}'"
        return f"{text}::uuid" if held.name == "UUID" else text
    if held.name in ("JSON", "JSONB"):
        text = f"""'{{"n": {number}}}'"""
        return f"{text}::{held.name}" if catalog.namespaces else text
    return f"'v{number}'" if unique else f"'{random.choice(_TEXTS)[:5]}'"


def _is_unique(name: str, table: Table) -> bool:
    keys = [index.columns for index in table.indexes if index.unique]
    key = table.primary_key
    return any(each.name == name for columns in keys for each in columns) or (
        key is not None and name in key.columns
    )


def _plain(name: str, number: int, random: Random, *, unique: bool) -> str | None:
    match name:
        case "INTEGER" | "BIGINT" | "SMALLINT":
            return str(number) if unique else str(random.choice((0, 1, number, 300)))
        case "REAL" | "DOUBLE PRECISION" | "DECIMAL":
            return f"{number}.25"
        case "BOOLEAN":
            return random.choice(("true", "false"))
        case "DATETIME":
            return f"'2020-01-0{number}T00:00:00.000+00:00'"
        case "TIMESTAMP" | "TIMESTAMPTZ" | "DATE":
            return f"'2020-01-0{number}T00:00:00.250+00:00'::{name}"
        case "BYTEA":
            return f"'\\x0{number}'::bytea"
        case "BLOB":
            return f"X'0{number}'"
        case _:
            return None


# ---- what must be left -----------------------------------------------------------------------------------------------


def kept(
    before: Catalog, after: Catalog, renames: Sequence[c.Rename], dialect: Dialect
) -> dict[str, tuple[str, dict[str, str]]]:
    """For each table that lives on, its former name and its columns whose values stay: new name to former one."""
    former = Former(tuple(renames))
    held = renamed(before, renames)
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for table in after.tables:
        old = held.table(table.name, table.namespace)
        if old is None:
            continue
        columns: dict[str, str] = {}
        for column in table.columns:
            was = old.column(column.name)
            if was is not None and _stays(was, column, dialect):
                columns[column.name] = former.column(table.key, column.name)
        found[table.name] = (former.table(table.key).name, columns)
    return found


def _stays(was: Column, column: Column, dialect: Dialect) -> bool:
    """True when the values stay as they are; nulls that a default fills do not."""
    if was.nullable and not column.nullable and dialect.fills_nulls:
        return False
    if was.type.enum and column.type.enum:
        return was.type.array == column.type.array
    if was.type == column.type:
        return True
    whole = {"SMALLINT", "INTEGER", "BIGINT"}
    safe = dialect.cast(was.type, column.type) is Cast.SAFE
    return (
        safe and {was.type.name, column.type.name} <= whole and not was.type.array and not column.type.array
    )


def values_renamed(renames: Sequence[c.Rename]) -> Mapping[str, str]:
    """Every value of an enum that bears another name afterwards."""
    return {
        each.before: each.after for each in renames if isinstance(each, c.RenameEnumValue | c.RewriteValue)
    }


def bag(rows: Sequence[Sequence[Any]], columns: Sequence[int], values: Mapping[str, str]) -> Counter[str]:
    """Rows without their order, cut to some columns, with other names for some values in those that hold enums."""

    def named(place: int, value: Any) -> Any:
        return values.get(value, value) if place in columns and isinstance(value, str) else value

    return Counter(repr([named(place, value) for place, value in enumerate(row)]) for row in rows)
