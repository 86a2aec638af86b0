"""From selections to shapes: the columns that are read, what is counted beside them, and the levels that hang on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, column
from nicol.query.compile.context import Context
from nicol.query.compile.filters import condition, related
from nicol.query.compile.led import searching
from nicol.query.compile.levels import Branch, Keys, Level, Next, Shape
from nicol.query.compile.pages import included_rows
from nicol.query.compile.tree_levels import Ends, Levels, Tree
from nicol.query.compile.trees import tree_rows
from nicol.query.models import Field, Link, Model
from nicol.query.shape import Attached, Build, Counted, bonds_of, builder
from nicol.schema.schema import Scalar
from nicol.sql import tree as sql


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
    for field in fields:
        if field.sealed is not None:
            needed.extend(model.columns(field.sealed.row))
    for each in chosen.counts:
        needed.extend(model.columns(model.links[each.field].local))
    for each in chosen.include:
        needed.extend(model.columns(_leading(model.links[each.field], each.depth)))
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
    apart = (_counting(ctx, model, chosen, have),) if chosen.counts else ()
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
    relations = tuple(each.field for each in chosen.include)
    build = _build(ctx, model, chosen, have, width, counts, relations, attached)
    return Shape(model, have.fields, build, (*apart, *branches), bonds_of(model, have.fields, have.columns))


def _build(
    ctx: Context,
    model: Model,
    chosen: q.Selection,
    have: Wanted,
    width: int,
    counts: Sequence[int],
    relations: tuple[str, ...],
    attached: Sequence[Attached | Counted],
) -> Build:
    names = tuple(field.name for field in have.fields)
    if chosen.into is None:
        counted = tuple(each.field for each in chosen.counts)
        new = ctx.models.objects.new(model.name, names, counted, relations, only=chosen.only)
    else:
        new = ctx.models.objects.into(chosen.into, model.name, (*names, *relations))
    return builder(new, have.fields, attached, width, counts, bonds_of(model, have.fields, have.columns))


# ---- counts ------------------------------------------------------------------------------------------------------


def counted(
    ctx: Context,
    model: Model,
    selection: q.Selection | None,
    names: Sequence[str],
    select: sql.Select,
    *,
    one: bool = False,
) -> sql.Select:
    """A select with the counts behind the columns of these names. `one`: it has one row at most."""
    if selection is None or not selection.counts:
        return select
    source = "p" if isinstance(select.source, sql.Derived) else "t0"
    counts: list[sql.Expression] = []
    joins = [*select.joins]
    for each in selection.counts:
        link = model.links[each.field]
        if one or link.through or searching(ctx.models.target(link), link.remote):
            counts.append(_number(ctx, model, each, source))
        else:
            join, count = _numbers(ctx, model, each, source)
            joins.append(join)
            counts.append(count)
    own, keys = select.columns[: len(names)], select.columns[len(names) :]
    return replace(select, columns=(*own, *counts, *keys), joins=tuple(joins))


def _number(ctx: Context, model: Model, given: q.RelationCount, source: str) -> sql.Expression:
    """How many related rows a row of `source` has."""
    link, alias = model.links[given.field], ctx.alias()
    where = condition(ctx, ctx.models.target(link), alias, given.where)
    return sql.Subquery(related(ctx, link, source, alias, where, (sql.Count(),)))


def _numbers(
    ctx: Context, model: Model, given: q.RelationCount, source: str
) -> tuple[sql.Join, sql.Expression]:
    """The same without an index, which would read the related table for each row: all are counted at once, and joined."""
    link, alias, groups = model.links[given.field], ctx.alias(), ctx.alias()
    target = ctx.models.target(link)
    keys = tuple(column(target, name, alias) for name in link.remote)
    columns = (*(sql.Named(key, f"k{place}") for place, key in enumerate(keys)), sql.Named(sql.Count(), "n"))
    where = condition(ctx, target, alias, given.where)
    rows = sql.Select(columns, aliased(target.table, alias), where=where, group=keys)
    same = (
        sql.Compare("=", column(model, name, source), sql.Column(f"k{place}", groups))
        for place, name in enumerate(link.local)
    )
    join = sql.Join(sql.Derived(rows, groups), both(*same), outer=True)
    return join, sql.OrZero(sql.Column("n", groups))


def _counting(ctx: Context, model: Model, chosen: q.Selection, have: Wanted) -> Next:
    """The counts of rows that are there already, found by the keys that lead to what is counted."""
    local = tuple(dict.fromkeys(name for each in chosen.counts for name in model.links[each.field].local))
    among = _among(ctx, model, local, tuple(column(model, name, "t0") for name in local))
    counts = tuple(_number(ctx, model, each, "t0") for each in chosen.counts)
    table = aliased(model.table, "t0")
    said = ctx.say(sql.Select((*counts, *among.columns), table, where=among.condition))
    size = len(counts)
    level = Level(said, Shape(model, (), lambda rows, _: [row[:size] for row in rows]))
    child_key = tuple(range(size, size + len(local)))
    return Next(level, False, among.keys(have.places(model.columns(local))), child_key)


# ---- includes ----------------------------------------------------------------------------------------------------


def _branch(ctx: Context, model: Model, include: q.Include, have: Wanted) -> Branch:
    link = model.links[include.field]
    if include.depth is not None:
        return _tree(ctx, link, include, include.depth, have)
    target = ctx.models.target(link)
    among = _among(ctx, model, link.local, link_keys(link, target, "t0", "j"))
    level, child_key = _included(ctx, link, target, include.page, among)
    return Next(level, link.many, among.keys(have.places(model.columns(link.local))), child_key)


def link_keys(link: Link, target: Model, source: str, bridge: str) -> tuple[sql.Column, ...]:
    """Where a row of `source` at the other end of a link, or the row of the join table beside it, has its parent's key."""
    if link.through:
        return (sql.Column(link.through.mine, bridge),)
    return tuple(column(target, name, source) for name in link.remote)


