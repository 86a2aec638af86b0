"""Reads filters and unique keys. Every function appends the values it meets to `values`; a slot is their index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Link, Model, Models
from nicol.query.query import ALL, All, Alone, Compare, Empty, Filter, Key, Not, Null, Related
from nicol.query.query import Any as AnyOf
from nicol.query.read.kinds import is_dict, is_list
from nicol.schema.schema import Arity, EnumRef, Scalar

Values = list[Any]

_EQUALITY = frozenset({"equals", "not"})
_MEMBERSHIP = _EQUALITY | {"in", "not_in"}
_ORDERED = _MEMBERSHIP | {"lt", "lte", "gt", "gte"}
_TEXT = _ORDERED | {"contains", "startswith", "endswith", "mode"}
_LIST = frozenset({"equals", "has", "has_every", "has_some", "is_empty"})

OPERATORS: Mapping[Scalar, frozenset[str]] = {
    Scalar.STRING: _TEXT,
    Scalar.BOOLEAN: _EQUALITY,
    Scalar.INT: _ORDERED,
    Scalar.BIGINT: _ORDERED,
    Scalar.FLOAT: _ORDERED,
    Scalar.DECIMAL: _ORDERED,
    Scalar.DATETIME: _ORDERED,
    Scalar.JSON: _EQUALITY,
    Scalar.BYTES: _MEMBERSHIP,
}
"""What a filter of each scalar may ask."""

_LOGIC = ("AND", "OR", "NOT")


def read_where(models: Models, model: Model, given: Any, values: Values) -> Filter:
    """The filter that a `where` argument is; all of its entries must hold."""
    if not is_dict(given):
        raise invalid(
            f"`where` of model `{model.name}` must be a dictionary, not {type(given).__name__}",
            model=model.name,
        )
    found = tuple(_entry(models, model, name, value, values) for name, value in given.items())
    return found[0] if len(found) == 1 else All(found)


def _entry(models: Models, model: Model, name: Any, value: Any, values: Values) -> Filter:
    field = model.fields.get(name)
    if field is not None:
        return _scalar(model, field, value, values)
    if name in _LOGIC:
        return _logic(models, model, name, value, values)
    link = model.links.get(name)
    if link is not None:
        return _relation(models, model, link, value, values)
    if name in model.keys:
        key = read_key(models, model, {name: value}, values)
        return All(
            tuple(Compare(each, "equals", slot) for each, slot in zip(key.fields, key.slots, strict=True))
        )
    return unknown("field", name, (*model.fields, *model.links, *_LOGIC), model=model.name)


def _logic(models: Models, model: Model, word: str, value: Any, values: Values) -> Filter:
    branches = value if is_list(value) else [value]
    found = tuple(read_where(models, model, each, values) for each in branches)
    match word:
        case "AND":
            return All(found)
        case "OR":
            return AnyOf(found)
        case _:
            return All(tuple(Not(each) for each in found))


# ---- scalars -----------------------------------------------------------------------------------------------------


def _scalar(model: Model, field: Field, value: Any, values: Values) -> Filter:
    if value is None:
        return Null(field.name)
    if is_dict(value):
        return _operators(model, field, value, values)
    return _compare(field, "equals", value, values)


def _compare(field: Field, operator: str, value: Any, values: Values, *, insensitive: bool = False) -> Filter:
    values.append(value)
    return Compare(field.name, operator, len(values) - 1, insensitive)


def _operators(model: Model, field: Field, given: dict[Any, Any], values: Values) -> Filter:
    allowed = operators_of(field)
    for operator in given:
        if operator not in allowed:
            _unknown_operator(model, field, operator, allowed)
    insensitive = _mode(model, field, given.get("mode"))
    found = tuple(
        _operator(model, field, operator, value, values, insensitive)
        for operator, value in given.items()
        if operator != "mode"
    )
    return found[0] if len(found) == 1 else All(found)


def operators_of(field: Field) -> frozenset[str]:
    """The words that a filter of this field may use."""
    if field.arity is Arity.LIST:
        return _LIST if field.type is not Scalar.JSON else frozenset({"equals", "is_empty"})
    if isinstance(field.type, EnumRef):
        return _MEMBERSHIP
    return OPERATORS[field.type] if isinstance(field.type, Scalar) else _EQUALITY


def _unknown_operator(model: Model, field: Field, operator: object, allowed: frozenset[str]) -> None:
    if field.type is Scalar.JSON and field.arity is not Arity.LIST:
        raise invalid(
            f"`{operator}` is not a filter of the Json field `{model.name}.{field.name}`",
            model=model.name,
            fields=(field.name,),
            hint='compare with a whole value: {"equals": …} or {"not": …}',
        )
    unknown(f"filter of field `{field.name}`", operator, allowed, model=model.name, field=field.name)


def _mode(model: Model, field: Field, mode: Any) -> bool:
    if mode not in (None, "default", "insensitive"):
        raise invalid(
            f"`mode` of `{field.name}` must be `default` or `insensitive`, not {mode!r}",
            model=model.name,
            fields=(field.name,),
        )
    return mode == "insensitive"


def _operator(
    model: Model, field: Field, operator: str, value: Any, values: Values, insensitive: bool
) -> Filter:
    if operator == "not":
        return _not(model, field, value, values, insensitive)
    if operator == "is_empty":
        return _is_empty(model, field, value)
    if value is None:
        if operator == "equals":
            return Null(field.name)
        raise invalid(
            f"`{operator}` of `{model.name}.{field.name}` cannot be None",
            model=model.name,
            fields=(field.name,),
        )
    if operator in ("in", "not_in", "has_every", "has_some") and not isinstance(
        value, list | tuple | set | frozenset
    ):
        raise invalid(
            f"`{operator}` of `{model.name}.{field.name}` must be a list, not {type(value).__name__}",
            model=model.name,
            fields=(field.name,),
        )
    given = list(value) if isinstance(value, set | frozenset) else value  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType] - a set of anything
    return _compare(field, operator, given, values, insensitive=insensitive)


def _not(model: Model, field: Field, value: Any, values: Values, insensitive: bool) -> Filter:
    if value is None:
        return Not(Null(field.name))
    if is_dict(value) and field.type is not Scalar.JSON:
        nested = {"mode": "insensitive", **value} if insensitive else value
        return Not(_operators(model, field, nested, values))
    return Not(_compare(field, "equals", value, values, insensitive=insensitive))


def _is_empty(model: Model, field: Field, value: Any) -> Filter:
    if not isinstance(value, bool):
        raise invalid(
            f"`is_empty` of `{field.name}` must be True or False", model=model.name, fields=(field.name,)
        )
    return Empty(field.name) if value else Not(Empty(field.name))


# ---- relations ---------------------------------------------------------------------------------------------------

_MANY, _ONE = ("some", "every", "none"), ("is", "is_not")


def _relation(models: Models, model: Model, link: Link, value: Any, values: Values) -> Filter:
    if value is None and not link.many:
        return Alone(link.name)
    if not is_dict(value):
        words = " or ".join(f"`{word}`" for word in (_MANY if link.many else _ONE))
        raise invalid(
            f"a filter of the relation `{model.name}.{link.name}` is a dictionary with {words}",
            model=model.name,
        )
    target = models.target(link)
    words = _MANY if link.many else _ONE
    if not link.many and not any(word in value for word in _ONE):
        return Related(link.name, "is", read_where(models, target, value, values))
    found: list[Filter] = []
    for word, nested in value.items():
        if word not in words:
            unknown(f"filter of relation `{link.name}`", word, words, model=model.name, field=link.name)
        found.append(_quantified(models, target, link, word, nested, values))
    return found[0] if len(found) == 1 else All(tuple(found))


def _quantified(models: Models, target: Model, link: Link, word: str, nested: Any, values: Values) -> Filter:
    if nested is None and not link.many:
        return Alone(link.name) if word == "is" else Not(Alone(link.name))
    return Related(link.name, word, read_where(models, target, nested, values))


# ---- keys --------------------------------------------------------------------------------------------------------


def read_key(models: Models, model: Model, given: Any, values: Values) -> Key:
    """The unique key that a `where` names; whatever stands beside it must hold too."""
    if not is_dict(given):
        raise invalid(
            f"`where` of model `{model.name}` must be a dictionary, not {type(given).__name__}",
            model=model.name,
        )
    if len(given) == 1:
        ((name, value),) = given.items()
        fields = model.keys.get(name, ())
        if len(fields) == 1 and value is not None and type(value) is not dict:
            values.append(value)
            return Key(fields, (len(values) - 1,))
    name = next((name for name in given if name in model.keys and _is_key(model, name, given[name])), None)
    if name is None:
        needed = ", ".join(f"`{key}`" for key in model.keys)
        _known(model, given)
        raise invalid(
            f"`where` of model `{model.name}` needs one of its unique keys: {needed}", model=model.name
        )
    fields = model.keys[name]
    slots = _key_slots(model, name, fields, given[name], values)
    if len(given) == 1:
        return Key(fields, slots)
    rest = {other: value for other, value in given.items() if other != name}
    return Key(fields, slots, read_where(models, model, rest, values))


def _is_key(model: Model, name: str, value: Any) -> bool:
    return is_dict(value) == (len(model.keys[name]) > 1) and value is not None


def _known(model: Model, given: dict[Any, Any]) -> None:
    for name in given:
        if (
            name not in model.fields
            and name not in model.links
            and name not in model.keys
            and name not in _LOGIC
        ):
            unknown("field", name, (*model.fields, *model.links, *model.keys), model=model.name)


def _key_slots(
    model: Model, name: str, fields: tuple[str, ...], value: Any, values: Values
) -> tuple[int, ...]:
    start = len(values)
    if len(fields) == 1:
        values.append(value)
        return (start,)
    for field in value:
        if field not in fields:
            unknown(f"field of key `{name}`", field, fields, model=model.name)
    missing = [field for field in fields if value.get(field) is None]
    if missing:
        raise invalid(
            f"the key `{name}` of model `{model.name}` needs `{missing[0]}`",
            model=model.name,
            fields=(missing[0],),
        )
    values.extend(value[field] for field in fields)
    return tuple(range(start, start + len(fields)))


NO_FILTER = ALL
"""What a missing `where` is."""
