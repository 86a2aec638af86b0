"""All levels of a relation of a model to itself as one recursive select, whose rows are those of every level."""

from __future__ import annotations

from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, column
from nicol.query.compile.context import Context
from nicol.query.compile.filters import condition
from nicol.query.compile.led import led
from nicol.query.compile.ordering import ordering
from nicol.query.models import Link, Model
from nicol.sql import tree as sql

_WALK, _LEVEL, _PARENT = "#tree", "#level", "#parent"


def tree_rows(
    ctx: Context,
    link: Link,
    depth: q.Depth,
    page: q.Page,
    names: tuple[str, ...],
    row: str,
    keys: tuple[sql.Column, ...],
    among: sql.Expression,
) -> sql.Select:
    """The rows of every level below some parents, with the columns of these names.

    `among`: the condition that `keys`, where `row` or the row of the join table beside it has its parent's key, are those
    of the parents. A row comes once for each level that it is on, with the level's number behind its columns, and behind
    that the key of its parent where there is a join table; where no number of levels is given, it comes once.
    """
    model = ctx.models.target(link)
    found = ordering(ctx, model, "t0", page, total=False)
    this = both(*(sql.Compare("=", column(model, name, "t0"), _kept(name)) for name in _identity(link)))
    columns = [sql.Column(name, "t0") for name in names]
    columns += [] if depth.slot is None else [sql.Column(_LEVEL, _WALK)]
    columns += [sql.Column(_PARENT, _WALK)] if link.through else []
    joins = (sql.Join(aliased(model.table, "t0"), this, after=True), *found.joins)
    walk = _walk(ctx, link, depth, page, row, keys, among)
    return sql.Select(tuple(columns), sql.Table(_WALK), joins, order=found.keys, walk=walk)


def _identity(link: Link) -> tuple[str, ...]:
    """The fields at one end of the link that name a row."""
    return link.remote if link.owns or link.through else link.local


def _kept(field: str) -> sql.Column:
    """Where the walk keeps a field of the rows that it found."""
    return sql.Column(f"#{field}", _WALK)


def _walk(
    ctx: Context,
    link: Link,
    depth: q.Depth,
    page: q.Page,
    row: str,
    keys: tuple[sql.Column, ...],
    among: sql.Expression,
) -> sql.Walk:
    """The rows below the parents, then those below each row that was found."""
    model = ctx.models.target(link)
    kept = tuple(dict.fromkeys((*_identity(link), *link.local)))
    names = [_kept(name).name for name in kept]
    shown: list[sql.Expression] = [column(model, name, row) for name in kept]
    if link.through:
        names, shown = [*names, _PARENT], [*shown, *keys]
    start, on, end = [*shown], [*shown], sql.And(())
    if depth.slot is not None:
        names, level = [*names, _LEVEL], sql.Column(_LEVEL, _WALK)
        start, on = [*start, sql.Number(1)], [*on, sql.Arithmetic("+", level, sql.Number(1))]
        end = sql.Compare("<", level, sql.Param(depth.slot))
    where = condition(ctx, model, row, page.where)
    found = both(among, led(model, link.remote, where))
    first = sql.Select(tuple(start), *_sources(link, model, row, keys), found)
    below = both(*(sql.Compare("=", key, _kept(name)) for key, name in zip(keys, link.local, strict=True)))
    source, joins = _sources(link, model, row, keys)
    then = sql.Select(
        tuple(on),
        sql.Table(_WALK),
        (sql.Join(source, sql.And(()) if link.through else below, after=True), *joins),
        both(below if link.through else sql.And(()), end, led(model, link.remote, where, again=True)),
    )
    return sql.Walk(_WALK, tuple(names), first, then, distinct=True)


def _sources(
    link: Link, model: Model, row: str, keys: tuple[sql.Column, ...]
) -> tuple[sql.Source, tuple[sql.Join, ...]]:
    """The rows, or the join table and the rows that it leads to."""
    table = aliased(model.table, row)
    if link.through is None:
        return table, ()
    bridge = keys[0].source
    assert bridge is not None
    on = sql.Compare("=", column(model, link.remote[0], row), sql.Column(link.through.theirs, bridge))
    return aliased(link.through.table, bridge), (sql.Join(table, on, after=True),)
