"""How SQLite spells every change. Texts are Prisma's, to the letter, wherever Prisma has a text.

SQLite alters little in place (https://www.sqlite.org/lang_altertable.html), so that `adapt` turns most changes of a
table into a redefinition: a new table is filled from the old one, which it replaces. Whoever runs such a script has to
switch foreign keys off *before* the transaction begins: inside of one, the script's own PRAGMA does nothing, and the
DROP TABLE would take the rows of referencing tables along.
"""

from __future__ import annotations

from collections.abc import Iterator

from nicol.catalog import Catalog, Check, Column, ForeignKey, Index, IndexColumn, Table
from nicol.dialects import changes as c
from nicol.dialects.sqlite.renames import rewritten, spell_rename
from nicol.dialects.sqlite.types import spell_default
from nicol.sql.quoting import quote, quote_all


def spell(change: c.Change, before: Catalog, after: Catalog) -> tuple[str, ...]:  # noqa: ARG001
    """The statements that make a change."""
    match change:
        case c.CreateTable(table=table):
            return (create_table(table),)
        case c.DropTable(table=table):
            return ("PRAGMA foreign_keys=off", f"DROP TABLE {quote(table.name)}", "PRAGMA foreign_keys=on")
        case c.AlterTable(table=table, changes=changes):
            return tuple(
                text
                for each in changes
                for text in _alter(f"ALTER TABLE {quote(table.name)}", table.name, each)
            )
        case c.RenameTable() | c.RenameColumn() | c.RenameEnum() | c.RenameEnumValue() | c.RewriteValue():
            return spell_rename(change)
        case c.RedefineTables(tables=tables):
            return (
                "PRAGMA defer_foreign_keys=ON",
                "PRAGMA foreign_keys=OFF",
                *(statement for table in tables for statement in _redefine(table)),
                "PRAGMA foreign_keys=ON",
                "PRAGMA defer_foreign_keys=OFF",
            )
        case c.CreateIndex(table=table, index=index):
            return (create_index(table.name, index),)
        case c.DropIndex(index=index):
            return (f"DROP INDEX {quote(index.name)}",)
        case c.RenameIndex(table=table, before=old, after=new):
            return (f"DROP INDEX {quote(old.name)}", create_index(table.name, new))
        case c.CreateObject(thing=thing):
            return (thing.definition,)
        case c.DropObject(thing=thing):
            return (f"DROP TRIGGER {quote(thing.name)}",)
        case _:
            raise AssertionError(f"SQLite adapts every {type(change).__name__}")


def _alter(alter: str, table: str, change: c.TableChange) -> Iterator[str]:
    """What SQLite changes in place."""
    match change:
        case c.AddColumn(column=column, references=key):
            leads = f" CONSTRAINT {quote(_key_name(table, key))} {_references(key)}" if key else ""
            yield f"{alter} ADD COLUMN {column_definition(column)}{leads}"
        case c.DropColumn(column=column):
            yield f"{alter} DROP COLUMN {quote(column.name)}"
        case c.AlterColumn(before=old, after=new) if new.nullable:
            yield f"{alter} ALTER COLUMN {quote(old.name)} DROP NOT NULL"
        case c.AlterColumn(after=new):
            name = quote(new.name)
            if new.default:
                value = spell_default(new.default, new.type)
                yield f"UPDATE {quote(table)} SET {name} = {value} WHERE {name} IS NULL"
            yield f"{alter} ALTER COLUMN {name} SET NOT NULL"
        case c.AddCheck(check=check):
            yield f"{alter} ADD {_check(check)}"
        case c.DropCheck(check=check):
            yield f"{alter} DROP CONSTRAINT {quote(check.name or '')}"
        case _:
            raise AssertionError(f"SQLite makes a table anew for every {type(change).__name__}")


def create_table(table: Table, name: str | None = None) -> str:
    """The statement that makes a table, without its indexes; `name` when it is not to be called by its own."""
    only = table.primary_key.columns[0] if table.primary_key and len(table.primary_key.columns) == 1 else None
    columns = ",\n".join(
        f"    {column_definition(column, is_id=column.name == only)}" for column in table.columns
    )
    rules = ",\n".join(f"    {rule}" for rule in _rules(table))
    gap = "" if not rules else ",\n\n" if table.primary_key and only is None else ",\n"
    options = f" {', '.join(table.options)}" if table.options else ""
    return f"CREATE TABLE {quote(name or table.name)} (\n{columns}{gap}{rules}\n){options}"


