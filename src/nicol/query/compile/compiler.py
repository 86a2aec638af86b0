"""Compiles a query: the one place that knows which kind of query each file is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from nicol.dialects.dialect import Dialect
from nicol.query import query as q
from nicol.query.compile import gathered, groups, keyed, many, nested, reads, writes
from nicol.query.compile.context import Act, Context, Derived, Encoder, Generated, Single, single
from nicol.query.compile.filling import Fill, Params, filler, parameters
from nicol.query.models import Models


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A query that is ready to run: its conversation, and how its frame is filled before.

    `single`: the conversation where it is one statement; `params` makes its parameters of the values, where nothing else is
    needed for them. `fill` makes a frame of the values. `atomic`: it must be one transaction. `texts`: everything that it may
    say, in order. `hidden`: the places of encrypted values among the parameters of a text.
    """

    act: Act[Any]
    single: Single[Any] | None
    params: Params | None
    fill: Fill
    encoders: tuple[Encoder, ...]
    generated: tuple[Generated, ...]
    derived: tuple[Derived, ...]
    atomic: bool
    texts: tuple[str, ...]
    hidden: Mapping[str, tuple[int, ...]]


def compile_query(query: q.Query, models: Models, dialect: Dialect, slots: int) -> Compiled:
    """The conversation of a query that has so many slots."""
    ctx = Context(models, dialect, slots, nested)
    act = _act(ctx, query)
    alone = None if ctx.atomic else single(act)
    encoders = tuple(ctx.encoders.values())
    return Compiled(
        act,
        alone,
        parameters(slots, alone.said.slots, encoders) if alone is not None and ctx.size == slots else None,
        filler(slots, ctx.size, encoders),
        encoders,
        tuple(ctx.generated),
        tuple(ctx.derived),
        ctx.atomic,
        tuple(ctx.texts),
        ctx.hidden,
    )


def _act(ctx: Context, query: q.Query) -> Act[Any]:
    match query:
        case q.FindUnique():
            return reads.find_unique(ctx, query)
        case q.FindEach():
            return gathered.find_each(ctx, query)
        case q.FindFirst():
            return reads.find_first(ctx, query)
        case q.FindMany():
            return reads.find_many(ctx, query)
        case q.Stream():
            return reads.stream(ctx, query)
        case q.Count():
            return groups.count(ctx, query)
        case q.Aggregate():
            return groups.aggregate(ctx, query)
        case q.GroupBy():
            return groups.group_by(ctx, query)
        case _:
            return _write(ctx, query)


def _write(ctx: Context, query: q.Write) -> Act[Any]:
    match query:
        case q.Create():
            return writes.create(ctx, query)
        case q.CreateMany():
            return many.create_many(ctx, query)
        case q.Update():
            return writes.update(ctx, query)
        case q.UpdateMany():
            return many.update_many(ctx, query)
        case q.UpdateEach():
            return keyed.update_each(ctx, query)
        case q.UpsertMany():
            return keyed.upsert_many(ctx, query)
        case q.Upsert():
            return writes.upsert(ctx, query)
        case q.Delete():
            return writes.delete(ctx, query)
        case q.DeleteMany():
            return many.delete_many(ctx, query)
        case _:
            assert_never(query)
