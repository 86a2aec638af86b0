"""What `order` takes, and the names of fields."""

from __future__ import annotations

from nicol.client.codegen.source import Key, alias, literal, typed_dict
from nicol.client.codegen.values import Shown
from nicol.schema.schema import Arity, RelationField, ScalarField


def model_orders(shown: Shown) -> list[str]:
    """`FieldName`, `OrderByInput`, and the order of relations that lead to many rows of the model."""
    plain = (field for field in shown.scalars if field.encrypted is None)
    keys = [*map(_order, plain), *map(_relation_order, shown.relations)]
    return [
        *alias(f"{shown.name}FieldName", literal(field.name for field in shown.scalars)),
        *typed_dict(f"{shown.name}OrderByInput", keys),
        *(typed_dict(f"{shown.name}ListOrder", _measures(shown)) if True in shown.led_to else []),
    ]


def _measures(shown: Shown) -> list[Key]:
    """The keys about what many rows come to."""
    name = shown.name
    return [
        Key("where", f"{name}WhereInput"),
        Key("_count", "NullableOrder"),
        Key("_count_distinct", f"Mapping[{name}DistinctName, NullableOrder]"),
        *(Key(word, f"Mapping[{name}NumberName, NullableOrder]") for word in ("_sum", "_avg")),
        *(Key(word, f"Mapping[{name}ComparedName, NullableOrder]") for word in ("_min", "_max")),
    ]


def _order(field: ScalarField) -> Key:
    return Key(field.name, "NullableOrder" if field.arity is Arity.OPTIONAL else "SortOrder")


def _relation_order(field: RelationField) -> Key:
    return Key(field.name, f"{field.model}{'ListOrder' if field.arity is Arity.LIST else 'OrderByInput'}")
