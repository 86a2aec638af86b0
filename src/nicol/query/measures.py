"""What many rows are measured by: counts, sums, means and extremes of fields, each as a field of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from nicol.query.models import Field, Model, Models
from nicol.query.nodes.measures import Measure
from nicol.schema.schema import Arity, EnumRef, FieldType, Scalar

Function: TypeAlias = Literal["count", "count_distinct", "sum", "avg", "min", "max"]
FUNCTIONS: tuple[Function, ...] = ("count", "count_distinct", "sum", "avg", "min", "max")
"""Every measure, by the argument that asks for it; its key in an answer is the same with an underscore before it."""

_NUMBERS = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL})
_UNORDERED = frozenset({Scalar.JSON, Scalar.BYTES})
ROWS = "_all"
"""What counts rows where a field's name counts its values."""


def is_measured(field: Field, function: str) -> bool:
    """True when a field has such a measure."""
    if function == "count":
        return True
    if field.arity is Arity.LIST or field.secret:
        return False
    match function:
        case "count_distinct":
            return field.type is not Scalar.JSON
        case "sum" | "avg":
            return field.type in _NUMBERS
        case _:
            return isinstance(field.type, EnumRef) or field.type not in _UNORDERED


def is_key(field: Field) -> bool:
    """True when rows can be grouped by a field."""
    return field.type is not Scalar.JSON


def name_of(measure: Measure) -> str:
    """The name of a measure among the fields of an answer, which no field of a schema can have."""
    return f"_{measure.function}.{measure.field or ROWS}"


def field_of(models: Models, model: Model, measure: Measure) -> Field:
    """A measure as a field, with the way its values cross."""
    name = name_of(measure)
    match measure.function:
        case "count" | "count_distinct":
            return replace(models.measures[Scalar.BIGINT], name=name, arity=Arity.REQUIRED)
        case "sum" | "avg":
            assert measure.field is not None
            kind = _result(model.fields[measure.field].type, measure.function)
            return replace(models.measures[kind], name=name)
        case _:
            assert measure.field is not None
            return replace(model.fields[measure.field], name=name, arity=Arity.OPTIONAL)


def _result(type: FieldType, function: str) -> Scalar:  # noqa: A002
    """The type of a sum or a mean: whole numbers have whole sums, and means that are not."""
    match type:
        case Scalar.INT | Scalar.BIGINT:
            return Scalar.BIGINT if function == "sum" else Scalar.FLOAT
        case Scalar.DECIMAL:
            return Scalar.DECIMAL
        case _:
            return Scalar.FLOAT


def answered(model: Model, fields: Mapping[str, Field], key: Sequence[str]) -> Model:
    """The rows of groups as a model, so that they can be filtered and ordered as rows of tables are."""
    return Model(
        name=model.name,
        table=model.table,
        fields=fields,
        stored=fields,
        links={},
        keys={},
        id=tuple(key),
        indexes=(),
        schema=model.schema,
    )
