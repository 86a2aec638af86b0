"""What is encrypted already, a page of rows at a time: read as it is stored, and written back under another key.

A page is changed only where it still is as it was read, so that who writes meanwhile wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nicol.dialects.dialect import Dialect
from nicol.query.compile import nested
from nicol.query.compile.columns import both, column, comparable, either
from nicol.query.compile.context import Context, Said
from nicol.query.compile.seals import stored_digest
from nicol.query.compile.sheets import SaidOf, saying, sheet
from nicol.query.models import Field, Model, Models
from nicol.query.sealed import Sealed
from nicol.sealing.seals import key_name
from nicol.sql import tree as sql
from nicol.sql.program import Program, Row

RowKey: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A stored value: the key of its row, which page it is in; what it is bound to, and what the blind index holds."""

    key: RowKey
    bond: RowKey
    stored: Any
    digest: Any


@dataclass(frozen=True, slots=True, eq=False)
class Secrets:
    """One encrypted field of a model, as the programs below speak of it."""

    model: Model
    field: Field
    sealed: Sealed
    index: Field | None
    plain: Callable[[Any], bytes]
    """What a value is encoded as that was stored as plain text."""
    _counting: Said
    _first: Said
    _later: Said
    _change: SaidOf
    _size: int
    """The size of the frame."""

    @property
    def name(self) -> str:
        """`Model.field`."""
        return f"{self.model.name}.{self.field.name}"

    def count(self) -> Program[int]:
        """How many rows hold a value."""
        return (yield self._counting.statement([])).rows[0][0]

    def page(self, after: RowKey | None, limit: int) -> Program[list[Held]]:
        """The next rows that hold a value, in the order of their keys."""
        frame = [limit, *(after or ())]
        rows = (yield (self._first if after is None else self._later).statement(frame)).rows
        return [self._held(row) for row in rows]

    def _held(self, row: Row) -> Held:
        keys, bonds = len(self.model.id), len(self.sealed.row)
        return Held(
            tuple(row[:keys]),
            tuple(row[keys : keys + bonds]),
            row[keys + bonds],
            row[-1] if self.index else None,
        )

    def key_of(self, held: Held) -> str | None:
        """The name of the key that a value was encrypted with; None for plain text."""
        return key_name(self.sealed.text(held.stored))

    def resealed(self, held: Held) -> tuple[Any, Any]:
        """A value under the newest key, with its digest; ValueError where it cannot be opened."""
        return self._sealed(held, self.sealed.opened(held.stored, held.bond))

    def encrypted(self, held: Held) -> tuple[Any, Any]:
        """A value that was plain text, encrypted, with its digest."""
        return self._sealed(held, self.plain(held.stored))

    def _sealed(self, held: Held, plain: bytes) -> tuple[Any, Any]:
        digest = None if self.index is None else stored_digest(self.index, self.sealed, plain)
        return self.sealed.write(plain, held.bond), digest

    def change(self, changes: Sequence[tuple[Held, tuple[Any, Any]]]) -> Program[int]:
        """Write new values where the old ones still are; how many were."""
        if not changes:
            return 0
        columns: list[list[Any]] = [
            list(each) for each in zip(*(held.key for held, _ in changes), strict=True)
        ]
        columns.append([self.sealed.said(held.stored) for held, _ in changes])
        columns.append([new for _, (new, _) in changes])
        if self.index is not None:
            columns.append([digest for _, (_, digest) in changes])
        frame: list[Any] = [None] * self._size
        return (yield from self._change(frame, columns, len(changes))).affected


def secrets_of(
    models: Models, dialect: Dialect, plain: Callable[[Model, Field], Callable[[Any], bytes]]
) -> Iterator[Secrets]:
    """Every encrypted field of models."""
    for model in models.by_name.values():
        if model.is_view:
            continue
        for field in model.stored.values():
            if field.sealed is not None:
                yield _secrets(models, dialect, model, field, field.sealed, plain(model, field))


def _secrets(
    models: Models,
    dialect: Dialect,
    model: Model,
    field: Field,
    sealed: Sealed,
    plain: Callable[[Any], bytes],
) -> Secrets:
    ctx = Context(models, dialect, 1 + len(model.id), nested)
    index = None if sealed.index is None else model.stored[sealed.index]
    table, source = model.table, model.table.name
    there = sql.IsNull(column(model, field.name, source), negated=True)
    keys = tuple(comparable(model, name, source) for name in model.id)
    shown = [*model.id, *sealed.row, field.name, *([index.name] if index else [])]
    first = sql.Select(
        tuple(column(model, name, source) for name in shown),
        table,
        where=there,
        order=tuple(map(sql.Order, keys)),
        limit=sql.Param(0),
    )
    values = [sql.Param(1 + place, model.stored[name].stored.cast) for place, name in enumerate(model.id)]
    later = sql.Select(
        first.columns, table, where=both(there, _behind(keys, values)), order=first.order, limit=first.limit
    )
    of = sheet(ctx, [*(model.stored[name] for name in model.id), field, field, *([index] if index else [])])
    old, new = of.cell(len(keys)), of.cell(len(keys) + 1)
    sets = [sql.Assignment(field.column, new)]
    if index is not None:
        sets.append(sql.Assignment(index.column, of.cell(len(keys) + 2)))
    own = column(model, field.name, source)
    unchanged = sql.Compare("=", own, old)
    same = (sql.Compare("=", key, of.cell(place)) for place, key in enumerate(keys))
    change = saying(ctx, of, sql.Update(table, tuple(sets), both(*same, unchanged), source=of.source()))
    counting = ctx.say(sql.Select((sql.Count(),), table, where=there))
    return Secrets(
        model, field, sealed, index, plain, counting, ctx.say(first), ctx.say(later), change, ctx.size
    )


def _behind(keys: Sequence[sql.Expression], values: Sequence[sql.Param]) -> sql.Expression:
    """The rows behind a key, in the order of keys."""
    ways = [
        both(
            *(sql.Compare("=", key, value) for key, value in zip(keys[:place], values, strict=False)),
            sql.Compare(">", keys[place], values[place]),
        )
        for place in range(len(keys))
    ]
    return both(sql.Compare(">=", keys[0], values[0]), either(*ways))
