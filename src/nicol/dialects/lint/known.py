"""What is known of a database from the scripts before: enough to tell a harmless statement from a dangerous one.

What no script has made is not known, and never guessed: who lints a single file knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.deeds import Column, Constraint, Kind
from nicol.dialects.statements import Token

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Index:
    """An index: its table and the columns that it is ordered by."""

    table: str
    columns: tuple[str, ...]
    partial: bool = False
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: columns by name, its constraints. `options`: the words behind its columns."""

    columns: Mapping[str, Column] = field(default_factory=dict[str, Column])
    constraints: tuple[Constraint, ...] = ()
    options: tuple[str, ...] = ()

    def keys(self, *kinds: Kind) -> list[tuple[str, ...]]:
        """The columns of its constraints of some kinds."""
        return [each.columns for each in self.constraints if each.kind in kinds]


@dataclass(frozen=True, slots=True)
class Known:
    """What scripts have made so far, by the names that the database compares."""

    tables: Mapping[str, Table] = field(default_factory=dict[str, Table])
    indexes: Mapping[str, Index] = field(default_factory=dict[str, Index])
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    triggers: Mapping[str, str] = field(default_factory=dict[str, str])
    views: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    spellings: Mapping[str, str] = field(default_factory=dict[str, str])

    def shown(self, key: str) -> str:
        """How the name of an index, a trigger or a view was written."""
        return self.spellings.get(key, key)

    def column(self, table: str, column: str) -> Column | None:
        """A column, where its declaration was seen."""
        found = self.tables.get(table)
        return found.columns.get(column) if found is not None else None

    def constraint(self, table: str, name: str) -> Constraint | None:
        """A constraint, where its declaration was seen."""
        found = self.tables.get(table, Table())
        return next((each for each in found.constraints if each.name and each.name.key == name), None)

    def indexed(self, table: str) -> list[tuple[str, ...]]:
        """The columns of everything that serves as a whole index of a table."""
        found = self.tables.get(table, Table()).keys(Kind.PRIMARY, Kind.UNIQUE)
        return [
            *found,
            *(each.columns for each in self.indexes.values() if each.table == table and not each.partial),
        ]


def after(known: Known, deeds: Iterable[d.Deed]) -> Known:
    """What is known behind some deeds."""
    for deed in deeds:
        known = _learn(known, deed)
        if isinstance(deed, d.CreateIndex | d.CreateTrigger | d.CreateView) and deed.name is not None:
            known = replace(known, spellings={**known.spellings, deed.name.key: deed.name.shown})
    return known


def _learn(known: Known, deed: d.Deed) -> Known:  # noqa: C901 - one line for each deed
    match deed:
        case d.CreateTable():
            columns = {column.name.key: column for column in deed.columns}
            table = Table(columns, deed.all_constraints, deed.options)
            return replace(known, tables={**known.tables, deed.table.key: table})
        case d.Drop():
            return _dropped(known, deed)
        case d.CreateIndex():
            name = deed.name.key if deed.name is not None else f"{deed.table.key}:{','.join(deed.columns)}"
            index = Index(deed.table.key, deed.columns, deed.partial, deed.unique)
            return replace(known, indexes={**known.indexes, name: index})
        case d.CreateEnum():
            return replace(known, enums={**known.enums, deed.type.key: deed.values})
        case d.AddValue():
            values = (*known.enums.get(deed.type.key, ()), deed.value)
            return replace(known, enums={**known.enums, deed.type.key: values})
        case d.RenameType():
            return replace(known, enums=_moved(known.enums, deed.type.key, deed.new.key))
        case d.CreateTrigger():
            return replace(known, triggers={**known.triggers, deed.name.key: deed.table.key})
        case d.CreateView():
            return replace(known, views={**known.views, deed.name.key: deed.words})
        case d.RenameTable():
            return _renamed(known, deed)
        case (
            d.AddColumn()
            | d.DropColumn()
            | d.SetType()
            | d.SetNotNull()
            | d.DropNotNull()
            | d.AddConstraint()
            | d.DropConstraint()
            | d.Validate()
            | d.RenameColumn()
        ):
            grows = isinstance(deed, d.AddColumn | d.AddConstraint)
            found = known.tables.get(deed.table.key, Table() if grows else None)
            if found is None:
                return known
            changed = replace(known, tables={**known.tables, deed.table.key: _changed(found, deed)})
            return _without_indexes(changed, deed) if isinstance(deed, d.DropColumn) else changed
        case (
            d.AlterTable()
            | d.RenameValue()
            | d.CreateDomain()
            | d.Insert()
            | d.Update()
            | d.Delete()
            | d.Truncate()
            | d.Frame()
            | d.Setting()
            | d.Other()
        ):
            return known
        case _:
            assert_never(deed)


