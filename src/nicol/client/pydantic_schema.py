"""How pydantic validates, writes and describes records: imported by nobody but pydantic's own call."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import msgspec
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from nicol.client.json_types import JsonClass, plain
from nicol.client.names import attribute_name, visible_fields
from nicol.client.record import Record
from nicol.schema.schema import Arity, Field, FieldType, JsonType, RelationField, Scalar, Schema


class Classes(Protocol):
    """The classes of a generated package and the schema that they were made from."""

    @property
    def schema(self) -> Schema:
        """The schema."""
        ...

    def model(self, name: str) -> type[Record]:
        """The class of a model."""
        ...

    def json_class(self, of: JsonType) -> JsonClass:
        """The type that a Json field holds."""
        ...

    def python_type(self, type: FieldType) -> Any:  # noqa: A002
        """The Python type of one value of a field."""
        ...


_COUNT = "_count"
"""How dictionaries call the counts of a record."""

_met: ContextVar[set[type] | None] = ContextVar("nicol_pydantic_met", default=None)


@contextmanager
def _one_walk() -> Generator[set[type]]:
    """The classes met since pydantic's outermost question: each is described once and referred to afterwards."""
    outer = _met.get()
    if outer is not None:
        yield outer
        return
    inner: set[type] = set()
    token = _met.set(inner)
    try:
        yield inner
    finally:
        _met.reset(token)


def core_schema_of(package: Classes, cls: type[Record], handler: GetCoreSchemaHandler) -> CoreSchema:
    """Takes a record, a dictionary or a JSON object; writes a JSON object."""
    reference = f"{cls.__module__}.{cls.__qualname__}:{id(cls)}"
    with _one_walk() as met:
        if cls in met:
            return core_schema.definition_reference_schema(reference)
        met.add(cls)
        fields = _fields(package, cls.__nicol_model__, handler)
    return _record_schema(cls, fields, reference)


def _record_schema(
    cls: type[Record], fields: dict[str, core_schema.TypedDictField], reference: str
) -> CoreSchema:
    names = cls.__nicol_package__.field_names
    plain = core_schema.typed_dict_schema(fields, cls_name=cls.__name__)

    def build(values: dict[str, Any]) -> Record:
        counted = values.pop(_COUNT, None)
        given = {attribute_name(name): value for name, value in values.items()}
        if counted is None:
            return cls(**given)
        package, relations = cls.__nicol_package__, tuple(counted)
        counts = package.counts(cls, relations)(*counted.values())
        shape: Any = package.shape(cls, frozenset(), relations)
        record: Record = shape(**given, counts=counts)
        return record

    def take_apart(record: Record) -> dict[str, Any]:
        shown = {name: getattr(record, attribute) for name, attribute in names(type(record))}
        return shown | {_COUNT: msgspec.to_builtins(shown[_COUNT])} if _COUNT in shown else shown

    from_plain = core_schema.no_info_after_validator_function(build, plain)
    return core_schema.json_or_python_schema(
        json_schema=from_plain,
        python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_plain]),
        serialization=core_schema.plain_serializer_function_ser_schema(take_apart, return_schema=plain),
        ref=reference,
    )


def _fields(
    package: Classes, model: str, handler: GetCoreSchemaHandler
) -> dict[str, core_schema.TypedDictField]:
    fields = visible_fields(package.schema, package.schema.model(model))
    many = any(isinstance(field, RelationField) and field.arity is Arity.LIST for field in fields)
    numbers = core_schema.dict_schema(core_schema.str_schema(), core_schema.int_schema())
    counts = {_COUNT: core_schema.typed_dict_field(numbers, required=False)} if many else {}
    return counts | {
        field.name: core_schema.typed_dict_field(
            _field_schema(package, field, handler),
            required=not isinstance(field, RelationField) and field.arity is Arity.REQUIRED,
        )
        for field in fields
    }


def _field_schema(package: Classes, field: Field, handler: GetCoreSchemaHandler) -> CoreSchema:
    match field:
        case RelationField():
            one = handler.generate_schema(package.model(field.model))
        case _ if field.type is Scalar.BYTES:
            one = bytes_schema()
        case _ if field.json_type is not None:
            one = typed_json_schema(package.json_class(field.json_type), handler)
        case _:
            one = handler.generate_schema(package.python_type(field.type))
    value = core_schema.list_schema(one) if field.arity is Arity.LIST else one
    nullable = isinstance(field, RelationField) or field.arity is Arity.OPTIONAL
    return core_schema.nullable_schema(value) if nullable else value


def typed_json_schema(of: JsonClass, handler: GetCoreSchemaHandler) -> CoreSchema:
    """A type of the program's own in a Json field."""
    if of.is_pydantic:
        return handler.generate_schema(of.type)
    return core_schema.no_info_after_validator_function(
        of.validated,
        core_schema.any_schema(),
        serialization=core_schema.plain_serializer_function_ser_schema(plain, when_used="json"),
    )


def bytes_schema() -> CoreSchema:
    """Bytes, which JSON says in base64."""
    from_text = core_schema.no_info_after_validator_function(b64decode, core_schema.str_schema())
    return core_schema.json_or_python_schema(
        json_schema=from_text,
        python_schema=core_schema.union_schema([core_schema.bytes_schema(strict=True), from_text]),
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda value: b64encode(value).decode(), return_schema=core_schema.str_schema(), when_used="json"
        ),
        metadata={"pydantic_js_updates": {"format": "base64"}},
    )
