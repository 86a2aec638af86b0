"""Rows of the same fields: one statement for all of them, whatever their number.

What a row is given or answers is found by its place among all rows of the call or of the level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from nicol.errors import DriverError
from nicol.query import query as q
from nicol.query.compile import bonds
from nicol.query.compile.context import Context, Frame
from nicol.query.compile.proofs import rows_proved
from nicol.query.compile.rows import missing, refuse_twice
from nicol.query.compile.seals import sealed_columns, with_digests
from nicol.query.compile.sheets import Column, Places, SaidOf, Sheet, encoded, generated, saying, sheet
from nicol.query.models import Link, Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Result, Row

Given: TypeAlias = Mapping[str, Column]
"""Values of fields, as the database takes them, by the places of all rows."""


@dataclass(slots=True, eq=False)
class Inserted:
    """What an insert did: how many rows, and those that came back by their places; `loose` are rows whose place is lost."""

    count: int = 0
    rows: dict[int, Row] = field(default_factory=dict[int, Row])
    loose: list[Row] = field(default_factory=list[Row])

    def in_order(self) -> list[Row]:
        """The rows that came back, in the order in which they were given."""
        return [*(self.rows[place] for place in sorted(self.rows)), *self.loose]


Insert: TypeAlias = Callable[[Frame, Given], Program[Inserted]]
Conflicts: TypeAlias = Callable[[Sequence[str]], sql.Conflict | None]
"""What to do with rows that are there, when these fields were given by the call itself."""


def skipping(skip: bool) -> Conflicts:
    """Leave rows alone that are there, or fail."""
    return lambda _: sql.Conflict() if skip else None


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """How rows are inserted.

    `preset` fields are given by the caller, `returning` columns come back; with `marks` the last value of each row tells
    whether it is new. `top`: the rows are those of the call, so that an error may name their places.
    """

    preset: tuple[str, ...] = ()
    returning: tuple[str, ...] = ()
    conflicts: Conflicts = skipping(False)  # noqa: RUF009 - pure
    top: bool = False
    marks: bool = False


Found: TypeAlias = Mapping[str, Mapping[int, Row]]
"""For each relation that rows point by, the values at the other end by the rows' places."""
Part: TypeAlias = Callable[[Frame, Given, Found, Inserted], Program[None]]


def insert_part(ctx: Context, model: Model, rows: q.Rows, manner: Manner, returning: tuple[str, ...]) -> Part:
    """Insert rows of the same fields."""
    links = [model.links[name] for name in rows.links]
    names = (
        *rows.fields,
        *(assign.field for assign in rows.same),
        *manner.preset,
        *(name for link in links for name in link.local),
    )
    refuse_twice(model, names)
    made = missing(model, dict.fromkeys(names))
    given = [model.stored[name] for name in rows.fields]
    every = (*names, *made)
    of = sheet(ctx, (model.stored[name] for name in (*every, *with_digests(model, every))))
    same = [_same(ctx, model, assign) for assign in rows.same]
    prove = rows_proved(ctx, model, rows.proofs, names)
    say = _saying(ctx, model, of, manner.conflicts(rows.fields), returning, marks=manner.marks)
    moment = ctx.moment() if made else 0

    def part(frame: Frame, known: Given, found: Found, done: Inserted) -> Program[None]:
        places, values = frame[rows.slot]
        if not places:
            return
        columns = [
            encoded(model, field, column, places if manner.top else None)
            for field, column in zip(given, values, strict=True)
        ]
        columns += [[None if slot is None else frame[slot]] * len(places) for slot in same]
        columns += [[known[name][place] for place in places] for name in manner.preset]
        for link in links:
            columns += _transposed(found[link.name], places, len(link.local))
        yield from prove(frame, columns)
        if made:
            columns += generated(made, model, frame[moment], len(places))
        if model.sealed:
            columns = sealed_columns(model, every, columns)
        yield from _inserted(ctx, links, say(frame, columns, len(places)), places, done)

    return part


def _same(ctx: Context, model: Model, assign: q.Assign) -> int | None:
    """The slot of a field that has one value in all rows; it crosses with the values of the call."""
    if assign.slot is not None:
        field = model.fields[assign.field]
        ctx.value(model, field, assign.slot, field.stored.encode)
    return assign.slot


def _transposed(found: Mapping[int, Row], places: Places, width: int) -> list[Column]:
    keys = [found[place] for place in places]
    return [[key[index] for key in keys] for index in range(width)]


def _saying(
    ctx: Context,
    model: Model,
    of: Sheet,
    conflict: sql.Conflict | None,
    returning: tuple[str, ...],
    *,
    marks: bool,
) -> SaidOf:
    columns = tuple(each.column for each in of.fields)
    if of.listed:
        tree: sql.Tree = sql.InsertLists(model.table, columns, of.lists(), conflict, returning, marks)
    else:
        tree = sql.Insert(model.table, columns, of.cells(), conflict, returning)
    certain = not returning and (conflict is None or bool(conflict.sets))
    return saying(ctx, of, tree, certain=certain, linked=bool(model.own))


def _inserted(
    ctx: Context, links: Sequence[Link], saying: Program[Result], places: Places, done: Inserted
) -> Program[None]:
    """The rows come back in the order in which they were given; where the database left some out, their places are lost."""
    try:
        result = yield from saying
    except DriverError as error:
        link = bonds.missed(ctx, links, error)
        raise (bonds.not_connected(link) if link else error) from error
    done.count += result.affected
    if len(result.rows) == len(places):
        done.rows.update(zip(places, result.rows, strict=True))
    else:
        done.loose += result.rows
