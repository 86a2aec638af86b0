"""Reads pages: filter, order, take, skip, cursor, distinct and include, at the top and in every include."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Link, Model, Models
from nicol.query.query import Include, OrderBy, Page
from nicol.query.read.kinds import is_dict, is_list
from nicol.query.read.where import NO_FILTER, Values, read_key, read_where

PAGE = frozenset({"where", "order", "take", "skip", "cursor", "distinct", "include"})
"""The arguments of a page."""


def read_page(models: Models, model: Model, given: dict[str, Any], values: Values) -> Page:
    """The page that these arguments describe; an argument that is None was not given."""
    where, cursor, skip = given.get("where"), given.get("cursor"), given.get("skip")
    take, backwards = _take(model, given.get("take"), values)
    return Page(
        where=NO_FILTER if where is None else read_where(models, model, where, values),
        order=read_order(models, model, given.get("order")),
        take=take,
        backwards=backwards,
        skip=None if skip is None else _number(model, "skip", skip, values),
        cursor=None if cursor is None else read_key(models, model, cursor, values),
        distinct=_distinct(model, given.get("distinct")),
        include=read_include(models, model, given.get("include"), values),
    )


def _take(model: Model, take: Any, values: Values) -> tuple[int | None, bool]:
    if take is None:
        return None, False
    backwards = isinstance(take, int) and take < 0
    return _number(model, "take", -take if backwards else take, values), backwards


def _number(model: Model, name: str, value: Any, values: Values) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"`{name}` must be an int, not {type(value).__name__}", model=model.name)
    if not 0 <= value < 2**63:
        raise invalid(f"`{name}` must not be negative", model=model.name)
    values.append(value)
    return len(values) - 1


def _distinct(model: Model, given: Any) -> tuple[str, ...]:
    names = _many(given)
    for name in names:
        if not isinstance(name, str) or name not in model.fields:
            unknown("field in `distinct`", name, model.fields, model=model.name)
    return tuple(names)


def _many(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if is_list(given) else [given]


# ---- order -------------------------------------------------------------------------------------------------------


def read_order(models: Models, model: Model, given: Any) -> tuple[OrderBy, ...]:
    """The keys of an `order` argument: one dictionary or a list of them."""
    if given is None:
        return ()
    return tuple(key for each in _many(given) for key in _order(models, model, each, ()))


def _order(models: Models, model: Model, given: Any, path: tuple[str, ...]) -> Iterable[OrderBy]:
    if not is_dict(given):
        raise invalid(
            f"`order` of model `{model.name}` must be a dictionary or a list of them", model=model.name
        )
    for name, value in given.items():
        if name in model.fields:
            yield _scalar_order(model, name, value, path)
        elif name in model.links:
            yield from _linked_order(models, model, model.links[name], value, path)
        else:
            unknown("field in `order`", name, (*model.fields, *model.links), model=model.name)


def _scalar_order(model: Model, name: str, value: Any, path: tuple[str, ...]) -> OrderBy:
    if not is_dict(value):
        return OrderBy(name, _descending(model, name, value), None, path)
    for word in value:
        if word not in ("sort", "nulls"):
            unknown(f"word in `order` of `{name}`", word, ("sort", "nulls"), model=model.name, field=name)
    nulls = value.get("nulls")
    if nulls not in (None, "first", "last"):
        raise invalid(
            f"`nulls` of `{name}` must be `first` or `last`, not {nulls!r}", model=model.name, fields=(name,)
        )
    return OrderBy(name, _descending(model, name, value.get("sort")), nulls, path)


def _descending(model: Model, name: str, value: Any) -> bool:
    if value not in ("asc", "desc"):
        raise invalid(
            f"the order of `{model.name}.{name}` must be `asc` or `desc`, not {value!r}",
            model=model.name,
            fields=(name,),
        )
    return value == "desc"


def _linked_order(
    models: Models, model: Model, link: Link, value: Any, path: tuple[str, ...]
) -> Iterable[OrderBy]:
    if not link.many:
        yield from _order(models, models.target(link), value, (*path, link.name))
        return
    if not is_dict(value) or set(value) != {"_count"}:
        raise invalid(
            f"an order by the relation `{link.name}` needs the number of its rows",
            model=model.name,
            fields=(link.name,),
            hint=f'write {{"{link.name}": {{"_count": "desc"}}}}',
        )
    yield OrderBy(link.name, _descending(model, link.name, value["_count"]), None, path, count=True)


# ---- include -----------------------------------------------------------------------------------------------------


def read_include(models: Models, model: Model, given: Any, values: Values) -> tuple[Include, ...]:
    """The relations of an `include` argument, each True or with the arguments of its own page."""
    if given is None:
        return ()
    if not is_dict(given):
        raise invalid(f"`include` of model `{model.name}` must be a dictionary", model=model.name)
    return tuple(
        Include(name, _included(models, model, name, wanted, values))
        for name, wanted in given.items()
        if wanted is not False and wanted is not None
    )


def _included(models: Models, model: Model, name: str, wanted: Any, values: Values) -> Page:
    link = model.links.get(name)
    if link is None:
        if name in model.fields:
            raise invalid(
                f"`{name}` is not a relation of model `{model.name}`: it is always loaded",
                model=model.name,
                fields=(name,),
            )
        unknown("relation in `include`", name, model.links, model=model.name)
    if wanted is True:
        return Page()
    if not is_dict(wanted):
        raise invalid(
            f"`include` of `{model.name}.{name}` must be True, False or a dictionary",
            model=model.name,
            fields=(name,),
        )
    allowed = PAGE if link.many else frozenset({"include"})
    arguments = {"order" if word == "order_by" else word: value for word, value in wanted.items()}
    for argument in arguments:
        if argument not in allowed:
            unknown(
                f"argument of the included relation `{name}`", argument, allowed, model=model.name, field=name
            )
    return read_page(models, models.target(link), arguments, values)
