"""Reads pages: filter, order, take, skip, cursor, distinct, and what of each row is wanted, at the top and in includes."""

from __future__ import annotations

from typing import Any

from nicol.errors import QueryInvalid
from nicol.query.faults import invalid, unknown
from nicol.query.models import Model, Models, Projected
from nicol.query.query import Include, Page, RelationCount, Selection
from nicol.query.read.depth import read_depth
from nicol.query.read.kinds import is_dict, several
from nicol.query.read.order import RANDOM, read_order
from nicol.query.read.scalars import refuse_secret
from nicol.query.read.where import NO_FILTER, Values, read_key, read_where

PAGE = frozenset({"where", "order", "take", "skip", "cursor", "distinct", "select", "omit", "include"})
"""The arguments of a page."""

NO_PAGE = Page()
"""What no arguments are: every row, whole."""


def read_page(models: Models, model: Model, given: dict[str, Any], values: Values) -> Page:
    """The page that these arguments describe; an argument that is None was not given."""
    if not given:
        return NO_PAGE if model.whole is None else Page(selection=model.whole)
    get = given.get
    where, cursor, skip, order, distinct = (
        get("where"),
        get("cursor"),
        get("skip"),
        get("order"),
        get("distinct"),
    )
    shuffled = order == RANDOM
    if shuffled and cursor is not None:
        raise invalid(f"a page in the order `{RANDOM}` has no `cursor`", model=model.name)
    take, backwards = _take(model, get("take"), values)
    return Page(
        NO_FILTER if where is None else read_where(models, model, where, values),
        () if order is None or shuffled else read_order(models, model, order, values),
        take,
        backwards,
        None if skip is None else read_number(model, "skip", skip, values),
        None if cursor is None else read_key(models, model, cursor, values, "cursor"),
        () if distinct is None else _distinct(model, distinct),
        read_selection(models, model, given, values),
        shuffled,
    )


def _take(model: Model, take: Any, values: Values) -> tuple[int | None, bool]:
    if take is None:
        return None, False
    backwards = isinstance(take, int) and take < 0
    return read_number(model, "take", -take if backwards else take, values), backwards