@dataclass(frozen=True, slots=True)
class _Among:
    """The condition that keys are among those in registers."""

    columns: tuple[sql.Column, ...]
    condition: sql.Expression
    register: int
    ctx: Context

    def keys(self, places: tuple[int, ...]) -> Keys:
        """How the keys at these places of parents' rows come into the registers."""
        return Keys(places, self.register, self.ctx.renderer.pack)


def _among(ctx: Context, model: Model, names: Sequence[str], columns: tuple[sql.Column, ...]) -> _Among:
    """The condition that columns are those of the model's rows in these fields."""
    register = ctx.registers(len(names))
    fields = [model.stored[name] for name in names]
    lists = tuple(sql.Param(register + index, field.stored.cast) for index, field in enumerate(fields))
    binary = tuple(field.type is Scalar.BYTES for field in fields)
    if len(columns) == 1:
        return _Among(columns, sql.InList(columns[0], lists[0], binary=binary[0]), register, ctx)
    return _Among(columns, sql.InRows(columns, lists, binary), register, ctx)


def _included(
    ctx: Context, link: Link, target: Model, page: q.Page, among: _Among
) -> tuple[Level, tuple[int, ...]]:
    """The level of an included relation, and where in its rows the key of the parent is."""
    have = wanted(target, page.selection, () if link.through else target.columns(link.remote))
    names = have.columns
    select = included_rows(ctx, link, target, page, names, among.columns, among.condition)
    carried = len(select.columns) - len(names)
    said = ctx.say(counted(ctx, target, page.selection, names, select))
    shape = shape_of(ctx, target, page.selection, have, carried)
    level = Level(said, shape, page.backwards)
    if carried:
        at = len(names) + (len(page.selection.counts) if page.selection else 0)
        return level, tuple(range(at, at + carried))
    return level, have.places(target.columns(link.remote))


# ---- trees -------------------------------------------------------------------------------------------------------


def _leading(link: Link, depth: q.Depth | None) -> tuple[str, ...]:
    """The fields of a parent that lead to its group: where a chain may bite its own tail, also those that name the parent."""
    ends = depth is not None and depth.slot is None and link.owns
    return (*link.local, *(name for name in link.remote if name not in link.local)) if ends else link.local


def _tree(ctx: Context, link: Link, include: q.Include, depth: q.Depth, have: Wanted) -> Branch:
    """All levels below as one statement. What is included in their rows is read once for all of them."""
    model, page = ctx.models.target(link), include.page
    row, bridge = ctx.alias(), ctx.alias()
    among = _among(ctx, model, link.local, link_keys(link, model, row, bridge))
    own = wanted(model, page.selection, model.columns((*link.local, *link.remote)))
    names = own.columns
    select = tree_rows(ctx, link, depth, page, names, row, among.columns, among.condition)
    said = ctx.say(counted(ctx, model, page.selection, names, select))
    at = len(names) + len((page.selection or q.EVERYTHING).counts)
    carried = len(select.columns) - len(names)
    last = shape_of(ctx, model, page.selection, own, carried)
    inner = _with_self(ctx, model, page.selection or q.EVERYTHING, include, own, last, at + carried)
    local, remote = own.places(model.columns(link.local)), own.places(model.columns(link.remote))
    keys = among.keys(have.places(model.columns(link.local)))
    parent = (at + carried - 1,) if link.through else remote
    tree = Tree(said, last, inner, link.many, keys, local, parent)
    if depth.slot is not None:
        return Levels(tree, at, depth.slot)
    name = link.remote if link.owns else link.local
    leading = have.places(model.columns(_leading(link, depth)))
    return Ends(tree, leading, have.places(model.columns(name)), own.places(model.columns(name)))


def _with_self(
    ctx: Context,
    model: Model,
    chosen: q.Selection,
    include: q.Include,
    own: Wanted,
    last: Shape,
    width: int,
) -> Shape:
    """The shape of rows of a tree that have what is below them: as the last ones, and the relation itself behind the others."""
    link, at = model.links[include.field], len(own.columns)
    attached = [Attached(branch.parent_key, branch.many) for branch in last.branches]
    attached.append(Attached(own.places(model.columns(link.local)), link.many))
    relations = (*(each.field for each in chosen.include), include.field)
    counts = range(at, at + len(chosen.counts))
    build = _build(ctx, model, chosen, own, width, counts, relations, attached)
    return Shape(model, own.fields, build, (), bonds_of(model, own.fields, own.columns))
