"""What PostgreSQL needs beside a change: columns made anew where no cast exists, and the keys that stand in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.catalog import Catalog, Column, ForeignKey, Index, ObjectName, Table
from nicol.dialects import changes as c
from nicol.dialects.dialect import Cast
from nicol.dialects.hands import in_turn
from nicol.dialects.postgresql.bounds import old_type, outlives
from nicol.dialects.postgresql.casts import cast
from nicol.dialects.tokens import names_in


@dataclass(frozen=True, slots=True)
class _Column:
    table: ObjectName
    name: str


def adapt(changes: tuple[c.Change, ...], before: Catalog, after: Catalog) -> tuple[c.Change, ...]:
    """The same changes with everything that they need."""
    tables = tuple(
        _with_primary_key(_with_computed(_recreating(change), before, after), before, after)
        if isinstance(change, c.AlterTable)
        else change
        for change in changes
    )
    lost = frozenset(_columns(tables, c.RecreateColumn))
    retyped = lost | frozenset(_columns(tables, c.AlterColumn))
    kept = tuple(change for change in tables if not _rename_of_lost(change, lost))
    keys = tuple(_foreign_keys(kept, retyped, before, after))
    gone = {(change.table, change.key.name) for change in keys if isinstance(change, c.DropForeignKey)}
    made = (
        *(change for change in kept if not _is_rename_of(change, gone)),
        *_old_types(kept, before, after),
        *_lost_indexes(kept, lost, before, after),
        *_stepping_aside(kept, retyped - lost, before, after),
        *keys,
    )
    return in_turn(made, before)


def _is_rename_of(change: c.Change, gone: set[tuple[ObjectName, str | None]]) -> bool:
    """A key that steps aside comes back under its new name."""
    return isinstance(change, c.RenameForeignKey) and (change.table, change.before.name) in gone


def _old_types(changes: tuple[c.Change, ...], before: Catalog, after: Catalog) -> Iterator[c.Change]:
    """Enum types that were made anew and still are the type of columns which go, or become something else, later on."""
    for change in changes:
        if isinstance(change, c.AlterEnum) and outlives(change, before, after):
            yield c.DropEnum(old_type(change))


def _recreating(change: c.AlterTable) -> c.AlterTable:
    return c.AlterTable(change.table, tuple(map(_recreated, change.changes)))


def _recreated(change: c.TableChange) -> c.TableChange:
    if isinstance(change, c.AlterColumn) and _is_anew(change.before, change.after):
        return c.RecreateColumn(change.before, change.after)
    return change


def _is_anew(before: Column, after: Column) -> bool:
    """No cast leads from one type to the other, or the database begins, or ceases, to compute each value at reading."""
    if cast(before.type, after.type) is Cast.IMPOSSIBLE:
        return True
    if after.generated:
        return before.generated != after.generated
    return before.generated is not None and not before.generated.stored


def _with_computed(change: c.AlterTable, before: Catalog, after: Catalog) -> c.AlterTable:
    """Columns that the database computes from one of another type are made anew: their values come by themselves."""
    retyped = {name for each in change.changes if (name := _retyped(each)) is not None}
    spoken = {_spoken(each) for each in change.changes}
    now = _table(after, change.table)
    computed = tuple(
        c.RecreateColumn(column, column)
        for column in (_table(before, change.table).columns if retyped else ())
        if column.generated and column.name not in spoken and now.column(column.name) is not None
        if not retyped.isdisjoint(names_in(column.generated.sql))
    )
    return c.AlterTable(change.table, (*change.changes, *computed)) if computed else change


def _spoken(change: c.TableChange) -> str | None:
    """The column that a change is about."""
    match change:
        case c.AddColumn(column=column) | c.DropColumn(column=column):
            return column.name
        case c.AlterColumn(after=column) | c.RecreateColumn(after=column):
            return column.name
        case _:
            return None


def _with_primary_key(change: c.AlterTable, before: Catalog, after: Catalog) -> c.AlterTable:
    """A primary key is made anew when one of its columns gets another type."""
    old, new = _table(before, change.table).primary_key, _table(after, change.table).primary_key
    touched = {name for each in change.changes if (name := _retyped(each)) is not None}
    spoken = any(isinstance(each, c.DropPrimaryKey) for each in change.changes)
    if old is None or new is None or spoken or not touched & set(old.columns):
        return change
    others = (each for each in change.changes if not isinstance(each, c.RenamePrimaryKey))
    return c.AlterTable(change.table, (c.DropPrimaryKey(old), *others, c.AddPrimaryKey(new)))


def _retyped(change: c.TableChange) -> str | None:
    match change:
        case c.RecreateColumn(after=new):
            return new.name
        case c.AlterColumn(before=old, after=new) if old.type != new.type:
            return new.name
        case _:
            return None


def _columns(
    changes: tuple[c.Change, ...], kind: type[c.RecreateColumn | c.AlterColumn]
) -> Iterator[_Column]:
    for change in changes:
        if isinstance(change, c.AlterTable):
            for each in change.changes:
                if isinstance(each, kind) and (name := _retyped(each)) is not None:
                    yield _Column(change.table, name)


def _rename_of_lost(change: c.Change, lost: frozenset[_Column]) -> bool:
    return isinstance(change, c.RenameIndex) and any(
        _Column(change.table, column.name) in lost for column in change.after.columns
    )


def _lost_indexes(
    changes: tuple[c.Change, ...], lost: frozenset[_Column], before: Catalog, after: Catalog
) -> Iterator[c.Change]:
    """Indexes that go with a column, and that nobody speaks of."""
    made = {(change.table, change.index.name) for change in changes if isinstance(change, c.CreateIndex)}
    for table in after.tables:
        if before.table(table.name, table.namespace) is None:
            continue
        for index in table.indexes:
            hit = any(_Column(table.key, column.name) in lost for column in index.columns)
            if hit and (table.key, index.name) not in made:
                yield c.CreateIndex(table.key, index)


def _stepping_aside(
    changes: tuple[c.Change, ...], retyped: frozenset[_Column], before: Catalog, after: Catalog
) -> Iterator[c.Change]:
    """Indexes that PostgreSQL would not build anew by itself for another type: with conditions or operator classes.

    They come back as they were; what they are to be called otherwise is a change of its own.
    """
    retyped |= frozenset(_of_new_types(changes, before))
    spoken = {
        (change.table, change.index.name)
        for change in changes
        if isinstance(change, c.DropIndex | c.CreateIndex)
    }
    for table in before.tables:
        now = after.table(table.name, table.namespace)
        own = {column.name for column in retyped if column.table == table.key}
        for index in table.indexes if now is not None and own else ():
            if (table.key, index.name) not in spoken and _hinders(index, own):
                yield c.DropIndex(table.key, index)
                yield c.CreateIndex(table.key, index)


def _hinders(index: Index, columns: set[str]) -> bool:
    if index.where is not None and not columns.isdisjoint(names_in(index.where)):
        return True
    return any(
        not columns.isdisjoint(names_in(column.name))
        if column.expression
        else column.name in columns and bool(column.operator_class)
        for column in index.columns
    )


def _of_new_types(changes: tuple[c.Change, ...], before: Catalog) -> Iterator[_Column]:
    """Columns of enum types that are made anew."""
    enums = {
        (change.before.name, change.before.namespace) for change in changes if isinstance(change, c.AlterEnum)
    }
    for table in before.tables if enums else ():
        for column in table.columns:
            if column.type.enum and (column.type.name, column.type.namespace) in enums:
                yield _Column(table.key, column.name)


def _foreign_keys(
    changes: tuple[c.Change, ...], retyped: frozenset[_Column], before: Catalog, after: Catalog
) -> Iterator[c.Change]:
    """Foreign keys step aside while their columns get another type, or while the key that they lean on goes."""
    spoken = {
        (change.table, change.key.name)
        for change in changes
        if isinstance(change, c.DropForeignKey | c.AddForeignKey)
    }
    dropped = frozenset(_dropped_keys(changes))
    for table in before.tables:
        now = after.table(table.name, table.namespace)
        for key in table.foreign_keys:
            if now is None or (table.key, key.name) in spoken:
                continue
            if _leans_on(key, table, retyped, dropped) and (same := _same_key(key, now)) is not None:
                yield c.DropForeignKey(table.key, key)
                yield c.AddForeignKey(table.key, same)


def _dropped_keys(changes: tuple[c.Change, ...]) -> Iterator[tuple[ObjectName, frozenset[str]]]:
    for change in changes:
        match change:
            case c.DropIndex(table=table, index=index) if index.unique:
                yield table, frozenset(column.name for column in index.columns)
            case c.AlterTable(table=table, changes=inner):
                for each in inner:
                    if isinstance(each, c.DropPrimaryKey):
                        yield table, frozenset(each.key.columns)
            case _:
                pass


def _leans_on(
    key: ForeignKey,
    table: Table,
    retyped: frozenset[_Column],
    dropped: frozenset[tuple[ObjectName, frozenset[str]]],
) -> bool:
    target = ObjectName(key.table, key.namespace)
    columns = {
        *(_Column(table.key, name) for name in key.columns),
        *(_Column(target, name) for name in key.references),
    }
    return bool(columns & retyped) or (target, frozenset(key.references)) in dropped


def _same_key(key: ForeignKey, table: Table) -> ForeignKey | None:
    return next(
        (each for each in table.foreign_keys if (each.columns, each.table) == (key.columns, key.table)), None
    )


def _table(catalog: Catalog, name: ObjectName) -> Table:
    table = catalog.table(name.name, name.namespace)
    if table is None:
        raise KeyError(name)
    return table
