"""Reads orders: scalar fields, also those of to-one relations, and numbers of related rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Link, Model, Models
from nicol.query.query import OrderBy
from nicol.query.read.kinds import is_dict, several


def read_order(models: Models, model: Model, given: Any) -> tuple[OrderBy, ...]:
    """The keys of an `order` argument: one dictionary or a list of them."""
    if given is None:
        return ()
    return tuple(key for each in several(given) for key in _order(models, model, each, ()))


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
