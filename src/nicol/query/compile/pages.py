"""From pages to selects: filter, order, cursor, distinct and cuts, at the top and for every parent of an include."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec

from nicol.query import query as q
from nicol.query.compile.columns import NOTHING, aliased, both, column, comparable
from nicol.query.compile.context import Context
from nicol.query.compile.filters import condition
from nicol.query.compile.led import led
from nicol.query.compile.loose import loose_scan
from nicol.query.compile.ordering import Parents, cursor_join, ordering
from nicol.query.models import Link, Model
from nicol.sql import tree as sql


def undistinct(model: Model, page: q.Page) -> q.Page:
    """The page without `distinct` where a unique key makes all rows distinct already."""
    for key in model.keys.values():
        if set(key) <= set(page.distinct) and all(model.stored[name].required for name in key):
            return msgspec.structs.replace(page, distinct=())
    return page


# ---- at the top --------------------------------------------------------------------------------------------------


def page_rows(ctx: Context, model: Model, page: q.Page, names: tuple[str, ...]) -> sql.Select:
    """The rows of a page with the columns of these names, distinct and in their order, before the page is cut."""
    walk = loose_scan(ctx, model, page, names)
    if walk is not None:
        return walk
    base = _base(ctx, model, page, names, total=page.take is not None or page.skip is not None)
    return _distinct(model, page, base, names, ()) if page.distinct else base


def cut_page(rows: sql.Select, page: q.Page, limit: sql.Number | None = None) -> sql.Select:
    """The rows that `skip` and `take` leave, or `limit` in the place of `take`."""
    bound = limit or (None if page.take is None else sql.Param(page.take))
    return replace(rows, limit=bound, offset=None if page.skip is None else sql.Param(page.skip))


# ---- for every parent --------------------------------------------------------------------------------------------


def included_rows(
    ctx: Context,
    link: Link,
    target: Model,
    page: q.Page,
    names: tuple[str, ...],
    keys: tuple[sql.Column, ...],
    among: sql.Expression,
) -> sql.Select:
    """The rows that each parent has, with the columns of these names.

    Where rows are numbered, or found through a join table, the columns of the parent's `keys` stand behind the others.
    """
    page = undistinct(target, page)
    sliced = page.take is not None or page.skip is not None
    base = _base(ctx, target, page, names, total=sliced, among=among, parents=Parents(link, keys))
    if page.distinct or sliced or link.through:
        return _slices(target, page, base, names, keys)
    return base


def _bridges(parents: Parents | None, target: Model) -> Iterable[sql.Join]:
    """The join table of an included m:n relation."""
    if parents is not None and parents.link.through is not None:
        through, remote = parents.link.through, parents.link.remote[0]
        on = sql.Compare("=", sql.Column(through.theirs, "j"), comparable(target, remote, "t0"))
        yield sql.Join(aliased(through.table, "j"), on)


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


# ---- rows and their numbers --------------------------------------------------------------------------------------


def _base(
    ctx: Context,
    model: Model,
    page: q.Page,
    names: tuple[str, ...],
    *,
    total: bool = False,
    among: sql.Expression = NOTHING,
    parents: Parents | None = None,
) -> sql.Select:
    """The rows of a page in their order, before anything is left out."""
    total = total or page.cursor is not None or bool(page.distinct)
    found = ordering(ctx, model, "t0", page, total=total)
    joins = [*_bridges(parents, model), *found.joins]
    if page.cursor is not None:
        joins.append(cursor_join(ctx, model, page, found, parents))
    where = condition(ctx, model, "t0", page.where)
    if parents is not None:
        where = both(among, led(model, parents.link.remote, where))
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
