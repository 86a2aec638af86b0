"""Which hazards a change has, and the sentence for each: what it is, how many rows it concerns, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nicol.catalog import (
    Catalog,
    Check,
    Column,
    ColumnType,
    ForeignKey,
    Index,
    IndexColumn,
    ObjectName,
    PrimaryKey,
    Table,
)
from nicol.dialects import changes as c
from nicol.dialects.dialect import NEVER, Cast, Dialect
from nicol.dialects.expressions import same_sql
from nicol.dialects.tokens import names_in
from nicol.migrate.hazards import Hazard, HazardCode, HazardSeverity
from nicol.migrate.probes import Probes, spelled
from nicol.migrate.renames import Former, is_of
from nicol.sql.program import Statement
from nicol.sql.quoting import quote, quote_text

WARNING, UNEXECUTABLE = HazardSeverity.WARNING, HazardSeverity.UNEXECUTABLE

_FILL = (
    "give it a default; or in three steps: add it as optional, fill it, make it required in a later migration "
    "(`--create-only` writes a migration to which the UPDATE can be added)"
)
_EXPAND = (
    "to keep the values: add a new column beside it, copy what can be converted, move the code over, drop the old column in a "
    "later migration"
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What hazards depend on. `before` is the catalog as renames leave it, `former` what things were called before them.

    `filled` are the columns for which the client makes values, so that the database has none for rows that exist.
    """

    before: Catalog
    after: Catalog
    dialect: Dialect
    former: Former = field(default_factory=Former)
    filled: frozenset[tuple[ObjectName, str]] = frozenset()


def hazards_of(change: c.Change, held: Circumstances) -> tuple[Hazard, ...]:
    """The hazards of a change as `diff` found it, or of an index that has to be made anew."""
    match change:
        case c.DropTable(table=table):
            return (_table_drop(Probes(table, held.former)),)
        case c.AlterTable(table=name, changes=changes):
            table = held.before.table(name.name, name.namespace)
            return tuple(_in_table(Probes(table, held.former), changes, held)) if table else ()
        case c.CreateIndex(table=name, index=index) if index.unique:
            table = held.before.table(name.name, name.namespace)
            now = held.after.table(name.name, name.namespace)
            return tuple(_unique(Probes(table, held.former), now, index, held)) if table and now else ()
        case c.AddForeignKey(table=name, key=key):
            table = held.before.table(name.name, name.namespace)
            return tuple(_orphans(Probes(table, held.former), key, held)) if table else ()
        case c.AlterEnum() if change.removed:
            return (_enum_values(change, held),)
        case _:
            return ()


def _in_table(probes: Probes, changes: tuple[c.TableChange, ...], held: Circumstances) -> Iterator[Hazard]:
    added = {change.column.name for change in changes if isinstance(change, c.AddColumn)}
    added |= {
        change.after.name
        for change in changes
        if isinstance(change, c.AlterColumn)
        and held.dialect.cast(change.before.type, change.after.type) is Cast.IMPOSSIBLE
    }
    dropped = [
        held.former.rewritten(probes.table, change.check)
        for change in changes
        if isinstance(change, c.DropCheck)
    ]
    table = probes.table
    for change in changes:
        match change:
            case c.DropColumn(column=column):
                yield _column_drop(probes, column)
            case c.AddColumn(column=column) if _needs_value(column):
                filled = (table.key, column.name) in held.filled
                yield _client_default(probes, column) if filled else _required_added(probes, column)
            case c.AlterColumn(before=old, after=new):
                yield from _altered(probes, old, new, held)
            case c.DropPrimaryKey():
                yield _primary_key(probes)
            case c.AddPrimaryKey(key=key):
                if table.primary_key is None:
                    yield _primary_key(probes)
                yield from _key_duplicates(probes, key)
            case c.AddCheck(check=check) if held.dialect.narrows(_former_check(dropped, check), check):
                if not added & names_in(check.sql):
                    yield _check_added(probes, check, _retyped(probes, changes, held.dialect))
            case _:
                pass


def _former_check(dropped: list[Check], check: Check) -> Check | None:
    """The condition in whose place another one comes: it bears its name, says the same, or bounds the same column."""
    return next((each for each in dropped if each.name == check.name or _replaces(check, each)), None)


def _replaces(new: Check, old: Check) -> bool:
    """The name of a condition that takes the place of a type ends with its kind, and begins with what may be renamed."""
    if not (old.inherent and new.inherent):
        return same_sql(old.sql, new.sql)
    kinds = {(check.name or "").rpartition("_")[2] for check in (old, new)}
    return len(kinds) == 1 and names_in(old.sql) == names_in(new.sql)