def read_number(model: Model, name: str, value: Any, values: Values) -> int:
    """The slot of a number of rows."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"`{name}` must be an int, not {type(value).__name__}", model=model.name)
    if not 0 <= value < 2**63:
        wrong = "must not be negative" if value < 0 else "is larger than any number of rows"
        raise invalid(f"`{name}` {wrong}", model=model.name)
    values.append(value)
    return len(values) - 1


def _distinct(model: Model, given: Any) -> tuple[str, ...]:
    names = several(given)
    for name in names:
        if not isinstance(name, str) or name not in model.fields:
            unknown("field in `distinct`", name, model.fields, model=model.name)
        refuse_secret(model, name, "`distinct`")
    return tuple(names)


# ---- selections --------------------------------------------------------------------------------------------------

SELECTION = frozenset({"select", "omit", "include", "into"})
"""What says what is wanted of a row: three spellings, and a class that says it by its fields."""

ONE = frozenset({"select", "omit", "include", "where"})
"""The arguments of an included relation to one row; without a row for which `where` holds it is None."""

COUNT = "_count"
"""The word that asks how many rows relations have."""


def read_selection(models: Models, model: Model, given: dict[str, Any], values: Values) -> Selection | None:
    """What `select`, or `include` with `omit`, want of a row; None: all its fields and nothing else."""
    if given.keys().isdisjoint(SELECTION):
        return model.whole
    select, omit, include = given.get("select"), given.get("omit"), given.get("include")
    into = given.get("into")
    projected = None if into is None else models.objects.projected(model.name, into)
    if projected is not None:
        return _projected(models, model, projected, given, values)
    if select is not None:
        for word, other in (("include", include), ("omit", omit)):
            if other is not None:
                raise _either(model, word)
        return _selected(models, model, select, values)
    if include is None and omit is None:
        return model.whole
    fields = _kept(model, omit)
    relations, counts = ((), ()) if include is None else _included(models, model, include, values)
    if fields == () and not relations and not counts:
        raise invalid(
            f"`omit` leaves nothing of model `{model.name}`", model=model.name, hint="keep one field at least"
        )
    return Selection(fields, relations, counts)


def _projected(
    models: Models, model: Model, wanted: Projected, given: dict[str, Any], values: Values
) -> Selection:
    """What a class wants; `include` may say which rows of its relations come, and in which order."""
    for word in ("select", "omit"):
        if given.get(word) is not None:
            raise invalid(
                f"`into` and `{word}` of model `{model.name}` cannot stand side by side",
                model=model.name,
                hint="the fields of the class say what is read",
            )
    pages = _wanted(model, "include", given.get("include") or {})
    for name in pages:
        if name not in wanted.relations:
            unknown("relation in `include` of a class", name, wanted.relations, model=model.name)
    return Selection(
        tuple(name for name in model.fields if name in wanted.fields),
        tuple(
            _include(models, model, "include", name, pages.get(name, True), values, into=into)
            for name, into in wanted.relations.items()
        ),
        only=True,
        into=given["into"],
    )


def _either(model: Model, word: str) -> QueryInvalid:
    return invalid(
        f"`select` and `{word}` of model `{model.name}` cannot stand side by side",
        model=model.name,
        hint={
            "include": "name the relations in `select` too: what stands there is all that is read",
            "omit": "leave out of `select` what is not wanted",
        }[word],
    )


def _selected(models: Models, model: Model, given: Any, values: Values) -> Selection:
    wanted = _wanted(model, "select", given)
    fields = [name for name in wanted if name in model.fields]
    for name in fields:
        if wanted[name] is not True:
            raise _not_a_switch(model, "select", name)
    if not wanted:
        raise invalid(
            f"`select` of model `{model.name}` must name one field at least",
            model=model.name,
            hint="leave `select` out to read every field",
        )
    named = {name: each for name, each in wanted.items() if name not in model.fields}
    relations, counts = _relations(models, model, "select", named, values)
    return Selection(tuple(name for name in model.fields if name in wanted), relations, counts, only=True)


def _kept(model: Model, given: Any) -> tuple[str, ...] | None:
    """The fields that `omit` leaves of those that are read without it; False asks for a field that the client leaves out."""
    kept = model.whole.fields if model.whole is not None else None
    if given is None:
        return kept
    if not is_dict(given):
        raise invalid(f"`omit` of model `{model.name}` must be a dictionary", model=model.name)
    for name, switch in given.items():
        if name not in model.fields:
            unknown("field in `omit`", name, model.fields, model=model.name)
        if switch is not True and switch is not False and switch is not None:
            raise _not_a_switch(model, "omit", name)
    shown = model.fields if kept is None else kept
    found = tuple(name for name in model.fields if _is_kept(given.get(name), name in shown))
    return None if len(found) == len(model.fields) else found


def _is_kept(switch: Any, shown: bool) -> bool:
    return shown if switch is None else not switch


def _included(
    models: Models, model: Model, given: Any, values: Values
) -> tuple[tuple[Include, ...], tuple[RelationCount, ...]]:
    wanted = _wanted(model, "include", given)
    for name in wanted:
        if name in model.fields:
            raise invalid(
                f"`{name}` is not a relation of model `{model.name}`: it is always loaded",
                model=model.name,
                fields=(name,),
                hint="`select` reads some fields only, `omit` all but some",
            )
    return _relations(models, model, "include", wanted, values)


def _wanted(model: Model, word: str, given: Any) -> dict[str, Any]:
    """What is asked for, without what is switched off."""
    if not is_dict(given):
        raise invalid(f"`{word}` of model `{model.name}` must be a dictionary", model=model.name)
    return {name: each for name, each in given.items() if each is not False and each is not None}


def _not_a_switch(model: Model, word: str, name: str) -> QueryInvalid:
    return invalid(
        f"`{word}` of `{model.name}.{name}` must be True or False", model=model.name, fields=(name,)
    )


def _relations(
    models: Models, model: Model, word: str, wanted: dict[str, Any], values: Values
) -> tuple[tuple[Include, ...], tuple[RelationCount, ...]]:
    counts = _counts(models, model, wanted[COUNT], values) if COUNT in wanted else ()
    relations = [
        _include(models, model, word, name, each, values) for name, each in wanted.items() if name != COUNT
    ]
    return tuple(relations), counts


def _include(
    models: Models,
    model: Model,
    word: str,
    name: str,
    wanted: Any,
    values: Values,
    into: type | None = None,
) -> Include:
    link = model.links.get(name)
    if link is None:
        known = (*model.links, COUNT) if word == "include" else (*model.fields, *model.links, COUNT)
        unknown(f"{'relation' if word == 'include' else 'field'} in `{word}`", name, known, model=model.name)
    if wanted is True:
        if into is None and models.target(link).whole is None:
            return Include(name, NO_PAGE)
        wanted = {}
    if not is_dict(wanted):
        raise invalid(
            f"`{word}` of `{model.name}.{name}` must be True, False or a dictionary",
            model=model.name,
            fields=(name,),
        )
    allowed = PAGE if link.many else ONE
    if into is None and wanted.keys() <= allowed:
        return Include(name, read_page(models, models.target(link), wanted, values))
    arguments = {"order" if each == "order_by" else each: value for each, value in wanted.items()}
    depth = arguments.pop("depth", None)
    for argument in arguments:
        if argument not in allowed:
            unknown(
                f"argument of the included relation `{name}`", argument, allowed, model=model.name, field=name
            )
    if into is not None:
        arguments["into"] = into
    found = None if depth is None else read_depth(link, depth, arguments, values)
    return Include(name, read_page(models, models.target(link), arguments, values), found)


def _counts(models: Models, model: Model, given: Any, values: Values) -> tuple[RelationCount, ...]:
    """The relations of a `_count`: True for all that lead to many rows, or some of them, each True or with a filter."""
    many = [link.name for link in model.links.values() if link.many]
    wanted = dict.fromkeys(many, True) if given is True else _wanted(model, COUNT, given)
    if not wanted:
        raise invalid(
            f"`_count` of model `{model.name}` must name one relation at least",
            model=model.name,
            hint=f"known here: {', '.join(many) or 'none'}",
        )
    for name in wanted:
        if name == "select":
            raise invalid(
                f"`_count` of model `{model.name}` names relations themselves, without `select`",
                model=model.name,
                hint=f'write {{"_count": {{"{many[0]}": True}}}}' if many else None,
            )
        if name not in many:
            unknown("relation in `_count`", name, many, model=model.name)
    return tuple(_count(models, model, name, each, values) for name, each in wanted.items())


def _count(models: Models, model: Model, name: str, wanted: Any, values: Values) -> RelationCount:
    if wanted is True:
        return RelationCount(name)
    if not is_dict(wanted) or not wanted.keys() <= {"where"}:
        raise invalid(
            f"`_count` of `{model.name}.{name}` must be True, False or a dictionary with `where`",
            model=model.name,
            fields=(name,),
        )
    where = wanted.get("where")
    if where is None:
        return RelationCount(name)
    return RelationCount(name, read_where(models, models.target(model.links[name]), where, values))
