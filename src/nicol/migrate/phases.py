"""A change that breaks code which still runs, in two migrations: one that both versions can work with, one for later.

*Expand* adds and keeps: renamed columns stand under both names, with triggers that keep them alike; what goes stays, what is
required may be null. *Contract* takes the rest away, when no code of the former version runs any more. Between them lies the
window in which both versions may run, and in which going back to the old code costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from nicol.catalog import Catalog, Check, Column, ColumnType, EnumType, ForeignKey, Index, Table
from nicol.dialects import changes as c
from nicol.dialects.dialect import Cast, Dialect
from nicol.dialects.tokens import names_in
from nicol.errors import MigrationError
from nicol.migrate.hazards import HazardCode
from nicol.migrate.history import CONTRACT
from nicol.migrate.plan import Step, script, steps_between

T = TypeVar("T", Index, ForeignKey, Check)

_MAP = 'it need not change in the database: keep the old name there with {attribute}("{name}")'


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What cannot be done in two migrations, and what can be done instead."""

    sentence: str
    help: str


@dataclass(frozen=True, slots=True)
class Phases:
    """The scripts of the two migrations on one database."""

    expand: str
    contract: str


def breaks(before: Catalog, after: Catalog, renames: Iterable[c.Rename], dialect: Dialect) -> tuple[str, ...]:
    """What code that still runs would stumble over, in sentences."""
    said = list(renames)
    moved = [each for each in said if isinstance(each, c.RenameTable)]
    tables = [
        f'the table "{each.before.name}" is renamed' for each in moved if each.before.name != each.after.name
    ]
    gone = {table.key for table in _gone(before, after)} - {each.before for each in moved}
    tables += [f'the table "{key.name}" is dropped' for key in gone]
    return (
        *sorted(tables),
        *(f'the enum "{each.name}" loses values' for each in _narrowed(before, after)),
        *chain.from_iterable(_broken(pair, dialect) for pair in _pairs(before, after, said)),
    )


def phases(before: Catalog, after: Catalog, renames: Sequence[c.Rename], dialect: Dialect) -> Phases:
    """Both scripts; MigrationError with all obstacles where there are any."""
    pairs = list(_pairs(before, after, renames))
    _refuse([*_foreign_renames(renames), *chain.from_iterable(_obstacles(pair, dialect) for pair in pairs)])
    tables = [_expanded(pair, dialect) for pair in pairs]
    wide = replace(after, tables=(*tables, *_gone(before, after)), enums=_enums(before, after))
    bridges = [
        dialect.bridge(table, old, new)
        for pair, table in zip(pairs, tables, strict=True)
        for old, new in pair.renamed
    ]
    return Phases(
        _text(
            EXPAND,
            steps_between(before, wide, dialect),
            [
                Step("Fill", tuple(each.fill for each in bridges)),
                Step("Bridge", _each(each.make for each in bridges)),
            ],
        ),
        _text(
            CONTRACT_HEAD + _agreed(before, after, pairs),
            [Step("DropBridge", _each(each.drop for each in bridges))],
            _without_losses(steps_between(wide, after, dialect), pairs),
        ),
    )


EXPAND = """\
-- The first of two: code of the former and of the new version can both work with what this makes. Deploy it, then the code.
-- What stands under two names is kept alike by triggers until the second migration.

"""
CONTRACT_HEAD = f"""\
{CONTRACT}-- The second of two: `nicol migrate deploy --contract` applies it, when no code of the former version runs any more.
"""


def _agreed(before: Catalog, after: Catalog, pairs: Iterable[_Pair]) -> str:
    """What lint need not say of the second script: that nobody needs any more what goes is why it waits."""
    lost = {"drop-column": any(pair.kept for pair in pairs), "drop-table": bool(_gone(before, after))}
    codes = ", ".join(code for code, found in lost.items() if found)
    return f"-- nicol: ignore-file {codes} only the former version needed it\n\n" if codes else "\n"


def _gone(before: Catalog, after: Catalog) -> tuple[Table, ...]:
    """The tables that will not be there any more under their names."""
    return tuple(table for table in before.tables if after.table(table.name, table.namespace) is None)


def _text(head: str, *parts: Iterable[Step]) -> str:
    return head + script(tuple(step for part in parts for step in part if step.statements))


