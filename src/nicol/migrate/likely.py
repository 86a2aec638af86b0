"""What looks renamed between two catalogs: things that go beside things like them that come. A guess, for people to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from nicol.catalog import Catalog, Column, EnumType, ObjectName, Table
from nicol.migrate.renames import listed_values
from nicol.migrate.wishes import is_join_table

T = TypeVar("T")

LIKELY = 0.5
"""From this score on (of 1) a thing looks renamed."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A thing that goes and the one that it seems to become, in database names; `owner` is the table or enum around it.

    `kind` is what people call it: table, column, enum, value. `others` are new things that it may have become as well.
    """

    kind: str
    old: str
    new: str
    owner: str | None
    score: float
    others: tuple[str, ...] = ()

    @property
    def gone(self) -> str:
        """The old thing as flags spell it."""
        return f"{self.owner}.{self.old}" if self.owner else self.old

    @property
    def pair(self) -> str:
        """Both as `--rename` spells them."""
        return f"{self.gone}={self.new}"


def likely_tables(before: Catalog, after: Catalog) -> tuple[Likely, ...]:
    """Tables and enum types that look renamed."""
    return (*_tables(before, after), *_enum_types(before, after))


def likely_parts(before: Catalog, after: Catalog) -> tuple[Likely, ...]:
    """Columns of tables, and values of enums, that look renamed."""
    return (*_columns(before, after), *_values(before, after))


def _matched(
    old: Iterable[T], new: Iterable[T], score: Callable[[T, T], float]
) -> Iterator[tuple[T, T, float, list[T]]]:
    """Pairs that are likely, the best first, each thing in one pair at most; and what else that is in none is likely."""
    come = list(new)
    scored = [(score(one, other), one, other) for one in old for other in come]
    likely = sorted((each for each in scored if each[0] >= LIKELY), key=lambda each: -each[0])
    pairs: list[tuple[T, T, float]] = []
    taken: list[T] = []
    for value, one, other in likely:
        if one not in taken and other not in taken:
            taken += (one, other)
            pairs.append((one, other, value))
    for one, other, value in pairs:
        yield one, other, value, [each for _, gone, each in likely if gone == one and each not in taken]


def _resemblance(one: str, other: str) -> float:
    """How much two names are alike, from 0 to 1; one that holds the other is much like it."""
    small, great = sorted((_letters(one), _letters(other)), key=len)
    if small and small in great:
        return max(0.8, len(small) / len(great))
    return SequenceMatcher(None, small, great).ratio()


def _letters(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()


# ---- tables and enum types -------------------------------------------------------------------------------------------


def _tables(before: Catalog, after: Catalog) -> Iterator[Likely]:
    held, wanted = ({table.key for table in catalog.tables} for catalog in (before, after))
    gone = [table for table in before.tables if table.key not in wanted]
    come = [table for table in after.tables if table.key not in held]
    for old, new, score, others in _matched(gone, come, _table_score):
        yield Likely("table", old.name, new.name, None, score, tuple(each.name for each in others))


def _table_score(old: Table, new: Table) -> float:
    """Tables are alike by their columns, and a little by name; those of an m:n relation by what they join."""
    if is_join_table(old) != is_join_table(new):
        return 0.9 if _joined(old) and _joined(old) == _joined(new) else 0.0
    if old.name == new.name:
        return 1.0
    pair = [{(column.name, column.type.name.lower()) for column in table.columns} for table in (old, new)]
    shared = len(pair[0] & pair[1]) / max(len(pair[0]), len(pair[1]), 1)
    return 0.75 * shared + 0.25 * _resemblance(old.name, new.name) if shared >= 0.5 else 0.0


def _joined(table: Table) -> frozenset[ObjectName]:
    """The two tables that a table joins, if it joins two."""
    ends = frozenset(ObjectName(key.table, key.namespace) for key in table.foreign_keys)
    return ends if len(ends) == len(table.foreign_keys) == 2 else frozenset()


def _enum_types(before: Catalog, after: Catalog) -> Iterator[Likely]:
    keys = [{enum.key for enum in catalog.enums} for catalog in (before, after)]
    gone = [enum for enum in before.enums if enum.key not in keys[1]]
    come = [enum for enum in after.enums if enum.key not in keys[0]]
    for old, new, score, others in _matched(gone, come, _enum_score):
        yield Likely("enum", old.name, new.name, None, score, tuple(each.name for each in others))


def _enum_score(old: EnumType, new: EnumType) -> float:
    one, other = set(old.values), set(new.values)
    return len(one & other) / max(len(one), len(other), 1)


# ---- columns ---------------------------------------------------------------------------------------------------------


def _columns(before: Catalog, after: Catalog) -> Iterator[Likely]:
    wanted = {table.key: table for table in after.tables}
    for old in before.tables:
        new = wanted.get(old.key)
        if new is None:
            continue
        names = [{column.name for column in table.columns} for table in (old, new)]
        gone = [column for column in old.columns if column.name not in names[1]]
        come = [column for column in new.columns if column.name not in names[0]]
        if gone and come:
            for one, other, score, others in _matched(gone, come, _column_score(old, new)):
                rivals = tuple(each.name for each in others)
                yield Likely("column", one.name, other.name, old.name, score, rivals)


def _column_score(old: Table, new: Table) -> Callable[[Column, Column], float]:
    """Columns are alike by type, which must be the same in kind, then by name, by neighbours, by default and keys."""

    def score(one: Column, other: Column) -> float:
        if (one.type.name.lower(), one.type.array) != (other.type.name.lower(), other.type.array):
            return 0.0
        beside = _neighbours(old, one) & _neighbours(new, other)
        alike = (
            one.nullable == other.nullable,
            one.default == other.default,
            one.autoincrement == other.autoincrement,
            _roles(old, one.name) == _roles(new, other.name),
        )
        named = _resemblance(one.name, other.name)
        return 0.5 * named + 0.25 * min(len(beside), 2) / 2 + 0.25 * sum(alike) / len(alike)

    return score


def _neighbours(table: Table, column: Column) -> set[str]:
    """The names of the columns beside one; the table's ends count as names."""
    names = ["^", *(each.name for each in table.columns), "$"]
    place = names.index(column.name)
    return {names[place - 1], names[place + 1]}


