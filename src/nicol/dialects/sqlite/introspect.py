"""What a SQLite file holds, read in four statements, whatever its size, and one more for each view.

Tables, columns, keys, indexes and checks become the catalog; triggers, views, virtual tables and clauses about conflicts are
`Unmanaged`. Left out: SQLite's own tables, the shadows of virtual tables, and the migrations' own table. SQLite keeps no names
of primary and foreign keys that could be asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nicol.catalog import (
    Action,
    Catalog,
    Check,
    Column,
    ColumnType,
    Constant,
    Default,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    Table,
    Unmanaged,
)
from nicol.dialects.declared import Declared, declared, index_parts
from nicol.dialects.sqlite import introspect_sql as ask
from nicol.dialects.sqlite.bounds import bounded, is_inherent
from nicol.dialects.sqlite.types import declared_type, parse_default
from nicol.errors import DriverError
from nicol.sql.program import Program, Row, Statement
from nicol.sql.quoting import quote_text


def introspect(*, portable: bool) -> Program[Catalog]:
    """Everything in the file. `portable`: columns may stand for types of another database."""
    objects = yield from _rows(ask.OBJECTS)
    columns = _grouped((yield from _rows(ask.COLUMNS)))
    indexes = _grouped((yield from _rows(ask.INDEXES)))
    foreign_keys = _grouped((yield from _rows(ask.FOREIGN_KEYS)))
    keys = {table: _key(own) for table, own in columns.items()}
    texts = {name: sql for kind, name, _, sql in objects if kind == "index"}
    found: list[Table] = []
    unmanaged: list[Unmanaged] = []
    for kind, name, table, sql in objects:
        match kind:
            case "table":
                said = declared(sql)
                made = _table(name, columns[name], indexes[name], foreign_keys[name], keys, said, texts)
                found.append(_bounded(made) if portable else made)
                unmanaged.extend(Unmanaged("conflict clause", at, text, name) for at, text in said.conflicts)
            case "view":
                unmanaged.append(Unmanaged("view", name, sql, columns=(yield from _view_columns(name))))
            case "trigger" | "virtual table":
                unmanaged.append(Unmanaged(kind, name, sql, table if kind == "trigger" else None))
            case _:
                pass
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


def _view_columns(name: str) -> Program[tuple[Column, ...]]:
    """None of a view whose tables are gone: SQLite only looks when it is asked."""
    try:
        found = yield from _rows(ask.VIEW_COLUMNS.format(quote_text(name)))
    except DriverError:
        return ()
    return tuple(replace(_column(row, (), Declared()), nullable=True) for row in found)


def _table(
    name: str,
    columns: list[Row],
    indexes: list[Row],
    foreign_keys: list[Row],
    keys: Mapping[str, tuple[str, ...]],
    said: Declared,
    texts: dict[str, str],
) -> Table:
    key = keys[name]
    return Table(
        name=name,
        columns=tuple(_column(row, key, said) for row in columns),
        primary_key=PrimaryKey(key) if key else None,
        indexes=tuple(_indexes(indexes, texts, said)),
        foreign_keys=tuple(_foreign_keys(foreign_keys, keys, said)),
        checks=tuple(_check(name, check) for check in said.checks),
        options=said.options,
    )


def _bounded(table: Table) -> Table:
    """The table with what its checks make of its columns' types."""
    columns = (
        replace(column, type=bounded(table.name, column.name, column.type, table.checks))
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def _check(table: str, check: Check) -> Check:
    return replace(check, inherent=is_inherent(table, check))


def _default(text: str | None, kind: ColumnType) -> Default | None:
    """To SQLite, TRUE is another word for 1; of a truth value, `DEFAULT 1` is what a schema calls true."""
    found = parse_default(text)
    if kind.name == "BOOLEAN" and isinstance(found, Constant):
        return Constant({"1": "true", "0": "false"}.get(found.text, found.text))
    return found


def _column(row: Row, key: tuple[str, ...], said: Declared) -> Column:
    """An INTEGER that alone is the primary key is the rowid, which the database numbers."""
    _, _, name, written, required, default, _ = row
    numbered = key == (name,) and written.upper() == "INTEGER" and "WITHOUT ROWID" not in said.options
    collation, kind = said.collations.get(name), declared_type(written)
    return Column(
        name=name,
        type=kind,
        nullable=not required and name not in key,
        default=_default(default, kind),
        autoincrement=numbered,
        unasked=key == (name,) and kind.name == "INTEGER",
        generated=said.generated.get(name),
        collation=None if collation == "BINARY" else collation,
    )


def _indexes(rows: list[Row], texts: dict[str, str], said: Declared) -> Iterator[Index]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[1]].append(row)
    for name, own in sorted(groups.items()):
        _, _, unique, origin, *_ = own[0]
        if origin == "pk":
            continue
        own.sort(key=lambda row: row[5])
        parts, condition = index_parts(texts[name]) if name in texts else ((), None)
        yield Index(
            name=name,
            columns=tuple(_index_column(row, parts, said) for row in own),
            unique=bool(unique),
            where=condition,
            constraint=origin == "u",
        )


def _index_column(row: Row, parts: tuple[str, ...], said: Declared) -> IndexColumn:
    place: int = row[5]
    name, descending, ordered = row[6:9]
    if name is None:
        return IndexColumn(parts[place], bool(descending), expression=True)
    collation = str(ordered).upper()
    usual = said.collations.get(str(name), "BINARY")
    return IndexColumn(str(name), bool(descending), collation=collation if collation != usual else None)


def _key(columns: list[Row]) -> tuple[str, ...]:
    """The columns of the primary key in its order."""
    return tuple(row[2] for row in sorted(columns, key=lambda row: row[6]) if row[6])


def _foreign_keys(
    rows: list[Row], keys: Mapping[str, tuple[str, ...]], said: Declared
) -> Iterator[ForeignKey]:
    """SQLite numbers keys from the last one declared to the first; one that names no columns means the primary key."""
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[1]].append(row)
    for _, own in sorted(groups.items(), reverse=True):
        own.sort(key=lambda row: row[2])
        _, _, _, table, _, _, on_update, on_delete = own[0]
        columns = tuple(row[4] for row in own)
        yield ForeignKey(
            columns=columns,
            table=table,
            references=tuple(row[5] for row in own if row[5] is not None) or keys.get(table, ()),
            on_delete=Action(on_delete),
            on_update=Action(on_update),
            deferrable=said.deferrable.get(columns),
        )
