"""Reads `count`, `aggregate` and `group_by`: measures, keys, and what is asked of the groups themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from nicol.query.faults import invalid, unknown
from nicol.query.measures import FUNCTIONS, ROWS, answered, field_of, is_key, is_measured, name_of
from nicol.query.models import Field, Model, Models
from nicol.query.nodes.groups import Aggregate, GroupBy, GroupKey, Measure, Unit
from nicol.query.nodes.queries import Count
from nicol.query.read.kinds import is_dict, is_list, several
from nicol.query.read.page import read_page
from nicol.query.read.scalars import refuse_secret
from nicol.query.read.where import NO_FILTER, Values, read_where
from nicol.schema.schema import Arity, Scalar

UNITS: tuple[Unit, ...] = get_args(Unit)
"""The units of time by which moments can be grouped."""

MEASURES = frozenset(FUNCTIONS)
"""The arguments that ask for measures."""

_LOGIC = ("AND", "OR", "NOT")
_WORDS = {f"_{function}": function for function in FUNCTIONS}


def read_count(models: Models, model: Model, given: dict[str, Any], values: Values) -> Count | Aggregate:
    """How many rows a page has, or how many of its values are not null."""
    select, page = given.get("select"), read_page(models, model, _page(given), values)
    if select is None:
        return Count(model.name, page)
    measures = tuple(_measures(model, "count", select))
    if not measures:
        raise invalid("`select` of `count` asks for nothing", model=model.name, hint='write {"_all": True}')
    return Aggregate(model.name, page, measures, flat=True)


def read_aggregate(models: Models, model: Model, given: dict[str, Any], values: Values) -> Aggregate:
    """Measures of the rows of a page."""
    measures = _asked(model, given)
    if not measures:
        raise invalid(
            "`aggregate` asks for nothing",
            model=model.name,
            hint=f"give one of {', '.join(f'`{name}`' for name in FUNCTIONS)}",
        )
    return Aggregate(model.name, read_page(models, model, _page(given), values), measures)


def read_group_by(models: Models, model: Model, given: dict[str, Any], values: Values) -> GroupBy:
    """Measures of the rows of each group."""
    where = given.get("where")
    chosen = NO_FILTER if where is None else read_where(models, model, where, values)
    keys = tuple(_keys(models, model, given.get("by"), values, ()))
    _check_keys(model, keys)
    shown = _asked(model, given)
    asked = _Asked(model, keys, {name_of(measure): measure for measure in shown})
    page = {
        "where": None if given.get("having") is None else asked.having(given["having"]),
        "order": None if given.get("order") is None else [*asked.orders(given["order"])],
        "take": given.get("take"),
        "skip": given.get("skip"),
    }
    measures = tuple(asked.measures.values())
    groups = answered(model, _fields(models, model, keys, measures), tuple(key.name for key in keys))
    return GroupBy(model.name, keys, chosen, measures, len(shown), read_page(models, groups, page, values))


def _page(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given.get(name) for name in ("where", "order", "take", "skip", "cursor", "distinct")}


def _fields(
    models: Models, model: Model, keys: tuple[GroupKey, ...], measures: tuple[Measure, ...]
) -> dict[str, Field]:
    """The fields of the answer, as far as groups are filtered and ordered by them."""
    fields = {key.name: _end(models, model, key) for key in keys}
    return fields | {name_of(measure): field_of(models, model, measure) for measure in measures}


def _end(models: Models, model: Model, key: GroupKey) -> Field:
    for name in key.path:
        model = models.target(model.links[name])
    return model.fields[key.field]


# ---- measures ----------------------------------------------------------------------------------------------------


def _asked(model: Model, given: Mapping[str, Any]) -> tuple[Measure, ...]:
    return tuple(
        measure
        for function in FUNCTIONS
        if given.get(function) is not None
        for measure in _measures(model, function, given[function])
    )


def _measures(model: Model, function: str, wanted: Any) -> Iterable[Measure]:
    """The fields that an argument names: one, a list of them, or a dictionary in which they are True."""
    if wanted is False or wanted is True:
        if function != "count":
            raise invalid(f"`{function}` needs the names of fields, not {wanted}", model=model.name)
        return (Measure("count"),) if wanted else ()
    return tuple(dict.fromkeys(_measure(model, function, name) for name in _named(model, function, wanted)))


def _named(model: Model, function: str, wanted: Any) -> list[Any]:
    if is_list(wanted):
        return list(wanted)
    if not is_dict(wanted):
        return [wanted]
    for name, value in wanted.items():
        if value is not True and value is not False and value is not None:
            raise invalid(
                f"`{name}` in `{function}` must be True or False, not {type(value).__name__}",
                model=model.name,
                fields=(str(name),),
            )
    return [name for name, value in wanted.items() if value]


def _measure(model: Model, function: str, name: Any) -> Measure:
    if name == ROWS and function == "count":
        return Measure("count")
    field = model.fields.get(name) if isinstance(name, str) else None
    if field is not None and is_measured(field, function):
        return Measure(function, field.name)
    known = [each.name for each in model.fields.values() if is_measured(each, function)]
    if field is not None:
        raise invalid(
            f"`{model.name}.{field.name}` has no `{function}`",
            model=model.name,
            fields=(field.name,),
            hint=f"fields with one: {', '.join(known) or 'none'}",
        )
    return unknown(f"field in `{function}`", name, known, model=model.name)


# ---- keys --------------------------------------------------------------------------------------------------------


def _keys(
    models: Models, model: Model, given: Any, values: Values, path: tuple[str, ...]
) -> Iterable[GroupKey]:
    """What rows are grouped by: names, and dictionaries of units of time and of fields of to-one relations."""
    for each in several(given):
        if is_dict(each):
            for name, value in each.items():
                yield from _structured(models, model, name, value, values, path)
        else:
            yield GroupKey(_key_field(model, each).name, path)


def _structured(
    models: Models, model: Model, name: Any, value: Any, values: Values, path: tuple[str, ...]
) -> Iterable[GroupKey]:
    link = model.links.get(name)
    if link is not None:
        if link.many:
            raise invalid(
                f"rows cannot be grouped by `{name}`, which leads to many rows",
                model=model.name,
                fields=(name,),
            )
        yield from _keys(models, models.target(link), value, values, (*path, name))
    elif value is True:
        yield GroupKey(_key_field(model, name).name, path)
    elif value is not False and value is not None:
        yield _bucket(model, _key_field(model, name), value, values, path)


def _key_field(model: Model, name: Any) -> Field:
    field = model.fields.get(name) if isinstance(name, str) else None
    if field is None:
        ones = [link.name for link in model.links.values() if not link.many]
        if name in ones:
            raise invalid(
                f"`by` needs a field of the relation `{name}`",
                model=model.name,
                fields=(str(name),),
                hint=f'write {{"{name}": "field"}}',
            )
        return unknown("field in `by`", name, (*model.fields, *ones), model=model.name)
    refuse_secret(model, field.name, "`by`")
    if not is_key(field):
        raise invalid(
            f"rows cannot be grouped by the Json field `{model.name}.{field.name}`",
            model=model.name,
            fields=(field.name,),
            hint="keep what you group by in a field of its own",
        )
    return field


def _bucket(model: Model, field: Field, value: Any, values: Values, path: tuple[str, ...]) -> GroupKey:
    """A unit of time, alone or with the zone whose clock tells it."""
    given = value if is_dict(value) else {"bucket": value}
    for word in given:
        if word not in ("bucket", "zone"):
            unknown(
                f"word in `by` of `{field.name}`",
                word,
                ("bucket", "zone"),
                model=model.name,
                field=field.name,
            )
    unit, zone = given.get("bucket"), given.get("zone")
    if unit not in UNITS:
        unknown(f"unit of time of `{field.name}`", unit, UNITS, model=model.name, field=field.name)
    _check_moment(model, field, unit, zone)
    if zone is not None:
        values.append(zone)
    return GroupKey(field.name, path, unit=unit, zone=None if zone is None else len(values) - 1)


def _check_moment(model: Model, field: Field, unit: str, zone: Any) -> None:
    native = model.schema.scalar(field.name).native
    kind = native.name if native else "Timestamp"
    if field.type is not Scalar.DATETIME or field.arity is Arity.LIST or kind in ("Time", "Timetz"):
        raise invalid(
            f"`{model.name}.{field.name}` has no {unit}: only a DateTime has",
            model=model.name,
            fields=(field.name,),
        )
    if zone is not None and kind == "Date":
        raise invalid(
            f"`{model.name}.{field.name}` is a day without a time, which is the same in every zone",
            model=model.name,
            fields=(field.name,),
            hint="leave `zone` out",
        )


def _check_keys(model: Model, keys: tuple[GroupKey, ...]) -> None:
    if not keys:
        raise invalid("`group_by` needs `by`: what the rows are grouped by", model=model.name, code="P2012")
    names = [key.name for key in keys]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"`by` names `{name}` twice", model=model.name, fields=(name,))


# ---- what is asked of groups -------------------------------------------------------------------------------------


class _Asked:
    """`having` and `order` in terms of the answer's fields; `measures` grows by those that only they speak of."""

    def __init__(self, model: Model, keys: tuple[GroupKey, ...], measures: dict[str, Measure]) -> None:
        self.model = model
        self.keys = {key.name: key for key in keys}
        self.measures = measures

    def having(self, given: Any) -> dict[str, Any]:
        """The filter of groups."""
        if not is_dict(given):
            raise invalid(f"`having` must be a dictionary, not {type(given).__name__}", model=self.model.name)
        parts = [self._entry(name, value) for name, value in given.items()]
        return {"AND": parts}

    def _entry(self, name: Any, value: Any) -> dict[str, Any]:
        if name in _LOGIC:
            branches = [self.having(each) for each in (value if is_list(value) else [value])]
            return {name: branches}
        if name == "_count":
            return {self._need(Measure("count")): value}
        field = self.model.fields.get(name)
        if field is None:
            unknown("field in `having`", name, (*self.model.fields, "_count", *_LOGIC), model=self.model.name)
        if not is_dict(value):
            return {self._key(name): value}
        asked = {self._measured(word, name): value[word] for word in value if word in _WORDS}
        rest = {word: operand for word, operand in value.items() if word not in _WORDS}
        return asked | ({self._key(name): rest} if rest or not asked else {})

    def _key(self, name: str) -> str:
        key = self.keys.get(name)
        if key is None:
            raise invalid(
                f"`having` asks for `{name}`, by which the rows are not grouped",
                model=self.model.name,
                fields=(name,),
                hint=f'ask for a measure, as {{"{name}": {{"_max": {{"gt": …}}}}}}, or filter the rows in `where`',
            )
        if key.unit is not None:
            raise invalid(
                f"`having` cannot ask for the {key.unit} of `{name}`",
                model=self.model.name,
                fields=(name,),
                hint="filter the rows in `where`",
            )
        return name

    def _measured(self, word: str, name: str) -> str:
        return self._need(_measure(self.model, _WORDS[word], name))

    def _need(self, measure: Measure) -> str:
        name = name_of(measure)
        self.measures.setdefault(name, measure)
        return name

    def orders(self, given: Any) -> Iterable[dict[str, Any]]:
        """The keys of the order of groups."""
        for each in given if is_list(given) else [given]:
            if not is_dict(each):
                raise invalid("`order` must be a dictionary or a list of them", model=self.model.name)
            for name, value in each.items():
                yield from self._ordered(name, value)

    def _ordered(self, name: Any, value: Any) -> Iterable[dict[str, Any]]:
        if name not in _WORDS:
            yield from self._ordered_key(name, value)
        elif name == "_count" and (not is_dict(value) or {"sort", "nulls"} >= set(value)):
            yield {self._need(Measure("count")): value}
        elif not is_dict(value):
            raise invalid(
                f"an order by `{name}` needs a field",
                model=self.model.name,
                hint=f'write {{"{name}": {{"field": "desc"}}}}',
            )
        else:
            for field, direction in value.items():
                yield {self._need(_measure(self.model, _WORDS[name], field)): direction}

    def _ordered_key(self, name: Any, value: Any) -> Iterable[dict[str, Any]]:
        if is_dict(value) and not {"sort", "nulls"} >= set(value):
            for field, nested in value.items():
                yield from self._ordered_key(f"{name}.{field}", nested)
        elif name in self.keys:
            yield {name: value}
        else:
            raise invalid(
                f"`order` asks for `{name}`, by which the rows are not grouped",
                model=self.model.name,
                fields=(str(name),),
                hint=f"grouped by: {', '.join(self.keys)}; measures: {', '.join(_WORDS)}",
            )
