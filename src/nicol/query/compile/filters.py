"""From filters to conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, assert_never, cast

from nicol.query import query as q
from nicol.query.compile.context import Context
from nicol.query.models import Field, Link, Model
from nicol.schema.schema import Arity, Scalar
from nicol.sql import tree as sql

NOTHING = sql.And(())
"""The condition that asks nothing."""

_COMPARISONS: dict[str, Literal["=", "<", "<=", ">", ">="]] = {
    "equals": "=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
}
_PLACES = frozenset({"contains", "startswith", "endswith"})


def condition(ctx: Context, model: Model, source: str | None, given: q.Filter) -> sql.Expression:
    """The condition that a filter is, for the rows of `source`."""
    match given:
        case q.Compare():
            return _compare(ctx, model, source, given)
        case q.Null(field):
            return sql.IsNull(column(model, field, source))
        case q.Empty(field):
            return sql.ListTest(column(model, field, source), "is_empty")
        case q.All(items):
            return both(*(condition(ctx, model, source, each) for each in items))
        case q.Any(items):
            found = tuple(condition(ctx, model, source, each) for each in items)
            return found[0] if len(found) == 1 else sql.Or(found)
        case q.Not(q.Null(field)):
            return sql.IsNull(column(model, field, source), negated=True)
        case q.Not(of):
            return sql.Not(condition(ctx, model, source, of))
        case q.Related(field, quantifier, where):
            return _related(ctx, model.links[field], source, quantifier, where)
        case q.Alone(field):
            return _alone(ctx, model, model.links[field], source)
        case _:
            assert_never(given)


def both(*conditions: sql.Expression) -> sql.Expression:
    """All conditions together, without those that say nothing."""
    flat: list[sql.Expression] = []
    for each in conditions:
        flat.extend(each.items if isinstance(each, sql.And) else (each,))
    return flat[0] if len(flat) == 1 else sql.And(tuple(flat))


def column(model: Model, field: str, source: str | None) -> sql.Column:
    """The column of a field."""
    return sql.Column(model.stored[field].column, source)


def comparable(model: Model, name: str, source: str | None) -> sql.Expression:
    """The column of a field, as it is compared and ordered."""
    plain = column(model, name, source)
    return sql.Exact(plain) if model.stored[name].exact else plain


# ---- scalars -----------------------------------------------------------------------------------------------------


def _compare(ctx: Context, model: Model, source: str | None, given: q.Compare) -> sql.Expression:
    field = model.fields[given.field]
    if field.arity is Arity.LIST:
        return _list_test(ctx, model, field, source, given)
    if field.type is Scalar.JSON:
        value = ctx.value(model, field, given.slot, field.encode)
        return sql.JsonEquals(column(model, field.name, source), value)
    of = comparable(model, field.name, source)
    match given.operator:
        case "in" | "not_in" as operator:
            return _in_list(ctx, model, field, of, given, negated=operator == "not_in")
        case place if place in _PLACES:
            return _like(ctx, model, field, of, given)
        case operator:
            value = ctx.value(model, field, given.slot, field.encode)
            left, right = (sql.Fold(of), sql.Fold(value)) if given.insensitive else (of, value)
            return sql.Compare(_COMPARISONS[operator], left, right)


def _in_list(
    ctx: Context, model: Model, field: Field, of: sql.Expression, given: q.Compare, *, negated: bool
) -> sql.Expression:
    encode, pack = _items_encoder(field), ctx.renderer.pack
    items = ctx.value(model, field, given.slot, lambda items: pack(encode(items)))
    if given.insensitive:
        items = ctx.value(
            model, field, given.slot, lambda items: pack([text.lower() for text in encode(items)])
        )
        return sql.InList(sql.Fold(of), items, negated)
    return sql.InList(of, items, negated, binary=field.type is Scalar.BYTES)


def _items_encoder(field: Field) -> Callable[[Any], list[Any]]:
    encode = field.encode
    return list if encode is None else lambda items: [encode(each) for each in items]


def _like(ctx: Context, model: Model, field: Field, of: sql.Expression, given: q.Compare) -> sql.Expression:
    pattern, insensitive = ctx.renderer.pattern, given.insensitive
    place = cast('Literal["contains", "startswith", "endswith"]', given.operator)
    encode = field.encode or str

    def encode_pattern(text: Any) -> str:
        return pattern(place, encode(text), insensitive=insensitive)

    return sql.Like(of, ctx.value(model, field, given.slot, encode_pattern), insensitive)


def _list_test(
    ctx: Context, model: Model, field: Field, source: str | None, given: q.Compare
) -> sql.Expression:
    of, encode = column(model, field.name, source), field.stored.encode
    assert encode is not None  # a list crosses as a whole
    if given.operator == "has":
        return sql.ListTest(of, "has_every", ctx.value(model, field, given.slot, lambda item: encode([item])))
    test = cast('Literal["equals", "has_every", "has_some"]', given.operator)
    return sql.ListTest(of, test, ctx.value(model, field, given.slot, encode))


# ---- relations ---------------------------------------------------------------------------------------------------


def _related(
    ctx: Context, link: Link, source: str | None, quantifier: str, where: q.Filter
) -> sql.Expression:
    alias = ctx.alias()
    target = ctx.models.target(link)
    wanted = condition(ctx, target, alias, where)
    match quantifier:
        case "some" | "is":
            return sql.Exists(related(ctx, link, source, alias, wanted))
        case "every":
            return sql.Exists(related(ctx, link, source, alias, sql.Not(wanted)), negated=True)
        case _:
            return sql.Exists(related(ctx, link, source, alias, wanted), negated=True)


def related(
    ctx: Context,
    link: Link,
    source: str | None,
    alias: str,
    wanted: sql.Expression = NOTHING,
    columns: tuple[sql.Expression, ...] = (sql.Number(1),),
) -> sql.Select:
    """The rows at the other end of a link from the rows of `source`, called `alias`."""
    model, target = ctx.models.by_name[link.model], ctx.models.target(link)
    table = aliased(target.table, alias)
    if link.through is None:
        return sql.Select(columns, table, where=both(joined(model, target, link, source, alias), wanted))
    join = ctx.alias()
    mine = sql.Compare("=", sql.Column(link.through.mine, join), column(model, link.local[0], source))
    theirs = sql.Compare("=", column(target, link.remote[0], alias), sql.Column(link.through.theirs, join))
    bridge = aliased(link.through.table, join)
    return sql.Select(columns, bridge, (sql.Join(table, theirs),), both(mine, wanted))


def joined(model: Model, target: Model, link: Link, source: str | None, alias: str) -> sql.Expression:
    """The condition under which rows of a link belong together."""
    pairs = zip(link.local, link.remote, strict=True)
    return both(
        *(
            sql.Compare("=", column(target, theirs, alias), column(model, mine, source))
            for mine, theirs in pairs
        )
    )


def _alone(ctx: Context, model: Model, link: Link, source: str | None) -> sql.Expression:
    if not link.owns:
        return sql.Exists(related(ctx, link, source, ctx.alias()), negated=True)
    nulls = tuple(sql.IsNull(column(model, name, source)) for name in link.local)
    return nulls[0] if len(nulls) == 1 else sql.Or(nulls)


def aliased(table: sql.Table, alias: str) -> sql.Table:
    """A table under another name."""
    return sql.Table(table.name, table.namespace, alias)


# ---- keys --------------------------------------------------------------------------------------------------------


def key_condition(ctx: Context, model: Model, source: str | None, key: q.Key) -> sql.Expression:
    """The condition that finds the row of a unique key."""
    parts: list[sql.Expression] = []
    for name, slot in zip(key.fields, key.slots, strict=True):
        field = model.fields[name]
        value = ctx.value(model, field, slot, field.encode)
        parts.append(sql.Compare("=", comparable(model, name, source), value))
    return both(*parts, condition(ctx, model, source, key.rest))
