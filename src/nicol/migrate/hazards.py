"""What a change may cost: values, rows, or the migration itself. Each hazard can ask a live database whether it is real.

The sentences are Prisma's, so that a migration's header reads the same whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from nicol.catalog import Catalog, Check, Column, ColumnType, EnumType, Index, IndexColumn, ObjectName, Table
from nicol.dialects import changes as c
from nicol.dialects.dialect import Cast, Dialect
from nicol.dialects.tokens import names_in
from nicol.sql.program import Statement
from nicol.sql.quoting import quote, quote_text


class HazardCode(StrEnum):
    """The kinds of hazards. The names are stable."""

    TABLE_DROP = "table-drop"
    COLUMN_DROP = "column-drop"
    COLUMN_RECREATED = "column-recreated"
    RISKY_CAST = "risky-cast"
    PRIMARY_KEY_CHANGE = "primary-key-change"
    UNIQUE_ADDED = "unique-added"
    CHECK_ADDED = "check-added"
    ENUM_VALUES_REMOVED = "enum-values-removed"
    REQUIRED_COLUMN_ADDED = "required-column-added"
    MADE_REQUIRED = "made-required"
    REQUIRED_COLUMN_RECREATED = "required-column-recreated"


class HazardSeverity(StrEnum):
    """A warning may lose something; an unexecutable change fails."""

    WARNING = "warning"
    UNEXECUTABLE = "unexecutable"


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard, as long as nobody has looked at the data.

    `probe` asks the database as it is *before* the migration and is answered with one number in one row: how many rows are
    affected; 0 means that there is no hazard. None: it cannot be told beforehand. `found` is the sentence for a number, which
    stands in it as `{count}`.
    """

    code: HazardCode
    severity: HazardSeverity
    message: str
    table: ObjectName | None = None
    column: str | None = None
    probe: Statement | None = None
    found: str = ""

    def sentence(self, count: int | None) -> str:
        """The hazard's sentence once the database was asked; `count` None: it was not."""
        return self.message if count is None or not self.found else self.found.replace("{count}", str(count))


def hazards_of(change: c.Change, before: Catalog, after: Catalog, dialect: Dialect) -> tuple[Hazard, ...]:
    """The hazards of a change as `diff` found it, or of an index that has to be made anew."""
    match change:
        case c.DropTable(table=table):
            return (_table_drop(table),)
        case c.AlterTable(table=name, changes=changes):
            table = before.table(name.name, name.namespace)
            return tuple(_in_table(table, changes, dialect)) if table else ()
        case c.CreateIndex(table=name, index=index) if index.unique:
            table = before.table(name.name, name.namespace)
            now = after.table(name.name, name.namespace)
            return tuple(_unique(table, now, index, dialect)) if table and now else ()
        case c.AlterEnum() if change.removed:
            return (_enum_values(change, before),)
        case _:
            return ()


def _in_table(table: Table, changes: tuple[c.TableChange, ...], dialect: Dialect) -> Iterator[Hazard]:
    added = {change.column.name for change in changes if isinstance(change, c.AddColumn)}
    dropped = {change.check.name: change.check for change in changes if isinstance(change, c.DropCheck)}
    for change in changes:
        match change:
            case c.DropColumn(column=column):
                yield _column_drop(table, column)
            case c.AddColumn(column=column) if _needs_value(column):
                yield _required_added(table, column)
            case c.AlterColumn(before=old, after=new):
                yield from _altered(table, old, new, dialect)
            case c.DropPrimaryKey():
                yield _primary_key(table)
            case c.AddPrimaryKey() if table.primary_key is None:
                yield _primary_key(table)
            case c.AddCheck(check=check) if dialect.narrows(dropped.get(check.name), check):
                if not added & names_in(check.sql):
                    yield _check_added(table, check)
            case _:
                pass


def _needs_value(column: Column) -> bool:
    filled = column.default is not None or column.autoincrement or column.generated is not None
    return not column.nullable and not filled


def _altered(table: Table, old: Column, new: Column, dialect: Dialect) -> Iterator[Hazard]:
    cast = dialect.cast(old.type, new.type)
    if new.generated and not old.generated:
        yield _recreated(table, new)
        return
    if cast is Cast.IMPOSSIBLE:
        yield _required_recreated(table, new) if _needs_value(new) else _recreated(table, new)
        return
    if cast is Cast.RISKY:
        yield _risky(table, old, new)
    if old.nullable and not new.nullable and not (new.default and dialect.fills_nulls):
        yield _made_required(table, new)


