"""What keeps its content under another name: a catalog as renames leave it, and what things were called before them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import assert_never

from nicol.catalog import (
    Catalog,
    Check,
    Column,
    Constant,
    Default,
    EnumType,
    Expression,
    ForeignKey,
    Index,
    IndexColumn,
    ObjectName,
    Table,
    Unmanaged,
)
from nicol.dialects import changes as c
from nicol.dialects.tokens import renamed_in, replaced_in
from nicol.sql.quoting import quote, quote_text


def renamed(catalog: Catalog, renames: Iterable[c.Rename]) -> Catalog:
    """The catalog after renames, in which everything that spoke of an old name speaks of the new one."""
    return reduce(_renamed, renames, catalog)


def _renamed(catalog: Catalog, rename: c.Rename) -> Catalog:
    match rename:
        case c.RenameTable(before=old, after=new):
            return _with_table(catalog, old, new)
        case c.RenameColumn(table=table, before=old, after=new):
            return _with_column(catalog, table, old, new)
        case c.RenameEnum(before=old, after=new):
            return _with_enum(catalog, old, new)
        case c.RenameEnumValue(enum=enum, before=old, after=new):
            return _with_value(catalog, enum, old, new)
        case c.RewriteValue():
            return catalog  # the values are rows; what bounds them is still to be changed
        case _:
            assert_never(rename)


# ---- tables ----------------------------------------------------------------------------------------------------------


def _with_table(catalog: Catalog, old: ObjectName, new: ObjectName) -> Catalog:
    names = {old.name: new.name} if old.name != new.name else {}

    def own(thing: Unmanaged) -> Unmanaged:
        hangs = thing.table == old.name and thing.namespace == old.namespace
        return replace(
            thing,
            definition=renamed_in(thing.definition, names),
            table=new.name if hangs else thing.table,
            namespace=new.namespace if hangs else thing.namespace,
        )

    return replace(
        catalog,
        tables=tuple(_table_of(table, old, new) for table in catalog.tables),
        unmanaged=tuple(map(own, catalog.unmanaged)),
    )


def _table_of(table: Table, old: ObjectName, new: ObjectName) -> Table:
    keys = tuple(
        replace(key, table=new.name, namespace=new.namespace)
        if (key.table, key.namespace) == (old.name, old.namespace)
        else key
        for key in table.foreign_keys
    )
    own = replace(table, foreign_keys=keys)
    return replace(own, name=new.name, namespace=new.namespace) if table.key == old else own


# ---- columns ---------------------------------------------------------------------------------------------------------


def _with_column(catalog: Catalog, name: ObjectName, old: str, new: str) -> Catalog:
    names = {old: new}

    def own(thing: Unmanaged) -> Unmanaged:
        hangs = thing.table == name.name and thing.namespace == name.namespace
        return replace(thing, definition=renamed_in(thing.definition, names)) if hangs else thing

    def of(table: Table) -> Table:
        keys = tuple(_key_with(key, table.key, name, names) for key in table.foreign_keys)
        return (
            _table_with(replace(table, foreign_keys=keys), names)
            if table.key == name
            else replace(table, foreign_keys=keys)
        )

    return replace(
        catalog, tables=tuple(map(of, catalog.tables)), unmanaged=tuple(map(own, catalog.unmanaged))
    )


def _table_with(table: Table, names: Mapping[str, str]) -> Table:
    key = table.primary_key
    return replace(
        table,
        columns=tuple(_column_with(column, names) for column in table.columns),
        primary_key=replace(key, columns=_each(key.columns, names)) if key else None,
        indexes=tuple(_index_with(index, names) for index in table.indexes),
        checks=tuple(replace(check, sql=renamed_in(check.sql, names)) for check in table.checks),
    )


def _column_with(column: Column, names: Mapping[str, str]) -> Column:
    made = column.generated
    return replace(
        column,
        name=names.get(column.name, column.name),
        generated=replace(made, sql=renamed_in(made.sql, names)) if made else None,
    )


def _index_with(index: Index, names: Mapping[str, str]) -> Index:
    return replace(
        index,
        columns=tuple(replace(each, name=_place_of(each, names)) for each in index.columns),
        include=_each(index.include, names),
        where=renamed_in(index.where, names) if index.where is not None else None,
    )


def _place_of(column: IndexColumn, names: Mapping[str, str]) -> str:
    return renamed_in(column.name, names) if column.expression else names.get(column.name, column.name)


def _key_with(key: ForeignKey, own: ObjectName, table: ObjectName, names: Mapping[str, str]) -> ForeignKey:
    columns = _each(key.columns, names) if own == table else key.columns
    target = ObjectName(key.table, key.namespace)
    references = _each(key.references, names) if target == table else key.references
    return replace(key, columns=columns, references=references)


def _each(columns: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(name, name) for name in columns)


# ---- enums -----------------------------------------------------------------------------------------------------------


def _with_enum(catalog: Catalog, old: ObjectName, new: ObjectName) -> Catalog:
    def of(column: Column) -> Column:
        moved = replace(column.type, name=new.name, namespace=new.namespace)
        default = _in_default(column.default, lambda sql: renamed_in(sql, {old.name: new.name}))
        return replace(column, type=moved, default=default)

    enums = tuple(
        replace(enum, name=new.name, namespace=new.namespace) if enum.key == old else enum
        for enum in catalog.enums
    )
    return replace(_with_columns(catalog, old, of), enums=enums)


def _with_value(catalog: Catalog, name: ObjectName, old: str, new: str) -> Catalog:
    """PostgreSQL keeps a default by the value's identity, so that it bears the new name at once."""

    def of(column: Column) -> Column:
        if column.default == Constant(old):
            return replace(column, default=Constant(new))
        quoted = (quote_text(old), quote_text(new))
        return replace(column, default=_in_default(column.default, lambda sql: sql.replace(*quoted)))

    enums = tuple(_enum_with(enum, old, new) if enum.key == name else enum for enum in catalog.enums)
    return replace(_with_columns(catalog, name, of), enums=enums)


