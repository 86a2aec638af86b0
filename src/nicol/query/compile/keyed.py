"""Many rows that a unique key tells from each other: upserts of all of them, and changes that are each row's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from nicol.query import query as q
from nicol.query.compile.bulk_rows import Inserted, Manner, Part, insert_part
from nicol.query.compile.columns import both, comparable
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.compile.filters import condition
from nicol.query.compile.many import objects_of
from nicol.query.compile.proofs import rows_proved
from nicol.query.compile.rows import changes, computed, operand
from nicol.query.compile.seals import (
    refuse_other_key,
    refuse_other_row,
    sealed_columns,
    unbound,
    with_digests,
)
from nicol.query.compile.selections import wanted
from nicol.query.compile.sheets import Column, Sheet, encoded, saying, sheet
from nicol.query.defaults import updated_at
from nicol.query.faults import invalid, key_taken
from nicol.query.models import Model
from nicol.query.upserted import Upserted
from nicol.sql import tree as sql
from nicol.sql.program import Program

# ---- upserts -----------------------------------------------------------------------------------------------------


def upsert_many(ctx: Context, query: q.UpsertMany) -> Act[Any]:
    """Insert rows, or change those whose key is there; how many of each, or the rows in their order."""
    model = ctx.models.by_name[query.model]
    written = (name for rows in query.bulk.rows for name in _fields(query, rows.fields))
    refuse_other_key(model, query.key, written, "upsert_many")
    refuse_other_key(
        model, query.key, (each.field for each in unbound(model, query.update.assigns)), "upsert_many"
    )
    refusals = (
        [] if query.where == q.ALL else [_refusing(ctx, model, query, rows) for rows in query.bulk.rows]
    )
    act = _upserted_count(ctx, query) if query.wanted is None else _upserted_rows(ctx, query, query.wanted)
    slots = [rows.slot for rows in query.bulk.rows]
    places = [[rows.fields.index(name) for name in query.key] for rows in query.bulk.rows]

    def told_apart(frame: Frame) -> Program[Any]:
        groups = list(zip(slots, places, strict=True))
        _tell_apart(model, query.key, frame, groups)
        for refuse in refusals:
            yield from refuse(frame)
        return (yield from act(frame))

    return told_apart


def _refusing(ctx: Context, model: Model, query: q.UpsertMany, rows: q.Rows) -> Act[None]:
    """A row that is there and must not be changed has taken its key, as it has for an insert."""
    of = sheet(ctx, (model.stored[name] for name in query.key), listed=True)
    taken = both(_is_row(model, query.key, of, "t0"), sql.Untrue(condition(ctx, model, "t0", query.where)))
    tree = sql.Select((sql.Count(),), of.lists(), (sql.Join(_as(model.table, "t0"), taken),))
    say = saying(ctx, of, tree)
    where = [rows.fields.index(name) for name in query.key]

    def act(frame: Frame) -> Program[None]:
        places, values = frame[rows.slot]
        columns = [
            encoded(model, field, values[index]) for field, index in zip(of.fields, where, strict=True)
        ]
        if (yield from say(frame, columns, len(places))).rows[0][0]:
            raise key_taken(model.name, query.key)

    return act


def _upserted_rows(ctx: Context, query: q.UpsertMany, selection: q.Selection) -> Act[list[Any]]:
    model = ctx.models.by_name[query.model]
    columns = wanted(model, selection).columns
    manner = Manner(
        returning=columns, conflicts=lambda fields: _conflict(ctx, model, query, fields, keep=True), top=True
    )
    parts = [insert_part(ctx, model, rows, manner, columns) for rows in query.bulk.rows]
    ctx.atomic = len(ctx.texts) > 1
    objects = objects_of(ctx, model, selection)

    def act(frame: Frame) -> Program[list[Any]]:
        done = Inserted()
        for part in parts:
            yield from part(frame, {}, {}, done)
        return (yield from objects(done.in_order(), frame))

    return act


def _upserted_count(ctx: Context, query: q.UpsertMany) -> Act[Upserted]:
    model = ctx.models.by_name[query.model]
    marks = ctx.renderer.new_mark is not None
    manner = Manner(
        conflicts=lambda fields: _conflict(ctx, model, query, fields, keep=False), top=True, marks=marks
    )
    counts: list[Act[tuple[int, int]]] = []
    for rows in query.bulk.rows:
        count = _marked if marks else _looked_up(ctx, model, query, rows)
        part = insert_part(ctx, model, rows, manner, ())
        counts.append(count(rows, part))
    ctx.atomic = len(ctx.texts) > 1
    changing = [bool(_fields(query, rows.fields) or query.update.assigns) for rows in query.bulk.rows]

    def act(frame: Frame) -> Program[Upserted]:
        created = updated = 0
        for count, is_changing in zip(counts, changing, strict=True):
            new, old = yield from count(frame)
            created += new
            updated += old if is_changing else 0
        return Upserted(created, updated)

    return act


_Count: TypeAlias = Callable[[q.Rows, Part], Act[tuple[int, int]]]
"""Inserts rows and says how many were new, and how many were there."""


def _marked(rows: q.Rows, part: Part) -> Act[tuple[int, int]]:
    """Each row that comes back says whether it is new."""

    def act(frame: Frame) -> Program[tuple[int, int]]:
        done = Inserted()
        yield from part(frame, {}, {}, done)
        new = sum(row[-1] for row in done.in_order())
        return new, len(frame[rows.slot][0]) - new

    return act


def _looked_up(ctx: Context, model: Model, query: q.UpsertMany, given: q.Rows) -> _Count:
    """Rows that are there are counted before; nobody else writes meanwhile where that is all one can do."""
    key = query.key
    of = sheet(ctx, (model.stored[name] for name in key), listed=True)
    on = both(_is_row(model, key, of, "t0"), condition(ctx, model, "t0", query.where))
    tree = sql.Select((sql.Count(),), of.lists(), (sql.Join(_as(model.table, "t0"), on),))
    say = saying(ctx, of, tree)
    where = [given.fields.index(name) for name in key]

    def count(rows: q.Rows, part: Part) -> Act[tuple[int, int]]:
        def act(frame: Frame) -> Program[tuple[int, int]]:
            places, values = frame[rows.slot]
            columns = [
                encoded(model, field, values[index]) for field, index in zip(of.fields, where, strict=True)
            ]
            old = (yield from say(frame, columns, len(places))).rows[0][0]
            yield from part(frame, {}, {}, Inserted())
            return len(places) - old, old

        return act

    return count


def _as(table: sql.Table, alias: str) -> sql.Table:
    return sql.Table(table.name, table.namespace, alias)


def _fields(query: q.UpsertMany, given: Iterable[str]) -> list[str]:
    """The fields of a row that is there which get the new values."""
    return [
        name for name in given if name not in query.key and (query.fields is None or name in query.fields)
    ]


def _conflict(
    ctx: Context, model: Model, query: q.UpsertMany, fields: Sequence[str], *, keep: bool
) -> sql.Conflict:
    """What becomes of a row that is there; `keep`: it comes back even if nothing does."""
    target = model.columns(query.key)
    names = _fields(query, fields)
    names += with_digests(model, names)
    taken = {name: sql.Column(model.stored[name].column, "excluded") for name in names}
    sets = changes(ctx, model, query.update, taken)
    if not sets and keep:
        sets = (sql.Assignment(target[0], sql.Column(target[0], model.table.name)),)
    return sql.Conflict(target, sets, condition(ctx, model, model.table.name, query.where))


# ---- changes of each row's own -----------------------------------------------------------------------------------


def update_each(ctx: Context, query: q.UpdateEach) -> Act[int]:
    """Change rows of a key, each in its own way; how many there were. One statement for those of the same fields."""
    model = ctx.models.by_name[query.model]
    parts = [_each(ctx, model, query, changes) for changes in query.changes]
    ctx.atomic = len(ctx.texts) > 1
    groups = [(changes.slot, range(len(query.key))) for changes in query.changes]

    def act(frame: Frame) -> Program[int]:
        _tell_apart(model, query.key, frame, groups)
        count = 0
        for part in parts:
            count += yield from part(frame)
        return count

    return act


def _each(ctx: Context, model: Model, query: q.UpdateEach, changes: q.Changes) -> Act[int]:
    key = query.key
    changed = [(model.fields[name], operator) for name, operator in changes.assigns]
    fields = [*(model.fields[name] for name in key), *(field for field, _ in changed)]
    operators = ["set"] * len(key) + [operator for _, operator in changed]
    every = [field.name for field in fields]
    digests = [model.stored[name] for name in with_digests(model, every)]
    of = sheet(ctx, [*fields, *digests])
    sets = [
        sql.Assignment(field.column, computed(model, field, operator, of.cell(len(key) + index)))
        for index, (field, operator) in enumerate([*changed, *((field, "set") for field in digests)])
    ]
    named = {name for name, _ in changes.assigns}
    refuse_other_row(model, named)
    refuse_other_key(model, key, named, "update_each")
    sets += [
        sql.Assignment(field.column, ctx.generate(field, updated_at))
        for name, field in model.stored.items()
        if field.updated_at and name not in named
    ]
    guard = condition(ctx, model, model.table.name, query.where)
    where = both(_is_row(model, key, of, model.table.name), guard)
    prove = rows_proved(ctx, model, changes.proofs, [field.name for field in fields])
    change = sql.Update(model.table, tuple(sets), where, source=of.source())
    say = saying(ctx, of, change, linked=bool(model.own))

    def act(frame: Frame) -> Program[int]:
        places, values = frame[changes.slot]
        columns = [
            encoded(model, field, column, places, operand(field, operator))
            for field, operator, column in zip(fields, operators, values, strict=True)
        ]
        yield from prove(frame, columns)
        if model.sealed:
            columns = sealed_columns(model, every, columns)
        return (yield from say(frame, columns, len(places))).affected

    return act


# ---- keys --------------------------------------------------------------------------------------------------------


def _is_row(model: Model, key: Sequence[str], of: Sheet, source: str) -> sql.Expression:
    """The condition that a row of `source` is the one of a sheet's row, whose first values are its key."""
    return both(
        *(sql.Compare("=", comparable(model, name, source), of.cell(index)) for index, name in enumerate(key))
    )


