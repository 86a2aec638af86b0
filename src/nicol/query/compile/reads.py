"""From selections to shapes, and from reading queries to conversations: one statement for each level of include."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from nicol.query import query as q
from nicol.query.compile.columns import aliased, column
from nicol.query.compile.context import Act, Context, Frame
from nicol.query.compile.filters import condition, key_condition, related
from nicol.query.compile.levels import Branch, Level, Shape
from nicol.query.compile.pages import cut_page, included_rows, page_rows, undistinct
from nicol.query.faults import missing_record
from nicol.query.models import Field, Link, Model
from nicol.query.shape import Attached, Counted, builder
from nicol.schema.schema import Scalar
from nicol.sql import tree as sql
from nicol.sql.program import Program

# ---- selections --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns of a level's rows: the fields that are selected, then keys that only serve to hang levels together."""

    fields: tuple[Field, ...]
    extra: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in their order."""
        return (*(field.column for field in self.fields), *self.extra)

    def places(self, columns: Sequence[str]) -> tuple[int, ...]:
        """Where in a row these columns are."""
        every = self.columns
        return tuple(every.index(name) for name in columns)


def wanted(model: Model, selection: q.Selection | None, keys: Sequence[str] = ()) -> Wanted:
    """The columns that a model's objects, and what is included or counted in them, need."""
    chosen = selection or q.EVERYTHING
    fields = tuple(model.fields[name] for name in (model.fields if chosen.fields is None else chosen.fields))
    needed = [*keys]
    for each in (*chosen.include, *chosen.counts):
        needed.extend(model.columns(model.links[each.field].local))
    seen = {field.column for field in fields}
    return Wanted(fields, tuple(name for name in dict.fromkeys(needed) if name not in seen))


def shape_of(ctx: Context, model: Model, selection: q.Selection | None, have: Wanted, keys: int = 0) -> Shape:
    """How rows become objects that have the wanted columns, right behind them the counts, and then so many keys."""
    chosen = selection or q.EVERYTHING
    at = len(have.columns)
    counts = range(at, at + len(chosen.counts))
    return _shape(ctx, model, chosen, have, counts.stop + keys, counts=counts)


def written_shape(ctx: Context, model: Model, selection: q.Selection | None, have: Wanted) -> Shape:
    """How rows that a write returned become objects: counts are read afterwards, as what is included is."""
    chosen = selection or q.EVERYTHING
    apart = (_counting_branch(ctx, model, chosen, have),) if chosen.counts else ()
    return _shape(ctx, model, chosen, have, len(have.columns), apart=apart)


def _shape(
    ctx: Context,
    model: Model,
    chosen: q.Selection,
    have: Wanted,
    width: int,
    counts: Sequence[int] = (),
    apart: tuple[Branch, ...] = (),
) -> Shape:
    branches = tuple(_branch(ctx, model, each, have) for each in chosen.include)
    attached = [
        *(Counted(branch.parent_key, len(chosen.counts)) for branch in apart),
        *(Attached(branch.parent_key, branch.many) for branch in branches),
    ]
    new = ctx.models.objects.new(
        model.name,
        tuple(field.name for field in have.fields),
        counts=tuple(each.field for each in chosen.counts),
        relations=tuple(each.field for each in chosen.include),
        only=chosen.only,
    )
    build = builder(new, have.fields, attached, width, counts)
    return Shape(model, have.fields, build, (*apart, *branches))


# ---- counts ------------------------------------------------------------------------------------------------------


def _counted(
    ctx: Context, model: Model, selection: q.Selection | None, names: Sequence[str], select: sql.Select
) -> sql.Select:
    """A select with the counts behind the columns of these names."""
    if selection is None or not selection.counts:
        return select
    source = "p" if isinstance(select.source, sql.Derived) else "t0"
    counts = (_number(ctx, model, each, source) for each in selection.counts)
    own, keys = select.columns[: len(names)], select.columns[len(names) :]
    return replace(select, columns=(*own, *counts, *keys))


def _number(ctx: Context, model: Model, given: q.RelationCount, source: str) -> sql.Expression:
    """How many related rows a row of `source` has."""
    link, alias = model.links[given.field], ctx.alias()
    where = condition(ctx, ctx.models.target(link), alias, given.where)
    return sql.Subquery(related(ctx, link, source, alias, where, (sql.Count(),)))


def _counting_branch(ctx: Context, model: Model, chosen: q.Selection, have: Wanted) -> Branch:
    """The counts of rows that are there already, found by the keys that lead to what is counted."""
    local = tuple(dict.fromkeys(name for each in chosen.counts for name in model.links[each.field].local))
    register, among = _among(ctx, model, local, tuple(column(model, name, "t0") for name in local))
    counts = tuple(_number(ctx, model, each, "t0") for each in chosen.counts)
    keys = tuple(column(model, name, "t0") for name in local)
    said = ctx.say(sql.Select((*counts, *keys), aliased(model.table, "t0"), where=among))
    size = len(counts)
    level = Level(said, Shape(model, (), lambda rows, _: [row[:size] for row in rows]))
    child_key = tuple(range(size, size + len(keys)))
    return Branch(level, False, have.places(model.columns(local)), child_key, register, ctx.renderer.pack)