def _rules(table: Table) -> Iterator[str]:
    if table.primary_key and len(table.primary_key.columns) > 1:
        yield f"PRIMARY KEY ({quote_all(table.primary_key.columns)})"
    for key in table.foreign_keys:
        yield _foreign_key(table, key)
    for check in table.checks:
        yield _check(check)


def column_definition(column: Column, *, is_id: bool = False) -> str:
    """A column as it stands in CREATE TABLE and ADD COLUMN."""
    null = "" if column.nullable else " NOT NULL"
    key = " PRIMARY KEY" if is_id else ""
    numbered = " AUTOINCREMENT" if is_id and column.autoincrement else ""
    collation = f" COLLATE {column.collation}" if column.collation else ""
    return f"{quote(column.name)} {column.type.name}{null}{key}{numbered}{_values(column)}{collation}"


def _values(column: Column) -> str:
    """What the database fills a column with."""
    if column.generated:
        return f" GENERATED ALWAYS AS ({column.generated.sql}) {'STORED' if column.generated.stored else 'VIRTUAL'}"
    return f" DEFAULT {spell_default(column.default, column.type)}" if column.default else ""


def _foreign_key(table: Table, key: ForeignKey) -> str:
    return f"CONSTRAINT {quote(_key_name(table.name, key))} FOREIGN KEY ({quote_all(key.columns)}) {_references(key)}"


def _key_name(table: str, key: ForeignKey) -> str:
    """The name is Prisma's; SQLite does not keep it."""
    return "_".join((table, *key.columns, "fkey"))


def _references(key: ForeignKey) -> str:
    return (
        f"REFERENCES {quote(key.table)} ({quote_all(key.references)}) "
        f"ON DELETE {key.on_delete} ON UPDATE {key.on_update}"
        + (f" {key.deferrable}" if key.deferrable else "")
    )


def _check(check: Check) -> str:
    name = f"CONSTRAINT {quote(check.name)} " if check.name else ""
    return f"{name}CHECK ({check.sql})"


def create_index(table: str, index: Index) -> str:
    """The statement that makes an index."""
    unique = "UNIQUE " if index.unique else ""
    where = f" WHERE {index.where}" if index.where else ""
    columns = ", ".join(map(_index_column, index.columns))
    return f"CREATE {unique}INDEX {quote(index.name)} ON {quote(table)}({columns}){where}"


def _index_column(column: IndexColumn) -> str:
    name = column.name if column.expression else quote(column.name)
    collation = f" COLLATE {column.collation}" if column.collation else ""
    return f"{name}{collation}{' DESC' if column.descending else ''}"


def _redefine(change: c.Redefinition) -> Iterator[str]:
    """A table made anew. The order of the copied columns is Prisma's: by name."""
    before, after = change.before, change.after
    new = f"new_{after.name}"
    yield create_table(after, new)
    kept = sorted(
        (column for column in after.columns if _is_kept(column, change)),
        key=lambda column: column.name,
    )
    targets = quote_all([column.name for column in kept or after.columns[:1]])
    sources = ", ".join(_source(change, column) for column in kept) or _beginning(after.columns[0])
    yield f"INSERT INTO {quote(new)} ({targets}) SELECT {sources} FROM {quote(before.name)}"
    yield f"DROP TABLE {quote(before.name)}"
    yield f"ALTER TABLE {quote(new)} RENAME TO {quote(after.name)}"
    yield from (create_index(after.name, index) for index in after.indexes)
    yield from (own.definition for own in change.carried)


def _is_kept(column: Column, change: c.Redefinition) -> bool:
    known = change.before.column(column.name) is not None and column.name not in change.lost
    return known and not column.generated


def _source(change: c.Redefinition, column: Column) -> str:
    """A column's old values; where it may no longer be null, its default stands in."""
    name = quote(column.name)
    value = dict(change.converted).get(column.name, name)
    for rewrite in change.rewrites:
        if rewrite.column == column.name:
            value = rewritten(value, rewrite)
    old = change.before.column(column.name)
    if old is not None and old.nullable and not column.nullable and column.default:
        value = f"coalesce({value}, {spell_default(column.default, column.type)})"
    return name if value == name else f"{value} AS {name}"


def _beginning(column: Column) -> str:
    """What a row begins with that keeps none of its values, so that there is a row: a default, or null."""
    return spell_default(column.default, column.type) if column.default else "NULL"
