"""How PostgreSQL spells every change. Texts are Prisma's, to the letter, wherever Prisma has a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from nicol.catalog import (
    Catalog,
    Check,
    Column,
    EnumType,
    Extension,
    ForeignKey,
    Index,
    IndexColumn,
    ObjectName,
    PrimaryKey,
    Table,
)
from nicol.dialects import changes as c
from nicol.dialects.defaults import same_default
from nicol.dialects.postgresql.audit import pinned
from nicol.dialects.postgresql.bounds import alter_enum
from nicol.dialects.postgresql.casts import using
from nicol.dialects.postgresql.renames import sequence_of, spell_rename
from nicol.dialects.postgresql.types import SERIAL, spell_default, spell_name, spell_type
from nicol.sql.quoting import quote, quote_all, quote_text


def spell(change: c.Change, before: Catalog, after: Catalog) -> tuple[str, ...]:
    """The statements that make a change."""
    match change:
        case c.RenameTable() | c.RenameColumn() | c.RenameEnum() | c.RenameEnumValue() | c.RewriteValue():
            return spell_rename(change)
        case c.CreateNamespace() | c.CreateExtension() | c.CreateObject() | c.DropObject():
            return _spell_beside(change)
        case c.CreateEnum(enum=enum):
            return (create_enum(enum),)
        case c.AlterEnum():
            return alter_enum(change, before, after)
        case c.DropEnum(enum=enum):
            return (f"DROP TYPE {spell_name(enum.key)}",)
        case c.CreateTable(table=table):
            return (create_table(table), *switches(table))
        case c.DropTable(table=table):
            return (f"DROP TABLE {spell_name(table.key)}",)
        case c.AlterTable(table=table, changes=changes):
            return _alter_table(table, changes)
        case c.SetComment(name=name, text=text, column=column, is_enum=is_enum):
            kind = "COLUMN" if column else "TYPE" if is_enum else "TABLE"
            place = spell_name(name) + (f".{quote(column)}" if column else "")
            return (f"COMMENT ON {kind} {place} IS {'NULL' if text is None else quote_text(text)}",)
        case c.RedefineTables():
            raise AssertionError("PostgreSQL never makes a table anew")
        case _:
            return _spell_key(change)


def _spell_beside(
    change: c.CreateNamespace | c.CreateExtension | c.CreateObject | c.DropObject,
) -> tuple[str, ...]:
    """What stands beside tables."""
    match change:
        case c.CreateNamespace(name=name):
            return (f"CREATE SCHEMA IF NOT EXISTS {quote(name)}",)
        case c.CreateExtension(extension=extension):
            return (create_extension(extension),)
        case c.CreateObject(thing=thing):
            return (thing.definition, *pinned(thing))
        case c.DropObject(thing=thing):
            table = spell_name(ObjectName(thing.table or "", thing.namespace))
            return (f"DROP TRIGGER {quote(thing.name)} ON {table}",)
        case _:
            assert_never(change)


def _spell_key(
    change: c.CreateIndex
    | c.DropIndex
    | c.RenameIndex
    | c.AddForeignKey
    | c.DropForeignKey
    | c.RenameForeignKey,
) -> tuple[str, ...]:
    alter = f"ALTER TABLE {spell_name(change.table)}"
    match change:
        case c.CreateIndex(table=table, index=index):
            return (create_index(table, index),)
        case c.DropIndex(index=index) if index.constraint:
            return (f"{alter} DROP CONSTRAINT {quote(index.name)}",)
        case c.DropIndex(table=table, index=index):
            return (f"DROP INDEX {spell_name(ObjectName(index.name, table.namespace))}",)
        case c.RenameIndex(table=table, before=old, after=new):
            name = spell_name(ObjectName(old.name, table.namespace))
            return (f"ALTER INDEX {name} RENAME TO {quote(new.name)}",)
        case c.AddForeignKey(key=key):
            return (f"{alter} ADD {foreign_key(key)}",)
        case c.DropForeignKey(key=key):
            return (f"{alter} DROP CONSTRAINT {quote(key.name or '')}",)
        case c.RenameForeignKey(before=old, after=new):
            return (f"{alter} RENAME CONSTRAINT {quote(old.name or '')} TO {quote(new.name or '')}",)
        case _:
            assert_never(change)


def create_enum(enum: EnumType) -> str:
    """The statement that makes an enum type."""
    values = ", ".join(map(quote_text, enum.values))
    return f"CREATE TYPE {spell_name(enum.key)} AS ENUM ({values})"


def create_extension(extension: Extension) -> str:
    """The statement that switches an extension on; words for what the schema says of it only."""
    place = f" WITH SCHEMA {quote(extension.namespace)}" if extension.namespace else ""
    version = f" VERSION {quote(extension.version)}" if extension.version else ""
    return f"CREATE EXTENSION IF NOT EXISTS {quote(extension.name)}{place}{version}"


def create_table(table: Table) -> str:
    """The statement that makes a table, without its indexes and foreign keys."""
    lines = ",\n".join(f"    {column_definition(column)}" for column in table.columns)
    if table.primary_key:
        lines += f",\n\n    {_primary_key(table.primary_key)}"
    lines += "".join(f",\n    {_check(check)}" for check in table.checks)
    unlogged = "UNLOGGED " if "UNLOGGED" in table.options else ""
    return f"CREATE {unlogged}TABLE {spell_name(table.key)} (\n{lines}\n){_clauses(table)}"


_SWITCHES = ("ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY", "REPLICA IDENTITY")


def _clauses(table: Table) -> str:
    """What stands behind the parentheses of a table: its parents, how it is cut, and how it is stored."""
    clauses = [option for option in table.options if option.startswith(("INHERITS", "PARTITION BY"))]
    stored = [option for option in table.options if "=" in option and option not in clauses]
    clauses += [f"WITH ({', '.join(stored)})"] if stored else []
    return "".join(f" {clause}" for clause in clauses)


def switch_options(table: Table) -> Iterator[str]:
    """Those options of a table that are switched on once it is there."""
    return (option for option in table.options if option.startswith(_SWITCHES))


def switches(table: Table) -> Iterator[str]:
    """What a table is told once it is there."""
    for option in switch_options(table):
        word = "" if option.startswith(("FORCE", "REPLICA")) else "ENABLE "
        yield f"ALTER TABLE {spell_name(table.key)} {word}{option}"


_OFF = {"ROW LEVEL SECURITY": "DISABLE", "FORCE ROW LEVEL SECURITY": "NO"}


def switched(before: Table, after: Table) -> tuple[str, ...]:
    """What a table is told that is there; which index tells rows apart nobody has read."""
    old, new = tuple(switch_options(before)), dict(zip(switch_options(after), switches(after), strict=True))
    gone = (option for option in old if option not in new and option in _OFF)
    come = (text for option, text in new.items() if option not in old and not option.endswith("USING INDEX"))
    return (*(f"ALTER TABLE {spell_name(after.key)} {_OFF[option]} {option}" for option in gone), *come)


def _check(check: Check) -> str:
    return f"CONSTRAINT {quote(check.name or '')} CHECK ({check.sql}){'' if check.valid else ' NOT VALID'}"


def column_definition(column: Column) -> str:
    """A column as it stands in CREATE TABLE and ADD COLUMN."""
    collation = f" COLLATE {column.collation}" if column.collation else ""
    null = "" if column.nullable else " NOT NULL"
    return f"{quote(column.name)} {_column_type(column)}{collation}{null}{_values(column)}"


def _column_type(column: Column) -> str:
    if column.autoincrement and not column.identity:
        return SERIAL.get(column.type.name, column.type.name)
    return column.domain or spell_type(column.type)


def _values(column: Column) -> str:
    """What the database fills a column with."""
    if column.identity:
        return f" GENERATED {column.identity} AS IDENTITY"
    if column.generated:
        return f" GENERATED ALWAYS AS ({column.generated.sql}) {'STORED' if column.generated.stored else 'VIRTUAL'}"
    return f" DEFAULT {spell_default(column.default, column)}" if column.default else ""


def _primary_key(key: PrimaryKey) -> str:
    columns = ",".join(map(quote, key.columns))
    return f"CONSTRAINT {quote(key.name or '')} PRIMARY KEY ({columns}){_deferrable(key)}"


def _deferrable(thing: PrimaryKey | ForeignKey) -> str:
    return f" {thing.deferrable}" if thing.deferrable else ""


def foreign_key(key: ForeignKey) -> str:
    """A foreign key as a part of CREATE TABLE or ALTER TABLE … ADD."""
    target = spell_name(ObjectName(key.table, key.namespace))
    return (
        f"CONSTRAINT {quote(key.name or '')} FOREIGN KEY ({quote_all(key.columns)}) "
        f"REFERENCES {target}({quote_all(key.references)}){' MATCH FULL' if key.match_full else ''}"
        f" ON DELETE {key.on_delete} ON UPDATE {key.on_update}{_deferrable(key)}{'' if key.valid else ' NOT VALID'}"
    )


def create_index(table: ObjectName, index: Index) -> str:
    """The statement that makes an index."""
    unique = "UNIQUE " if index.unique else ""
    method = f" USING {index.method} " if index.method else ""
    columns = ", ".join(map(_index_column, index.columns))
    include = f" INCLUDE ({quote_all(index.include)})" if index.include else ""
    distinct = "" if index.nulls_distinct else " NULLS NOT DISTINCT"
    options = f" WITH ({', '.join(index.options)})" if index.options else ""
    where = f" WHERE {index.where}" if index.where else ""
    return (
        f"CREATE {unique}INDEX {quote(index.name)} ON {spell_name(table)}{method}({columns})"
        f"{include}{distinct}{options}{where}"
    )


_CALL = re.compile(r"[A-Za-z_][\w.]*\([^()']*\)")


def _index_column(column: IndexColumn) -> str:
    name = quote(column.name) if not column.expression else _in_parentheses(column.name)
    collation = f" COLLATE {column.collation}" if column.collation else ""
    operator_class = f" {column.operator_class}" if column.operator_class else ""
    nulls = "" if column.nulls_first is None else f" NULLS {'FIRST' if column.nulls_first else 'LAST'}"
    return f"{name}{collation}{operator_class}{' DESC' if column.descending else ''}{nulls}"


def _in_parentheses(sql: str) -> str:
    """An expression as an index wants it: in parentheses, unless it is one call."""
    return sql if _CALL.fullmatch(sql) else f"({sql})"


def _alter_table(table: ObjectName, changes: tuple[c.TableChange, ...]) -> tuple[str, ...]:
    """One ALTER TABLE for all that can stand together; PostgreSQL wants renames alone, and sequences are its own."""
    alter = f"ALTER TABLE {spell_name(table)}"
    numbered = [
        change for change in changes if isinstance(change, c.AlterColumn) and _starts_numbering(change)
    ]
    freed = [change for change in changes if isinstance(change, c.AlterColumn) and _stops_numbering(change)]
    actions = tuple(action for change in changes for action in _actions(change, table))
    renames = tuple(
        f"{alter} RENAME CONSTRAINT {quote(change.before.name or '')} TO {quote(change.after.name or '')}"
        for change in changes
        if isinstance(change, c.RenamePrimaryKey)
    )
    return (
        *(f"CREATE SEQUENCE {_sequence(table, change.after)}" for change in numbered),
        *((f"{alter} " + ",\n".join(actions),) if actions else ()),
        *renames,
        *(
            f"ALTER SEQUENCE {_sequence(table, change.after)} OWNED BY {spell_name(table)}.{quote(change.after.name)}"
            for change in numbered
        ),
        *(_restart(table, change.after) for change in numbered),
        *(f"DROP SEQUENCE IF EXISTS {_sequence(table, change.before)}" for change in freed),
        *(
            f"ALTER SEQUENCE IF EXISTS {_sequence(table, change.after)} AS {spell_type(change.after.type)}"
            for change in changes
            if isinstance(change, c.AlterColumn)
            and change.before.autoincrement
            and change.before.identity is None
            and change.after.autoincrement
            and change.before.type != change.after.type
        ),
    )


def _starts_numbering(change: c.AlterColumn) -> bool:
    return change.after.autoincrement and not change.before.autoincrement


def _stops_numbering(change: c.AlterColumn) -> bool:
    was = change.before
    return was.autoincrement and was.identity is None and not change.after.autoincrement


def _sequence(table: ObjectName, column: Column) -> str:
    return spell_name(sequence_of(table, column.name))


def _restart(table: ObjectName, column: Column) -> str:
    """A sequence that comes to a column with numbers goes on after the greatest of them."""
    greatest = f"SELECT max({quote(column.name)}) FROM {spell_name(table)}"
    return (
        f"SELECT setval({quote_text(_sequence(table, column))}, greatest(({greatest}), 1), ({greatest}) >= 1)"
    )


def _actions(change: c.TableChange, table: ObjectName) -> tuple[str, ...]:
    match change:
        case c.AddColumn(column=column):
            return (f"ADD COLUMN     {column_definition(column)}",)
        case c.DropColumn(column=column):
            return (f"DROP COLUMN {quote(column.name)}",)
        case c.AlterColumn(before=before, after=after):
            return tuple(
                f"ALTER COLUMN {quote(after.name)} {action}" for action in _alter_column(before, after, table)
            )
        case c.RecreateColumn(before=before, after=after):
            return (f"DROP COLUMN {quote(before.name)}", f"ADD COLUMN     {column_definition(after)}")
        case c.AddPrimaryKey(key=key):
            return (f"ADD CONSTRAINT {quote(key.name or '')} PRIMARY KEY ({quote_all(key.columns)})",)
        case c.DropPrimaryKey(key=key):
            return (f"DROP CONSTRAINT {quote(key.name or '')}",)
        case c.RenamePrimaryKey():
            return ()
        case c.AddCheck(check=check):
            return (f"ADD {_check(check)}",)
        case c.DropCheck(check=check):
            return (f"DROP CONSTRAINT {quote(check.name or '')}",)
        case _:
            assert_never(change)


def _alter_column(before: Column, after: Column, table: ObjectName) -> Iterator[str]:
    """What to do to a column, in the order in which PostgreSQL can: a default must fit the type at every moment."""
    retyped = before.type != after.type
    made = using(before.type, after.type, quote(after.name)) if retyped else None
    freed = made is not None and before.default is not None
    if before.generated and not after.generated:
        yield "DROP EXPRESSION"
    if before.nullable and not after.nullable:
        yield "SET NOT NULL"
    if not before.nullable and after.nullable and not (before.type.array and after.type.array):
        yield "DROP NOT NULL"  # of a list a schema cannot say it: it stays as it is
    if before.identity and not after.autoincrement:
        yield "DROP IDENTITY"
    elif ((before.default or before.autoincrement) and not (after.default or after.autoincrement)) or freed:
        yield "DROP DEFAULT"
    if after.default is not None and (freed or not same_default(before.default, after.default)):
        yield f"SET DEFAULT {spell_default(after.default, after)}"
    if retyped:
        yield f"SET DATA TYPE {spell_type(after.type)}" + (f" USING {made}" if made else "")
    if after.autoincrement and not before.autoincrement:
        yield f"SET DEFAULT nextval({quote_text(_sequence(table, after))})"
