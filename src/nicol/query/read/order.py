"""Reads orders: scalar fields, also those of to-one relations, what the rows of a relation come to, and chance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from nicol.query.faults import invalid, unknown
from nicol.query.models import Link, Model, Models
from nicol.query.query import OrderBy
from nicol.query.read.kinds import is_dict, several
from nicol.query.read.measured import MEASURES, measures_of
from nicol.query.read.scalars import Values, refuse_secret
from nicol.query.read.where import read_where

_Nulls: TypeAlias = Literal["first", "last"] | None

RANDOM = "random"
"""The order that is chance's."""


def read_order(models: Models, model: Model, given: Any, values: Values) -> tuple[OrderBy, ...]:
    """The keys of an `order` argument: one dictionary or a list of them."""
    if given is None:
        return ()
    return tuple(key for each in several(given) for key in _order(models, model, each, (), values))


def _order(
    models: Models, model: Model, given: Any, path: tuple[str, ...], values: Values
) -> Iterable[OrderBy]:
    if not is_dict(given):
        raise invalid(
            f"`order` of model `{model.name}` must be a dictionary, a list of them or `{RANDOM}`",
            model=model.name,
        )
    for name, value in given.items():
        if name in model.fields:
            yield _scalar_order(model, name, value, path)
        elif name in model.links:
            yield from _linked_order(models, model, model.links[name], value, path, values)
        else:
            _refuse_relevance(model, name)
            unknown("field in `order`", name, (*model.fields, *model.links), model=model.name)


def _refuse_relevance(model: Model, name: Any) -> None:
    if name == "_relevance":
        raise invalid(
            "an order by `_relevance` is not offered: the databases share no full text search",
            model=model.name,
            hint="ask the database itself with `query_raw`",
        )


def _scalar_order(model: Model, name: str, value: Any, path: tuple[str, ...]) -> OrderBy:
    refuse_secret(model, name, "`order`")
    if not is_dict(value):
        return OrderBy(name, _descending(model, name, value), None, path)
    return OrderBy(name, *_direction(model, name, value), path)


def _direction(model: Model, name: str, given: dict[Any, Any]) -> tuple[bool, _Nulls]:
    for word in given:
        if word not in ("sort", "nulls"):
            unknown(f"word in `order` of `{name}`", word, ("sort", "nulls"), model=model.name, field=name)
    nulls = given.get("nulls")
    if nulls not in (None, "first", "last"):
        raise invalid(
            f"`nulls` of `{name}` must be `first` or `last`, not {nulls!r:.80}",
            model=model.name,
            fields=(name,),
        )
    return _descending(model, name, given.get("sort")), nulls


def _descending(model: Model, name: str, value: Any) -> bool:
    if value not in ("asc", "desc"):
        raise invalid(
            f"the order of `{model.name}.{name}` must be `asc` or `desc`, not {value!r:.80}",
            model=model.name,
            fields=(name,),
        )
    return value == "desc"


def _linked_order(
    models: Models, model: Model, link: Link, value: Any, path: tuple[str, ...], values: Values
) -> Iterable[OrderBy]:
    if not link.many:
        yield from _order(models, models.target(link), value, (*path, link.name), values)
        return
    if not is_dict(value) or MEASURES.keys().isdisjoint(value):
        raise invalid(
            f"an order by the relation `{link.name}` needs what its rows come to",
            model=model.name,
            fields=(link.name,),
            hint=f'write {{"{link.name}": {{"_count": "desc"}}}} or {{"{link.name}": {{"_max": {{"field": "desc"}}}}}}',
        )
    for word, given in value.items():
        if word == "where":
            continue
        if word not in MEASURES:
            unknown(f"measure in `order` of `{link.name}`", word, (*MEASURES, "where"), model=model.name)
        for measure, said in measures_of(models.target(link), link, word, given):
            where = value.get("where")
            rows = None if where is None else read_where(models, models.target(link), where, values)
            direction = _direction(model, link.name, said if is_dict(said) else {"sort": said})
            yield OrderBy(link.name, *direction, path, measure, rows)
