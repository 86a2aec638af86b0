"""The schema as queries see it: for each model its columns with their codecs, its keys and its links to other models."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeAlias

from nicol.dialects.dialect import Codec, Dialect, Encode
from nicol.query.faults import foreign_key_name
from nicol.query.nodes.pages import Selection
from nicol.query.sealed import Sealed, packed, plain_codec, sealed_of
from nicol.schema.schema import (
    Arity,
    Default,
    Encryption,
    EnumRef,
    FieldType,
    ForeignKeyRelation,
    JoinTableRelation,
    JsonType,
    NativeType,
    RelationField,
    Scalar,
    ScalarField,
    Schema,
    Unsupported,
)
from nicol.schema.schema import Model as SchemaModel
from nicol.sealing.seals import Seal
from nicol.sql.tree import Table


class Objects(Protocol):
    """Where the client's classes come from."""

    def new(
        self,
        model: str,
        fields: tuple[str, ...],
        counts: tuple[str, ...] = (),
        relations: tuple[str, ...] = (),
        *,
        only: bool = False,
    ) -> Callable[..., Any]:
        """What builds an object of a model from values by position: those of fields, the counts of relations, then relations.

        Fields that do not come are not there, nor are relations when these are the `only` ones; else they are None.
        """
        ...

    def projected(self, model: str, into: Any) -> Projected | None:
        """What a class of the program's own wants of a model, or QueryInvalid; None for the model's own class."""
        ...

    def into(self, cls: type, model: str, names: tuple[str, ...]) -> Callable[..., Any]:
        """What builds an object of such a class from the values of fields and relations, by position."""
        ...

    def enum(self, name: str) -> Callable[[str], Any]:
        """What makes an enum's value of its name in the schema."""
        ...

    def json(self, of: JsonType) -> Typed:
        """The type of the program's own that Json fields hold."""
        ...


class Typed(Protocol):
    """A type that Json values are read as. Both raise ValueError for what does not fit."""

    def read(self, value: Any) -> Any:
        """An object of the type from a JSON value."""
        ...

    def write(self, value: Any) -> Any:
        """A JSON value from which the type can be read."""
        ...


class Projected(Protocol):
    """What a class wants of a model."""

    @property
    def fields(self) -> Collection[str]:
        """The scalar fields and the relations that it holds."""
        ...

    @property
    def relations(self) -> Mapping[str, type]:
        """The relations with the classes that it holds their rows in."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A column with the way its values cross. `decode` ends in the client's own types.

    `encode`: how a value (of a list: an item) crosses that is asked about; `stored` says how the field's own values do.
    `generated`: nobody writes it: the database computes it, or it is the blind index of another field. `sealed`: it is
    encrypted, so that its values are shown to nobody; `encode` ends in what is encrypted, and `sealed` does the rest.
    """

    name: str
    column: str
    type: FieldType
    arity: Arity
    encode: Callable[[Any], Any] | None
    decode: Callable[[Any], Any] | None
    stored: Codec
    default: Default | None
    updated_at: bool
    generated: bool
    sealed: Sealed | None = None

    @property
    def required(self) -> bool:
        """True when the column is never null."""
        return self.arity is Arity.REQUIRED

    @property
    def secret(self) -> bool:
        """True when values of it are shown to nobody."""
        return self.sealed is not None

    @property
    def searched(self) -> bool:
        """True when rows can be found by a value of it."""
        sealed = self.sealed
        return sealed is None or (
            self.type is not Scalar.JSON and (sealed.searched or sealed.index is not None)
        )

    @property
    def exact(self) -> bool:
        """True for decimals, which not every database compares as numbers."""
        return self.type is Scalar.DECIMAL


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """The join table of an m:n relation, with the column of this side and that of the other."""

    table: Table
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A relation seen from one of its fields: `local` fields of this model equal `remote` fields of the target.

    `owns`: the foreign key, called `constraint`, is on this side. `opposite` is the field at the other end. `required`: it
    always leads to a row. `to_view`: the target is a view, so that at most the key on this side can be written.
    """

    name: str
    model: str
    target: str
    many: bool
    local: tuple[str, ...]
    remote: tuple[str, ...]
    owns: bool
    required: bool
    opposite: str
    to_view: bool = False
    through: Through | None = None
    constraint: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model. `fields` are the columns that a client sees, `stored` all of them by their fields' names.

    `keys` maps the client's name of a unique key to its fields. `whole` is what is read of a row where a call does not say;
    None: all fields. `is_view`: nobody writes its rows, and its keys are what the schema says without the database's word.
    """

    name: str
    table: Table
    fields: Mapping[str, Field]
    stored: Mapping[str, Field]
    links: Mapping[str, Link]
    keys: Mapping[str, tuple[str, ...]]
    id: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]
    schema: SchemaModel
    is_view: bool = False
    whole: Selection | None = None
    bound: frozenset[str] = frozenset()
    """The fields that encrypted values of a row are bound to: they never change."""
    sealed: bool = False
    """True when a field is encrypted."""

    @property
    def own(self) -> frozenset[str]:
        """The fields by which rows point at others of the same model."""
        links = (link for link in self.links.values() if link.owns and link.target == self.name)
        return frozenset(name for link in links for name in link.local)

    def columns(self, names: Iterable[str]) -> tuple[str, ...]:
        """The columns of fields."""
        return tuple(self.stored[name].column for name in names)


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """All models of a schema for one database. `tables` are the names of theirs in lower case: none may be an alias.

    `measures`: what many values of any field come to, by its type. `enums`: the database's names of values in their order.
    `text`: how a text crosses that is looked for inside of others.
    """

    by_name: Mapping[str, Model]
    objects: Objects
    tables: frozenset[str]
    measures: Mapping[Scalar, Field]
    enums: Mapping[str, tuple[str, ...]]
    text: Encode | None

    def target(self, link: Link) -> Model:
        """The model at the other end of a link."""
        return self.by_name[link.target]


