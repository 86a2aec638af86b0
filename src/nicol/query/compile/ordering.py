"""From order arguments to the keys of an order, and to the condition that a cursor is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, comparable
from nicol.query.compile.context import Context
from nicol.query.compile.filters import joined, key_condition, related
from nicol.query.models import Model
from nicol.sql import tree as sql


@dataclass(frozen=True, slots=True)
class Ordering:
    """The keys of an order, and the joins that its expressions need."""

    keys: tuple[sql.Order, ...]
    joins: tuple[sql.Join, ...] = ()


def ordering(ctx: Context, model: Model, source: str, page: q.Page, *, total: bool) -> Ordering:
    """The order of a page, turned round when it is read from the end. `total`: no two rows are equal in it."""
    joins: list[sql.Join] = []
    keys = [_key(ctx, model, source, each, joins) for each in page.order]
    if total or (page.backwards and not keys):
        keys.extend(_ties(model, source, page.order))
    if page.backwards:
        keys = [reverse(key) for key in keys]
    return Ordering(tuple(keys), tuple(joins))


def _ties(model: Model, source: str, order: tuple[q.OrderBy, ...]) -> Iterable[sql.Order]:
    """The id's fields that do not order the rows already."""
    named = {each.field for each in order if not each.path and not each.count}
    if any(named.issuperset(key) and _never_null(model, key) for key in model.keys.values()):
        return
    for name in model.id:
        if name not in named:
            yield sql.Order(comparable(model, name, source), nullable=not model.stored[name].required)


def _never_null(model: Model, key: tuple[str, ...]) -> bool:
    return all(model.stored[name].required for name in key)


def _key(ctx: Context, model: Model, source: str, given: q.OrderBy, joins: list[sql.Join]) -> sql.Order:
    for name in given.path:
        link = model.links[name]
        target, alias = ctx.models.target(link), ctx.alias()
        on = joined(model, target, link, source, alias)
        joins.append(sql.Join(aliased(target.table, alias), on, outer=True))
        model, source = target, alias
    if given.count:
        count = related(ctx, model.links[given.field], source, ctx.alias(), columns=(sql.Count(),))
        return sql.Order(sql.Subquery(count), given.descending)
    nullable = bool(given.path) or not model.stored[given.field].required
    return sql.Order(comparable(model, given.field, source), given.descending, given.nulls, nullable)


def reverse(key: sql.Order) -> sql.Order:
    """The same key from the other end."""
    nulls = {"first": "last", "last": "first"}.get(key.nulls or "")
    return replace(key, descending=not key.descending, nulls=nulls)


# ---- cursors -----------------------------------------------------------------------------------------------------


def cursor_join(ctx: Context, model: Model, page: q.Page, found: Ordering) -> sql.Join:
    """The row of the cursor beside every row that does not come before it in a total order."""
    assert page.cursor is not None
    start, alias = ctx.alias(), ctx.alias()
    there = ordering(ctx, model, start, page, total=True)
    names = [f"c{index}" for index in range(len(there.keys))]
    columns = tuple(sql.Named(_plain(key.of), name) for key, name in zip(there.keys, names, strict=True))
    where = key_condition(ctx, model, start, page.cursor)
    row = sql.Derived(sql.Select(columns, aliased(model.table, start), there.joins, where), alias)
    pairs = [
        (key, _like(key.of, sql.Column(name, alias))) for key, name in zip(found.keys, names, strict=True)
    ]
    return sql.Join(row, _not_before(ctx, pairs))


def _plain(of: sql.Expression) -> sql.Expression:
    return of.of if isinstance(of, sql.Exact) else of


def _like(of: sql.Expression, other: sql.Column) -> sql.Expression:
    return sql.Exact(other) if isinstance(of, sql.Exact) else other


def _not_before(ctx: Context, pairs: list[tuple[sql.Order, sql.Expression]]) -> sql.Expression:
    """The row is the cursor's or comes after it: equal in some leading keys and behind in the next."""
    branches: list[sql.Expression] = []
    for index, (key, other) in enumerate(pairs):
        same = (_same(earlier, its) for earlier, its in pairs[:index])
        branches.append(both(*same, _behind(ctx, key, other, last=index == len(pairs) - 1)))
    after = branches[0] if len(branches) == 1 else sql.Or(tuple(branches))
    first, bound = pairs[0]
    if first.nullable or len(pairs) == 1:
        return after
    return both(sql.Compare("<=" if first.descending else ">=", first.of, bound), after)


def _same(key: sql.Order, other: sql.Expression) -> sql.Expression:
    equal = sql.Compare("=", key.of, other)
    if not key.nullable:
        return equal
    return sql.Or((equal, sql.And((sql.IsNull(key.of), sql.IsNull(other)))))


def _behind(ctx: Context, key: sql.Order, other: sql.Expression, *, last: bool) -> sql.Expression:
    if key.descending:
        behind = sql.Compare("<=" if last else "<", key.of, other)
    else:
        behind = sql.Compare(">=" if last else ">", key.of, other)
    if not key.nullable:
        return behind
    nulls_last = key.nulls == "last" if key.nulls else ctx.renderer.nulls_are_low == key.descending
    mine, its = sql.IsNull(key.of, not nulls_last), sql.IsNull(other, nulls_last)
    ends = (sql.And((sql.IsNull(key.of), sql.IsNull(other))),) if last else ()
    return sql.Or((behind, sql.And((mine, its)), *ends))
