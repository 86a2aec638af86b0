"""Reads what is to be written: new values of fields, and acts on relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from nicol.errors import QueryInvalid
from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Link, Model, Models
from nicol.query.query import (
    Act,
    Assign,
    Connect,
    CreateBeside,
    CreateRelated,
    Data,
    DeleteManyRelated,
    DeleteRelated,
    Disconnect,
    SetRelated,
    UpdateManyRelated,
    UpdateRelated,
    UpsertRelated,
)
from nicol.query.read.bulk import (
    connect_all,
    connect_or_create_all,
    part,
    read_bulk,
    refuse_generated,
    refuse_view,
)
from nicol.query.read.kinds import is_dict, is_list
from nicol.query.read.where import NO_FILTER, Values, read_key, read_where
from nicol.schema.schema import Arity, Scalar
from nicol.sql.json_changes import JsonMerge, JsonRemove, JsonSet

_NUMBERS = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL})
JSON_CHANGES: Mapping[type, str] = {
    JsonMerge: "json_merge",
    JsonSet: "json_set",
    JsonRemove: "json_remove",
}
"""What each change of a part of a document is called among the operators."""
_PLAIN = frozenset({str, int, float, bool, bytes, datetime, Decimal})
"""Types of values that are nothing but new values."""
_VALUE = object()
"""Stands for the word of a value that is given without one: nobody can write it."""
_SET = frozenset({"set"})
_LIST_CHANGES = frozenset({"set", "push"})
_CALCULATIONS = frozenset({"set", "increment", "decrement", "multiply", "divide"})


def read_data(models: Models, model: Model, given: Any, values: Values, *, new: bool) -> Data:
    """The data of a new row (`new`) or of a change."""
    if not is_dict(given):
        raise invalid(
            f"`data` of model `{model.name}` must be a dictionary, not {type(given).__name__}",
            model=model.name,
        )
    assigns: list[Assign] = []
    acts: list[Act] = []
    fields = model.fields
    for name, value in given.items():
        field = fields.get(name)
        if field is not None and type(value) in _PLAIN and not field.generated:
            values.append(value)
            assigns.append(Assign(name, "set", len(values) - 1))
        elif field is not None and not new and (word := _calculation(field, value)) is not None:
            values.append(value[word])
            assigns.append(Assign(name, word, len(values) - 1))
        elif field is not None:
            assigns.append(_assign(model, field, value, values, new=new))
        elif name in model.links:
            acts.extend(_acts(models, model.links[name], value, values, new=new))
        else:
            unknown("field in `data`", name, (*model.fields, *model.links), model=model.name)
    return Data(tuple(assigns), tuple(acts))


def plain_change(where: dict[Any, Any], data: Any) -> tuple[tuple[Any, ...], Values] | None:
    """The words of a change that consists of one condition and plain values, and the values; None for any other.

    Equal words are equal queries, whatever the values are, wherever `read_data` and `read_key` take the values as they are.
    """
    ((name, value),) = where.items()
    if (type(value) is not int and type(value) is not str) or type(data) is not dict:
        return None
    words: tuple[Any, ...] = (name,)
    values: Values = [value]
    for field, given in data.items():  # pyright: ignore[reportUnknownVariableType] - of anything
        word, operand = _VALUE, given  # pyright: ignore[reportUnknownVariableType]
        if type(given) is dict:  # pyright: ignore[reportUnknownArgumentType]
            if len(given) != 1:  # pyright: ignore[reportUnknownArgumentType]
                return None
            ((word, operand),) = given.items()  # pyright: ignore[reportUnknownVariableType]
        if type(operand) not in _PLAIN:  # pyright: ignore[reportUnknownArgumentType]
            return None
        words += (field, word)  # pyright: ignore[reportUnknownVariableType] - of anything
        values.append(operand)
    return words, values


def _calculation(field: Field, value: Any) -> str | None:
    """The word of a plain calculation, which most changes are; None for all that has to be looked at."""
    if type(value) is not dict or len(value) != 1 or field.type not in _NUMBERS or field.arity is Arity.LIST:  # pyright: ignore[reportUnknownArgumentType] - of anything
        return None
    ((word, operand),) = value.items()  # pyright: ignore[reportUnknownVariableType]
    return word if word in _CALCULATIONS and type(operand) in _PLAIN and not field.generated else None  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def _assign(model: Model, field: Field, value: Any, values: Values, *, new: bool) -> Assign:
    refuse_generated(model, field)
    operator, operand = operation_of(model, field, value, new=new)
    if operand is None:
        if field.required or operator != "set":
            raise invalid(
                f"`{model.name}.{field.name}` must not be None",
                model=model.name,
                fields=(field.name,),
                code="P2012",
            )
        return Assign(field.name, operator, None)
    values.append([operand] if operator == "push" and not is_list(operand) else operand)
    return Assign(field.name, operator, len(values) - 1)


def operation_of(model: Model, field: Field, value: Any, *, new: bool) -> tuple[str, Any]:
    """What is done with a field, and the value for it: it is `set` where nothing else is said."""
    if field.secret and type(value) in JSON_CHANGES:
        raise invalid(
            f"a part of `{model.name}.{field.name}` cannot change: it is encrypted",
            model=model.name,
            fields=(field.name,),
            hint="read the value, change it, and write the whole",
        )
    if (
        type(value) in JSON_CHANGES
        and not new
        and field.type is Scalar.JSON
        and field.arity is not Arity.LIST
    ):
        return JSON_CHANGES[type(value)], value
    if is_dict(value) and (field.arity is Arity.LIST or (field.type is not Scalar.JSON and not new)):
        return _operation(model, field, value, new=new)
    return "set", value


def _operation(model: Model, field: Field, given: dict[Any, Any], *, new: bool) -> tuple[str, Any]:
    allowed = _changes_of(field, new=new)
    for word in given:
        if word not in allowed:
            unknown(f"change of field `{field.name}`", word, allowed, model=model.name, field=field.name)
    if len(given) != 1:
        words = ", ".join(f"`{word}`" for word in sorted(allowed))
        raise invalid(
            f"the change of `{model.name}.{field.name}` must be exactly one of {words}, got {len(given)}",
            model=model.name,
            fields=(field.name,),
            code="P2019",
        )
    return next(iter(given.items()))


def _changes_of(field: Field, *, new: bool) -> frozenset[str]:
    if new:
        return _SET
    if field.arity is Arity.LIST:
        return _LIST_CHANGES
    return _CALCULATIONS if field.type in _NUMBERS else _SET


# ---- relations ---------------------------------------------------------------------------------------------------


def _acts(models: Models, link: Link, given: Any, values: Values, *, new: bool) -> list[Act]:
    if not is_dict(given):
        raise invalid(
            f"`{link.model}.{link.name}` is a relation: give a dictionary such as {{'connect': …}} or {{'create': …}}",
            model=link.model,
            fields=(link.name,),
            code="P2012" if given is None else None,
        )
    readers = _readers(link, new=new)
    acts: list[Act] = []
    for word, value in given.items():
        if word not in readers:
            unknown(f"act on relation `{link.name}`", word, readers, model=link.model, field=link.name)
        refuse_view(link, word)
        acts.extend(readers[word](models, link, value, values))
    return acts


_Reader: TypeAlias = Callable[[Models, Link, Any, Values], list[Act]]


def _readers(link: Link, *, new: bool) -> Mapping[str, _Reader]:
    if new:
        return _NEW_MANY if link.many else _NEW_ONE
    return _OLD_MANY if link.many else _OLD_ONE


def _items(link: Link, value: Any) -> list[Any]:
    if link.many and is_list(value):
        return list(value)
    return [value]


def _create(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target, items = models.target(link), _items(link, value)
    if len(items) > 1:
        together = _together(lambda: [_beside(models, link, items, values, skip=False)], values)
        if together is not None:
            return together
    return [CreateRelated(link.name, read_data(models, target, each, values, new=True)) for each in items]


def _together(read: Callable[[], list[Act]], values: Values) -> list[Act] | None:
    """Several things as those of one act, so that their number is no matter; None where one of them asks for more."""
    known = len(values)
    try:
        return read()
    except QueryInvalid:
        del values[known:]
        return None


def _beside(models: Models, link: Link, rows: Sequence[Any], values: Values, *, skip: bool) -> CreateBeside:
    """Many rows at the other end of the one row on this side."""
    values.append([0] * len(rows))
    slot = len(values) - 1
    return CreateBeside(link.name, slot, read_bulk(models, models.target(link), rows, values), skip)


def _create_many(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    data, skip = part(link, "create_many", value, ("data", "skip_duplicates"), ("skip_duplicates",))
    if not is_list(data):
        raise invalid(f"`data` of model `{link.target}` must be a list of dictionaries", model=link.target)
    return [_beside(models, link, data, values, skip=bool(skip))]


def _connect(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target, items = models.target(link), _items(link, value)
    if len(items) > 1:
        together = _together(lambda: [*connect_all(models, link, _placed(items), values)], values)
        if together is not None:
            return together
    return [Connect(link.name, read_key(models, target, each, values, "connect")) for each in items]


def _placed(items: list[Any]) -> list[tuple[int, Any]]:
    """Things that are all for the one row on this side."""
    return [(0, each) for each in items]


def _connect_or_create(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target, items = models.target(link), _items(link, value)
    if len(items) > 1:
        together = _together(lambda: [*connect_or_create_all(models, link, _placed(items), values)], values)
        if together is not None:
            return together
    acts: list[Act] = []
    for each in items:
        where, create = part(link, "connect_or_create", each, ("where", "create"))
        key = read_key(models, target, where, values)
        acts.append(Connect(link.name, key, read_data(models, target, create, values, new=True)))
    return acts


def _disconnect(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    if link.many:
        return [
            Disconnect(link.name, read_key(models, target, each, values, "disconnect"))
            for each in _items(link, value)
        ]
    if link.required and link.owns:
        raise invalid(
            f"the relation `{link.model}.{link.name}` is required and cannot be disconnected",
            model=link.model,
            fields=(link.name,),
        )
    if value is False:
        return []
    return [
        Disconnect(link.name, None, NO_FILTER if value is True else read_where(models, target, value, values))
    ]


def _delete(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    if link.many:
        return [
            DeleteRelated(link.name, read_key(models, target, each, values, "delete"))
            for each in _items(link, value)
        ]
    if value is False:
        return []
    return [
        DeleteRelated(
            link.name, None, NO_FILTER if value is True else read_where(models, target, value, values)
        )
    ]


def _set(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    return [
        SetRelated(
            link.name, tuple(read_key(models, target, each, values, "set") for each in _items(link, value))
        )
    ]


def _update(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    acts: list[Act] = []
    for each in _items(link, value):
        if link.many:
            where, data = part(link, "update", each, ("where", "data"))
            key = read_key(models, target, where, values)
            acts.append(UpdateRelated(link.name, read_data(models, target, data, values, new=False), key))
        else:
            wrapped = is_dict(each) and "data" in each and "data" not in {*target.fields, *target.links}
            where, data = (
                part(link, "update", each, ("where", "data"), ("where",)) if wrapped else (None, each)
            )
            condition = NO_FILTER if where is None else read_where(models, target, where, values)
            found = read_data(models, target, data, values, new=False)
            acts.append(UpdateRelated(link.name, found, None, condition))
    return acts


def _upsert(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    acts: list[Act] = []
    for each in _items(link, value):
        optional = () if link.many else ("where",)
        where, create, update = part(link, "upsert", each, ("where", "create", "update"), optional)
        key = read_key(models, target, where, values) if link.many else None
        condition = NO_FILTER if link.many or where is None else read_where(models, target, where, values)
        created = read_data(models, target, create, values, new=True)
        updated = read_data(models, target, update, values, new=False)
        acts.append(UpsertRelated(link.name, created, updated, key, condition))
    return acts


def _update_many(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    acts: list[Act] = []
    for each in _items(link, value):
        where, data = part(link, "update_many", each, ("where", "data"))
        condition = read_where(models, target, where, values)
        acts.append(
            UpdateManyRelated(link.name, condition, read_data(models, target, data, values, new=False))
        )
    return acts


def _delete_many(models: Models, link: Link, value: Any, values: Values) -> list[Act]:
    target = models.target(link)
    return [
        DeleteManyRelated(link.name, read_where(models, target, each, values)) for each in _items(link, value)
    ]


_NEW_ONE: Mapping[str, _Reader] = {
    "create": _create,
    "connect": _connect,
    "connect_or_create": _connect_or_create,
}
_NEW_MANY: Mapping[str, _Reader] = {**_NEW_ONE, "create_many": _create_many}
_OLD_ONE: Mapping[str, _Reader] = {
    **_NEW_ONE,
    "disconnect": _disconnect,
    "delete": _delete,
    "update": _update,
    "upsert": _upsert,
}
_OLD_MANY: Mapping[str, _Reader] = {
    **_NEW_MANY,
    **_OLD_ONE,
    "set": _set,
    "update_many": _update_many,
    "delete_many": _delete_many,
}
