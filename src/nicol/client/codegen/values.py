"""The types of values in inputs, and the parts of a model that its inputs are written from."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.client.json_types import json_alias
from nicol.client.names import visible_models, visible_relations, visible_scalars
from nicol.schema.schema import (
    Arity,
    EncryptionMode,
    EnumRef,
    ForeignKeyRelation,
    Model,
    RelationField,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)

_VALUES = {
    Scalar.STRING: "str",
    Scalar.BOOLEAN: "bool",
    Scalar.INT: "int",
    Scalar.BIGINT: "int",
    Scalar.FLOAT: "float",
    Scalar.DECIMAL: "DecimalInput",
    Scalar.DATETIME: "datetime",
    Scalar.JSON: "JsonInput",
    Scalar.BYTES: "bytes",
}
_FAMILIES = {scalar: scalar.value for scalar in Scalar} | {Scalar.BIGINT: "Int"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A model or a view as a client shows it. `led_to`: whether relations lead to one row of it (False) and to many (True).

    `writable`: the relations that may stand in data, which are not those to views that hold the key. `foreign`: the columns
    that a relation can fill.
    """

    model: Model
    is_view: bool
    scalars: tuple[ScalarField, ...]
    relations: tuple[RelationField, ...]
    writable: tuple[RelationField, ...]
    led_to: frozenset[bool]
    foreign: frozenset[str]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name


def shown_models(schema: Schema) -> tuple[Shown, ...]:
    """The models that a client shows, in the schema's order."""
    models = visible_models(schema)
    relations = {model.name: visible_relations(schema, model) for model in models}
    led_to: dict[str, set[bool]] = {model.name: set() for model in models}
    for field in (field for fields in relations.values() for field in fields):
        led_to[field.model].add(field.arity is Arity.LIST)
    return tuple(
        Shown(
            model,
            model in schema.views,
            visible_scalars(model),
            relations[model.name],
            tuple(field for field in relations[model.name] if _is_writable(schema, model, field)),
            frozenset(led_to[model.name]),
            foreign_fields(schema, model),
        )
        for model in models
    )


def _is_writable(schema: Schema, model: Model, field: RelationField) -> bool:
    if schema.model(field.model) not in schema.views:
        return True
    relation = schema.relation(field.relation)
    return isinstance(relation, ForeignKeyRelation) and relation.child == model.name


def foreign_fields(schema: Schema, model: Model) -> frozenset[str]:
    """The columns that a relation can fill, so that a create need not give them."""
    relations = (relation for relation in schema.relations if isinstance(relation, ForeignKeyRelation))
    return frozenset(
        field for relation in relations if relation.child == model.name for field in relation.fields
    )


@dataclass(frozen=True, slots=True)
class Unique:
    """One way to name a row: a field, or several under one key."""

    key: str
    fields: tuple[str, ...]


def uniques(model: Model) -> tuple[Unique, ...]:
    """The ways to name a row of a model: the id first."""
    keys = [(key.name, key.fields) for key in [model.primary_key] if key is not None]
    keys += [(key.name, key.fields) for key in model.uniques if key.where is None]
    shown = {field.name for field in visible_scalars(model) if field.encrypted is None}
    found: dict[str, Unique] = {}
    for given, fields in keys:
        names = tuple(field.name for field in fields)
        if shown.issuperset(names):
            name = names[0] if len(names) == 1 else given or "_".join(names)
            found.setdefault(name, Unique(name, names))
    return tuple(found.values())


def value(field: ScalarField) -> str:
    """The type of one value that a call gives."""
    match field.type:
        case EnumRef(name):
            return f"{name}Value"
        case Scalar.JSON if field.json_type is not None:
            return f"{json_alias(field.json_type)} | JsonInput"
        case Scalar():
            return _VALUES[field.type]
        case Unsupported():
            raise AssertionError(f"{field.name} is not shown")


def family(field: ScalarField) -> str:
    """What the names of a field's filters and changes begin with."""
    match field.type:
        case EnumRef(name):
            return name
        case Scalar():
            return _FAMILIES[field.type]
        case Unsupported():
            raise AssertionError(f"{field.name} is not shown")


def is_searched(field: ScalarField) -> bool:
    """True when rows are found by a value of the field."""
    how = field.encrypted
    if how is None:
        return True
    return field.type is not Scalar.JSON and (
        how.mode is EncryptionMode.DETERMINISTIC or how.blind_index is not None
    )


def nullable(field: ScalarField) -> str:
    """What the names of inputs begin with that also take None."""
    return "Nullable" if field.arity is Arity.OPTIONAL else ""


def written(field: ScalarField) -> str:
    """The type of all that a row holds in a field."""
    match field.arity:
        case Arity.LIST:
            return f"Sequence[{value(field)}]"
        case Arity.OPTIONAL:
            return f"{value(field)} | None"
        case Arity.REQUIRED:
            return value(field)
