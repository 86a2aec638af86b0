"""What differs between two catalogs, blind to order and to any database.

Objects are matched by name, keys and indexes by content.
Nothing is ever taken for renamed but keys and indexes that keep everything but their name. Extensions, namespaces and
unmanaged objects are never dropped. What Prisma's schemas have no word for (checks, indexes with conditions or expressions,
comments, generated columns) belongs to whoever wrote it by hand: it is left alone until the wanted catalog has one of its kind.
An audit trail is never dropped: what it tells outlives the wish for more of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nicol.catalog import Catalog, Check, Column, EnumType, ForeignKey, Index, IndexColumn, Table
from nicol.dialects import changes as c
from nicol.dialects.defaults import same_default
from nicol.dialects.expressions import same_sql


def diff(before: Catalog, after: Catalog, *, exact: bool = False) -> tuple[c.Change, ...]:
    """The changes that lead from one catalog to the other. `exact`: leave nothing alone."""
    owned = ALL if exact else owned_by(after)
    extensions = {extension.name for extension in before.extensions}
    return (
        *(c.CreateNamespace(name) for name in after.namespaces if name not in before.namespaces),
        *(c.CreateExtension(each) for each in after.extensions if each.name not in extensions),
        *_enums(before, after),
        *_tables(before, after, owned),
        *(_comments(before, after) if owned.comments else ()),
        *_trail(before, after),
    )


@dataclass(frozen=True, slots=True)
class Owned:
    """The kinds of things that a schema speaks of. Others stay as they are."""

    checks: bool = True
    partial: bool = True
    expressions: bool = True
    details: bool = True
    """What an index includes, where it puts nulls, and whether they are distinct."""
    generated: bool = True
    comments: bool = True
    trail: bool = True
    """The tables of an audit trail."""


ALL = Owned()


def owned_by(catalog: Catalog) -> Owned:
    """The kinds that a wanted catalog has."""
    indexes = [index for table in catalog.tables for index in table.indexes]
    columns = [column for table in catalog.tables for column in table.columns]
    things: list[Table | Column | EnumType] = [*catalog.tables, *columns, *catalog.enums]
    return Owned(
        checks=any(not check.inherent for table in catalog.tables for check in table.checks),
        partial=any(index.where for index in indexes),
        expressions=any(map(_has_expression, indexes)),
        details=any(map(_has_details, indexes)),
        generated=any(column.generated for column in columns),
        comments=any(thing.comment for thing in things),
        trail=False,
    )


def _has_expression(index: Index) -> bool:
    return any(column.expression for column in index.columns)


def _has_details(index: Index) -> bool:
    ordered = any(column.nulls_first is not None for column in index.columns)
    return ordered or bool(index.include) or not index.nulls_distinct


def _enums(before: Catalog, after: Catalog) -> Iterator[c.Change]:
    old, new = ({enum.key: enum for enum in catalog.enums} for catalog in (before, after))
    for key, enum in new.items():
        if key not in old:
            yield c.CreateEnum(enum)
        elif set(old[key].values) != set(enum.values) or (enum.ordered and old[key].values != enum.values):
            yield c.AlterEnum(old[key], enum)
    yield from (c.DropEnum(enum) for key, enum in old.items() if key not in new)


def _tables(before: Catalog, after: Catalog, owned: Owned) -> Iterator[c.Change]:
    """New tables come before altered ones, and old foreign keys in the old order: Prisma's order within each kind."""
    old, new = ({table.key: table for table in catalog.tables} for catalog in (before, after))
    both = [(table, new[key]) for key, table in old.items() if key in new]
    gone = (table for key, table in old.items() if key not in new)
    yield from (c.DropTable(table) for table in gone if owned.trail or not table.is_audit)
    for key, table in new.items():
        if key not in old:
            yield c.CreateTable(table)
            yield from (c.CreateIndex(key, index) for index in table.indexes)
    for one, other in both:
        if inner := tuple(_table_changes(one, other, owned)):
            yield c.AlterTable(one.key, inner)
        yield from _indexes(one, other, owned)
    yield from (change for table in before.tables for change in _lost_keys(table, new.get(table.key)))
    yield from (change for table in after.tables for change in _new_keys(old.get(table.key), table))


