"""Which changes SQLite makes in place, and which by making the table anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nicol.catalog import (
    Catalog,
    Column,
    ColumnType,
    CurrentTimestamp,
    Expression,
    Index,
    ObjectName,
    Table,
)
from nicol.dialects import changes as c
from nicol.dialects.carried import carried
from nicol.dialects.defaults import same_default
from nicol.dialects.dialect import Cast
from nicol.dialects.hands import in_turn
from nicol.dialects.sqlite import casts
from nicol.dialects.tokens import names_in


def adapt(
    changes: tuple[c.Change, ...], before: Catalog, after: Catalog, *, portable: bool
) -> tuple[c.Change, ...]:
    """Tables change in place where SQLite can; every other change makes the table anew, with its indexes.

    A portable project's files are only ever changed by Nicol, which brings a current SQLite along; others may meet the SQLite
    of another tool, so that nothing is said there which SQLite 3.35 does not understand.
    """
    changes = tuple(_with_references(changes))
    place = _Place(before, portable, _freed_indexes(changes), _fallen(changes), _rewritten(changes))
    made = {change.table.key for change in changes if isinstance(change, c.CreateTable)}
    anew = frozenset(table for change in changes if (table := _redefined(change, place)) is not None) - made
    kept = tuple(
        change for change in changes if not _is_covered(change, anew | made) or _is_new_index(change, made)
    )
    tables = tuple(_redefinitions(anew, changes, before, after, portable=portable))
    kept = in_turn(kept, before)
    lost = tuple(_indexes_of_dropped(changes))
    return (*lost, *kept, c.RedefineTables(tables)) if tables else (*lost, *kept)


@dataclass(frozen=True, slots=True)
class _Place:
    """What decides whether a table can change in place. `freed` are indexes, `fallen` triggers that go before columns do."""

    before: Catalog
    portable: bool
    freed: frozenset[str]
    fallen: frozenset[str]
    rewritten: frozenset[ObjectName]


def _freed_indexes(changes: tuple[c.Change, ...]) -> frozenset[str]:
    return frozenset(
        change.index.name
        for change in changes
        if isinstance(change, c.DropIndex) and not change.index.constraint
    )


def _fallen(changes: tuple[c.Change, ...]) -> frozenset[str]:
    return frozenset(change.thing.name for change in changes if isinstance(change, c.DropObject))


def _rewritten(changes: tuple[c.Change, ...]) -> frozenset[ObjectName]:
    return frozenset(change.table for change in changes if isinstance(change, c.RewriteValue))


def _with_references(changes: tuple[c.Change, ...]) -> Iterator[c.Change]:
    """A foreign key comes with its column where both are new and the column may be empty."""
    keys = {
        (change.table, change.key.columns[0]): change
        for change in changes
        if isinstance(change, c.AddForeignKey) and len(change.key.columns) == 1
    }
    taken: list[c.Change] = []
    for change in changes:
        if isinstance(change, c.AlterTable):
            inner = tuple(_referencing(each, change.table, keys, taken) for each in change.changes)
            yield replace(change, changes=inner)
    yield from (change for change in changes if not isinstance(change, c.AlterTable) and change not in taken)


def _referencing(
    change: c.TableChange,
    table: ObjectName,
    keys: dict[tuple[ObjectName, str], c.AddForeignKey],
    taken: list[c.Change],
) -> c.TableChange:
    if not isinstance(change, c.AddColumn) or not change.column.nullable or change.column.default is not None:
        return change
    found = keys.get((table, change.column.name))
    if found is None:
        return change
    taken.append(found)
    return replace(change, references=found.key)


def _redefined(change: c.Change, place: _Place) -> ObjectName | None:
    """The table that has to be made anew for a change."""
    match change:
        case c.AlterTable(table=name, changes=changes):
            table = place.before.table(name.name)
            return None if table is not None and _changes_in_place(table, changes, place) else name
        case c.AddForeignKey(table=name) | c.DropForeignKey(table=name):
            return name
        case c.DropIndex(table=name, index=index) if index.constraint:
            return name
        case _:
            return None


def _changes_in_place(table: Table, changes: tuple[c.TableChange, ...], place: _Place) -> bool:
    gone = {change.check for change in changes if isinstance(change, c.DropCheck)}
    held = replace(table, checks=tuple(check for check in table.checks if check not in gone))
    return all(_in_place(change, held, place) for change in changes)


def _in_place(change: c.TableChange, table: Table, place: _Place) -> bool:
    """https://www.sqlite.org/lang_altertable.html says what can be altered."""
    match change:
        case c.AddColumn(column=column):
            return _can_be_added(column)
        case c.DropColumn(column=column):
            return _can_be_dropped(column.name, table, place)
        case c.AlterColumn(before=old, after=new):
            return place.portable and _only_nullable(old, new) and not _is_key(new.name, table)
        case c.AddCheck(check=check) | c.DropCheck(check=check):
            return place.portable and check.name is not None and table.key not in place.rewritten
        case _:
            return False