def _changed(
    table: Table,
    deed: d.AddColumn
    | d.DropColumn
    | d.SetType
    | d.SetNotNull
    | d.DropNotNull
    | d.AddConstraint
    | d.DropConstraint
    | d.Validate
    | d.RenameColumn,
) -> Table:
    match deed:
        case d.AddColumn():
            columns = {**table.columns, deed.column.name.key: deed.column}
            return replace(table, columns=columns, constraints=(*table.constraints, *deed.column.constraints))
        case d.DropColumn():
            kept = [each for each in table.constraints if deed.column.key not in each.columns]
            columns = {key: each for key, each in table.columns.items() if key != deed.column.key}
            return replace(table, columns=columns, constraints=tuple(kept))
        case d.SetType():
            return _with(table, deed.column.key, type=deed.type)
        case d.SetNotNull():
            return _with(table, deed.column.key, not_null=True)
        case d.DropNotNull():
            return _with(table, deed.column.key, not_null=False)
        case d.AddConstraint():
            return replace(table, constraints=(*table.constraints, deed.constraint))
        case d.DropConstraint():
            kept = [each for each in table.constraints if each.name is None or each.name.key != deed.name.key]
            return replace(table, constraints=tuple(kept))
        case d.Validate():
            return replace(
                table,
                constraints=tuple(
                    replace(each, not_valid=False) if each.name and each.name.key == deed.name.key else each
                    for each in table.constraints
                ),
            )
        case d.RenameColumn():
            columns = _moved(table.columns, deed.column.key, deed.new.key)
            constraints = tuple(
                replace(
                    each,
                    columns=tuple(deed.new.key if one == deed.column.key else one for one in each.columns),
                )
                for each in table.constraints
            )
            return replace(table, columns=columns, constraints=constraints)
        case _:
            assert_never(deed)


def _with(
    table: Table,
    column: str,
    *,
    type: tuple[Token, ...] | None = None,  # noqa: A002
    not_null: bool | None = None,
) -> Table:
    found = table.columns.get(column)
    if found is None:
        return table
    found = replace(found, type=type) if type is not None else found
    found = replace(found, not_null=not_null) if not_null is not None else found
    return replace(table, columns={**table.columns, column: found})


def _moved(found: Mapping[str, V], old: str, new: str) -> Mapping[str, V]:
    return {(new if key == old else key): value for key, value in found.items()}


def _renamed(known: Known, deed: d.RenameTable) -> Known:
    old, new = deed.table.key, deed.new.key
    return replace(
        known,
        tables=_moved(known.tables, old, new),
        indexes={
            name: replace(each, table=new) if each.table == old else each
            for name, each in known.indexes.items()
        },
        triggers={name: new if table == old else table for name, table in known.triggers.items()},
    )


def _without_indexes(known: Known, deed: d.DropColumn) -> Known:
    kept = {
        name: each
        for name, each in known.indexes.items()
        if each.table != deed.table.key or deed.column.key not in each.columns
    }
    return replace(known, indexes=kept)


def _dropped(known: Known, deed: d.Drop) -> Known:
    gone = {name.key for name in deed.names}
    match deed.kind:
        case "TABLE":
            return replace(
                known,
                tables={key: each for key, each in known.tables.items() if key not in gone},
                indexes={key: each for key, each in known.indexes.items() if each.table not in gone},
                triggers={key: table for key, table in known.triggers.items() if table not in gone},
            )
        case "INDEX":
            return replace(
                known, indexes={key: each for key, each in known.indexes.items() if key not in gone}
            )
        case "TYPE":
            return replace(known, enums={key: each for key, each in known.enums.items() if key not in gone})
        case "TRIGGER":
            return replace(
                known, triggers={key: each for key, each in known.triggers.items() if key not in gone}
            )
        case "VIEW":
            return replace(known, views={key: each for key, each in known.views.items() if key not in gone})
        case _:
            return known