def bind(
    schema: Schema,
    dialect: Dialect,
    objects: Objects,
    seals: Seals,
    omitted: Mapping[str, frozenset[str]] | None = None,
) -> Models:
    """The models of a schema, bound to a database's codecs and to the client's classes.

    `omitted`: fields of models that calls do not read unless they ask for them. `seals`: what encrypts fields.
    """
    left_out = omitted or {}
    models = {
        model.name: _model(model, schema, dialect, objects, seals, left_out.get(model.name, frozenset()))
        for model in schema.readable
    }
    return Models(
        models,
        objects,
        tables=frozenset(model.mapped.lower() for model in schema.readable),
        measures={
            scalar: _measure(scalar, dialect.codec(scalar, Arity.OPTIONAL, None, schema))
            for scalar in _MEASURES
        },
        enums={enum.name: tuple(value.mapped for value in enum.values) for enum in schema.enums},
        text=dialect.codec(Scalar.STRING, Arity.REQUIRED, None, schema).encode,
    )


_MEASURES = (Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL, Scalar.DATETIME)


def _measure(scalar: Scalar, codec: Codec) -> Field:
    return Field("", "", scalar, Arity.OPTIONAL, codec.asked, codec.decode, codec, None, False, False)


def _model(
    model: SchemaModel,
    schema: Schema,
    dialect: Dialect,
    objects: Objects,
    seals: Seals,
    omitted: frozenset[str],
) -> Model:
    stored = {field.name: _field(model, field, schema, dialect, objects, seals) for field in model.scalars}
    shown = sorted(filter(visible, model.scalars), key=lambda field: field.arity is not Arity.REQUIRED)
    fields = {field.name: stored[field.name] for field in shown}
    keys = {
        name: names
        for name, names in _keys(model)
        if all(each in fields and not fields[each].secret for each in names)
    }
    return Model(
        name=model.name,
        table=Table(model.mapped, model.namespace),
        fields=fields,
        stored=stored,
        links={field.name: _link(field, model, schema) for field in model.relations if not field.ignored},
        keys=keys,
        id=next((each for each in keys.values() if all(fields[name].required for name in each)), ()),
        indexes=tuple(_indexes(model)),
        schema=model,
        is_view=model in schema.views,
        whole=Selection(tuple(name for name in fields if name not in omitted)) if omitted else None,
        bound=frozenset(name for field in stored.values() if field.sealed for name in field.sealed.row),
        sealed=any(field.secret for field in stored.values()),
    )


def visible(field: ScalarField) -> bool:
    """True when a client sees the field."""
    return not field.ignored and not isinstance(field.type, Unsupported)


def _keys(model: SchemaModel) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Unique keys under the client's names, the id first."""
    wholes = [unique for unique in model.uniques if unique.where is None]
    for key in ([model.primary_key] if model.primary_key else []) + wholes:
        names = tuple(field.name for field in key.fields)
        yield key.name if key.name and len(names) > 1 else "_".join(names), names


def _indexes(model: SchemaModel) -> Iterable[tuple[str, ...]]:
    """The leading fields of everything that the database can search by."""
    for _, names in _keys(model):
        yield names
    for index in model.indexes:
        if index.fields and index.where is None and index.method in (None, "BTree"):
            yield tuple(field.name for field in index.fields)


Seals: TypeAlias = Callable[[SchemaModel, ScalarField, Encryption], Seal]
"""What encrypts a field."""


