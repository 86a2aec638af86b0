"""A schema's names as dictionaries, for those who look up often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nicol.schema.schema import Enum, Field, Model, Relation, Schema


@dataclass(frozen=True, slots=True)
class SchemaIndex:
    """The models, their fields, the enums and the relations of a schema by name."""

    models: Mapping[str, Model]
    fields: Mapping[str, Mapping[str, Field]]
    enums: Mapping[str, Enum]
    relations: Mapping[str, Relation]

    @classmethod
    def of(cls, schema: Schema) -> SchemaIndex:
        """The dictionaries of a schema, built once."""
        return cls(
            {model.name: model for model in schema.readable},
            {model.name: {field.name: field for field in model.fields} for model in schema.readable},
            {enum.name: enum for enum in schema.enums},
            {relation.name: relation for relation in schema.relations},
        )
