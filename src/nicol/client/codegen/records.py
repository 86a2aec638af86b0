"""The generated stub `models.pyi`: one class for each model."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nicol.client.codegen.source import BANNER, docstring, json_imports
from nicol.client.json_types import json_alias
from nicol.client.names import attribute_name, visible_fields, visible_models
from nicol.schema.schema import Arity, EnumRef, Field, Model, RelationField, Scalar, Schema, Unsupported

_VALUES = {
    Scalar.STRING: "str",
    Scalar.BOOLEAN: "bool",
    Scalar.INT: "int",
    Scalar.BIGINT: "int",
    Scalar.FLOAT: "float",
    Scalar.DECIMAL: "_Decimal",
    Scalar.DATETIME: "_datetime",
    Scalar.JSON: "_Any",
    Scalar.BYTES: "bytes",
}
_IMPORTS = {
    "_datetime": "from datetime import datetime as _datetime",
    "_Decimal": "from decimal import Decimal as _Decimal",
    "_Any": "from typing import Any as _Any",
    "_enums": "from . import enums as _enums",
}
_BASES = {
    "struct": ("_Record, kw_only=True", "from nicol.client import Record as _Record"),
    "pydantic": ("_Record", "from nicol.client.pydantic_record import PydanticRecord as _Record"),
}
_WORD = re.compile(r"\w+")


def models_stub(schema: Schema, models: str) -> str:
    """The text of `models.pyi`; `models`: whose they are, `struct` or `pydantic`."""
    base = _BASES[models]
    hidden: set[str] = set()
    lines: list[str] = []
    for model in visible_models(schema):
        fields = visible_fields(schema, model)
        taken = {attribute_name(field.name) for field in fields}
        hidden |= {word for field in fields for word in _words(field) if word in taken}
        lines += [f"class {model.name}({base[0]}):", *docstring(_model_doc(model))]
        for field in fields:
            lines += [
                f"    {attribute_name(field.name)}: {_annotation(field, taken)}",
                *docstring(field.documentation),
            ]
        lines += ["", *_counts(model, fields)]
    body = "\n".join([*lines, *(f"_{word} = {word}" for word in sorted(hidden)), ""])
    words = set(_WORD.findall(body))
    return "\n".join(
        [
            BANNER,
            *(line for word, line in _IMPORTS.items() if word in words),
            *json_imports(schema),
            base[1],
            "",
            body,
        ]
    )


def _counts(model: Model, fields: Iterable[Field]) -> list[str]:
    """The numbers of related rows, as far as a call counted them, as an attribute of the record."""
    many = [field for field in fields if isinstance(field, RelationField) and field.arity is Arity.LIST]
    if not many:
        return []
    return [
        "    @property",
        f"    def counts(self) -> _{model.name}Counts:",
        '        """What the call counted with `_count`; AttributeError for what it did not."""',
        "",
        f"class _{model.name}Counts:",
        *(f"    {attribute_name(field.name)}: int" for field in many),
        "",
    ]


def _model_doc(model: Model) -> str:
    return model.documentation or f"One row of the model {model.name}."


def _words(field: Field) -> tuple[str, ...]:
    """The words of a field's annotation that an attribute of the same name would hide."""
    word = field.model if isinstance(field, RelationField) else _one(field)
    return (word, "list")


def _one(field: Field) -> str:
    match field:
        case RelationField():
            return field.model
        case _:
            pass
    match field.type:
        case EnumRef(name):
            return f"_enums.{name}"
        case Scalar.JSON if field.json_type is not None:
            return json_alias(field.json_type)
        case Scalar():
            return _VALUES[field.type]
        case Unsupported():
            raise AssertionError(f"{field.name} is not shown")


def _annotation(field: Field, taken: set[str]) -> str:
    def spell(word: str) -> str:
        return f"_{word}" if word in taken else word

    one = spell(_one(field))
    value = f"{spell('list')}[{one}]" if field.arity is Arity.LIST else one
    match field:
        case RelationField():
            return f"{value} | None = None"
        case _ if field.arity is Arity.OPTIONAL:
            return f"{value} | None = None"
        case _ if field.arity is Arity.LIST:
            return f"{value} = ..."
        case _:
            return value
