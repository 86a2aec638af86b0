"""Changes in words, one sentence each, for people who look at a difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from nicol.catalog import Column, ForeignKey, Index, ObjectName
from nicol.dialects import changes as c
from nicol.dialects.defaults import same_default


def summary(changes: Iterable[c.Change]) -> tuple[str, ...]:
    """Sentences that begin with `+` for what comes, `-` for what goes and `*` for what changes."""
    return tuple(sentence for change in changes for sentence in _sentences(change))


def _sentences(change: c.Change) -> Iterator[str]:
    match change:
        case c.RenameTable() | c.RenameColumn() | c.RenameEnum() | c.RenameEnumValue() | c.RewriteValue():
            yield _renamed(change)
        case c.CreateNamespace() | c.CreateExtension() | c.CreateObject() | c.DropObject():
            yield _beside_tables(change)
        case c.CreateEnum(enum=enum):
            yield f"+ enum {_name(enum.key)}"
        case c.DropEnum(enum=enum):
            yield f"- enum {_name(enum.key)}"
        case c.AlterEnum():
            yield from _values(change)
        case c.CreateTable(table=table):
            yield f"+ table {_name(table.key)}"
        case c.DropTable(table=table):
            yield f"- table {_name(table.key)}"
        case c.AlterTable(table=table, changes=changes):
            yield from (
                f"{sentence} of table {_name(table)}" for each in changes for sentence in _in_table(each)
            )
        case c.RedefineTables(tables=tables):
            yield from (f"* table {_name(each.after.key)} (made anew)" for each in tables)
        case c.SetComment(name=name, column=column, is_enum=is_enum):
            place = f"{'enum' if is_enum else 'table'} {_name(name)}"
            yield f"* comment on {f'column {column} of ' if column else ''}{place}"
        case _:
            yield _hanging(change)


def _beside_tables(change: c.CreateNamespace | c.CreateExtension | c.CreateObject | c.DropObject) -> str:
    match change:
        case c.CreateNamespace(name=name):
            return f"+ namespace {name}"
        case c.CreateExtension(extension=extension):
            return f"+ extension {extension.name}"
        case c.CreateObject(thing=thing):
            return f"+ {thing.named}"
        case c.DropObject(thing=thing):
            return f"- {thing.named}"
        case _:
            assert_never(change)


def _values(change: c.AlterEnum) -> Iterator[str]:
    enum = f"enum {_name(change.after.key)}"
    yield from (f"+ value {value} of {enum}" for value in change.added)
    yield from (f"- value {value} of {enum}" for value in change.removed)
    if not change.added and not change.removed:
        yield f"* {enum} (order of its values)"


def _renamed(change: c.Rename) -> str:
    match change:
        case c.RenameTable(before=old, after=new):
            return f"* table {_name(old)} is called {_name(new)}"
        case c.RenameColumn(table=table, before=old, after=new):
            return f"* column {old} of table {_name(table)} is called {new}"
        case c.RenameEnum(before=old, after=new):
            return f"* enum {_name(old)} is called {_name(new)}"
        case c.RenameEnumValue(enum=enum, before=old, after=new):
            return f"* value {old} of enum {_name(enum)} is called {new}"
        case c.RewriteValue(table=table, column=column, before=old, after=new):
            return f"* value {old} of column {column} of table {_name(table)} is called {new}"
        case _:
            assert_never(change)


def _hanging(
    change: c.CreateIndex
    | c.DropIndex
    | c.RenameIndex
    | c.AddForeignKey
    | c.DropForeignKey
    | c.RenameForeignKey,
) -> str:
    table = _name(change.table)
    match change:
        case c.CreateIndex(index=index):
            return f"+ {_index(index)} of table {table}"
        case c.DropIndex(index=index):
            return f"- {_index(index)} of table {table}"
        case c.RenameIndex(before=before, after=after):
            return f"* {_index(before)} of table {table} is called {after.name}"
        case c.AddForeignKey(key=key):
            return f"+ {_foreign_key(key)} of table {table}"
        case c.DropForeignKey(key=key):
            return f"- {_foreign_key(key)} of table {table}"
        case c.RenameForeignKey(before=before, after=after):
            return f"* {_foreign_key(before)} of table {table} is called {after.name}"
        case _:
            assert_never(change)


def _in_table(change: c.TableChange) -> Iterator[str]:
    match change:
        case c.AddColumn(column=column):
            yield f"+ column {column.name}"
        case c.DropColumn(column=column):
            yield f"- column {column.name}"
        case c.AlterColumn(before=before, after=after) | c.RecreateColumn(before=before, after=after):
            yield f"* column {after.name} ({', '.join(_altered(before, after))})"
        case c.AddPrimaryKey(key=key):
            yield f"+ primary key ({', '.join(key.columns)})"
        case c.DropPrimaryKey(key=key):
            yield f"- primary key ({', '.join(key.columns)})"
        case c.RenamePrimaryKey(before=before, after=after):
            yield f"* primary key {before.name} (called {after.name} now)"
        case c.AddCheck(check=check):
            yield f"+ check {check.name or check.sql}"
        case c.DropCheck(check=check):
            yield f"- check {check.name or check.sql}"
        case _:
            assert_never(change)


def _altered(before: Column, after: Column) -> Iterator[str]:
    if before.type != after.type:
        yield (
            f"type {before.type.name} to {after.type.name}" if before.type.name != after.type.name else "type"
        )
    if before.nullable != after.nullable and not (before.type.array and after.type.array):
        yield "optional" if after.nullable else "required"
    if not same_default(before.default, after.default):
        yield "default"
    if before.autoincrement != after.autoincrement:
        yield "numbering"
    if before.generated != after.generated:
        yield "generation"


def _index(index: Index) -> str:
    return f"{'unique index' if index.unique else 'index'} {index.name}"


def _foreign_key(key: ForeignKey) -> str:
    return f"foreign key {key.name or '(' + ', '.join(key.columns) + ')'}"


def _name(name: ObjectName) -> str:
    return f"{name.namespace}.{name.name}" if name.namespace else name.name
