"""What can differ between two catalogs, as values: found by `migrate.diff`, spelled by dialects. A closed union."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from nicol.catalog import (
    Check,
    Column,
    EnumType,
    Extension,
    ForeignKey,
    Index,
    ObjectName,
    PrimaryKey,
    Table,
    Unmanaged,
)


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A new column. `references`: a foreign key that comes with it; only `Dialect.adapt` says so."""

    column: Column
    references: ForeignKey | None = None


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column goes, with its values."""

    column: Column


@dataclass(frozen=True, slots=True)
class AlterColumn:
    """A column gets another type, another default, or may be null or no longer."""

    before: Column
    after: Column


@dataclass(frozen=True, slots=True)
class RecreateColumn:
    """A column whose values cannot be converted is dropped and made anew. Only `Dialect.adapt` makes these."""

    before: Column
    after: Column


@dataclass(frozen=True, slots=True)
class AddPrimaryKey:
    """The table gets a primary key."""

    key: PrimaryKey


@dataclass(frozen=True, slots=True)
class DropPrimaryKey:
    """The table's primary key goes."""

    key: PrimaryKey


@dataclass(frozen=True, slots=True)
class RenamePrimaryKey:
    """The primary key keeps its columns and gets another name."""

    before: PrimaryKey
    after: PrimaryKey


@dataclass(frozen=True, slots=True)
class AddCheck:
    """A new condition for the table's rows."""

    check: Check


@dataclass(frozen=True, slots=True)
class DropCheck:
    """A condition goes."""

    check: Check


TableChange: TypeAlias = (
    AddColumn
    | DropColumn
    | AlterColumn
    | RecreateColumn
    | AddPrimaryKey
    | DropPrimaryKey
    | RenamePrimaryKey
    | AddCheck
    | DropCheck
)


@dataclass(frozen=True, slots=True)
class RenameTable:
    """A table gets another name or namespace, and keeps its rows. `numbered`: its columns that the database numbers."""

    before: ObjectName
    after: ObjectName
    numbered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """A column gets another name and keeps its values. `numbered`: the database numbers it."""

    table: ObjectName
    before: str
    after: str
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class RenameEnum:
    """An enum type gets another name or namespace."""

    before: ObjectName
    after: ObjectName


@dataclass(frozen=True, slots=True)
class RenameEnumValue:
    """A value of an enum type gets another name, wherever it is stored."""

    enum: ObjectName
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RewriteValue:
    """Where an enum is no type of the database, a value of it gets another name in one column. `listed`: a list's items do."""

    table: ObjectName
    column: str
    before: str
    after: str
    listed: bool = False


Rename: TypeAlias = RenameTable | RenameColumn | RenameEnum | RenameEnumValue | RewriteValue
"""What keeps its content under another name. Names are those of the moment: each rename sees what those before it made."""


@dataclass(frozen=True, slots=True)
class CreateNamespace:
    """A new namespace."""

    name: str


@dataclass(frozen=True, slots=True)
class CreateExtension:
    """An extension that the schema needs is switched on. None is ever switched off."""

    extension: Extension


@dataclass(frozen=True, slots=True)
class CreateEnum:
    """A new enum type."""

    enum: EnumType


@dataclass(frozen=True, slots=True)
class AlterEnum:
    """An enum type gains or loses values."""

    before: EnumType
    after: EnumType

    @property
    def added(self) -> tuple[str, ...]:
        """The values that come."""
        return tuple(value for value in self.after.values if value not in self.before.values)

    @property
    def removed(self) -> tuple[str, ...]:
        """The values that go."""
        return tuple(value for value in self.before.values if value not in self.after.values)


@dataclass(frozen=True, slots=True)
class DropEnum:
    """An enum type goes."""

    enum: EnumType


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new table, without its indexes; foreign keys come with it only where they cannot be added later."""

    table: Table


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table goes, with its rows."""

    table: Table


@dataclass(frozen=True, slots=True)
class AlterTable:
    """Columns, primary key and checks of a table change, all in one."""

    table: ObjectName
    changes: tuple[TableChange, ...]


@dataclass(frozen=True, slots=True)
class Redefinition:
    """One table that is made anew under its name. `carried`: what hangs on it and has to be made anew, too.

    `rewrites`: values that get another name on the way. `converted`: columns with the SQL of their old values in another type;
    `lost`: columns whose old values do not come along.
    """

    before: Table
    after: Table
    carried: tuple[Unmanaged, ...] = ()
    rewrites: tuple[RewriteValue, ...] = ()
    converted: tuple[tuple[str, str], ...] = ()
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RedefineTables:
    """Tables are made anew and their rows moved over. Only `Dialect.adapt` makes these."""

    tables: tuple[Redefinition, ...]


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """A new index."""

    table: ObjectName
    index: Index


@dataclass(frozen=True, slots=True)
class DropIndex:
    """An index goes."""

    table: ObjectName
    index: Index


@dataclass(frozen=True, slots=True)
class RenameIndex:
    """An index keeps everything but its name."""

    table: ObjectName
    before: Index
    after: Index


@dataclass(frozen=True, slots=True)
class AddForeignKey:
    """A new foreign key."""

    table: ObjectName
    key: ForeignKey


@dataclass(frozen=True, slots=True)
class DropForeignKey:
    """A foreign key goes."""

    table: ObjectName
    key: ForeignKey


@dataclass(frozen=True, slots=True)
class RenameForeignKey:
    """A foreign key keeps everything but its name."""

    table: ObjectName
    before: ForeignKey
    after: ForeignKey


@dataclass(frozen=True, slots=True)
class SetComment:
    """The text that the database keeps about a table, a column of it, or an enum type; None takes it away."""

    name: ObjectName
    text: str | None
    column: str | None = None
    is_enum: bool = False


@dataclass(frozen=True, slots=True)
class CreateObject:
    """A trigger or function of an audit trail comes; a function of that name is replaced."""

    thing: Unmanaged


@dataclass(frozen=True, slots=True)
class DropObject:
    """A trigger of an audit trail goes."""

    thing: Unmanaged


Change: TypeAlias = (
    RenameTable
    | RenameColumn
    | RenameEnum
    | RenameEnumValue
    | RewriteValue
    | CreateNamespace
    | CreateExtension
    | CreateEnum
    | AlterEnum
    | DropEnum
    | CreateTable
    | DropTable
    | AlterTable
    | RedefineTables
    | CreateIndex
    | DropIndex
    | RenameIndex
    | AddForeignKey
    | DropForeignKey
    | RenameForeignKey
    | SetComment
    | CreateObject
    | DropObject
)
