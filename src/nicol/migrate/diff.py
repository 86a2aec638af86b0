"""What differs between two catalogs, blind to order and to any database.

Objects are matched by name, keys and indexes by content.
Nothing is ever taken for renamed but keys and indexes that keep everything but their name. Extensions, namespaces and
unmanaged objects are never dropped. Partial indexes that nobody declared are left alone as long as the schema declares none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nicol.catalog import Catalog, Column, ForeignKey, Index, Table
from nicol.dialects import changes as c
from nicol.dialects.defaults import same_default, same_sql


def diff(before: Catalog, after: Catalog) -> tuple[c.Change, ...]:
    """The changes that lead from one catalog to the other."""
    return (
        *(c.CreateNamespace(name) for name in after.namespaces if name not in before.namespaces),
        *(c.CreateExtension(name) for name in after.extensions if name not in before.extensions),
        *_enums(before, after),
        *_tables(before, after),
    )


def _enums(before: Catalog, after: Catalog) -> Iterator[c.Change]:
    old, new = ({enum.key: enum for enum in catalog.enums} for catalog in (before, after))
    for key, enum in new.items():
        if key not in old:
            yield c.CreateEnum(enum)
        elif set(old[key].values) != set(enum.values):
            yield c.AlterEnum(old[key], enum)
    yield from (c.DropEnum(enum) for key, enum in old.items() if key not in new)


def _tables(before: Catalog, after: Catalog) -> Iterator[c.Change]:
    """New tables come before altered ones, and old foreign keys in the old order: Prisma's order within each kind."""
    old, new = ({table.key: table for table in catalog.tables} for catalog in (before, after))
    both = [(table, new[key]) for key, table in old.items() if key in new]
    owns_partial = any(index.where for table in after.tables for index in table.indexes)
    yield from (c.DropTable(table) for key, table in old.items() if key not in new)
    for key, table in new.items():
        if key not in old:
            yield c.CreateTable(table)
            yield from (c.CreateIndex(key, index) for index in table.indexes)
    for one, other in both:
        if inner := tuple(_table_changes(one, other)):
            yield c.AlterTable(one.key, inner)
        yield from _indexes(one, other, owns_partial=owns_partial)
    yield from (change for table in before.tables for change in _lost_keys(table, new.get(table.key)))
    yield from (change for table in after.tables for change in _new_keys(old.get(table.key), table))


# ---- columns, primary key, checks ------------------------------------------------------------------------------------


def _table_changes(before: Table, after: Table) -> Iterator[c.TableChange]:
    """In the order in which they can be said: the old key goes first, the new one comes last."""
    old, new = before.primary_key, after.primary_key
    rekeyed = (old.columns if old else None) != (new.columns if new else None)
    if old and rekeyed:
        yield c.DropPrimaryKey(old)
    elif old and new and old.name != new.name:
        yield c.RenamePrimaryKey(old, new)
    yield from _dropped_checks(before, after)
    yield from _columns(before, after)
    yield from (c.AddCheck(check) for check in after.checks if check not in before.checks)
    if new and rekeyed:
        yield c.AddPrimaryKey(new)


def _dropped_checks(before: Table, after: Table) -> Iterator[c.TableChange]:
    return (c.DropCheck(check) for check in before.checks if check not in after.checks)


def _columns(before: Table, after: Table) -> Iterator[c.TableChange]:
    old, new = ({column.name: column for column in table.columns} for table in (before, after))
    yield from (c.DropColumn(old[name]) for name in sorted(old) if name not in new)
    yield from (c.AddColumn(new[name]) for name in sorted(new) if name not in old)
    for name in old:
        if name in new and not _same_column(old[name], new[name]):
            yield c.AlterColumn(old[name], new[name])


def _same_column(old: Column, new: Column) -> bool:
    return (
        _same_type(old, new)
        and old.nullable == new.nullable
        and old.autoincrement == new.autoincrement
        and same_default(old.default, new.default)
    )


def _same_type(old: Column, new: Column) -> bool:
    """Types are equal in any case of letters, unless they are names of enums."""
    if old.type.enum or new.type.enum:
        return old.type == new.type
    return replace(old.type, name=old.type.name.lower()) == replace(new.type, name=new.type.name.lower())


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


def _indexes(before: Table, after: Table, *, owns_partial: bool) -> Iterator[c.Change]:
    """Indexes are the same by name and content; then, by content, one that has to go is one that has to come."""
    old = [index for index in before.indexes if owns_partial or not index.where]
    gone, come = _unmatched(old, after.indexes)
    for index in gone:
        twin = next((each for each in come if _same_index(index, each)), None)
        if twin is None:
            yield c.DropIndex(before.key, index)
        else:
            come.remove(twin)
            if not (index.constraint and index.name.startswith("sqlite_autoindex_")):
                yield c.RenameIndex(before.key, index, twin)
    yield from (c.CreateIndex(before.key, index) for index in come)


def _unmatched(old: Iterable[Index], new: Iterable[Index]) -> tuple[list[Index], list[Index]]:
    come = list(new)
    gone: list[Index] = []
    for index in old:
        twin = next((each for each in come if each.name == index.name and _same_index(index, each)), None)
        if twin is None:
            gone.append(index)
        else:
            come.remove(twin)
    return gone, come


def _same_index(old: Index, new: Index) -> bool:
    return (old.columns, old.unique, old.method) == (new.columns, new.unique, new.method) and same_sql(
        old.where, new.where
    )
