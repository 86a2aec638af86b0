"""Questions to the database as it is before a migration: how many rows, and which, by nothing but their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicol.catalog import ForeignKey, ObjectName, Table
from nicol.dialects.changes import RewriteValue
from nicol.migrate.renames import Former
from nicol.sql.program import Statement
from nicol.sql.quoting import quote, quote_all, quote_full, quote_text

SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Probes:
    """Questions about one table, given as renames leave it and asked for under the names that it still has."""

    table: Table
    former: Former

    @property
    def place(self) -> str:
        """The table's former name as SQL."""
        return spelled(self.former.table(self.table.key))

    def column(self, name: str) -> str:
        """A column's former name as SQL."""
        return quote(self.former.column(self.table.key, name))

    def columns(self, names: Sequence[str]) -> str:
        """Columns' former names as SQL."""
        return quote_all([self.former.column(self.table.key, name) for name in names])

    def count(self, condition: str = "") -> Statement:
        """The number of rows that meet a condition."""
        return _asked(f"SELECT count(*) FROM {self.place}{_where(condition)}")

    def sample(self, condition: str = "") -> Statement | None:
        """The keys of a few rows that meet a condition; None for a table without a key."""
        if self.table.primary_key is None:
            return None
        keys = self.columns(self.table.primary_key.columns)
        return _asked(f"SELECT {keys} FROM {self.place}{_where(condition)} ORDER BY {keys} LIMIT {SAMPLES}")

    def duplicates(self, parts: Sequence[str], condition: str | None) -> Statement:
        """The number of values that stand in more than one row; `parts` are columns' former names, or expressions, as SQL."""
        return _asked(f"SELECT count(*) FROM ({self._groups(parts, condition)}) AS duplicates")

    def duplicate_sample(self, parts: Sequence[str], condition: str | None) -> Statement | None:
        """The keys of a few rows that hold such values, those of one value beside each other."""
        if self.table.primary_key is None:
            return None
        keys, columns = self.columns(self.table.primary_key.columns), ", ".join(parts)
        return _asked(
            f"SELECT {keys} FROM {self.place} WHERE ({columns}) IN ({self._groups(parts, condition)}) "
            f"ORDER BY {columns}, {keys} LIMIT {SAMPLES + 1}"
        )

    def _groups(self, parts: Sequence[str], condition: str | None) -> str:
        columns = ", ".join(parts)
        held = [f"{part} IS NOT NULL" for part in parts]
        met = " AND ".join([*held, *([f"({condition})"] if condition else [])])
        return f"SELECT {columns} FROM {self.place} WHERE {met} GROUP BY {columns} HAVING count(*) > 1"

    def more_than_one(self) -> Statement:
        """The number of rows if there are at least two."""
        return _asked(f"SELECT CASE WHEN count(*) > 1 THEN count(*) ELSE 0 END FROM {self.place}")

    def orphans(self, key: ForeignKey, parent: Table | None) -> str:
        """The condition that a row points at no row of another table, which may not even be there yet."""
        held = " AND ".join(f"{self.column(name)} IS NOT NULL" for name in key.columns)
        if parent is None or any(parent.column(name) is None for name in key.references):
            return held
        other = Probes(parent, self.former)
        same = " AND ".join(
            f"parent.{other.column(theirs)} = {self.place}.{self.column(ours)}"
            for ours, theirs in zip(key.columns, key.references, strict=True)
        )
        return f"{held} AND NOT EXISTS (SELECT 1 FROM {other.place} AS parent WHERE {same})"


def holding(rewrite: RewriteValue) -> Statement:
    """The number of rows that hold a value which is to be rewritten, where lists are JSON texts."""
    name, old = quote(rewrite.column), quote_text(rewrite.before)
    listed = f"EXISTS (SELECT 1 FROM json_each({name}) WHERE value = {old})"
    return _asked(
        f"SELECT count(*) FROM {spelled(rewrite.table)} WHERE {listed if rewrite.listed else f'{name} = {old}'}"
    )


def _where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


def spelled(name: ObjectName) -> str:
    """A full name in quotes."""
    return quote_full(name.namespace, name.name)


def _asked(text: str) -> Statement:
    return Statement(text, prepare=False)