def _roles(table: Table, name: str) -> tuple[bool, frozenset[ObjectName], bool]:
    """What a column is for: in the primary key, leading to other tables, unique."""
    key = table.primary_key is not None and name in table.primary_key.columns
    leads = frozenset(
        ObjectName(each.table, each.namespace) for each in table.foreign_keys if name in each.columns
    )
    unique = any(index.unique and [each.name for each in index.columns] == [name] for index in table.indexes)
    return key, leads, unique


# ---- values of enums -------------------------------------------------------------------------------------------------


def _values(before: Catalog, after: Catalog) -> Iterator[Likely]:
    old = {enum.key: enum.values for enum in before.enums}
    for enum in after.enums:
        if enum.key in old:
            yield from _value_pairs(enum.name, old[enum.key], enum.values)
    tables = {table.key: table for table in after.tables}
    for table in before.tables:
        new = tables.get(table.key)
        held, wanted = _listed(table), _listed(new) if new else {}
        for column in sorted(held.keys() & wanted.keys()):
            yield from _value_pairs(f"{table.name}.{column}", held[column], wanted[column])


def _listed(table: Table) -> dict[str, tuple[str, ...]]:
    return dict(found for check in table.checks if (found := listed_values(check)) is not None)


def _value_pairs(owner: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Likely]:
    gone, come = ([each for each in one if each not in other] for one, other in ((old, new), (new, old)))

    def score(one: str, other: str) -> float:
        same_place = _stays_before(old, one, new) == _stays_before(new, other, old)
        return 0.6 * _resemblance(one, other) + 0.4 * same_place

    for one, other, value, others in _matched(gone, come, score):
        yield Likely("value", one, other, owner, value, tuple(others))


def _stays_before(values: Sequence[str], value: str, others: Sequence[str]) -> list[str]:
    """What stands before a value and is in both lists: a value that comes in front of it moves nothing."""
    return [each for each in values[: values.index(value)] if each in others]
