"""From order arguments to the keys of an order, and to the condition that a cursor is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nicol.query import query as q
from nicol.query.compile.columns import aliased, both, column, comparable
from nicol.query.compile.context import Context
from nicol.query.compile.filters import condition, joined, key_condition, measured_rows
from nicol.query.measures import field_of
from nicol.query.models import Field, Link, Model
from nicol.schema.schema import Arity, EnumRef
from nicol.sql import tree as sql


@dataclass(frozen=True, slots=True)
class Ordering:
    """The keys of an order, and the joins that its expressions need."""

    keys: tuple[sql.Order, ...]
    joins: tuple[sql.Join, ...] = ()


def ordering(ctx: Context, model: Model, source: str, page: q.Page, *, total: bool) -> Ordering:
    """The order of a page, turned round when it is read from the end. `total`: no two rows are equal in it."""
    if page.shuffled:
        return Ordering((sql.Order(sql.Chance()),))
    joins: list[sql.Join] = []
    keys = [_key(ctx, model, source, each, joins) for each in page.order]
    if total or (page.backwards and not keys):
        keys.extend(_ties(model, source, page.order))
    if page.backwards:
        keys = [reverse(key) for key in keys]
    return Ordering(tuple(keys), tuple(joins))


def _ties(model: Model, source: str, order: tuple[q.OrderBy, ...]) -> Iterable[sql.Order]:
    """The id's fields that do not order the rows already."""
    named = {each.field for each in order if not each.path and each.measure is None}
    if any(named.issuperset(key) and _never_null(model, key) for key in model.keys.values()):
        return
    for name in model.id:
        if name not in named:
            yield sql.Order(comparable(model, name, source), nullable=not model.stored[name].required)


def _never_null(model: Model, key: tuple[str, ...]) -> bool:
    return all(model.stored[name].required for name in key)


def _key(ctx: Context, model: Model, source: str, given: q.OrderBy, joins: list[sql.Join]) -> sql.Order:
    for index, name in enumerate(given.path):
        link = model.links[name]
        target, alias = ctx.models.target(link), ctx.alias()
        on = joined(model, target, link, source, alias)
        if given.guards:
            on = both(on, condition(ctx, target, alias, given.guards[index]))
        joins.append(sql.Join(aliased(target.table, alias), on, outer=True))
        model, source = target, alias
    if given.measure is not None:
        return _measured(ctx, model.links[given.field], source, given, given.measure)
    nullable = bool(given.path) or not model.stored[given.field].required
    of = _orderable(ctx, model.stored[given.field], column(model, given.field, source))
    return sql.Order(of, given.descending, given.nulls, nullable)


def _orderable(ctx: Context, field: Field, plain: sql.Expression) -> sql.Expression:
    """A field's value as it is ordered: decimals as numbers, enums as they are declared."""
    if isinstance(field.type, EnumRef) and field.arity is not Arity.LIST:
        return sql.Ranked(plain, ctx.models.enums[field.type.name])
    return sql.Exact(plain) if field.exact else plain


def _measured(ctx: Context, link: Link, source: str, given: q.OrderBy, measure: q.Measure) -> sql.Order:
    field = field_of(ctx.models, ctx.models.target(link), measure)
    value = sql.Subquery(measured_rows(ctx, link, source, measure, given.where or q.ALL, "m"))
    of = _orderable(ctx, field, value)
    return sql.Order(of, given.descending, given.nulls, nullable=not field.required)


def reverse(key: sql.Order) -> sql.Order:
    """The same key from the other end."""
    nulls = {"first": "last", "last": "first"}.get(key.nulls or "")
    return replace(key, descending=not key.descending, nulls=nulls)


# ---- cursors -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parents:
    """The other side of an included relation: its link, and where a row's key of its parent is."""

    link: Link
    keys: tuple[sql.Column, ...]


def cursor_join(
    ctx: Context, model: Model, page: q.Page, found: Ordering, parents: Parents | None = None
) -> sql.Join:
    """The row of the cursor beside every row that does not come before it in a total order.

    In an include only beside rows that have the cursor's row for a sibling: all others come to nothing, as in Prisma.
    """
    assert page.cursor is not None
    start, alias = ctx.alias(), ctx.alias()
    there = ordering(ctx, model, start, page, total=True)
    names = [f"c{index}" for index in range(len(there.keys))]
    columns = [sql.Named(_plain(key.of), name) for key, name in zip(there.keys, names, strict=True)]
    same: list[sql.Expression] = []
    joins = there.joins
    if parents is not None:
        keys, bridges = _parent_keys(ctx, model, parents.link, start)
        joins = (*joins, *bridges)
        for index, (theirs, mine) in enumerate(zip(keys, parents.keys, strict=True)):
            columns.append(sql.Named(theirs, f"p{index}"))
            same.append(sql.Compare("=", mine, sql.Column(f"p{index}", alias)))
    where = key_condition(ctx, model, start, page.cursor)
    row = sql.Derived(sql.Select(tuple(columns), aliased(model.table, start), joins, where), alias)
    pairs = [
        (key, _like(key.of, sql.Column(name, alias))) for key, name in zip(found.keys, names, strict=True)
    ]
    return sql.Join(row, both(*same, _not_before(ctx, pairs)))


def _parent_keys(
    ctx: Context, model: Model, link: Link, start: str
) -> tuple[tuple[sql.Column, ...], tuple[sql.Join, ...]]:
    """The keys of the parents of the cursor's row, and the join that they need."""
    if link.through is None:
        return tuple(column(model, name, start) for name in link.remote), ()
    bridge = ctx.alias()
    on = sql.Compare("=", sql.Column(link.through.theirs, bridge), column(model, link.remote[0], start))
    return (sql.Column(link.through.mine, bridge),), (sql.Join(aliased(link.through.table, bridge), on),)


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