def _enum_with(enum: EnumType, old: str, new: str) -> EnumType:
    return replace(enum, values=tuple(new if value == old else value for value in enum.values))


def _in_default(default: Default | None, change: Callable[[str], str]) -> Default | None:
    return Expression(change(default.sql)) if isinstance(default, Expression) else default


def _with_columns(catalog: Catalog, enum: ObjectName, of: Callable[[Column], Column]) -> Catalog:
    """The catalog with other columns in the place of those that have an enum's type."""
    return replace(
        catalog,
        tables=tuple(
            replace(
                table,
                columns=tuple(of(column) if is_of(column, enum) else column for column in table.columns),
            )
            for table in catalog.tables
        ),
    )


def is_of(column: Column, enum: ObjectName) -> bool:
    """True when a column's values are those of an enum type."""
    return column.type.enum and (column.type.name, column.type.namespace) == (enum.name, enum.namespace)


# ---- what things were called -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Former:
    """What tables, columns and values were called before renames: the names that a live database still answers to."""

    renames: tuple[c.Rename, ...] = ()

    def table(self, name: ObjectName) -> ObjectName:
        """The former name of a table."""
        for rename in reversed(self.renames):
            if isinstance(rename, c.RenameTable) and rename.after == name:
                name = rename.before
        return name

    def column(self, table: ObjectName, name: str) -> str:
        """The former name of a column of a table that is given under its new name."""
        for rename in reversed(self.renames):
            match rename:
                case c.RenameTable(before=before, after=after) if after == table:
                    table = before
                case c.RenameColumn(table=of, before=before, after=after) if (of, after) == (table, name):
                    name = before
                case _:
                    pass
        return name

    def value(self, enum: ObjectName, name: str) -> str:
        """The former name of an enum's value; the enum is given under its new name."""
        for rename in reversed(self.renames):
            match rename:
                case c.RenameEnum(before=before, after=after) if after == enum:
                    enum = before
                case c.RenameEnumValue(enum=of, before=before, after=after) if (of, after) == (enum, name):
                    name = before
                case _:
                    pass
        return name

    def sql(self, table: Table, text: str, retyped: Mapping[str, str] | None = None) -> str:
        """A condition on a table in the names that its columns had; `retyped` holds other SQL for some of them."""
        names = {column.name: self.column(table.key, column.name) for column in table.columns}
        former = {new: quote(old) for new, old in names.items() if new != old}
        return replaced_in(text, {**former, **(retyped or {})})

    def rewritten(self, table: Table, check: Check) -> Check:
        """A check that takes the place of an enum, as the values are called that rows will hold."""
        listed = listed_values(check)
        for rename in self.renames:
            if listed and isinstance(rename, c.RewriteValue) and _is_about(rename, table, listed[0]):
                values = quote_text(rename.before), quote_text(rename.after)
                check = replace(check, sql=check.sql.replace(*values))
        return check

    def condition(self, table: Table, text: str, retyped: Mapping[str, str] | None = None) -> str:
        """A check in former names, for which a value that will be rewritten is as good as the one that it becomes."""
        for rename in self.renames:
            if isinstance(rename, c.RewriteValue) and rename.table == table.key:
                new, old = quote_text(rename.after), quote_text(rename.before)
                text = text.replace(new, f"{new}, {old}") if listed_sql(text) else text
        return self.sql(table, text, retyped)


def _is_about(rename: c.RewriteValue, table: Table, column: str) -> bool:
    return (rename.table, rename.column) == (table.key, column)


# ---- renames of many names at once -----------------------------------------------------------------------------------


def columns_renamed(table: Table, pairs: Mapping[str, str]) -> Iterator[c.RenameColumn]:
    """Renames of a table's columns in an order in which each new name is free: a circle goes by way of a third name."""
    left = {old: new for old, new in pairs.items() if old != new}
    numbered = {column.name for column in table.columns if column.autoincrement}
    while left:
        free = next((old for old, new in left.items() if new not in left), None)
        if free is None:
            old, new = next(iter(left.items()))
            between = f"nicol_renaming_{old}"
            yield c.RenameColumn(table.key, old, between, old in numbered)
            del left[old]
            left[between] = new
            numbered |= {between} if old in numbered else set()
        else:
            yield c.RenameColumn(table.key, free, left.pop(free), free in numbered)


def table_renamed(table: Table, name: ObjectName) -> c.RenameTable:
    """The rename of a table."""
    numbered = tuple(column.name for column in table.columns if column.autoincrement)
    return c.RenameTable(table.key, name, numbered)


_TEXT = re.compile(r"'((?:[^']|'')*)'")


def listed_sql(sql: str) -> bool:
    """True for a condition of the form `"column" IN ('A', 'B')`."""
    return sql.startswith('"') and " IN (" in sql and sql.endswith(")")


def listed_values(check: Check) -> tuple[str, tuple[str, ...]] | None:
    """The column and the values of a check that bounds a column as an enum would; None for another check."""
    column, _, rest = check.sql.partition(" IN (")
    if not listed_sql(check.sql) or not (check.name or "").endswith("_enum"):
        return None
    values = tuple(text.replace("''", "'") for text in _TEXT.findall(rest))
    return column[1:-1].replace('""', '"'), values
