"""Conditions on scalar fields: against values, lists of values and other fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeAlias, cast

from nicol.query import query as q
from nicol.query.compile.columns import column, comparable, wording
from nicol.query.compile.context import Context
from nicol.query.compile.seals import digest_in
from nicol.query.models import Field, Model
from nicol.query.sealed import Sealed
from nicol.schema.schema import Arity, Scalar
from nicol.sql import tree as sql
from nicol.sql.json import json_text

_COMPARISONS: dict[str, Literal["=", "<", "<=", ">", ">="]] = {
    "equals": "=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
}
_PLACES = frozenset({"contains", "startswith", "endswith"})
_Place: TypeAlias = Literal["contains", "startswith", "endswith"]


def compare(
    ctx: Context, model: Model, source: str | None, given: q.Compare, *, denied: bool = False
) -> sql.Expression:
    """The condition that a field compares so with a value. `denied`: that it surely does not."""
    return _denied(_compare(ctx, model, source, given)) if denied else _compare(ctx, model, source, given)


def _compare(ctx: Context, model: Model, source: str | None, given: q.Compare) -> sql.Expression:
    field = model.fields[given.field]
    if field.sealed is not None:
        return _sealed(ctx, model, field, field.sealed, source, given)
    if field.arity is Arity.LIST:
        return _list_test(ctx, model, field, source, given)
    if field.type is Scalar.JSON:
        value = ctx.value(model, field, given.slot, field.encode)
        return sql.JsonTest(column(model, field.name, source), "equals", value)
    worded = given.insensitive or given.operator in _PLACES
    of = (wording if worded else comparable)(model, field.name, source)
    match given.operator:
        case "in" | "not_in" as operator:
            return _in_list(ctx, model, field, of, given, negated=operator == "not_in")
        case place if place in _PLACES:
            return _like(ctx, model, field, of, given)
        case operator:
            value = ctx.value(model, field, given.slot, field.encode)
            left, right = (sql.Fold(of), sql.Fold(value)) if given.insensitive else (of, value)
            return sql.Compare(_COMPARISONS[operator], left, right)


def _sealed(
    ctx: Context, model: Model, field: Field, sealed: Sealed, source: str | None, given: q.Compare
) -> sql.Expression:
    """An encrypted value is found by what it may look like under each key."""
    held = field if sealed.index is None else model.stored[sealed.index]
    encode, pack, many = field.encode or bytes, ctx.renderer.pack, given.operator in ("in", "not_in")

    def spellings(value: Any) -> Any:
        found = [each for item in (value if many else [value]) for each in sealed.spellings(encode(item))]
        return pack(found if sealed.index is None else [digest_in(held, each) for each in found])

    items = ctx.value(model, field, given.slot, spellings)
    of = column(model, held.name, source)
    return sql.InList(of, items, given.operator == "not_in", binary=held.type is Scalar.BYTES)


def _in_list(
    ctx: Context, model: Model, field: Field, of: sql.Expression, given: q.Compare, *, negated: bool
) -> sql.Expression:
    encode, pack = items_encoder(field), ctx.renderer.pack
    items = ctx.value(model, field, given.slot, lambda items: pack(encode(items)))
    return sql.InList(of, items, negated, binary=field.type is Scalar.BYTES, fold=given.insensitive)


def items_encoder(field: Field) -> Callable[[Any], list[Any]]:
    """What encodes a list of values of a field, each as it crosses alone."""
    encode = field.encode
    return list if encode is None else lambda items: [encode(each) for each in items]


def _like(ctx: Context, model: Model, field: Field, of: sql.Expression, given: q.Compare) -> sql.Expression:
    pattern, insensitive = ctx.renderer.pattern, given.insensitive
    place = cast("_Place", given.operator)
    encode = ctx.models.text or str

    def encode_pattern(text: Any) -> str:
        return pattern(place, encode(text), insensitive=insensitive)

    return sql.Like(of, ctx.value(model, field, given.slot, encode_pattern), place, insensitive)


def _list_test(
    ctx: Context, model: Model, field: Field, source: str | None, given: q.Compare
) -> sql.Expression:
    of, encode = column(model, field.name, source), field.stored.asked
    assert encode is not None  # a list crosses as a whole
    if given.operator == "has":
        return sql.ListTest(of, "has_every", ctx.value(model, field, given.slot, lambda item: encode([item])))
    test = cast('Literal["equals", "has_every", "has_some"]', given.operator)
    return sql.ListTest(of, test, ctx.value(model, field, given.slot, encode))


# ---- fields against fields ---------------------------------------------------------------------------------------


def compare_fields(model: Model, source: str | None, given: q.CompareField) -> sql.Expression:
    """The condition that a field compares so with another one."""
    field = model.fields[given.field]
    other = column(model, given.other, source)
    if field.arity is Arity.LIST:
        return _compare_list(column(model, field.name, source), other, given.operator)
    worded = given.insensitive or given.operator in _PLACES
    of = (wording if worded else comparable)(model, field.name, source)
    match given.operator:
        case "in" | "not_in" as operator:
            return sql.InColumn(of, other, operator == "not_in", given.insensitive)
        case place if place in _PLACES:
            text = wording(model, given.other, source)
            return sql.Placed(of, text, cast("_Place", place), given.insensitive)
        case operator if given.insensitive:
            right = sql.Fold(wording(model, given.other, source))
            return sql.Compare(_COMPARISONS[operator], sql.Fold(of), right)
        case operator:
            return sql.Compare(_COMPARISONS[operator], of, other)


def _compare_list(mine: sql.Column, other: sql.Column, operator: str) -> sql.Expression:
    if operator == "has":
        return sql.InColumn(other, mine)
    return sql.ListTest(mine, cast('Literal["equals", "has_every", "has_some"]', operator), other)


# ---- Json --------------------------------------------------------------------------------------------------------

_JSON_PLACES: dict[str, _Place] = {
    "string_contains": "contains",
    "string_starts_with": "startswith",
    "string_ends_with": "endswith",
}
_JSON_TESTS: dict[str, Literal["equals", "has", "first", "last", "<", "<=", ">", ">="]] = {
    "equals": "equals",
    "array_contains": "has",
    "array_starts_with": "first",
    "array_ends_with": "last",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
}


def compare_json(
    ctx: Context, model: Model, source: str | None, given: q.JsonCompare, *, denied: bool = False
) -> sql.Expression:
    """The condition that a Json value compares so with another. `denied`: that it surely does not."""
    field = model.fields[given.field]
    of = column(model, field.name, source)
    path = None if given.path is None else _json_path(ctx, model, field, given.path)
    place = _JSON_PLACES.get(given.operator)
    if place is not None:
        found: sql.Expression = _json_like(ctx, model, field, sql.JsonText(of, path), place, given)
    else:
        test = _JSON_TESTS[given.operator]
        encode = _ordered if test in ("<", "<=", ">", ">=") else json_text
        value = ctx.value(model, field, given.slot, encode)
        found = sql.JsonTest(of, test, value, path, searched=not denied)
    return _denied(found) if denied else found


def json_missing(ctx: Context, model: Model, source: str | None, name: str, slot: int) -> sql.Expression:
    """The condition that there is nothing at a path of a Json field."""
    path = _json_path(ctx, model, model.fields[name], slot)
    return sql.JsonTest(column(model, name, source), "missing", None, path)


def _json_path(ctx: Context, model: Model, field: Field, slot: int) -> sql.Param:
    pack = ctx.renderer.pack
    return ctx.value(model, field, slot, lambda path: pack([str(step) for step in path]))


def _json_like(
    ctx: Context, model: Model, field: Field, of: sql.Expression, place: _Place, given: q.JsonCompare
) -> sql.Expression:
    pattern, insensitive = ctx.renderer.pattern, given.insensitive

    def encode(text: Any) -> str:
        if not isinstance(text, str):
            raise TypeError(f"`{given.operator}` takes a str, not {type(text).__name__}")
        return pattern(place, text, insensitive=insensitive)

    return sql.Like(of, ctx.value(model, field, given.slot, encode), place, insensitive)


def _ordered(value: Any) -> str:
    """Numbers and texts as JSON: nothing else has an order."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"only numbers and texts are less or greater, not {type(value).__name__}")
    return json_text(value)


def _denied(of: sql.Expression) -> sql.Expression:
    match of:
        case sql.InList():
            return replace(of, negated=not of.negated)
        case _:
            return sql.Not(of)
