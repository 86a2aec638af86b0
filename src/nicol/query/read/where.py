"""Reads filters and unique keys. Every function appends the values it meets to `values`; a slot is their index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.measures import field_of
from nicol.query.models import Link, Model, Models
from nicol.query.query import (
    ALL,
    All,
    Alone,
    Compare,
    Filter,
    Key,
    Measured,
    Not,
    Related,
)
from nicol.query.query import Any as AnyOf
from nicol.query.read.kinds import is_dict, is_list
from nicol.query.read.measured import MEASURES, measures_of
from nicol.query.read.scalars import Values, read_scalar

_LOGIC = ("AND", "OR", "NOT")


def read_where(models: Models, model: Model, given: Any, values: Values, word: str = "where") -> Filter:
    """The filter that a `where` argument is, or what stands at another word; all of its entries must hold."""
    if not is_dict(given):
        raise invalid(
            f"`{word}` of model `{model.name}` must be a dictionary, not {type(given).__name__}",
            model=model.name,
            hint="leave it out to ask nothing" if given is None else None,
        )
    found = tuple(_entry(models, model, name, value, values) for name, value in given.items())
    return found[0] if len(found) == 1 else All(found)


def _entry(models: Models, model: Model, name: Any, value: Any, values: Values) -> Filter:
    field = model.fields.get(name)
    if field is not None:
        return read_scalar(model, field, value, values)
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
    found = tuple(read_where(models, model, each, values, word) for each in branches)
    if word == "OR" and not all(map(_asks, found)):
        raise invalid(
            f"a branch of `OR` of model `{model.name}` asks nothing, which would find every row",
            model=model.name,
            hint="leave the branch out",
        )
    match word:
        case "AND":
            return All(found)
        case "OR":
            return AnyOf(found)
        case _:
            return All(tuple(Not(each) for each in found))


def _asks(of: Filter) -> bool:
    """Whether a filter asks anything."""
    return not isinstance(of, All) or any(map(_asks, of.items))


# ---- relations ---------------------------------------------------------------------------------------------------

_MANY, _ONE = ("some", "every", "none", *MEASURES), ("is", "is_not")


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
        if word in MEASURES and link.many:
            found += _measured(models, target, link, word, nested, value.get("where"), values)
        elif word in words:
            found.append(_quantified(models, target, link, word, nested, values))
        elif word != "where" or MEASURES.keys().isdisjoint(value):
            unknown(f"filter of relation `{link.name}`", word, words, model=model.name, field=link.name)
    if not found:
        raise invalid(
            f"the filter of the relation `{model.name}.{link.name}` asks nothing",
            model=model.name,
            fields=(link.name,),
            hint=f"it takes {', '.join(f'`{word}`' for word in words)}",
        )
    return found[0] if len(found) == 1 else All(tuple(found))


def _quantified(models: Models, target: Model, link: Link, word: str, nested: Any, values: Values) -> Filter:
    if nested is None and not link.many:
        return Alone(link.name) if word == "is" else Not(Alone(link.name))
    return Related(link.name, word, read_where(models, target, nested, values, word))


# ---- what related rows come to -----------------------------------------------------------------------------------


def _measured(
    models: Models, target: Model, link: Link, word: str, given: Any, where: Any, values: Values
) -> Iterable[Filter]:
    """Conditions on what those related rows come to for which `where` holds."""
    for measure, conditions in measures_of(target, link, word, given):
        rows = NO_FILTER if where is None else read_where(models, target, where, values)
        field = field_of(models, target, measure)
        yield Measured(link.name, measure, rows, read_scalar(target, field, conditions, values))


# ---- keys --------------------------------------------------------------------------------------------------------


def read_key(models: Models, model: Model, given: Any, values: Values, word: str = "where") -> Key:
    """The unique key that a `where` names, or what stands at another word; whatever stands beside it must hold too."""
    if not is_dict(given):
        raise invalid(
            f"`{word}` of model `{model.name}` must be a dictionary, not {type(given).__name__}",
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
        if not model.keys:
            raise invalid(
                f"the view `{model.name}` has no unique key, so that nothing names one row of it",
                model=model.name,
                hint="use find_first, or mark a field that is never null and never twice with @unique",
            )
        needed = ", ".join(f"`{key}`" for key in model.keys)
        _known(model, given)
        raise invalid(
            f"`{word}` of model `{model.name}` needs one of its unique keys: {needed}",
            model=model.name,
            hint=_spelled(model, given) or _unset(model, given),
        )
    fields = model.keys[name]
    slots = _key_slots(model, name, fields, given[name], values)
    if len(given) == 1:
        return Key(fields, slots)
    rest = {other: value for other, value in given.items() if other != name}
    return Key(fields, slots, read_where(models, model, rest, values))


def _spelled(model: Model, given: dict[Any, Any]) -> str | None:
    """How a key of several fields is written, where its fields were given one by one."""
    for name, fields in model.keys.items():
        if len(fields) > 1 and all(field in given for field in fields):
            inner = ", ".join(f'"{field}": …' for field in fields)
            return f'a key of several fields is written `{{"{name}": {{{inner}}}}}`'
    return None


def _unset(model: Model, given: dict[Any, Any]) -> str | None:
    """Which key was named without a value."""
    unset = next((name for name in model.keys if name in given and given[name] is None), None)
    return None if unset is None else f"`{unset}` is None, which names no record"


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
