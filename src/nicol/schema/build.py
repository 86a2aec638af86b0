"""Building: a binding to the schema it describes. What the rules refuse is left out, so that it never fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.schema.annotations import values
from nicol.schema.annotations.place import Annotations
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
from nicol.schema.conditions import condition_of
from nicol.schema.defaults import Unfit, default_of
from nicol.schema.document import Attribute, Constant, EnumValueDeclaration, NumberLiteral, SettingsKind
from nicol.schema.relations import build_relations
from nicol.schema.schema import (
    Check,
    Condition,
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
    NullsOrder,
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
        relations.append(relation)
        names.update(((field.model, field.name), relation.name) for field in group.fields)
    models = tuple(_model(model, names, binding.annotations) for model in binding.models.values())
    return Schema(
        datasource=build_datasource(binding.datasource) if binding.datasource else None,
        generators=tuple(_generators(binding)),
        models=tuple(model for model in models if model.name not in views),
        enums=tuple(_enum(enum, binding.annotations) for enum in binding.enums.values()),
        relations=tuple(relations),
        views=tuple(model for model in models if model.name in views),
    )


def _generators(binding: Binding) -> Iterator[Generator]:
    for document in binding.documents:
        for block in document.settings:
            if block.kind is SettingsKind.GENERATOR:
                yield build_generator(block)


def _enum(enum: BoundEnum, annotations: Annotations) -> Enum:
    namespace = enum.attributes.get("schema")
    held = annotations.of(enum.syntax.name.span)
    return Enum(
        enum.name,
        enum.mapped,
        tuple(_enum_value(value, annotations.of(value.name.span)) for value in enum.values.values()),
        namespace.string("map") if namespace else None,
        values.prose(enum.syntax.comments, held),
        values.renamed_from(held),
        values.comment(held),
    )


def _enum_value(value: EnumValueDeclaration, held: values.Held) -> EnumValue:
    name = value.name.text
    mapped = mapped_name(value_attributes(value), name)
    return EnumValue(name, mapped, values.prose(value.comments, held), values.renamed_from(held))


def _model(model: BoundModel, relations: Mapping[tuple[str, str], str], annotations: Annotations) -> Model:
    fields = tuple(_fields(model, relations, annotations))
    known = frozenset(field.name for field in fields if isinstance(field, ScalarField))
    keys = tuple(key for key in model.keys if key.fields and known.issuperset(key.names))
    namespace = model.attributes.get("schema")
    held = annotations.of(model.syntax.name.span)
    indexes = [_index(key, _on_key(key, model, annotations)) for key in keys if key.kind is KeyKind.INDEX]
    return Model(
        name=model.name,
        mapped=model.mapped,
        fields=fields,
        primary_key=next((_primary_key(key) for key in keys if key.kind is KeyKind.ID), None),
        uniques=tuple(
            _unique(key, _on_key(key, model, annotations)) for key in keys if key.kind is KeyKind.UNIQUE
        ),
        indexes=(*indexes, *values.expression_indexes(held)),
        namespace=namespace.string("map") if namespace else None,
        ignored="ignore" in model.attributes,
        documentation=values.prose(model.syntax.comments, held),
        renamed_from=values.renamed_from(held),
        comment=values.comment(held),
        checks=tuple(_checks(model, held, annotations)),
        retention=values.retention(held),
        reminder=values.reminder(held),
        audit=values.audit(held),
    )


def _checks(model: BoundModel, held: values.Held, annotations: Annotations) -> Iterator[Check]:
    """Those of the model, then those of its fields."""
    yield from values.checks(held)
    for field in model.fields.values() if annotations.bound else ():
        yield from values.checks(annotations.of(field.syntax.name.span), field.name)


def _on_key(key: BoundKey, model: BoundModel, annotations: Annotations) -> values.Held:
    """The annotations above an index, or on the field that is unique."""
    if key.field is not None:
        return annotations.of(model.fields[key.field].syntax.name.span)
    return annotations.of(key.attribute.syntax.span)


def _fields(
    model: BoundModel, relations: Mapping[tuple[str, str], str], annotations: Annotations
) -> Iterator[Field]:
    for field in model.fields.values():
        held = annotations.of(field.syntax.name.span)
        match field.target:
            case None:
                continue
            case ModelRef(name=name):
                relation = relations.get((model.name, field.name))
                if relation is not None:
                    ignored = "ignore" in field.attributes
                    documentation = values.prose(field.syntax.comments, held)
                    yield RelationField(field.name, name, field.arity, relation, ignored, documentation)
            case type_:
                yield _scalar(field, type_, held)


def _scalar(field: BoundField, type_: FieldType, held: values.Held) -> ScalarField:
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
        documentation=values.prose(field.syntax.comments, held),
        renamed_from=values.renamed_from(held),
        comment=values.comment(held),
        generated=values.generated(held),
        encrypted=values.encryption(held),
        json_type=values.json_type(held),
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


def _unique(key: BoundKey, held: values.Held) -> Unique:
    arguments = key.attribute
    given = arguments.string("name"), arguments.string("map")
    return Unique(
        _key_fields(key, held),
        *given,
        _where(key),
        key.field is not None,
        values.include(held),
        values.nulls_distinct(held),
    )


def _index(key: BoundKey, held: values.Held) -> Index:
    arguments = key.attribute
    mapped = arguments.string("map") or arguments.string("name")
    return Index(
        _key_fields(key, held), mapped, arguments.constant("type"), _where(key), values.include(held)
    )


def _where(key: BoundKey) -> Condition | None:
    return condition_of(key.attribute.arguments.get("where")) or None


def _key_fields(key: BoundKey, held: values.Held = ()) -> tuple[KeyField, ...]:
    return tuple(_key_field(field, values.nulls_order(held, field.name)) for field in key.fields)


_SORTS = {order.value: order for order in SortOrder}


def _key_field(field: BoundKeyField, nulls: NullsOrder | None) -> KeyField:
    options = field.options
    if not options:
        return KeyField(field.name, nulls=nulls)
    sort, length, ops = options.get("sort"), options.get("length"), options.get("ops")
    return KeyField(
        field.name,
        _SORTS.get(sort.name) if isinstance(sort, Constant) else None,
        int(length.text) if isinstance(length, NumberLiteral) and length.text.isdigit() else None,
        ops.name if isinstance(ops, Constant) else raw_text(ops),
        nulls,
    )