def _field(
    model: SchemaModel,
    field: ScalarField,
    schema: Schema,
    dialect: Dialect,
    objects: Objects,
    seals: Seals,
) -> Field:
    if field.encrypted is not None:
        return _sealed_field(model, field, field.encrypted, schema, dialect, objects, seals)
    codec = dialect.codec(field.type, field.arity, field.native, schema)
    item = (
        dialect.codec(field.type, Arity.REQUIRED, field.native, schema)
        if field.arity is Arity.LIST
        else codec
    )
    if field.json_type is not None:
        codec = typed_codec(codec, field.arity, objects.json(field.json_type))
    return Field(
        name=field.name,
        column=field.mapped,
        type=field.type,
        arity=field.arity,
        encode=item.asked,
        decode=_decoder(field.type, field.arity, codec, objects),
        stored=codec,
        default=field.default,
        updated_at=field.updated_at,
        generated=field.generated is not None or _is_blind_index(model, field),
    )


def _is_blind_index(model: SchemaModel, field: ScalarField) -> bool:
    return any(each.encrypted and each.encrypted.blind_index == field.name for each in model.scalars)


def _sealed_field(
    model: SchemaModel,
    field: ScalarField,
    how: Encryption,
    schema: Schema,
    dialect: Dialect,
    objects: Objects,
    seals: Seals,
) -> Field:
    assert isinstance(field.type, Scalar)
    stored = dialect.codec(field.type, field.arity, field.native, schema)
    plain = plain_codec(field.type)
    if field.json_type is not None:
        plain = typed_codec(plain, field.arity, objects.json(field.json_type))
    plain = packed(plain, field.type)
    return Field(
        name=field.name,
        column=field.mapped,
        type=field.type,
        arity=field.arity,
        encode=plain.encode,
        decode=None,
        stored=Codec(plain.encode, cast=stored.cast),
        default=field.default,
        updated_at=field.updated_at,
        generated=False,
        sealed=sealed_of(model, field, how, stored, plain, seals(model, field, how)),
    )


def typed_codec(codec: Codec, arity: Arity, typed: Typed) -> Codec:
    """How values of a type cross as JSON. Only what is stored crosses so: filters take any JSON."""
    many = arity is Arity.LIST
    read: Encode = partial(_every, typed.read) if many else typed.read
    write: Encode = partial(_every, typed.write) if many else typed.write
    encode, decode = codec.encode, codec.decode
    return replace(
        codec,
        encode=write if encode is None else _after(write, encode),
        decode=read if decode is None else _after(decode, read),
        encode_all=None,
    )


def _after(first: Encode, then: Encode) -> Encode:
    return lambda value: then(first(value))


def _every(one: Encode, values: Any) -> Any:
    """The items of a list; what is none is left to the codec, which says so."""
    return [one(each) for each in values] if isinstance(values, list | tuple) else values  # pyright: ignore[reportUnknownVariableType] - of anything


def loose_field(
    name: str,
    type: FieldType,  # noqa: A002
    arity: Arity,
    native: NativeType | None,
    schema: Schema,
    dialect: Dialect,
    objects: Objects,
) -> Field:
    """A field of no model: a parameter or a column of a statement that somebody else wrote."""
    codec = dialect.codec(type, arity, native, schema)
    decode = _decoder(type, arity, codec, objects)
    return Field(name, name, type, arity, codec.encode, decode, codec, None, False, False)


def _decoder(
    type: FieldType,  # noqa: A002
    arity: Arity,
    codec: Codec,
    objects: Objects,
) -> Callable[[Any], Any] | None:
    decode = codec.decode
    if not isinstance(type, EnumRef):
        return decode
    member = objects.enum(type.name)
    if arity is Arity.LIST:
        return lambda value: [member(each) for each in (decode(value) if decode else value)]
    return member if decode is None else lambda value: member(decode(value))


def _link(field: RelationField, model: SchemaModel, schema: Schema) -> Link:
    relation = schema.relation(field.relation)
    many, required = field.arity is Arity.LIST, field.arity is Arity.REQUIRED
    match relation:
        case JoinTableRelation():
            is_a = (relation.a, relation.a_field) == (model.name, field.name)
            target = schema.model(field.model)
            return Link(
                field.name,
                model.name,
                field.model,
                many,
                local=_single_id(model),
                remote=_single_id(target),
                owns=False,
                required=False,
                opposite=relation.b_field if is_a else relation.a_field,
                through=Through(
                    Table(relation.mapped, schema.model(relation.a).namespace),
                    *(("A", "B") if is_a else ("B", "A")),
                ),
            )
        case ForeignKeyRelation():
            owns = (relation.child, relation.child_field) == (model.name, field.name)
            mine, theirs = (
                (relation.fields, relation.references) if owns else (relation.references, relation.fields)
            )
            opposite = relation.parent_field if owns else relation.child_field
            constraint = foreign_key_name(schema.model(relation.child), relation) if owns else None
            return Link(
                field.name,
                model.name,
                field.model,
                many,
                mine,
                theirs,
                owns,
                required,
                opposite,
                to_view=schema.model(field.model) in schema.views,
                constraint=constraint,
            )


def _single_id(model: SchemaModel) -> tuple[str, ...]:
    return tuple(field.name for field in model.primary_key.fields) if model.primary_key else ()
