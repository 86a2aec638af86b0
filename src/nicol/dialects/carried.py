"""What a table keeps when it is made anew though no schema speaks of it: checks, indexes, collations, options made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nicol.catalog import Check, Column, ForeignKey, Index, Table
from nicol.dialects import changes as c
from nicol.dialects.expressions import same_sql


def carried(old: Table, new: Table, changes: tuple[c.Change, ...]) -> Table:
    """The new table with everything of the old one that no change takes away."""
    inner = tuple(each for change in changes for each in _inside(change, old))
    return replace(
        new,
        columns=tuple(_column(old.column(column.name), column, inner) for column in new.columns),
        checks=(*new.checks, *_checks(old, new, inner)),
        indexes=(*new.indexes, *_indexes(old, new, changes)),
        foreign_keys=tuple(_foreign_key(old, key) for key in new.foreign_keys),
        options=old.options,
    )


def _inside(change: c.Change, table: Table) -> tuple[c.TableChange, ...]:
    return change.changes if isinstance(change, c.AlterTable) and change.table == table.key else ()


def _column(old: Column | None, new: Column, inner: tuple[c.TableChange, ...]) -> Column:
    """The order of its texts stays, and how it is computed, unless a change speaks of the column."""
    if old is None:
        return new
    said = next(
        (each.after for each in inner if isinstance(each, c.AlterColumn) and each.after.name == new.name),
        None,
    )
    generated = said.generated if said else old.generated
    default = None if generated else new.default
    return replace(new, collation=new.collation or old.collation, generated=generated, default=default)


def _checks(old: Table, new: Table, inner: tuple[c.TableChange, ...]) -> Iterator[Check]:
    dropped = [each.check for each in inner if isinstance(each, c.DropCheck)]
    for check in old.checks:
        held = any(same_sql(check.sql, each.sql) for each in new.checks)
        if check not in dropped and not held:
            yield check


def _indexes(old: Table, new: Table, changes: tuple[c.Change, ...]) -> Iterator[Index]:
    names = {index.name for index in new.indexes}
    gone = {change.index for change in changes if isinstance(change, c.DropIndex)}
    gone |= {change.before for change in changes if isinstance(change, c.RenameIndex)}
    for index in old.indexes:
        if index.name not in names and index not in gone and not index.constraint:
            yield index


def _foreign_key(old: Table, key: ForeignKey) -> ForeignKey:
    """A key that waited for the end of the transaction goes on doing so."""
    was = next(
        (each for each in old.foreign_keys if (each.columns, each.table) == (key.columns, key.table)), None
    )
    return replace(key, deferrable=was.deferrable) if was else key