def _without_losses(steps: Iterable[Step], pairs: Iterable[_Pair]) -> Iterator[Step]:
    """What a bridge has carried over is not lost when its old column goes."""
    carried = {(pair.table.key, old) for pair in pairs for old, _ in pair.names}
    for step in steps:
        losing = [
            each
            for each in step.hazards
            if each.code is not HazardCode.COLUMN_DROP or (each.table, each.column) not in carried
        ]
        yield replace(step, hazards=tuple(losing))


def _each(statements: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(statements))


# ---- a table before and after ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """A table as it will be, what it was (None: it is new), and its columns under both names, as they stand meanwhile."""

    former: Table | None
    table: Table
    names: tuple[tuple[str, str], ...]

    @property
    def renamed(self) -> Iterator[tuple[Column, Column]]:
        """The columns of both names, without what would hinder either version."""
        for old, new in self.names:
            was, will = self.former and self.former.column(old), self.table.column(new)
            if was is not None and will is not None:
                yield _loose(was), _loose(will)

    @property
    def kept(self) -> list[Column]:
        """The columns that go."""
        columns = self.former.columns if self.former is not None else ()
        return [column for column in columns if self.table.column(column.name) is None]


def _enums(before: Catalog, after: Catalog) -> tuple[EnumType, ...]:
    """Those of both, with the values of both."""
    was = {each.key: each for each in before.enums}
    shared = [
        replace(each, values=tuple(dict.fromkeys((*each.values, *was.pop(each.key, each).values))))
        for each in after.enums
    ]
    return (*shared, *was.values())


def _narrowed(before: Catalog, after: Catalog) -> Iterator[EnumType]:
    will = {each.key: set(each.values) for each in after.enums}
    yield from (each for each in before.enums if not set(each.values) <= will.get(each.key, set(each.values)))


def _loose(column: Column) -> Column:
    return replace(column, nullable=True, default=None)


def _pairs(before: Catalog, after: Catalog, renames: Iterable[c.Rename]) -> Iterator[_Pair]:
    said = [each for each in renames if isinstance(each, c.RenameColumn)]
    for table in after.tables:
        former = before.table(table.name, table.namespace)
        names = tuple((each.before, each.after) for each in said if each.table == table.key)
        yield _Pair(former, table, names if former is not None else ())


def _expanded(pair: _Pair, dialect: Dialect) -> Table:
    """The table that both versions can work with: all columns of both, none required that one of them does not give."""
    former = pair.former
    if former is None:
        return pair.table
    names = dict(pair.names)
    narrow = {will.name: was for was, will in _narrower(former, pair.table, dialect)}
    columns = [
        _loose(column) if column.name in names.values() else _open(column, former.column(column.name), narrow)
        for column in pair.table.columns
    ]
    kept = [_loose(column) if _is_needed(column) or column.name in names else column for column in pair.kept]
    gone = frozenset(column.name for column in pair.kept)
    return replace(
        pair.table,
        columns=(*columns, *kept),
        indexes=_both(pair.table.indexes, former.indexes, gone),
        foreign_keys=_both(pair.table.foreign_keys, former.foreign_keys, gone),
        checks=_both(tuple(narrow.get(each.name, each) for each in pair.table.checks), former.checks, gone),
    )


def _narrower(was: Table, will: Table, dialect: Dialect) -> Iterator[tuple[Check, Check]]:
    """The conditions in the place of types that will let through less than they do."""
    old = {each.name: each for each in was.checks if each.inherent}
    for check in will.checks:
        former = old.get(check.name)
        if check.inherent and former is not None and dialect.narrows(former, check):
            yield former, check


def _open(column: Column, was: Column | None, narrow: Mapping[str | None, Check]) -> Column:
    """A column that becomes required stays open, and one that becomes narrower wide; a new one needs no value."""
    required = was.nullable if was is not None else _is_needed(column)
    bounds = {each.sql for each in narrow.values()}
    stays = was is not None and was.type.bound is not None and was.type.bound.sql in bounds
    typed = replace(column, type=was.type) if was is not None and stays else column
    return replace(typed, nullable=True) if required and not column.nullable else typed


def _is_needed(column: Column) -> bool:
    """True for a column for which every new row has to bring a value."""
    return not (column.nullable or column.default or column.autoincrement or column.generated)


def _both(will: tuple[T, ...], was: tuple[T, ...], gone: frozenset[str]) -> tuple[T, ...]:
    """What there will be, and what speaks of columns that go, unless its name is taken."""
    taken = {each.name for each in will}
    return (*will, *(each for each in was if each.name not in taken and gone & _columns_of(each)))


