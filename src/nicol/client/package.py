"""What a generated package is at run time: its schema read when it is needed, its classes made on first use."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from threading import RLock
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, ForwardRef, cast

import msgspec

from nicol.client.json_types import JsonClass, json_alias
from nicol.client.names import (
    attribute_name,
    delegate_name,
    member_name,
    visible_fields,
    visible_models,
)
from nicol.client.record import Record
from nicol.client.shaped import COUNTS, Counts, counts_class, shaped_class
from nicol.schema import stored
from nicol.schema.schema import (
    Arity,
    EnumRef,
    Field,
    FieldType,
    JsonType,
    Model,
    RelationField,
    Scalar,
    Schema,
    Unsupported,
)

if TYPE_CHECKING:
    from nicol.query.typed import TypedQuery

SCHEMA_FILE = "schema.stored"
"""The file of a generated package that holds its schema."""

QUERIES_FILE = "queries.stored"
"""The file of a generated package that holds its typed queries."""

_PYTHON_TYPES: dict[Scalar, type] = {
    Scalar.STRING: str,
    Scalar.BOOLEAN: bool,
    Scalar.INT: int,
    Scalar.BIGINT: int,
    Scalar.FLOAT: float,
    Scalar.DECIMAL: Decimal,
    Scalar.DATETIME: datetime,
    Scalar.BYTES: bytes,
}


class Package:
    """One generated package: where it lies and how it was made; its classes and its schema.

    `portable`: the project runs on several databases, so that each stores values as the strictest of them does.
    `base`: the folder, seen from the package, against which relative paths in database URLs are resolved.
    """

    models_are: ClassVar[str] = "struct"
    """Whose the models are: the word of the generator block."""

    def __init__(self, name: str, file: str, *, portable: bool = False, base: str = ".") -> None:
        self.name = name
        self.portable = portable
        self.folder = Path(file).parent
        self.base = base
        self._records: dict[str, type[Record]] = {}
        self._enums: dict[str, type[StrEnum]] = {}
        self._shapes: dict[tuple[Any, ...], type[Record]] = {}
        self._counts: dict[tuple[Any, ...], type[Counts]] = {}
        self._making = RLock()

    @property
    def schema(self) -> Schema:
        """The schema that the package was generated from."""
        return self._schema

    @cached_property
    def _schema(self) -> Schema:
        return stored.load((self.folder / SCHEMA_FILE).read_bytes())

    @cached_property
    def queries(self) -> dict[str, TypedQuery]:
        """The queries that were made of files of SQL, by their names."""
        from nicol.query.typed import read_queries

        path = self.folder / QUERIES_FILE
        return read_queries(path.read_bytes()) if path.is_file() else {}

    @cached_property
    def models(self) -> dict[str, Model]:
        """The models and views that the client shows, by their names."""
        return {model.name: model for model in visible_models(self.schema)}

    @cached_property
    def enum_names(self) -> frozenset[str]:
        """The names of the enums."""
        return frozenset(enum.name for enum in self.schema.enums)

    @cached_property
    def delegates(self) -> dict[str, str]:
        """The model that each delegate of the client leads to."""
        return {delegate_name(name): name for name in self.models}

    @cached_property
    def operations(self) -> dict[str, type[Any]]:
        """What holds the operations of each model and view."""
        from nicol.client.delegate import Delegate, ViewDelegate

        views = {view.name for view in self.schema.views}
        return {name: ViewDelegate if name in views else Delegate for name in self.models}

    # ---- classes -------------------------------------------------------------------------------------------------

    def model(self, name: str) -> type[Record]:
        """The class of a model."""
        made = self._records.get(name)
        if made is None:
            with self._making:
                made = self._records.get(name) or self._make_record(self.models[name])
                self._records[name] = made
        return made

    def delegate(self, name: str) -> type[Any] | None:
        """The class of a model's operations, `UserDelegate` or `AsyncUserDelegate`; None where no model has such."""
        from nicol.client.delegate import delegate_class

        model = self._delegated.get(name)
        if model is None:
            return None
        return delegate_class(name, f"{self.name}.delegates", model, self.operations[model])

    @cached_property
    def _delegated(self) -> dict[str, str]:
        kinds = ("Async", "")  # a model may be called `Async…` itself: its own name comes last and wins
        return {f"{kind}{model}Delegate": model for kind in kinds for model in self.models}

    @property
    def delegate_names(self) -> Collection[str]:
        """The names of all classes of operations."""
        return self._delegated

    def enum(self, name: str) -> type[StrEnum]:
        """The class of an enum."""
        made = self._enums.get(name)
        if made is None:
            with self._making:
                made = self._enums.get(name) or self._make_enum(name)
                self._enums[name] = made
        return made

    def json_class(self, of: JsonType) -> JsonClass:
        """The type that a Json field holds."""
        return self._json_classes.setdefault(of, JsonClass(of))

    @cached_property
    def _json_classes(self) -> dict[JsonType, JsonClass]:
        return {}

    def python_type(self, type: FieldType) -> Any:  # noqa: A002
        """The Python type of one value of a field."""
        match type:
            case EnumRef(name):
                return self.enum(name)
            case Scalar.JSON | Unsupported():
                return Any
            case _:
                return _PYTHON_TYPES[type]

    def field_names(self, record: type[Record]) -> tuple[tuple[str, str], ...]:
        """Each field that records of a class hold and the attribute that holds it, in the schema's order, `_count` last."""
        known = self._field_names.get(record)
        if known is None:
            fields = visible_fields(self.schema, self.models[record.__nicol_model__])
            names = [(field.name, attribute_name(field.name)) for field in fields]
            counts = [("_count", COUNTS)] if COUNTS in record.__struct_fields__ else []
            known = (*(name for name in names if name[1] not in record.__nicol_absent__), *counts)
            self._field_names[record] = known
        return known

    def shape(
        self, record: type[Record], absent: frozenset[str], counts: tuple[str, ...] = ()
    ) -> type[Record]:
        """The class of a model's records without these attributes, and with the counts of these relations."""
        if not absent and not counts:
            return record
        key = (record, absent, counts)
        with self._making:
            made = self._shapes.get(key)
            if made is None:
                made = shaped_class(record, absent, self.counts(record, counts) if counts else None)
                self._shapes[key] = made
        return made

    def counts(self, record: type[Record], relations: tuple[str, ...]) -> type[Counts]:
        """The class of the counts of these relations of a model."""
        key = (record, relations)
        with self._making:
            made = self._counts.get(key) or counts_class(record, relations)
            self._counts[key] = made
        return made

    def core_schema(self, record: type[Record], handler: Any) -> Any:
        """How pydantic validates, writes and describes a record; pydantic itself asks, so that it is there."""
        from nicol.client.pydantic_schema import core_schema_of

        return core_schema_of(self, record, handler)

    @cached_property
    def _field_names(self) -> dict[type[Record], tuple[tuple[str, str], ...]]:
        return {}

    def resolve(self, record: type[Record]) -> None:
        """Make every class that a record can lead to, so that the names in its annotations have a meaning."""
        waiting, met = [record.__nicol_model__], set[str]()
        module = importlib.import_module(f"{self.name}.models")
        while waiting:
            name = waiting.pop()
            if name not in met:
                met.add(name)
                setattr(module, name, self.model(name))
                for field in self.models[name].scalars:
                    if field.json_type is not None:
                        setattr(module, json_alias(field.json_type), self.json_class(field.json_type).type)
                waiting += [
                    field.model for field in self.models[name].relations if field.model in self.models
                ]

    def _make_record(self, model: Model) -> type[Record]:
        fields = record_fields(self.schema, model)
        renamed = {attribute_name(field.name): field.name for field in fields}
        made = msgspec.defstruct(
            model.name,
            [self._struct_field(field) for field in fields],
            bases=(Record,),
            module=f"{self.name}.models",
            namespace={
                "__doc__": model.documentation,
                "__nicol_package__": self,
                "__nicol_model__": model.name,
            },
            rename=renamed,
            gc=False,
        )
        record = cast("type[Record]", made)
        record.__nicol_whole__ = record
        return record

    def _struct_field(self, field: Field) -> Any:
        name = attribute_name(field.name)
        if isinstance(field, RelationField):  # by name, since the other class may not be made yet
            many = field.arity is Arity.LIST
            return (
                name,
                GenericAlias(list, (field.model,)) | None if many else f"{field.model} | None",
                None,
            )
        one = self.python_type(field.type)
        if field.json_type is not None:  # by name too: it is not imported before it is needed
            one = ForwardRef(json_alias(field.json_type))
        match field.arity:
            case Arity.REQUIRED:
                return (name, one)
            case Arity.OPTIONAL:
                return (name, one | None, None)
            case Arity.LIST:
                return (name, GenericAlias(list, (one,)), msgspec.field(default_factory=list))

    def _make_enum(self, name: str) -> type[StrEnum]:
        values = {member_name(value.name): value.name for value in self.schema.enum(name).values}
        made = cast("type[StrEnum]", StrEnum(name, values, module=f"{self.name}.enums"))
        made.__doc__ = self.schema.enum(name).documentation
        return made


def record_fields(schema: Schema, model: Model) -> tuple[Field, ...]:
    """The fields of a record in the order of its constructor: required, then optional columns, then relations."""
    fields = visible_fields(schema, model)
    return tuple(sorted(fields, key=_constructor_rank))


def _constructor_rank(field: Field) -> int:
    match field:
        case RelationField():
            return 2
        case _:
            return 0 if field.arity is Arity.REQUIRED else 1