# ---- columns, primary key, checks ------------------------------------------------------------------------------------


def _table_changes(before: Table, after: Table, owned: Owned) -> Iterator[c.TableChange]:
    """In the order in which they can be said: the old key goes first, the new one comes last."""
    old, new = before.primary_key, after.primary_key
    rekeyed = (old.columns if old else None) != (new.columns if new else None)
    if old and rekeyed:
        yield c.DropPrimaryKey(old)
    elif old and new and old.name != new.name:
        yield c.RenamePrimaryKey(old, new)
    gone, come = _checks(before, after, owned)
    yield from map(c.DropCheck, gone)
    yield from _columns(before, after, owned)
    yield from map(c.AddCheck, come)
    if new and rekeyed:
        yield c.AddPrimaryKey(new)


def _checks(before: Table, after: Table, owned: Owned) -> tuple[list[Check], list[Check]]:
    """Checks are the same by name and condition; then by condition, whatever they are called.

    Those that stand for a type bear the names of their table and column, and follow them.
    """
    old = [check for check in before.checks if owned.checks or check.inherent]
    come = list(after.checks)
    for by_name in (True, False):
        for check in tuple(old):
            twin = next((each for each in come if same_check(check, each, by_name=by_name)), None)
            if twin is not None:
                old.remove(check)
                come.remove(twin)
    return old, come


def same_check(old: Check, new: Check, *, by_name: bool) -> bool:
    """True when two checks mean the same, and are called the same if `by_name` or if they take the place of types."""
    named = by_name or (old.inherent and new.inherent)
    return (not named or old.name == new.name) and same_sql(old.sql, new.sql)


def _columns(before: Table, after: Table, owned: Owned) -> Iterator[c.TableChange]:
    old, new = ({column.name: column for column in table.columns} for table in (before, after))
    yield from (c.DropColumn(old[name]) for name in sorted(old) if name not in new)
    yield from (c.AddColumn(new[name]) for name in sorted(new) if name not in old)
    for name in old:
        if name in new:
            was, wanted = old[name], _still_computed(old[name], new[name], owned)
            if not same_column(was, wanted):
                yield c.AlterColumn(was, wanted)


def _still_computed(old: Column, new: Column, owned: Owned) -> Column:
    kept = old.generated is not None and not owned.generated
    return replace(new, generated=old.generated, default=None) if kept else new


def same_column(old: Column, new: Column) -> bool:
    """True when two columns of one name hold the same. A schema cannot say whether a list may be null."""
    return (
        same_type(old, new)
        and (old.nullable == new.nullable or new.type.array)
        and (old.autoincrement == new.autoincrement or (old.unasked and new.unasked))
        and _same_values(old, new)
    )


def _same_values(old: Column, new: Column) -> bool:
    """True when the database gives the same values by itself: a default, or what it computes."""
    if old.generated and new.generated:
        same = same_sql(old.generated.sql, new.generated.sql)
        return same and old.generated.stored == new.generated.stored
    return old.generated == new.generated and same_default(old.default, new.default)


def same_type(old: Column, new: Column) -> bool:
    """Types are equal in any case of letters, unless they are names of enums."""
    if old.type.enum or new.type.enum:
        return old.type == new.type
    return replace(old.type, name=old.type.name.lower()) == replace(new.type, name=new.type.name.lower())


def same_bound(old: Column, new: Column) -> bool:
    """True when two columns stand for the same type of another database, or for none."""
    one, other = old.type.bound, new.type.bound
    if one is None or other is None:
        return one is other
    return one.kind == other.kind and same_sql(one.sql, other.sql)


# ---- foreign keys ----------------------------------------------------------------------------------------------------


def _lost_keys(before: Table, after: Table | None) -> Iterator[c.Change]:
    twins = _twins(before, after) if after else {}
    for key in before.foreign_keys:
        twin = twins.get(key)
        if twin is None:
            yield c.DropForeignKey(before.key, key)
        elif twin.name != key.name:
            yield c.RenameForeignKey(before.key, key, twin)


def _new_keys(before: Table | None, after: Table) -> Iterator[c.Change]:
    held = tuple(_twins(before, after).values()) if before else ()
    return (c.AddForeignKey(after.key, key) for key in after.foreign_keys if key not in held)


