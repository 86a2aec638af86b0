"""Which changes SQLite makes in place, and which by making the table anew."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.catalog import Catalog, CurrentTimestamp, Expression, ObjectName
from nicol.dialects import changes as c
from nicol.dialects.carried import carried


def adapt(changes: tuple[c.Change, ...], before: Catalog, after: Catalog) -> tuple[c.Change, ...]:
    """Columns are added in place where SQLite can; every other change of a table makes it anew, with its indexes."""
    made = {change.table.key for change in changes if isinstance(change, c.CreateTable)}
    anew = frozenset(table for change in changes if (table := _redefined(change)) is not None) - made
    kept = tuple(
        change for change in changes if not _is_covered(change, anew | made) or _is_new_index(change, made)
    )
    tables = tuple(_redefinitions(anew, changes, before, after))
    lost = tuple(_indexes_of_dropped(changes))
    return (*lost, *kept, c.RedefineTables(tables)) if tables else (*lost, *kept)


def _redefined(change: c.Change) -> ObjectName | None:
    """The table that has to be made anew for a change."""
    match change:
        case c.AlterTable(table=table, changes=changes) if not all(map(_in_place, changes)):
            return table
        case c.AddForeignKey(table=table) | c.DropForeignKey(table=table):
            return table
        case c.DropIndex(table=table, index=index) if index.constraint:
            return table
        case _:
            return None


def _in_place(change: c.TableChange) -> bool:
    """SQLite adds a column to rows that exist when null or a constant can stand in it."""
    if not isinstance(change, c.AddColumn):
        return False
    column = change.column
    if column.generated is not None:
        return column.nullable and not column.generated.stored
    if isinstance(column.default, CurrentTimestamp | Expression):
        return False
    return column.nullable or column.default is not None


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
    tables: frozenset[ObjectName], changes: tuple[c.Change, ...], before: Catalog, after: Catalog
) -> Iterator[c.Redefinition]:
    for old in before.tables:
        new = after.table(old.name, old.namespace)
        if old.key in tables and new is not None:
            triggers = tuple(
                own for own in before.unmanaged if own.table == old.name and own.kind == "trigger"
            )
            yield c.Redefinition(old, carried(old, new, changes), triggers)
