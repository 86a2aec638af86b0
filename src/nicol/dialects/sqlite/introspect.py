"""What a SQLite file holds, read in four statements, whatever its size.

Tables, columns, keys, indexes and the checks that schemas ask for become the catalog; triggers, views, indexes on
expressions and all other checks are `Unmanaged`. Left out: SQLite's own tables, virtual tables with their shadows, and the
migrations' own table. SQLite keeps no names of primary and foreign keys that could be asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from nicol.catalog import (
    Action,
    Catalog,
    Check,
    Column,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    Table,
    Unmanaged,
)
from nicol.dialects.sqlite.bounds import CHECK_KINDS, checks_of
from nicol.dialects.sqlite.types import declared_type, parse_default
from nicol.sql.program import Program, Row, Statement

LEDGER = "_prisma_migrations"


def introspect() -> Program[Catalog]:
    """Everything in the file."""
    objects = yield from _rows(_OBJECTS)
    columns = _grouped((yield from _rows(_COLUMNS)))
    indexes = _grouped((yield from _rows(_INDEXES)))
    foreign_keys = _grouped((yield from _rows(_FOREIGN_KEYS)))
    texts = {(kind, name): sql for kind, name, _, sql in objects}
    found: list[Table] = []
    unmanaged: list[Unmanaged] = []
    for kind, name, table, sql in objects:
        if kind != "table":
            unmanaged.extend(_object(kind, name, table, sql, indexes))
            continue
        checks = tuple(checks_of(sql))
        managed = tuple(check for check in checks if _is_managed(name, check))
        unmanaged.extend(_own_check(name, check) for check in checks if check not in managed)
        found.append(_table(name, columns[name], indexes[name], foreign_keys[name], managed, texts))
    return Catalog(tables=tuple(found), unmanaged=tuple(sorted(unmanaged, key=_place)))


def _rows(text: str) -> Program[list[Row]]:
    return (yield Statement(text, prepare=False)).rows


def _grouped(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    """Rows by their first column, the table's name."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _place(thing: Unmanaged) -> tuple[str, str, str]:
    return thing.kind, thing.table or "", thing.name


def _object(
    kind: str, name: str, table: str, sql: str, indexes: defaultdict[str, list[Row]]
) -> Iterator[Unmanaged]:
    """A trigger, a view, or an index that has an expression for a column."""
    if kind == "index":
        if any(row[1] == name and row[6] is None for row in indexes[table]):
            yield Unmanaged("index", name, sql, table)
    else:
        yield Unmanaged(kind, name, sql, None if kind == "view" else table)


def _is_managed(table: str, check: Check) -> bool:
    name = check.name or ""
    return name.startswith(f"{table}_") and name.endswith(tuple(f"_{kind}" for kind in CHECK_KINDS))


def _own_check(table: str, check: Check) -> Unmanaged:
    name = f'CONSTRAINT "{check.name}" ' if check.name else ""
    return Unmanaged("check", check.name or check.sql, f"{name}CHECK ({check.sql})", table)


def _table(
    name: str,
    columns: list[Row],
    indexes: list[Row],
    foreign_keys: list[Row],
    checks: tuple[Check, ...],
    texts: dict[tuple[str, str], str],
) -> Table:
    key = tuple(row[2] for row in sorted(columns, key=lambda row: row[6]) if row[6])
    return Table(
        name=name,
        columns=tuple(_column(row, key) for row in columns),
        primary_key=PrimaryKey(key) if key else None,
        indexes=tuple(_indexes(indexes, texts)),
        foreign_keys=tuple(_foreign_keys(foreign_keys)),
        checks=checks,
    )


def _column(row: Row, key: tuple[str, ...]) -> Column:
    """An INTEGER that alone is the primary key is the rowid, which the database numbers."""
    _, _, name, declared, required, default, _ = row
    numbered = key == (name,) and declared.upper() == "INTEGER"
    return Column(
        name=name,
        type=declared_type(declared),
        nullable=not required and name not in key,
        default=parse_default(default),
        autoincrement=numbered,
    )


def _indexes(rows: list[Row], texts: dict[tuple[str, str], str]) -> Iterator[Index]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[1]].append(row)
    for name, own in sorted(groups.items()):
        _, _, unique, origin, partial, _, _, _ = own[0]
        if origin == "pk" or any(row[6] is None for row in own):
            continue
        yield Index(
            name=name,
            columns=tuple(IndexColumn(row[6], bool(row[7])) for row in sorted(own, key=lambda row: row[5])),
            unique=bool(unique),
            where=_condition(texts[("index", name)]) if partial else None,
            constraint=origin == "u",
        )


_WHERE = re.compile(r"\)\s*WHERE\s+(.*)\Z", re.IGNORECASE | re.DOTALL)


def _condition(sql: str) -> str | None:
    match = _WHERE.search(sql)
    return match.group(1).strip() if match else None


def _foreign_keys(rows: list[Row]) -> Iterator[ForeignKey]:
    """SQLite numbers keys from the last one declared to the first."""
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[1]].append(row)
    for _, own in sorted(groups.items(), reverse=True):
        own.sort(key=lambda row: row[2])
        _, _, _, table, _, _, on_update, on_delete = own[0]
        yield ForeignKey(
            columns=tuple(row[4] for row in own),
            table=table,
            references=tuple(row[5] for row in own if row[5] is not None),
            on_delete=Action(on_delete),
            on_update=Action(on_update),
        )


_TABLES = f"""m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '{LEDGER}'
  AND m.name IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table')"""

_OBJECTS = f"""
SELECT type, name, tbl_name, sql FROM sqlite_master m
WHERE sql IS NOT NULL AND tbl_name <> '{LEDGER}'
  AND (type <> 'table' OR ({_TABLES}))
ORDER BY name"""

_COLUMNS = f"""
SELECT m.name, c.cid, c.name, c.type, c."notnull", c.dflt_value, c.pk
FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
WHERE {_TABLES} AND c.hidden <> 1
ORDER BY m.name, c.cid"""

_INDEXES = f"""
SELECT m.name, i.name, i."unique", i.origin, i.partial, x.seqno, x.name, x."desc"
FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x
WHERE {_TABLES} AND x.key = 1"""

_FOREIGN_KEYS = f"""
SELECT m.name, f.id, f.seq, f."table", f."from", f."to", f.on_update, f.on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
WHERE {_TABLES}"""
