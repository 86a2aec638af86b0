"""From pages to levels: one statement for each level of include, whatever the number of parents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, cast

import msgspec

from nicol.query import query as q
from nicol.query.compile.context import Act, Context, Frame, Said
from nicol.query.compile.filters import NOTHING, aliased, both, column, comparable, condition, key_condition
from nicol.query.compile.loose import loose_scan
from nicol.query.compile.ordering import cursor_join, ordering
from nicol.query.faults import missing_record
from nicol.query.models import Field, Link, Model
from nicol.query.shape import Attached, Build, Groups, builder, faulty
from nicol.schema.schema import Scalar
from nicol.sql import tree as sql
from nicol.sql.program import Program, Row

# ---- levels ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One statement's rows as objects. `backwards`: the rows come from the end and are turned round."""

    said: Said
    shape: Shape
    backwards: bool = False

    def run(self, frame: Frame) -> Program[tuple[Sequence[Row], list[Any]]]:
        """Say the statement and those of what is included; the rows and their objects."""
        rows = (yield self.said.statement(frame)).rows
        if self.backwards:
            rows.reverse()
        if not self.shape.branches:
            return rows, self.shape.built(rows, ())
        return rows, (yield from self.shape.objects(rows, frame))


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How rows of a model become objects, with what is included."""

    model: Model
    fields: tuple[Field, ...]
    build: Build
    branches: tuple[Branch, ...] = ()

    def objects(self, rows: Sequence[Row], frame: Frame) -> Program[list[Any]]:
        """The objects of rows, after those that hang on them."""
        if not rows:
            return []
        groups: list[Groups] = []
        for branch in self.branches:
            groups += [(yield from branch.groups(rows, frame))]
        return self.built(rows, groups)

    def built(self, rows: Sequence[Row], groups: Sequence[Groups]) -> list[Any]:
        """The objects of rows whose relations are there."""
        try:
            return self.build(rows, groups)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise faulty(self.model, self.fields, rows) or error from error


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """An included relation: the keys of its parents go into registers, and its rows are grouped by the keys they carry."""

    level: Level
    many: bool
    parent_key: tuple[int, ...]
    child_key: tuple[int, ...]
    register: int
    pack: Callable[[Sequence[Any]], Any]

    def groups(self, rows: Sequence[Row], frame: Frame) -> Program[Groups]:
        """The objects of the relation for all parents: one, or a list, for each key."""
        keys = self._keys(rows)
        if not keys:
            return {}
        for index, values in enumerate(zip(*keys, strict=True)):
            frame[self.register + index] = self.pack(values)
        children, objects = yield from self.level.run(frame)
        key_of = _key_of(self.child_key)
        if not self.many:
            return dict(zip(map(key_of, children), objects, strict=True))
        groups: dict[Any, list[Any]] = {}
        for child, built in zip(children, objects, strict=True):
            groups.setdefault(key_of(child), []).append(built)
        return groups

    def _keys(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        places = self.parent_key
        if len(places) == 1:
            (place,) = places
            return [(key,) for key in dict.fromkeys(row[place] for row in rows) if key is not None]
        found = dict.fromkeys(tuple(row[place] for place in places) for row in rows)
        return [key for key in found if None not in key]


def _key_of(places: tuple[int, ...]) -> Callable[[Row], Any]:
    """What takes a key out of a row: a value, or a tuple of several."""
    return cast("Callable[[Row], Any]", itemgetter(*places))


# ---- compilation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns of a level's rows: the model's fields, then keys that only serve to hang levels together."""

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


def wanted(model: Model, include: tuple[q.Include, ...], keys: Sequence[str] = ()) -> Wanted:
    """The columns that a model's objects and what is included in them need."""
    fields = tuple(model.fields.values())
    seen = {field.column for field in fields}
    needed = [*keys]
    for each in include:
        needed.extend(model.columns(model.links[each.field].local))
    return Wanted(fields, tuple(name for name in dict.fromkeys(needed) if name not in seen))


def shape_of(
    ctx: Context, model: Model, include: tuple[q.Include, ...], have: Wanted, width: int | None = None
) -> Shape:
    """How rows with the wanted columns become objects."""
    branches = tuple(_branch(ctx, model, each, have) for each in include)
    attached = [
        Attached(each.field, branch.parent_key, branch.many)
        for each, branch in zip(include, branches, strict=True)
    ]
    names = (*(field.name for field in have.fields), *(each.name for each in attached))
    new = ctx.models.objects.new(model.name, names)
    return Shape(
        model, have.fields, builder(new, have.fields, attached, width or len(have.columns)), branches
    )


