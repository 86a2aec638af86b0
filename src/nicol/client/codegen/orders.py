"""What `order` takes, and the names of fields."""

from __future__ import annotations

from nicol.client.codegen.source import Key, alias, literal, typed_dict
from nicol.client.codegen.values import Shown, uniques
from nicol.schema.schema import Arity, RelationField, ScalarField


def model_orders(shown: Shown) -> list[str]:
    """`FieldName`, `KeyName` and `OrderByInput`."""
    keys = [*map(_order, shown.scalars), *map(_relation_order, shown.relations)]
    return [
        *alias(f"{shown.name}FieldName", literal(field.name for field in shown.scalars)),
        *alias(f"{shown.name}KeyName", _keys(shown)),
        *typed_dict(f"{shown.name}OrderByInput", keys),
    ]


def _keys(shown: Shown) -> str:
    keys = [unique.key for unique in uniques(shown.model)]
    return literal(keys) if keys else "str"


def _order(field: ScalarField) -> Key:
    return Key(field.name, "NullableOrder" if field.arity is Arity.OPTIONAL else "SortOrder")


def _relation_order(field: RelationField) -> Key:
    return Key(field.name, "CountOrder" if field.arity is Arity.LIST else f"{field.model}OrderByInput")
