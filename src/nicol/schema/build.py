"""Building: a binding to the schema it describes. What the rules refuse is left out, so that it never fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.schema.attributes import raw_text
from nicol.schema.bind import value_attributes
from nicol.schema.bound import (
    Binding,
    BoundEnum,
    BoundField,
    BoundKey,
    BoundKeyField,
    BoundModel,
    KeyKind,
    ModelRef,
    mapped_name,
)
from nicol.schema.defaults import Unfit, default_of
from nicol.schema.document import Attribute, Constant, NumberLiteral, SettingsKind
from nicol.schema.relations import build_relations
from nicol.schema.schema import (
    Default,
    Enum,
    EnumValue,
    Field,
    FieldType,
    Generator,
    Index,
    KeyField,
    Model,
    NativeType,
    PrimaryKey,
    Relation,
    RelationField,
    ScalarField,
    Schema,
    SortOrder,
    Unique,
)
from nicol.schema.settings import build_datasource, build_generator


def build(binding: Binding) -> Schema:
    """The schema that a binding describes."""
    views = frozenset(model.name for model in binding.models.values() if model.is_view)
    names: dict[tuple[str, str], str] = {}
    relations: list[Relation] = []
    for relation, group in build_relations(binding):
        if views.isdisjoint(group.models):
            relations.append(relation)
            names.update(((field.model, field.name), relation.name) for field in group.fields)
    models = tuple(_model(model, names) for model in binding.models.values())
    return Schema(
        datasource=build_datasource(binding.datasource) if binding.datasource else None,
        generators=tuple(_generators(binding)),
        models=tuple(model for model in models if model.name not in views),
        enums=tuple(_enum(enum) for enum in binding.enums.values()),
        relations=tuple(relations),
        views=tuple(model for model in models if model.name in views),
    )


def _generators(binding: Binding) -> Iterator[Generator]:
    for document in binding.documents:
        for block in document.settings:
            if block.kind is SettingsKind.GENERATOR:
                yield build_generator(block)


def _enum(enum: BoundEnum) -> Enum:
    values = tuple(
        EnumValue(name, mapped_name(value_attributes(value), name), value.documentation)
        for name, value in enum.values.items()
    )
    namespace = enum.attributes.get("schema")
    return Enum(
        enum.name,
        enum.mapped,
        values,
        namespace.string("map") if namespace else None,
        enum.syntax.documentation,
    )


def _model(model: BoundModel, relations: Mapping[tuple[str, str], str]) -> Model:
    fields = tuple(_fields(model, relations))
    known = frozenset(field.name for field in fields if isinstance(field, ScalarField))
    keys = tuple(key for key in model.keys if key.fields and known.issuperset(key.names))
    namespace = model.attributes.get("schema")
    return Model(
        name=model.name,
        mapped=model.mapped,
        fields=fields,
        primary_key=next((_primary_key(key) for key in keys if key.kind is KeyKind.ID), None),
        uniques=tuple(_unique(key) for key in keys if key.kind is KeyKind.UNIQUE),
        indexes=tuple(_index(key) for key in keys if key.kind is KeyKind.INDEX),
        namespace=namespace.string("map") if namespace else None,
        ignored="ignore" in model.attributes,
        documentation=model.syntax.documentation,
    )


def _fields(model: BoundModel, relations: Mapping[tuple[str, str], str]) -> Iterator[Field]:
    for field in model.fields.values():
        match field.target:
            case None:
                continue
            case ModelRef(name=name):
                relation = relations.get((model.name, field.name))
                if relation is not None:
                    ignored = "ignore" in field.attributes
                    yield RelationField(
                        field.name, name, field.arity, relation, ignored, field.syntax.documentation
                    )
            case type_:
                yield _scalar(field, type_)


def _scalar(field: BoundField, type_: FieldType) -> ScalarField:
    attributes = field.attributes
    return ScalarField(
        name=field.name,
        type=type_,
        arity=field.arity,
        mapped=field.mapped,
        default=_default(field, type_) if "default" in attributes else None,
        updated_at="updatedAt" in attributes,
        native=native_type(field.native) if field.native else None,
        ignored="ignore" in attributes,
        documentation=field.syntax.documentation,
    )


def _default(field: BoundField, type_: FieldType) -> Default | None:
    value = field.attributes["default"].arguments.get("value")
    try:
        return None if value is None else default_of(value, type_, field.arity)
    except Unfit:
        return None


def native_type(attribute: Attribute) -> NativeType:
    """The native type that `@db.Name(args)` writes; arguments that are no numbers are left out."""
    values = (argument.value for argument in attribute.arguments)
    args = tuple(
        int(value.text) for value in values if isinstance(value, NumberLiteral) and value.text.isdigit()
    )
    return NativeType(attribute.name.text.partition(".")[2], args)


def _primary_key(key: BoundKey) -> PrimaryKey:
    return PrimaryKey(_key_fields(key), key.attribute.string("name"), key.attribute.string("map"))


def _unique(key: BoundKey) -> Unique:
    arguments = key.attribute
    given = arguments.string("name"), arguments.string("map")
    return Unique(_key_fields(key), *given, _where(key), on_field=key.field is not None)


def _index(key: BoundKey) -> Index:
    arguments = key.attribute
    mapped = arguments.string("map") or arguments.string("name")
    return Index(_key_fields(key), mapped, arguments.constant("type"), _where(key))


def _where(key: BoundKey) -> str | None:
    condition = key.attribute.arguments.get("where")
    return raw_text(condition)


def _key_fields(key: BoundKey) -> tuple[KeyField, ...]:
    return tuple(_key_field(field) for field in key.fields)


_SORTS = {order.value: order for order in SortOrder}


def _key_field(field: BoundKeyField) -> KeyField:
    options = field.options
    if not options:
        return KeyField(field.name)
    sort, length, ops = options.get("sort"), options.get("length"), options.get("ops")
    return KeyField(
        field.name,
        _SORTS.get(sort.name) if isinstance(sort, Constant) else None,
        int(length.text) if isinstance(length, NumberLiteral) and length.text.isdigit() else None,
        ops.name if isinstance(ops, Constant) else raw_text(ops),
    )