# ---- includes ----------------------------------------------------------------------------------------------------


def _branch(ctx: Context, model: Model, include: q.Include, have: Wanted) -> Branch:
    link = model.links[include.field]
    target = ctx.models.target(link)
    keys = (
        (sql.Column(link.through.mine, "j"),)
        if link.through
        else tuple(column(target, name, "t0") for name in link.remote)
    )
    register, among = _among(ctx, model, link.local, keys)
    level, child_key = _included(ctx, link, target, include.page, keys, among)
    parent_key = have.places(model.columns(link.local))
    return Branch(level, link.many, parent_key, child_key, register, ctx.renderer.pack)


def _among(
    ctx: Context, model: Model, names: Sequence[str], keys: tuple[sql.Column, ...]
) -> tuple[int, sql.Expression]:
    """The condition that keys are those of the model's rows in these fields, and the register of the first list of them."""
    register = ctx.registers(len(names))
    fields = [model.stored[name] for name in names]
    lists = tuple(sql.Param(register + index, field.stored.cast) for index, field in enumerate(fields))
    binary = tuple(field.type is Scalar.BYTES for field in fields)
    if len(keys) == 1:
        return register, sql.InList(keys[0], lists[0], binary=binary[0])
    return register, sql.InRows(keys, lists, binary)


def _included(
    ctx: Context, link: Link, target: Model, page: q.Page, keys: tuple[sql.Column, ...], among: sql.Expression
) -> tuple[Level, tuple[int, ...]]:
    """The level of an included relation, and where in its rows the key of the parent is."""
    have = wanted(target, page.selection, () if link.through else target.columns(link.remote))
    names = have.columns
    select = included_rows(ctx, link, target, page, names, keys, among)
    carried = len(select.columns) - len(names)
    said = ctx.say(_counted(ctx, target, page.selection, names, select))
    shape = shape_of(ctx, target, page.selection, have, carried)
    level = Level(said, shape, page.backwards)
    if carried:
        at = len(names) + (len(page.selection.counts) if page.selection else 0)
        return level, tuple(range(at, at + carried))
    return level, have.places(target.columns(link.remote))


# ---- top level ---------------------------------------------------------------------------------------------------


def find_many(ctx: Context, query: q.FindMany) -> Act[list[Any]]:
    """The objects of a page."""
    level = page_level(ctx, ctx.models.by_name[query.model], query.page)
    if level.is_plain:
        return level.plain

    def act(frame: Frame) -> Program[list[Any]]:
        return (yield from level.run(frame))[1]

    return act


def find_first(ctx: Context, query: q.FindFirst) -> Act[Any]:
    """The first object of a page, or None."""
    model = ctx.models.by_name[query.model]
    return _one(page_level(ctx, model, query.page, limit=sql.Number(1)), model, required=query.required)


def find_unique(ctx: Context, query: q.FindUnique) -> Act[Any]:
    """The object of a key, or None."""
    model = ctx.models.by_name[query.model]
    return _one(key_level(ctx, model, query.key, query.selection), model, required=query.required)


def _one(level: Level, model: Model, *, required: bool) -> Act[Any]:
    statement, built = level.said.statement, level.shape.built

    def plain(frame: Frame) -> Program[Any]:
        rows = (yield statement(frame)).rows
        return built(rows, ())[0] if rows else absent()

    def act(frame: Frame) -> Program[Any]:
        _, objects = yield from level.run(frame)
        return objects[0] if objects else absent()

    def absent() -> None:
        if required:
            raise missing_record(model.name, f"no record of model `{model.name}` was found")

    return plain if level.is_plain else act


def key_level(ctx: Context, model: Model, key: q.Key, selection: q.Selection | None) -> Level:
    """The row of a unique key."""
    have = wanted(model, selection)
    where = key_condition(ctx, model, "t0", key)
    columns = tuple(sql.Column(name, "t0") for name in have.columns)
    select = sql.Select(columns, aliased(model.table, "t0"), where=where)
    said = ctx.say(_counted(ctx, model, selection, have.columns, select))
    return Level(said, shape_of(ctx, model, selection, have))


def page_level(ctx: Context, model: Model, page: q.Page, limit: sql.Number | None = None) -> Level:
    """The rows of a page at the top."""
    have = wanted(model, page.selection)
    select = cut_page(page_rows(ctx, model, undistinct(model, page), have.columns), page, limit)
    said = ctx.say(_counted(ctx, model, page.selection, have.columns, select))
    return Level(said, shape_of(ctx, model, page.selection, have), page.backwards)
