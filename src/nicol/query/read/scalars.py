"""Reads filters of scalar fields: values, lists of values, and other fields to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias, cast

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Model
from nicol.query.query import All, Compare, CompareField, Empty, Filter, Not, Null
from nicol.query.read.json_filters import JSON_OPERATORS, read_json, read_mode
from nicol.query.read.kinds import is_dict
from nicol.query.references import FieldRef
from nicol.schema.schema import Arity, EnumRef, Scalar
from nicol.sql.json import AnyNull

Values: TypeAlias = list[Any]

_EQUALITY = frozenset({"equals", "not"})
_MEMBERSHIP = _EQUALITY | {"in", "not_in"}
_ORDERED = _MEMBERSHIP | {"lt", "lte", "gt", "gte"}
_TEXT = _ORDERED | {"contains", "startswith", "endswith", "mode"}
_LISTS: tuple[type[Any], ...] = (list, tuple, set, frozenset, FieldRef)
_SETS = (set, frozenset)
_LISTED = frozenset({"in", "not_in", "has_every", "has_some"})
_LIST = frozenset({"equals", "has", "has_every", "has_some", "is_empty"})

OPERATORS: Mapping[Scalar, frozenset[str]] = {
    Scalar.STRING: _TEXT,
    Scalar.BOOLEAN: _EQUALITY,
    Scalar.INT: _ORDERED,
    Scalar.BIGINT: _ORDERED,
    Scalar.FLOAT: _ORDERED,
    Scalar.DECIMAL: _ORDERED,
    Scalar.DATETIME: _ORDERED,
    Scalar.JSON: JSON_OPERATORS,
    Scalar.BYTES: _MEMBERSHIP,
}
"""What a filter of each scalar may ask."""


def read_scalar(model: Model, field: Field, value: Any, values: Values) -> Filter:
    """The filter that the entry of a scalar field is: its value, None for null, or a dictionary of conditions."""
    if value is None:
        return _null(model, field)
    if not field.searched:
        _unsearched(model, field, value)
    if is_dict(value):
        return _operators(model, field, value, values)
    if value is AnyNull:
        raise invalid(
            f"`AnyNull` is no value of `{model.name}.{field.name}`, but what `equals` and `not` ask about",
            model=model.name,
            fields=(field.name,),
            hint=f'write {{"{field.name}": {{"equals": AnyNull}}}}',
        )
    return _compare(model, field, "equals", value, values)


def _unsearched(model: Model, field: Field, given: Any) -> None:
    """Of a value that is encrypted at random nothing can be asked but whether it is there."""
    if is_dict(given) and given.keys() <= _EQUALITY and all(each is None for each in given.values()):
        return
    raise invalid(
        f"`{model.name}.{field.name}` is encrypted, so that no row is found by its value",
        model=model.name,
        fields=(field.name,),
        hint="@nicol.encrypted(blindIndex: …) or mode: deterministic makes equal values findable"
        if field.type is not Scalar.JSON
        else "only None can be asked of it",
    )


def _compare(
    model: Model, field: Field, operator: str, value: Any, values: Values, insensitive: bool = False
) -> Filter:
    if type(value) is FieldRef:
        return _compare_field(model, field, operator, cast("FieldRef[Any]", value), insensitive)
    values.append(value)
    return Compare(field.name, operator, len(values) - 1, insensitive)


def _null(model: Model, field: Field) -> Null:
    if field.required:
        raise invalid(
            f"`{model.name}.{field.name}` is never null, so that None has no meaning as its filter",
            model=model.name,
            fields=(field.name,),
            hint="leave the field out to mean every row",
        )
    return Null(field.name)


def _operators(model: Model, field: Field, given: dict[Any, Any], values: Values) -> Filter:
    allowed = operators_of(field)
    for operator in given:
        if operator not in allowed:
            _unknown_operator(model, field, operator, allowed)
    mode = given.get("mode")
    insensitive = mode is not None and read_mode(model, field, mode)
    if field.type is Scalar.JSON and field.arity is not Arity.LIST:
        return read_json(model, field, given, values, insensitive)
    found = [
        _operator(model, field, operator, value, values, insensitive)
        for operator, value in given.items()
        if operator != "mode"
    ]
    if len(found) == 1:
        return found[0]
    return All(tuple(found)) if found else _asks_nothing(model, field)


def refuse_secret(model: Model, name: str, what: str) -> None:
    """What the database cannot do with values that it does not know."""
    if model.fields[name].secret:
        raise invalid(
            f"{what} cannot have `{model.name}.{name}`: it is encrypted", model=model.name, fields=(name,)
        )


def _asks_nothing(model: Model, field: Field) -> NoReturn:
    raise invalid(
        f"the filter of `{model.name}.{field.name}` asks nothing",
        model=model.name,
        fields=(field.name,),
        hint="leave the field out to mean every row",
    )


def operators_of(field: Field) -> frozenset[str]:
    """The words that a filter of this field may use."""
    if field.secret:
        return _MEMBERSHIP if field.searched else _EQUALITY
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
            hint='compare with a whole value, {"equals": …}, or with what is at a path: {"path": ["a", 0], "equals": …}',
        )
    if operator == "search":
        raise invalid(
            f"`search` of `{model.name}.{field.name}` is not offered: the databases share no full text search",
            model=model.name,
            fields=(field.name,),
            hint="use `contains`, or ask the database itself with `query_raw`",
        )
    unknown(f"filter of field `{field.name}`", operator, allowed, model=model.name, field=field.name)


def _operator(
    model: Model, field: Field, operator: str, value: Any, values: Values, insensitive: bool
) -> Filter:
    if operator == "not":
        return _not(model, field, value, values, insensitive)
    if operator == "is_empty":
        return _is_empty(model, field, value)
    if value is None:
        if operator == "equals":
            return _null(model, field)
        raise invalid(
            f"`{operator}` of `{model.name}.{field.name}` cannot be None",
            model=model.name,
            fields=(field.name,),
        )
    if operator in _LISTED and not isinstance(value, _LISTS):
        raise invalid(
            f"`{operator}` of `{model.name}.{field.name}` must be a list, not {type(value).__name__}",
            model=model.name,
            fields=(field.name,),
        )
    given: Any = list(cast("set[Any]", value)) if type(value) in _SETS else value
    return _compare(model, field, operator, given, values, insensitive)


def _not(model: Model, field: Field, value: Any, values: Values, insensitive: bool) -> Filter:
    if value is None:
        return Not(_null(model, field))
    if is_dict(value):
        nested = {"mode": "insensitive", **value} if insensitive else value
        return Not(_operators(model, field, nested, values))
    return Not(_compare(model, field, "equals", value, values, insensitive))


def _is_empty(model: Model, field: Field, value: Any) -> Filter:
    if not isinstance(value, bool):
        raise invalid(
            f"`is_empty` of `{field.name}` must be True or False", model=model.name, fields=(field.name,)
        )
    return Empty(field.name) if value else Not(Empty(field.name))


# ---- fields against fields ---------------------------------------------------------------------------------------

_ALIKE = (frozenset({Scalar.INT, Scalar.BIGINT}),)
"""Types that are compared with one another."""


def _compare_field(
    model: Model, field: Field, operator: str, given: FieldRef[Any], insensitive: bool
) -> CompareField:
    other = _other(model, given)
    if field.secret or other.secret:
        raise invalid(
            f"`{model.name}.{field.name}` cannot be compared with the field `{other.name}`: the database knows no values"
            " that are encrypted",
            model=model.name,
            fields=(field.name, other.name),
        )
    wanted = _arity_of_other(field, operator)
    fits = other.type == field.type or any({other.type, field.type} <= alike for alike in _ALIKE)
    if wanted is None or not fits or (other.arity is Arity.LIST) is not wanted:
        raise invalid(
            f"`{operator}` of `{model.name}.{field.name}` cannot be compared with the field `{other.name}`",
            model=model.name,
            fields=(field.name, other.name),
            hint=None
            if wanted is None
            else f"it takes a field of its own type{', a list' if wanted else ''}",
        )
    return CompareField(field.name, operator, other.name, insensitive)


def _other(model: Model, given: FieldRef[Any]) -> Field:
    if given.model not in (None, model.name):
        raise invalid(
            f"a filter of model `{model.name}` cannot speak of `{given.model}.{given.name}`",
            model=model.name,
            hint="fields are compared within one row",
        )
    name = given.name if given.name in model.fields else given.name.removesuffix("_")
    return model.fields.get(name) or unknown("field", given.name, model.fields, model=model.name)


def _arity_of_other(field: Field, operator: str) -> bool | None:
    """Whether the operator wants a list; None where it takes no field."""
    if field.type is Scalar.JSON or (operator == "has" and field.type is Scalar.BYTES):
        return None
    if field.arity is Arity.LIST:
        return operator != "has"
    if operator in ("in", "not_in"):
        return None if field.type is Scalar.BYTES else True
    return False
