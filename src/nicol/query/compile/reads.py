"""From reading queries to conversations: one statement for each level of include."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nicol.query import query as q
from nicol.query.compile.columns import aliased
from nicol.query.compile.context import Act, Context, Frame, Single
from nicol.query.compile.filters import key_condition
from nicol.query.compile.levels import Level
from nicol.query.compile.pages import cut_page, page_rows, undistinct
from nicol.query.compile.selections import counted, shape_of, wanted
from nicol.query.faults import missing_record
from nicol.query.models import Model
from nicol.sql import tree as sql
from nicol.sql.program import Program, Result


def find_many(ctx: Context, query: q.FindMany) -> Act[list[Any]]:
    """The objects of a page."""
    level = page_level(ctx, ctx.models.by_name[query.model], query.page, lock=query.lock)
    if level.is_plain:
        return level.plain()

    def act(frame: Frame) -> Program[list[Any]]:
        return (yield from level.run(frame))[1]

    return act


def stream(ctx: Context, query: q.Stream) -> Act[Level]:
    """The level of a page that is read in pieces; nothing is said yet."""
    level = page_level(ctx, ctx.models.by_name[query.model], query.page)

    def act(_: Frame) -> Program[Level]:
        return level
        yield  # a program that has nothing to say

    return act


def find_first(ctx: Context, query: q.FindFirst) -> Act[Any]:
    """The first object of a page, or None."""
    model = ctx.models.by_name[query.model]
    return _one(page_level(ctx, model, query.page, sql.Number(1), query.lock), model, required=query.required)


def find_unique(ctx: Context, query: q.FindUnique) -> Act[Any]:
    """The object of a key, or None."""
    model = ctx.models.by_name[query.model]
    return _one(key_level(ctx, model, query.key, query.selection, query.lock), model, required=query.required)


def _one(level: Level, model: Model, *, required: bool) -> Act[Any]:
    built = level.shape.built

    def meaning(result: Result) -> Any:
        return built(result.rows, ())[0] if result.rows else absent()

    def act(frame: Frame) -> Program[Any]:
        _, objects = yield from level.run(frame)
        return objects[0] if objects else absent()

    def absent() -> None:
        if required:
            raise missing_record(model.name, f"no record of model `{model.name}` was found")

    return Single(level.said, meaning) if level.is_plain else act


def key_level(
    ctx: Context, model: Model, key: q.Key, selection: q.Selection | None, lock: q.Lock | None = None
) -> Level:
    """The row of a unique key."""
    have = wanted(model, selection)
    where = key_condition(ctx, model, "t0", key)
    columns = tuple(sql.Column(name, "t0") for name in have.columns)
    select = sql.Select(columns, aliased(model.table, "t0"), where=where, lock=_row_lock(lock))
    said = ctx.say(counted(ctx, model, selection, have.columns, select, one=True))
    return Level(said, shape_of(ctx, model, selection, have))


def _row_lock(lock: q.Lock | None) -> sql.RowLock | None:
    """The lock of the rows of the table at the top, whatever is joined to it."""
    return None if lock is None else sql.RowLock(lock.mode, "t0", lock.wait)


def page_level(
    ctx: Context,
    model: Model,
    page: q.Page,
    limit: sql.Number | None = None,
    lock: q.Lock | None = None,
) -> Level:
    """The rows of a page at the top."""
    have = wanted(model, page.selection)
    select = cut_page(page_rows(ctx, model, undistinct(model, page), have.columns), page, limit)
    select = replace(select, lock=_row_lock(lock))
    said = ctx.say(counted(ctx, model, page.selection, have.columns, select, one=limit is not None))
    return Level(said, shape_of(ctx, model, page.selection, have), page.backwards)