def _can_be_added(column: Column) -> bool:
    """To rows that exist when null or a constant can stand in it."""
    if column.generated is not None:
        return column.nullable and not column.generated.stored
    if isinstance(column.default, CurrentTimestamp | Expression):
        return False
    return column.nullable or column.default is not None


def _can_be_dropped(name: str, table: Table, place: _Place) -> bool:
    """Unless something of the table speaks of it."""
    if _is_key(name, table) or len(table.columns) == 1:
        return False
    if any(name in key.columns for key in table.foreign_keys):
        return False
    indexes = [index for index in table.indexes if index.name not in place.freed]
    if any(name in _speaks_of(index) for index in indexes):
        return False
    return not any(name.lower() in map(str.lower, names_in(sql)) for sql in _texts_on(table, place))


def _texts_on(table: Table, place: _Place) -> Iterator[str]:
    yield from (check.sql for check in table.checks)
    yield from (column.generated.sql for column in table.columns if column.generated)
    hanging = (own for own in place.before.unmanaged if own.table == table.name)
    yield from (own.definition for own in hanging if own.name not in place.fallen)


def _speaks_of(index: Index) -> set[str]:
    parts = (names_in(each.name) if each.expression else {each.name} for each in index.columns)
    return {*(name for part in parts for name in part), *(names_in(index.where) if index.where else ())}


def _is_key(name: str, table: Table) -> bool:
    return table.primary_key is not None and name in table.primary_key.columns


def _only_nullable(old: Column, new: Column) -> bool:
    """True when nothing else changes, and no row needs a value that cannot be told."""
    same = replace(old, nullable=new.nullable, default=new.default) == new
    return same and same_default(old.default, new.default)


def _is_covered(change: c.Change, tables: frozenset[ObjectName]) -> bool:
    """True when a table that is made (anew) brings the change along."""
    match change:
        case (
            c.AlterTable(table=table)
            | c.AddForeignKey(table=table)
            | c.DropForeignKey(table=table)
            | c.RenameForeignKey(table=table)
            | c.CreateIndex(table=table)
            | c.DropIndex(table=table)
            | c.RenameIndex(table=table)
            | c.RewriteValue(table=table)
        ):
            return table in tables
        case _:
            return False


def _is_new_index(change: c.Change, made: set[ObjectName]) -> bool:
    return isinstance(change, c.CreateIndex) and change.table in made


def _indexes_of_dropped(changes: tuple[c.Change, ...]) -> Iterator[c.Change]:
    """Indexes of tables that go; Prisma says so."""
    for change in changes:
        if isinstance(change, c.DropTable):
            indexes = (index for index in change.table.indexes if not index.constraint)
            yield from (c.DropIndex(change.table.key, index) for index in indexes)


def _redefinitions(
    tables: frozenset[ObjectName],
    changes: tuple[c.Change, ...],
    before: Catalog,
    after: Catalog,
    *,
    portable: bool,
) -> Iterator[c.Redefinition]:
    for old in before.tables:
        new = after.table(old.name, old.namespace)
        if old.key in tables and new is not None:
            hanging = (own for own in before.unmanaged if own.table == old.name and own.kind == "trigger")
            triggers = tuple(own for own in hanging if own.name not in _fallen(changes))
            rewrites = (
                each for each in changes if isinstance(each, c.RewriteValue) and each.table == old.key
            )
            retyped = tuple(_retyped(old.key, changes)) if portable else ()
            yield c.Redefinition(
                old,
                carried(old, new, changes),
                triggers,
                tuple(rewrites),
                tuple(
                    (each.after.name, casts.converted(each.before, each.after, portable=True))
                    for each in retyped
                ),
                frozenset(
                    each.after.name
                    for each in retyped
                    if casts.cast(each.before.type, each.after.type, portable=True) is Cast.IMPOSSIBLE
                ),
            )


def _retyped(table: ObjectName, changes: tuple[c.Change, ...]) -> Iterator[c.AlterColumn]:
    """The columns of a table that get another of the language's types."""
    for change in changes:
        if isinstance(change, c.AlterTable) and change.table == table:
            for each in change.changes:
                if isinstance(each, c.AlterColumn) and _is_retyped(each.before.type, each.after.type):
                    yield each


def _is_retyped(old: ColumnType, new: ColumnType) -> bool:
    return old != new and casts.knows(old, new)