def _columns_of(thing: Index | ForeignKey | Check) -> frozenset[str]:
    match thing:
        case Check(sql=sql):
            return frozenset(names_in(sql))
        case ForeignKey(columns=columns):
            return frozenset(columns)
        case Index(columns=parts, where=where):
            return frozenset({part.name for part in parts} | set(names_in(where or "")))


# ---- what breaks, and what stands in the way -------------------------------------------------------------------------


def _broken(pair: _Pair, dialect: Dialect) -> Iterator[str]:
    if pair.former is None:
        return
    table, old = pair.table.name, dict(pair.names)
    for former, _ in _narrower(pair.former, pair.table, dialect):
        yield f'a column of "{table}" takes fewer values than before ({former.name})'
    for column in pair.kept:
        became = f'is renamed to "{old[column.name]}"' if column.name in old else "is dropped"
        yield f'the column "{column.name}" of "{table}" {became}'
    for was, column in _same(pair):
        if was is None and _is_needed(column) and column.name not in old.values():
            yield f'the column "{column.name}" of "{table}" is new and required'
        elif was is not None and was.nullable and not column.nullable:
            yield f'the column "{column.name}" of "{table}" becomes required'
        elif was is not None and not _widens(was.type, column.type, dialect):
            yield f'the column "{column.name}" of "{table}" gets another type'


def _same(pair: _Pair) -> Iterator[tuple[Column | None, Column]]:
    for column in pair.table.columns:
        yield (pair.former.column(column.name) if pair.former is not None else None), column


def _widens(was: ColumnType, will: ColumnType, dialect: Dialect) -> bool:
    """True when code that expects the one type can go on with the other."""
    if (was.array, was.enum) != (will.array, will.enum) or dialect.cast(was, will) is not Cast.SAFE:
        return False
    return was.name == will.name or (was.name, will.name) in dialect.wider


def _foreign_renames(renames: Iterable[c.Rename]) -> Iterator[Obstacle]:
    for each in renames:
        match each:
            case c.RenameTable(before=old):
                yield Obstacle(
                    f'the table "{old.name}" is renamed', _MAP.format(attribute="@@map", name=old.name)
                )
            case c.RenameEnum(before=old):
                yield Obstacle(
                    f'the enum "{old.name}" is renamed', _MAP.format(attribute="@@map", name=old.name)
                )
            case c.RenameEnumValue(before=value) | c.RewriteValue(before=value):
                yield Obstacle(f"the value {value} is renamed", _MAP.format(attribute="@map", name=value))
            case _:
                pass


def _obstacles(pair: _Pair, dialect: Dialect) -> Iterator[Obstacle]:
    if pair.former is None:
        return
    table = pair.table.name
    for old, new in pair.renamed:
        if old.autoincrement or old.generated or new.generated or old.name in _key(pair.former):
            text = f'the column "{old.name}" of "{table}" cannot stand under two names'
            yield Obstacle(text, _MAP.format(attribute="@map", name=old.name))
        elif Cast.IMPOSSIBLE in (dialect.cast(old.type, new.type), dialect.cast(new.type, old.type)):
            yield Obstacle(
                f'"{old.name}" and "{new.name}" of "{table}" cannot be kept alike: their types are not converted both ways',
                "add the new field beside the old one, let the code write both, and drop the old one later",
            )
    for former, will in _narrower(pair.former, pair.table, dialect):
        if dialect.narrows(will, former):
            yield Obstacle(
                f'the values that a column of "{table}" takes come and go at once ({will.name})',
                "let new values come in one change, and old ones go in the next",
            )
    for was, column in _same(pair):
        if was is not None and not _widens(was.type, column.type, dialect):
            yield Obstacle(
                f'the column "{column.name}" of "{table}" gets another type under its old name',
                f'give the field a column of its own: @map("{column.name}_new") with /// @nicol.renamed(from: "{column.name}")',
            )


def _key(table: Table) -> tuple[str, ...]:
    return table.primary_key.columns if table.primary_key is not None else ()


def _refuse(obstacles: Sequence[Obstacle]) -> None:
    if obstacles:
        raise MigrationError(
            "this cannot be done in two migrations: " + "; ".join(each.sentence for each in obstacles),
            help="; ".join(dict.fromkeys(each.help for each in obstacles)),
        )
