"""What can be computed from the rows of a relation, for filters and orders: their number, and figures of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicol.query.faults import invalid, unknown
from nicol.query.models import Field, Model
from nicol.schema.schema import Arity, Scalar

COUNT = "_count"
"""How many rows there are."""

_NUMBERS = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL})
_ORDERED = _NUMBERS | {Scalar.STRING, Scalar.DATETIME}

_FIELDS: Mapping[str, frozenset[Scalar]] = {
    "_min": _ORDERED,
    "_max": _ORDERED,
    "_sum": _NUMBERS,
    "_avg": _NUMBERS,
}

AGGREGATES = (COUNT, *_FIELDS)
"""The words for what is computed."""

COMPUTED_OPERATORS = frozenset({"equals", "not", "in", "not_in", "lt", "lte", "gt", "gte"})
"""What a filter may ask of a computed value."""


def aggregated_field(model: Model, word: str, name: Any) -> Field:
    """The field that a figure is computed from; QueryInvalid for one that it cannot be computed from."""
    fits = [
        each.name
        for each in model.fields.values()
        if each.type in _FIELDS[word] and each.arity is not Arity.LIST
    ]
    if name in fits:
        return model.fields[name]
    if name not in model.fields:
        unknown(f"field in `{word}`", name, fits, model=model.name)
    raise invalid(
        f"`{word}` cannot be computed from `{model.name}.{name}`",
        model=model.name,
        fields=(name,),
        hint=f"it takes {', '.join(f'`{each}`' for each in fits) or 'no field of this model'}",
    )