def _branch(ctx: Context, model: Model, include: q.Include, have: Wanted) -> Branch:
    link = model.links[include.field]
    target = ctx.models.target(link)
    register = ctx.registers(len(link.local))
    fields = [model.stored[name] for name in link.local]
    lists = tuple(sql.Param(register + index, field.stored.cast) for index, field in enumerate(fields))
    keys = (
        (sql.Column(link.through.mine, "j"),)
        if link.through
        else tuple(column(target, name, "t0") for name in link.remote)
    )
    level, child_key = _included(ctx, link, target, include.page, keys, _among(keys, lists, fields))
    return Branch(
        level,
        link.many,
        have.places(model.columns(link.local)),
        child_key,
        register,
        ctx.renderer.pack,
    )


def _among(keys: tuple[sql.Column, ...], lists: tuple[sql.Param, ...], fields: list[Field]) -> sql.Expression:
    if len(keys) == 1:
        return sql.InList(keys[0], lists[0], binary=fields[0].type is Scalar.BYTES)
    return sql.InRows(keys, lists, tuple(field.type is Scalar.BYTES for field in fields))


# ---- top level ---------------------------------------------------------------------------------------------------


def find_many(ctx: Context, query: q.FindMany) -> Act[list[Any]]:
    """The objects of a page."""
    level = page_level(ctx, ctx.models.by_name[query.model], query.page)

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
    return _one(key_level(ctx, model, query.key, query.include), model, required=query.required)


def _one(level: Level, model: Model, *, required: bool) -> Act[Any]:
    def act(frame: Frame) -> Program[Any]:
        _, objects = yield from level.run(frame)
        if objects:
            return objects[0]
        if required:
            raise missing_record(model.name, f"no record of model `{model.name}` was found")
        return None

    return act


def key_level(ctx: Context, model: Model, key: q.Key, include: tuple[q.Include, ...]) -> Level:
    """The row of a unique key."""
    have = wanted(model, include)
    where = key_condition(ctx, model, "t0", key)
    columns = tuple(sql.Column(name, "t0") for name in have.columns)
    said = ctx.say(sql.Select(columns, aliased(model.table, "t0"), where=where))
    return Level(said, shape_of(ctx, model, include, have))


def page_level(ctx: Context, model: Model, page: q.Page, limit: sql.Number | None = None) -> Level:
    """The rows of a page at the top."""
    page = _undistinct(model, page)
    have = wanted(model, page.include)
    bound = limit or (None if page.take is None else sql.Param(page.take))
    skip = None if page.skip is None else sql.Param(page.skip)
    select = loose_scan(ctx, model, page, have.columns) or _top(ctx, model, page, have.columns)
    said = ctx.say(replace(select, limit=bound, offset=skip))
    return Level(said, shape_of(ctx, model, page.include, have), page.backwards)


def _undistinct(model: Model, page: q.Page) -> q.Page:
    """The page without `distinct` where a unique key makes all rows distinct already."""
    for key in model.keys.values():
        if set(key) <= set(page.distinct) and all(model.stored[name].required for name in key):
            return msgspec.structs.replace(page, distinct=())
    return page


def _top(ctx: Context, model: Model, page: q.Page, names: tuple[str, ...]) -> sql.Select:
    base = _base(ctx, model, page, names, total=page.take is not None or page.skip is not None)
    if not page.distinct:
        return base
    return _distinct(model, page, base, names, ())


def _base(
    ctx: Context,
    model: Model,
    page: q.Page,
    names: tuple[str, ...],
    *,
    total: bool = False,
    among: sql.Expression = NOTHING,
    through: sql.Join | None = None,
) -> sql.Select:
    """The rows of a page in their order, before anything is left out."""
    total = total or page.cursor is not None or bool(page.distinct)
    found = ordering(ctx, model, "t0", page, total=total)
    joins = [*((through,) if through else ()), *found.joins]
    if page.cursor is not None:
        joins.append(cursor_join(ctx, model, page, found))
    where = both(among, condition(ctx, model, "t0", page.where))
    columns = tuple(sql.Column(name, "t0") for name in names)
    return sql.Select(columns, aliased(model.table, "t0"), tuple(joins), where, found.keys)


def _distinct(
    model: Model, page: q.Page, base: sql.Select, names: tuple[str, ...], keys: tuple[sql.Column, ...]
) -> sql.Select:
    """Only the first row, in the page's order, of those that are equal in the distinct fields."""
    partition = (*keys, *(column(model, name, "t0") for name in page.distinct))
    return _numbered(base, names, partition, keys, lambda number: sql.Compare("=", number, sql.Number(1)))