# ---- one function for each sentence ----------------------------------------------------------------------------------


def _table_drop(table: Table) -> Hazard:
    return Hazard(
        HazardCode.TABLE_DROP,
        HazardSeverity.WARNING,
        f"You are about to drop the `{table.name}` table. If the table is not empty, all the data it contains will be lost.",
        table.key,
        probe=_count(table),
        found=f"You are about to drop the `{table.name}` table, which is not empty ({{count}} rows).",
    )


def _column_drop(table: Table, column: Column) -> Hazard:
    start = f"You are about to drop the column `{column.name}` on the `{table.name}` table"
    return Hazard(
        HazardCode.COLUMN_DROP,
        HazardSeverity.WARNING,
        f"{start}. All the data in the column will be lost.",
        table.key,
        column.name,
        _count(table, f"{quote(column.name)} IS NOT NULL"),
        f"{start}, which still contains {{count}} non-null values.",
    )


def _recreated(table: Table, column: Column) -> Hazard:
    start = f"The `{column.name}` column on the `{table.name}` table would be dropped and recreated."
    return Hazard(
        HazardCode.COLUMN_RECREATED,
        HazardSeverity.WARNING,
        f"{start} This will lead to data loss if there is data in the column.",
        table.key,
        column.name,
        _count(table, f"{quote(column.name)} IS NOT NULL"),
        f"{start} This will lead to the loss of {{count}} non-null values.",
    )


def _required_recreated(table: Table, column: Column) -> Hazard:
    what = f"Changed the type of `{column.name}` on the `{table.name}` table."
    start = f"{what} No cast exists, the column would be dropped and recreated"
    return Hazard(
        HazardCode.REQUIRED_COLUMN_RECREATED,
        HazardSeverity.UNEXECUTABLE,
        f"{start}, which cannot be done if there is data, since the column is required.",
        table.key,
        column.name,
        _count(table),
        f"{start}, which cannot be done since the column is required and there are {{count}} rows in the table.",
    )


def _risky(table: Table, old: Column, new: Column) -> Hazard:
    start = f"You are about to alter the column `{new.name}` on the `{table.name}` table"
    end = f"The data in that column will be cast from `{_shown(old.type)}` to `{_shown(new.type)}`."
    return Hazard(
        HazardCode.RISKY_CAST,
        HazardSeverity.WARNING,
        f"{start}. The data in that column could be lost. {end}",
        table.key,
        new.name,
        _count(table, f"{quote(new.name)} IS NOT NULL"),
        f"{start}, which contains {{count}} non-null values. {end}",
    )


def _made_required(table: Table, column: Column) -> Hazard:
    start = f"Made the column `{column.name}` on table `{table.name}` required"
    return Hazard(
        HazardCode.MADE_REQUIRED,
        HazardSeverity.UNEXECUTABLE,
        f"{start}. This step will fail if there are existing NULL values in that column.",
        table.key,
        column.name,
        _count(table, f"{quote(column.name)} IS NULL"),
        f"{start}, but there are {{count}} existing NULL values.",
    )


def _required_added(table: Table, column: Column) -> Hazard:
    start = f"Added the required column `{column.name}` to the `{table.name}` table without a default value."
    return Hazard(
        HazardCode.REQUIRED_COLUMN_ADDED,
        HazardSeverity.UNEXECUTABLE,
        f"{start} This is not possible if the table is not empty.",
        table.key,
        column.name,
        _count(table),
        f"{start} There are {{count}} rows in this table, it is not possible to execute this step.",
    )


def _primary_key(table: Table) -> Hazard:
    return Hazard(
        HazardCode.PRIMARY_KEY_CHANGE,
        HazardSeverity.WARNING,
        f"The primary key for the `{table.name}` table will be changed. If it partially fails, the table could be left "
        "without primary key constraint.",
        table.key,
        probe=_count(table),
    )


def _check_added(table: Table, check: Check) -> Hazard:
    start = f"The condition `{check.name}` will be added to the `{table.name}` table."
    return Hazard(
        HazardCode.CHECK_ADDED,
        HazardSeverity.UNEXECUTABLE,
        f"{start} If there are rows that do not meet it, this will fail.",
        table.key,
        probe=_count(table, f"NOT ({check.sql})"),
        found=f"{start} {{count}} rows do not meet it.",
    )