def _twins(before: Table, after: Table) -> dict[ForeignKey, ForeignKey]:
    """Each foreign key with the one that it becomes: equal in all but perhaps the name."""
    left, twins = list(after.foreign_keys), dict[ForeignKey, ForeignKey]()
    for key in before.foreign_keys:
        same = [each for each in left if replace(each, name=key.name) == key]
        if same:
            twins[key] = next((each for each in same if each.name == key.name), same[0])
            left.remove(twins[key])
    return twins


# ---- indexes ---------------------------------------------------------------------------------------------------------


def _indexes(before: Table, after: Table, owned: Owned) -> Iterator[c.Change]:
    """Indexes are the same by name and content; then, by content, one that has to go is one that has to come."""
    old = [index for index in before.indexes if _is_owned(index, owned)]
    gone, come = _unmatched(old, after.indexes, owned)
    for index in gone:
        twin = next((each for each in come if same_index(index, each, owned)), None)
        if twin is None:
            yield c.DropIndex(before.key, index)
        else:
            come.remove(twin)
            if not (index.constraint and index.name.startswith("sqlite_autoindex_")):
                yield c.RenameIndex(before.key, index, twin)
    yield from (c.CreateIndex(before.key, index) for index in come)


def _is_owned(index: Index, owned: Owned) -> bool:
    return (owned.partial or not index.where) and (owned.expressions or not _has_expression(index))


def _unmatched(old: Iterable[Index], new: Iterable[Index], owned: Owned) -> tuple[list[Index], list[Index]]:
    come = list(new)
    gone: list[Index] = []
    for index in old:
        twin = next(
            (each for each in come if each.name == index.name and same_index(index, each, owned)), None
        )
        if twin is None:
            gone.append(index)
        else:
            come.remove(twin)
    return gone, come


def same_index(old: Index, new: Index, owned: Owned) -> bool:
    """True when two indexes are the same whatever they are called."""
    if (old.unique, old.method, old.valid) != (new.unique, new.method, new.valid):
        return False
    if owned.details and (old.include, old.nulls_distinct) != (new.include, new.nulls_distinct):
        return False
    same_columns = len(old.columns) == len(new.columns) and all(
        _same_index_column(one, other, owned) for one, other in zip(old.columns, new.columns, strict=True)
    )
    return same_columns and same_sql(old.where, new.where)


def _same_index_column(old: IndexColumn, new: IndexColumn, owned: Owned) -> bool:
    same = same_sql(old.name, new.name) if old.expression and new.expression else old.name == new.name
    return (
        same
        and (old.expression, old.descending) == (new.expression, new.descending)
        and old.operator_class == new.operator_class
        and (not owned.details or old.nulls_first == new.nulls_first)
    )


# ---- comments --------------------------------------------------------------------------------------------------------


def _comments(before: Catalog, after: Catalog) -> Iterator[c.Change]:
    enums = {enum.key: enum.comment for enum in before.enums}
    tables = {table.key: table for table in before.tables}
    for enum in after.enums:
        if enum.comment != enums.get(enum.key):
            yield c.SetComment(enum.key, enum.comment, is_enum=True)
    for table in after.tables:
        old = tables.get(table.key)
        if table.comment != (old.comment if old else None):
            yield c.SetComment(table.key, table.comment)
        for column in table.columns:
            was = old.column(column.name) if old else None
            if column.comment != (was.comment if was else None):
                yield c.SetComment(table.key, column.comment, column.name)


# ---- the audit trail -------------------------------------------------------------------------------------------------


def _trail(before: Catalog, after: Catalog) -> Iterator[c.Change]:
    """Its triggers and functions. What hangs on a table that goes, goes with it; what guards a trail that stays, stays."""
    old, new = (
        {thing.key: thing for thing in catalog.unmanaged if thing.is_audit} for catalog in (before, after)
    )
    for key, thing in old.items():
        stays = thing.table is not None and after.table(thing.table, thing.namespace) is not None
        if thing.kind == "trigger" and stays and (key not in new or new[key].words != thing.words):
            yield c.DropObject(thing)
    for key, thing in new.items():
        if key not in old or old[key].words != thing.words:
            yield c.CreateObject(thing)