def _numbered(
    base: sql.Select,
    names: tuple[str, ...],
    partition: tuple[sql.Expression, ...],
    keys: tuple[sql.Column, ...],
    keep: Callable[[sql.Expression], sql.Expression],
) -> sql.Select:
    """The rows whose number within their partition is kept, in the order they had; keys are called `#k0`, `#k1`…"""
    orders = [sql.Named(_inner(key.of), f"#o{index}") for index, key in enumerate(base.order)]
    marks = [sql.Named(key, f"#k{index}") for index, key in enumerate(keys)]
    number = sql.Named(sql.RowNumber(partition, base.order), "#n")
    inner = replace(base, columns=(*base.columns, *marks, *orders, number), order=())
    order = tuple(
        replace(key, of=_outer(key.of, sql.Column(f"#o{index}", "p"))) for index, key in enumerate(base.order)
    )
    columns = tuple(sql.Column(name, "p") for name in (*names, *(mark.name for mark in marks)))
    return sql.Select(columns, sql.Derived(inner, "p"), (), keep(sql.Column("#n", "p")), order)


def _inner(of: sql.Expression) -> sql.Expression:
    return of.of if isinstance(of, sql.Exact) else of


def _outer(of: sql.Expression, named: sql.Column) -> sql.Expression:
    return sql.Exact(named) if isinstance(of, sql.Exact) else named


# ---- includes ----------------------------------------------------------------------------------------------------


def _included(
    ctx: Context, link: Link, target: Model, page: q.Page, keys: tuple[sql.Column, ...], among: sql.Expression
) -> tuple[Level, tuple[int, ...]]:
    """The level of an included relation, and where in its rows the key of the parent is."""
    page = _undistinct(target, page)
    have = wanted(target, page.include, () if link.through else target.columns(link.remote))
    sliced = page.take is not None or page.skip is not None
    base = _base(
        ctx, target, page, have.columns, total=sliced, among=among, through=_bridge(link, target, "j")
    )
    carried = bool(page.distinct) or sliced or link.through is not None
    select = base if not carried else _slices(target, page, base, have.columns, keys)
    width = len(have.columns) + (len(keys) if carried else 0)
    level = Level(ctx.say(select), shape_of(ctx, target, page.include, have, width), page.backwards)
    if carried:
        return level, tuple(range(len(have.columns), width))
    return level, have.places(target.columns(link.remote))


def _bridge(link: Link, target: Model, alias: str) -> sql.Join | None:
    if link.through is None:
        return None
    on = sql.Compare("=", sql.Column(link.through.theirs, alias), comparable(target, link.remote[0], "t0"))
    return sql.Join(aliased(link.through.table, alias), on)


def _slices(
    model: Model, page: q.Page, base: sql.Select, names: tuple[str, ...], keys: tuple[sql.Column, ...]
) -> sql.Select:
    """The rows that each parent has after distinct, skip and take; their last columns are the parent's key."""
    if page.distinct:
        base = _distinct(model, page, base, names, keys)
        keys = tuple(sql.Column(f"#k{index}", "p") for index in range(len(keys)))
        if page.take is None and page.skip is None:
            return base
        base = replace(base, columns=base.columns[: len(names)])
    if page.take is None and page.skip is None:
        return replace(base, columns=(*base.columns, *keys))
    return _numbered(base, names, keys, keys, lambda number: _within(page, number))


def _within(page: q.Page, number: sql.Expression) -> sql.Expression:
    if page.skip is None:
        assert page.take is not None
        return sql.Compare("<=", number, sql.Param(page.take))
    after = sql.Compare(">", number, sql.Param(page.skip))
    if page.take is None:
        return after
    end = sql.Arithmetic("+", sql.Param(page.skip), sql.Param(page.take))
    return both(after, sql.Compare("<=", number, end))


# ---- counting ----------------------------------------------------------------------------------------------------


def count(ctx: Context, query: q.Count) -> Act[int]:
    """The number of rows of a page."""
    model, page = ctx.models.by_name[query.model], query.page
    if page.take is None and page.skip is None and page.cursor is None:
        where = condition(ctx, model, "t0", page.where)
        said = ctx.say(sql.Select((sql.Count(),), aliased(model.table, "t0"), where=where))
    else:
        base = replace(
            _base(ctx, model, page, ()),
            columns=(sql.Named(sql.Number(1), "one"),),
            limit=None if page.take is None else sql.Param(page.take),
            offset=None if page.skip is None else sql.Param(page.skip),
        )
        said = ctx.say(sql.Select((sql.Count(),), sql.Derived(base, "p")))

    def act(frame: Frame) -> Program[int]:
        return (yield said.statement(frame)).rows[0][0]

    return act