def _unique(before: Table, after: Table, index: Index, dialect: Dialect) -> Iterator[Hazard]:
    """Columns that come empty break no unique index; those that come with one value for all rows bring no difference."""
    names = [column.name for column in index.columns]
    read = {name for column in index.columns for name in _read_by(column)}
    fresh = [
        now
        for name in sorted(read)
        if (now := after.column(name)) and not _keeps(before.column(name), now, dialect)
    ]
    if any((column.nullable and column.default is None) or column.autoincrement for column in fresh):
        return
    lost = {column.name for column in fresh}
    kept = [_spelled(column) for column in index.columns if not lost & _read_by(column)]
    start = f"A unique constraint covering the columns `[{','.join(names)}]` on the table `{before.name}` will be added."
    yield Hazard(
        HazardCode.UNIQUE_ADDED,
        HazardSeverity.WARNING,
        f"{start} If there are existing duplicate values, this will fail.",
        before.key,
        probe=_duplicates(before, kept, None if fresh else index.where) if kept else _more_than_one(before),
        found=f"{start} There are {{count}} duplicate values, with which this will fail.",
    )


def _read_by(column: IndexColumn) -> frozenset[str]:
    """The columns that a column of an index is made of, or at least all words that may be such."""
    return names_in(column.name) if column.expression else frozenset((column.name,))


def _spelled(column: IndexColumn) -> str:
    return f"({column.name})" if column.expression else quote(column.name)


def _keeps(old: Column | None, new: Column, dialect: Dialect) -> bool:
    """True when a column has its values before and after."""
    return old is not None and dialect.cast(old.type, new.type) is not Cast.IMPOSSIBLE


def _enum_values(change: c.AlterEnum, before: Catalog) -> Hazard:
    enum = change.before
    values = ",".join(change.removed)
    start = f"The values [{values}] on the enum `{enum.name}` will be removed."
    counts = [_uses(table, column, change.removed) for table, column in _columns_of(enum, before)]
    return Hazard(
        HazardCode.ENUM_VALUES_REMOVED,
        HazardSeverity.WARNING,
        f"{start} If these variants are still used in the database, this will fail.",
        probe=Statement(f"SELECT {' + '.join(f'({count})' for count in counts) or '0'}", prepare=False),
        found=f"{start} They are still used {{count}} times, so that this will fail.",
    )


# ---- questions to the database ---------------------------------------------------------------------------------------


def _full_name(table: Table) -> str:
    return quote(table.name) if table.namespace is None else f"{quote(table.namespace)}.{quote(table.name)}"


def _count(table: Table, condition: str = "") -> Statement:
    where = f" WHERE {condition}" if condition else ""
    return Statement(f"SELECT count(*) FROM {_full_name(table)}{where}", prepare=False)


def _duplicates(table: Table, names: list[str], where: str | None) -> Statement:
    conditions = [f"{name} IS NOT NULL" for name in names] + ([f"({where})"] if where else [])
    groups = (
        f"SELECT 1 FROM {_full_name(table)} WHERE {' AND '.join(conditions)} "
        f"GROUP BY {', '.join(names)} HAVING count(*) > 1"
    )
    return Statement(f"SELECT count(*) FROM ({groups}) AS duplicates", prepare=False)


def _more_than_one(table: Table) -> Statement:
    """The number of rows if there are at least two."""
    return Statement(
        f"SELECT CASE WHEN count(*) > 1 THEN count(*) ELSE 0 END FROM {_full_name(table)}", prepare=False
    )


def _columns_of(enum: EnumType, catalog: Catalog) -> Iterator[tuple[Table, Column]]:
    for table in catalog.tables:
        for column in table.columns:
            if column.type.enum and ObjectName(column.type.name, column.type.namespace) == enum.key:
                yield table, column


def _uses(table: Table, column: Column, values: tuple[str, ...]) -> str:
    name, listed = quote(column.name), ", ".join(map(quote_text, values))
    if column.type.array:
        condition = f"EXISTS (SELECT 1 FROM unnest({name}) AS item WHERE CAST(item AS text) IN ({listed}))"
    else:
        condition = f"CAST({name} AS text) IN ({listed})"
    return f"SELECT count(*) FROM {_full_name(table)} WHERE {condition}"


def _shown(type: ColumnType) -> str:  # noqa: A002
    args = f"({','.join(map(str, type.args))})" if type.args else ""
    return f"{type.name}{args}{'[]' if type.array else ''}"