def _needs_value(column: Column) -> bool:
    filled = column.default is not None or column.autoincrement or column.generated is not None
    return not column.nullable and not filled


def _altered(probes: Probes, old: Column, new: Column, held: Circumstances) -> Iterator[Hazard]:
    if new.generated and not old.generated:
        yield _recreated(probes, new)
        return
    cast = held.dialect.cast(old.type, new.type)
    if cast is Cast.IMPOSSIBLE:
        yield _required_recreated(probes, new) if _needs_value(new) else _recreated(probes, new)
        return
    if cast is Cast.RISKY:
        yield from _risky(probes, old, new, held)
    if old.nullable and not new.nullable and not (new.default and held.dialect.fills_nulls):
        yield _made_required(probes, new)


# ---- one function for each sentence ----------------------------------------------------------------------------------


def _table_drop(probes: Probes) -> Hazard:
    name = probes.table.name
    return Hazard(
        HazardCode.TABLE_DROP,
        WARNING,
        f"You are about to drop the `{name}` table. If the table is not empty, all the data it contains will be lost.",
        probes.table.key,
        probe=probes.count(),
        found=f"You are about to drop the `{name}` table, which is not empty ({{count}} {{row|rows}}).",
        help=f"if it lives on under another name: --rename {name}=NEW",
    )


def _column_drop(probes: Probes, column: Column) -> Hazard:
    table = probes.table.name
    start = f"You are about to drop the column `{column.name}` on the `{table}` table"
    return Hazard(
        HazardCode.COLUMN_DROP,
        WARNING,
        f"{start}. All the data in the column will be lost.",
        probes.table.key,
        column.name,
        probes.count(f"{probes.column(column.name)} IS NOT NULL"),
        f"{start}, which still contains {{count}} non-null {{value|values}}.",
        help=f"if it lives on under another name: --rename {table}.{column.name}=NEW",
    )


def _recreated(probes: Probes, column: Column) -> Hazard:
    start = f"The `{column.name}` column on the `{probes.table.name}` table would be dropped and recreated."
    return Hazard(
        HazardCode.COLUMN_RECREATED,
        WARNING,
        f"{start} This will lead to data loss if there is data in the column.",
        probes.table.key,
        column.name,
        probes.count(f"{probes.column(column.name)} IS NOT NULL"),
        f"{start} This will lead to the loss of {{count}} non-null {{value|values}}.",
        help=_EXPAND,
    )


def _required_recreated(probes: Probes, column: Column) -> Hazard:
    what = f"Changed the type of `{column.name}` on the `{probes.table.name}` table."
    start = f"{what} No cast exists, the column would be dropped and recreated"
    return Hazard(
        HazardCode.REQUIRED_COLUMN_RECREATED,
        UNEXECUTABLE,
        f"{start}, which cannot be done if there is data, since the column is required.",
        probes.table.key,
        column.name,
        probes.count(),
        f"{start}, which cannot be done since the column is required and there {{is|are}} {{count}} {{row|rows}} in the table.",
        help=_EXPAND,
    )


def _risky(probes: Probes, old: Column, new: Column, held: Circumstances) -> Iterator[Hazard]:
    """Values may be other ones afterwards; and some may not be convertible at all."""
    table, asked = probes.table, held.former.column(probes.table.key, old.name)
    doubts = held.dialect.doubts(_called(old, asked), new, held.after)
    start = f"You are about to alter the column `{new.name}` on the `{table.name}` table"
    end = f"The data in that column will be cast from `{_shown(old.type)}` to `{_shown(new.type)}`."
    of = (
        "non-null {value|values}"
        if doubts.alters is None
        else "{value|values} that would not stay what {it is|they are}"
    )
    count = probes.count(doubts.alters or f"{quote(asked)} IS NOT NULL")
    yield Hazard(
        HazardCode.RISKY_CAST,
        WARNING,
        f"{start}. The data in that column could be lost. {end}",
        table.key,
        new.name,
        count,
        f"{start}, which contains {{count}} {of}. {end}",
        probes.sample(doubts.alters) if doubts.alters else None,
        _EXPAND,
    )
    if doubts.fails and doubts.fails != NEVER:
        unfit = f"The column `{new.name}` on the `{table.name}` table becomes `{_shown(new.type)}`"
        yield Hazard(
            HazardCode.NOT_CASTABLE,
            UNEXECUTABLE,
            f"{unfit}. This will fail if there are values that cannot be converted.",
            table.key,
            new.name,
            probes.count(doubts.fails),
            f"{unfit}, but {{count}} of its values cannot be converted.",
            probes.sample(doubts.fails),
            "correct these values first",
            quiet=True,
        )


