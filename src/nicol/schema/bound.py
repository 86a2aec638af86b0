"""What the documents declare, tied together by name and still with its spans: what the rules judge and schemas are built of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from nicol.diagnostics import Span
from nicol.schema.annotations.place import Annotations
from nicol.schema.attributes import (
    BoundAttribute,
)
from nicol.schema.document import (
    Attribute,
    Document,
    EnumDeclaration,
    EnumValueDeclaration,
    Expression,
    FieldDeclaration,
    ModelDeclaration,
    ModelKind,
    SettingsDeclaration,
)
from nicol.schema.provider import KeyKind
from nicol.schema.schema import Arity, FieldType


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The type of a field that leads to another model, by its name."""

    name: str


Target: TypeAlias = FieldType | ModelRef | None


def mapped_name(attributes: Mapping[str, BoundAttribute], name: str) -> str:
    """The name that `@map` or `@@map` gives, else the name itself."""
    mapping = attributes.get("map")
    return (mapping.string("name") if mapping else None) or name


def namespace_of(attributes: Mapping[str, BoundAttribute]) -> str | None:
    """The schema of the database that `@@schema` gives."""
    attribute = attributes.get("schema")
    return attribute.string("map") if attribute else None


@dataclass(frozen=True, slots=True)
class BoundKeyField:
    """One field of a key and its options, as written: `title(sort: Desc)`."""

    name: str
    span: Span
    options: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class BoundKey:
    """An id, unique criterion or index. `field` is the one it is written on, None for a `@@` attribute."""

    kind: KeyKind
    attribute: BoundAttribute
    fields: tuple[BoundKeyField, ...]
    field: str | None = None

    @property
    def mark(self) -> str:
        """Its attribute as findings call it: `@unique` or `@@unique`."""
        return f"@{self.kind.value}" if self.field else f"@@{self.kind.value}"

    @property
    def given_name(self) -> str | None:
        """The name that the schema gives it in the database; `name` of an index is an older spelling of `map`."""
        older = self.attribute.string("name") if self.kind is KeyKind.INDEX else None
        return self.attribute.string("map") or older

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields in order."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field with its type looked up; `target` is None when there is no such type."""

    model: str
    syntax: FieldDeclaration
    target: Target
    attributes: Mapping[str, BoundAttribute]
    native: Attribute | None = None

    @property
    def name(self) -> str:
        """Its name in the schema."""
        return self.syntax.name.text

    @property
    def arity(self) -> Arity:
        """How many values it holds."""
        return self.syntax.type.arity

    @property
    def mapped(self) -> str:
        """Its name in the database."""
        return mapped_name(self.attributes, self.name)

    @property
    def relation(self) -> BoundAttribute | None:
        """Its `@relation`, if it has one."""
        return self.attributes.get("relation")


@dataclass(frozen=True, slots=True)
class BoundModel:
    """A model or view with its fields and keys by name."""

    syntax: ModelDeclaration
    fields: Mapping[str, BoundField]
    attributes: Mapping[str, BoundAttribute]
    keys: tuple[BoundKey, ...]

    @property
    def name(self) -> str:
        """Its name in the schema."""
        return self.syntax.name.text

    @property
    def mapped(self) -> str:
        """Its table's name in the database."""
        return mapped_name(self.attributes, self.name)

    @property
    def namespace(self) -> str | None:
        """The schema of the database that it lives in, where it names one."""
        return namespace_of(self.attributes)

    @property
    def is_view(self) -> bool:
        """True for a `view` block."""
        return self.syntax.kind is ModelKind.VIEW

    @property
    def id(self) -> BoundKey | None:
        """Its first id."""
        return next((key for key in self.keys if key.kind is KeyKind.ID), None)

    @property
    def criteria(self) -> tuple[BoundKey, ...]:
        """Its ids and unique criteria."""
        return tuple(key for key in self.keys if key.kind in {KeyKind.ID, KeyKind.UNIQUE})


@dataclass(frozen=True, slots=True)
class BoundEnum:
    """An enum with its values by name."""

    syntax: EnumDeclaration
    values: Mapping[str, EnumValueDeclaration]
    attributes: Mapping[str, BoundAttribute]

    @property
    def name(self) -> str:
        """Its name in the schema."""
        return self.syntax.name.text

    @property
    def mapped(self) -> str:
        """Its type's name in the database."""
        return mapped_name(self.attributes, self.name)

    @property
    def namespace(self) -> str | None:
        """The schema of the database that it lives in, where it names one."""
        return namespace_of(self.attributes)


@dataclass(frozen=True, slots=True)
class RelationGroup:
    """All relation fields between the same two models (`models` in alphabetical order) that give the same relation name."""

    models: tuple[str, str]
    name: str | None
    fields: tuple[BoundField, ...]

    @property
    def is_self(self) -> bool:
        """True when a model relates to itself."""
        return self.models[0] == self.models[1]

    @property
    def pair(self) -> tuple[BoundField, BoundField] | None:
        """The two sides in the text's order; None while there are not exactly two."""
        if len(self.fields) != 2:
            return None
        first, second = self.fields
        return (first, second) if self.is_self or first.model != second.model else None


@dataclass(frozen=True, slots=True)
class Binding:
    """All documents of one schema, tied together; of several declarations of one name, the first."""

    documents: tuple[Document, ...]
    datasource: SettingsDeclaration | None
    models: Mapping[str, BoundModel]
    enums: Mapping[str, BoundEnum]
    relations: tuple[RelationGroup, ...]
    annotations: Annotations