def _tell_apart(
    model: Model, key: Sequence[str], frame: Frame, groups: Sequence[tuple[int, Sequence[int]]]
) -> None:
    """Refuse keys that are null or there twice, and put rows in the order of their keys.

    In one order all writers lock rows one after the other and never wait for each other in a circle.
    """
    seen: dict[tuple[Any, ...], int] = {}
    for slot, indexes in groups:
        places, values = frame[slot]
        keys = list(zip(*_keys(model, key, places, values, indexes), strict=True))
        for place, one in zip(places, keys, strict=True):
            if one in seen:
                raise _same_key(model, key, seen[one], place)
            seen[one] = place
        order = sorted(range(len(keys)), key=keys.__getitem__)
        frame[slot] = (
            [places[index] for index in order],
            [[column[index] for index in order] for column in values],
        )


def _keys(
    model: Model,
    key: Sequence[str],
    places: Sequence[int],
    values: Sequence[Sequence[Any]],
    indexes: Sequence[int],
) -> list[Column]:
    columns: list[Column] = []
    for name, index in zip(key, indexes, strict=True):
        if None in values[index]:
            place = places[values[index].index(None)]
            raise invalid(
                f"`{model.name}.{name}` of `data[{place}]` is None, which is no key",
                model=model.name,
                fields=(name,),
                code="P2012",
            )
        columns.append(encoded(model, model.fields[name], values[index], places))
    return columns


def _same_key(model: Model, key: Sequence[str], one: int, two: int) -> Exception:
    return invalid(
        f"`data[{one}]` and `data[{two}]` of model `{model.name}` have the same key",
        model=model.name,
        fields=tuple(key),
        hint="give each row once",
    )