def _called(column: Column, name: str) -> Column:
    return Column(name, column.type, column.nullable, column.default, column.autoincrement)


def _made_required(probes: Probes, column: Column) -> Hazard:
    start = f"Made the column `{column.name}` on table `{probes.table.name}` required"
    empty = f"{probes.column(column.name)} IS NULL"
    return Hazard(
        HazardCode.MADE_REQUIRED,
        UNEXECUTABLE,
        f"{start}. This step will fail if there are existing NULL values in that column.",
        probes.table.key,
        column.name,
        probes.count(empty),
        f"{start}, but there {{is|are}} {{count}} existing NULL {{value|values}}.",
        probes.sample(empty),
        "fill them first: `--create-only` writes a migration to which the UPDATE can be added",
    )


def _required_added(probes: Probes, column: Column) -> Hazard:
    start = f"Added the required column `{column.name}` to the `{probes.table.name}` table without a default value."
    return Hazard(
        HazardCode.REQUIRED_COLUMN_ADDED,
        UNEXECUTABLE,
        f"{start} This is not possible if the table is not empty.",
        probes.table.key,
        column.name,
        probes.count(),
        f"{start} There {{is|are}} {{count}} {{row|rows}} in this table, it is not possible to execute this step.",
        help=_FILL,
    )


def _client_default(probes: Probes, column: Column) -> Hazard:
    table = probes.table.name
    start = f"The required column `{column.name}` was added to the `{table}` table with a prisma-level default value."
    end = "Please add this column as optional, then populate it before making it required."
    return Hazard(
        HazardCode.CLIENT_DEFAULT_ADDED,
        UNEXECUTABLE,
        f"{start} This is not possible if the table is not empty. {end}",
        probes.table.key,
        column.name,
        probes.count(),
        f"{start} There {{is|are}} {{count}} {{row|rows}} in this table, it is not possible to execute this step. {end}",
    )


def _primary_key(probes: Probes) -> Hazard:
    return Hazard(
        HazardCode.PRIMARY_KEY_CHANGE,
        WARNING,
        f"The primary key for the `{probes.table.name}` table will be changed. If it partially fails, the table could be left "
        "without primary key constraint.",
        probes.table.key,
        probe=probes.count(),
    )


def _key_duplicates(probes: Probes, key: PrimaryKey) -> Iterator[Hazard]:
    """Only columns that were there can hold what a key cannot: the others are somebody else's hazard."""
    if any(probes.table.column(name) is None for name in key.columns):
        return
    start = f"The primary key of the `{probes.table.name}` table becomes `[{','.join(key.columns)}]`"
    yield Hazard(
        HazardCode.PRIMARY_KEY_DUPLICATES,
        UNEXECUTABLE,
        f"{start}. This will fail if there are duplicate values.",
        probes.table.key,
        probe=probes.duplicates([probes.column(name) for name in key.columns], None),
        found=f"{start}, but there {{is|are}} {{count}} duplicate {{value|values}}.",
        sample=probes.duplicate_sample([probes.column(name) for name in key.columns], None),
        help="make them different first, or take another column into the key",
        quiet=True,
    )


def _retyped(probes: Probes, changes: tuple[c.TableChange, ...], dialect: Dialect) -> dict[str, str]:
    """The columns whose types change, with the SQL of their values as they will be."""
    found = (
        each for each in changes if isinstance(each, c.AlterColumn) and each.before.type != each.after.type
    )
    key = probes.table.key
    return {
        each.after.name: dialect.converted(
            _called(each.before, probes.former.column(key, each.before.name)), each.after
        )
        for each in found
    }


def _check_added(probes: Probes, check: Check, retyped: dict[str, str]) -> Hazard:
    start = f"The condition `{check.name or check.sql}` will be added to the `{probes.table.name}` table."
    broken = f"NOT ({probes.former.condition(probes.table, check.sql, retyped)})"
    return Hazard(
        HazardCode.CHECK_ADDED,
        UNEXECUTABLE,
        f"{start} If there are rows that do not meet it, this will fail.",
        probes.table.key,
        probe=probes.count(broken),
        found=f"{start} {{count}} {{row does|rows do}} not meet it.",
        sample=probes.sample(broken),
        help="correct these rows first, or let the condition through what they hold",
        quiet=check.inherent and bool(names_in(check.sql) & set(retyped)),  # the cast has its own sentence
    )


def _unique(probes: Probes, after: Table, index: Index, held: Circumstances) -> Iterator[Hazard]:
    """Columns that come empty break no unique index; those that come with one value for all rows bring no difference."""
    names = [column.name for column in index.columns]
    table = probes.table
    read = {name for column in index.columns for name in _read_by(column)}
    fresh = [
        now
        for name in sorted(read)
        if (now := after.column(name)) and not _keeps(table.column(name), now, held.dialect)
    ]
    if any((column.nullable and column.default is None) or column.autoincrement for column in fresh):
        return
    lost = {column.name for column in fresh}
    kept = [_spelled(column, probes, after, held) for column in index.columns if not lost & _read_by(column)]
    where = None if fresh or index.where is None else probes.former.sql(table, index.where)
    start = f"A unique constraint covering the columns `[{','.join(names)}]` on the table `{table.name}` will be added."
    yield Hazard(
        HazardCode.UNIQUE_ADDED,
        WARNING,
        f"{start} If there are existing duplicate values, this will fail.",
        table.key,
        probe=probes.duplicates(kept, where) if kept else probes.more_than_one(),
        found=f"{start} There {{is|are}} {{count}} duplicate {{value|values}}, with which this will fail.",
        sample=probes.duplicate_sample(kept, where) if kept else None,
        help="merge or change these rows first",
    )


def _read_by(column: IndexColumn) -> frozenset[str]:
    """The columns that a column of an index is made of, or at least all words that may be such."""
    return names_in(column.name) if column.expression else frozenset((column.name,))


def _spelled(column: IndexColumn, probes: Probes, after: Table, held: Circumstances) -> str:
    """What is alike afterwards; values of some types cannot even be compared before."""
    if column.expression:
        return f"({probes.former.sql(probes.table, column.name)})"
    old, new = probes.table.column(column.name), after.column(column.name)
    safe = old and new and old.type != new.type and held.dialect.cast(old.type, new.type) is Cast.SAFE
    if old and new and (safe or old.type.name in held.dialect.incomparable):
        return held.dialect.converted(_called(old, probes.former.column(probes.table.key, old.name)), new)
    return probes.column(column.name)


def _keeps(old: Column | None, new: Column, dialect: Dialect) -> bool:
    """True when a column has its values before and after."""
    return old is not None and dialect.cast(old.type, new.type) is not Cast.IMPOSSIBLE


def _orphans(probes: Probes, key: ForeignKey, held: Circumstances) -> Iterator[Hazard]:
    """A key that was there under other rules has no orphans; nor has a column that is new."""
    table = probes.table
    same = {(each.columns, each.table, each.namespace, each.references) for each in table.foreign_keys}
    if (key.columns, key.table, key.namespace, key.references) in same or any(
        table.column(name) is None for name in key.columns
    ):
        return
    lost = probes.orphans(key, held.before.table(key.table, key.namespace))
    start = f"A foreign key from `{table.name}` (`{','.join(key.columns)}`) to `{key.table}` will be added."
    yield Hazard(
        HazardCode.ORPHANS,
        UNEXECUTABLE,
        f"{start} This will fail if rows point at rows that do not exist.",
        table.key,
        probe=probes.count(lost),
        found=f"{start} {{count}} {{row points|rows point}} at rows that do not exist.",
        sample=probes.sample(lost),
        help="remove these rows, or make the column optional and set it to null in them, before the key is added",
        quiet=True,
    )


def _enum_values(change: c.AlterEnum, held: Circumstances) -> Hazard:
    enum = change.before
    values = ",".join(change.removed)
    start = f"The values [{values}] on the enum `{enum.name}` will be removed."
    old = [held.former.value(enum.key, value) for value in change.removed]
    counts = [
        _uses(Probes(table, held.former), column, old)
        for table in held.before.tables
        for column in table.columns
        if is_of(column, enum.key)
    ]
    return Hazard(
        HazardCode.ENUM_VALUES_REMOVED,
        WARNING,
        f"{start} If these variants are still used in the database, this will fail.",
        probe=Statement(f"SELECT {' + '.join(f'({count})' for count in counts) or '0'}", prepare=False),
        found=f"{start} They are still used {{count}} {{time|times}}, so that this will fail.",
        help=f"give these rows other values first; if a value lives on under another name: --rename {enum.name}.OLD=NEW",
    )


def _uses(probes: Probes, column: Column, values: list[str]) -> str:
    name, listed = probes.column(column.name), ", ".join(map(quote_text, values))
    if column.type.array:
        condition = f"EXISTS (SELECT 1 FROM unnest({name}) AS item WHERE CAST(item AS text) IN ({listed}))"
    else:
        condition = f"CAST({name} AS text) IN ({listed})"
    return f"SELECT count(*) FROM {spelled(probes.former.table(probes.table.key))} WHERE {condition}"


def _shown(type: ColumnType) -> str:  # noqa: A002
    args = f"({','.join(map(str, type.args))})" if type.args and not type.implied else ""
    return f"{type.name}{args}{'[]' if type.array else ''}"
