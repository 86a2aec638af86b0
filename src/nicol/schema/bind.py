"""Binding: finds what the documents' declarations speak of and ties them together. Lenient: the rules judge the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nicol.diagnostics import Span
from nicol.schema.annotations.place import Annotations, anchor, scan_documents, tie
from nicol.schema.attributes import (
    ENUM_ATTRIBUTES,
    FIELD_ATTRIBUTES,
    KEY_OPTIONS,
    MODEL_ATTRIBUTES,
    VALUE_ATTRIBUTES,
    BoundAttribute,
    Signature,
    bind_arguments,
    bind_attribute,
)
from nicol.schema.bound import (
    Binding,
    BoundEnum,
    BoundField,
    BoundKey,
    BoundKeyField,
    BoundModel,
    KeyKind,
    ModelRef,
    RelationGroup,
    Target,
)
from nicol.schema.document import (
    Attribute,
    Call,
    Constant,
    Document,
    EnumDeclaration,
    EnumValueDeclaration,
    Expression,
    FieldDeclaration,
    ListExpression,
    ModelDeclaration,
    ModelKind,
    SettingsDeclaration,
    SettingsKind,
)
from nicol.schema.schema import EnumRef, Scalar, Unsupported


def bind(documents: tuple[Document, ...], owners: Mapping[str, str] | None = None) -> Binding:
    """Tie the declarations of all documents to each other by name. `owners`: whose annotations the bare words are."""
    enums: dict[str, BoundEnum] = {}
    declarations: dict[str, ModelDeclaration] = {}
    for document in documents:
        for enum in document.enums:
            enums.setdefault(enum.name.text, _bind_enum(enum))
        for model in document.models:
            if model.kind is not ModelKind.TYPE:
                declarations.setdefault(model.name.text, model)
    targets = _targets(declarations, enums)
    models = {name: _bind_model(model, targets) for name, model in declarations.items()}
    return Binding(
        documents,
        next(datasources(documents), None),
        models,
        enums,
        _relations(models),
        _annotations(documents, models, owners or {}),
    )


def _annotations(
    documents: tuple[Document, ...], models: Mapping[str, BoundModel], owners: Mapping[str, str]
) -> Annotations:
    found = scan_documents(documents, owners)
    if not found:
        return Annotations()
    fields = (field for model in models.values() for field in model.fields.values())
    relations = (anchor(field.syntax.name.span) for field in fields if isinstance(field.target, ModelRef))
    return tie(found, documents, frozenset(relations))


def datasources(documents: tuple[Document, ...]) -> Iterator[SettingsDeclaration]:
    """The datasource blocks of all documents."""
    for document in documents:
        for block in document.settings:
            if block.kind is SettingsKind.DATASOURCE:
                yield block


def _targets(models: Mapping[str, ModelDeclaration], enums: Mapping[str, BoundEnum]) -> Mapping[str, Target]:
    targets: dict[str, Target] = {name: ModelRef(name) for name in models}
    targets.update((name, EnumRef(name)) for name in enums)
    targets.update((scalar.value, scalar) for scalar in Scalar)
    return targets


def _bind_enum(enum: EnumDeclaration) -> BoundEnum:
    values: dict[str, EnumValueDeclaration] = {}
    for value in enum.values:
        values.setdefault(value.name.text, value)
    return BoundEnum(enum, values, _bind_attributes(enum.attributes, ENUM_ATTRIBUTES))


def value_attributes(value: EnumValueDeclaration) -> Mapping[str, BoundAttribute]:
    """The attributes of an enum's value by name."""
    return _bind_attributes(value.attributes, VALUE_ATTRIBUTES)


def _bind_attributes(
    attributes: tuple[Attribute, ...], table: Mapping[str, Signature]
) -> Mapping[str, BoundAttribute]:
    bound: dict[str, BoundAttribute] = {}
    for attribute in attributes:
        name = attribute.name.text
        signature = table.get(name)
        if signature is not None and name not in bound:
            bound[name] = bind_attribute(attribute, signature)
    return bound


def _bind_model(model: ModelDeclaration, targets: Mapping[str, Target]) -> BoundModel:
    fields: dict[str, BoundField] = {}
    keys: list[BoundKey] = []
    for declaration in model.fields:
        field = _bind_field(model.name.text, declaration, targets)
        if fields.setdefault(field.name, field) is field:
            keys.extend(_field_keys(field))
    keys.extend(_model_keys(model))
    return BoundModel(model, fields, _bind_attributes(model.attributes, MODEL_ATTRIBUTES), tuple(keys))


def _bind_field(model: str, declaration: FieldDeclaration, targets: Mapping[str, Target]) -> BoundField:
    type_ = declaration.type
    target = targets.get(type_.name.text) if type_.unsupported is None else Unsupported(type_.unsupported)
    native = next((attribute for attribute in declaration.attributes if "." in attribute.name.text), None)
    return BoundField(
        model, declaration, target, _bind_attributes(declaration.attributes, FIELD_ATTRIBUTES), native
    )


def _field_keys(field: BoundField) -> Iterator[BoundKey]:
    for kind in (KeyKind.ID, KeyKind.UNIQUE):
        attribute = field.attributes.get(kind.value)
        if attribute is not None:
            yield BoundKey(
                kind,
                attribute,
                (_key_field(field.name, field.syntax.name.span, attribute.arguments),),
                field.name,
            )


def _key_field(name: str, span: Span, arguments: Mapping[str, Expression]) -> BoundKeyField:
    return BoundKeyField(name, span, {key: value for key, value in arguments.items() if key in KEY_OPTIONS})


def _model_keys(model: ModelDeclaration) -> Iterator[BoundKey]:
    for attribute in model.attributes:
        name = attribute.name.text
        if name in _KEY_NAMES:
            bound = bind_attribute(attribute, MODEL_ATTRIBUTES[name])
            yield BoundKey(KeyKind(name), bound, tuple(_key_fields(bound.arguments.get("fields"))))


_KEY_NAMES = frozenset(kind.value for kind in KeyKind)
_OPTIONS = Signature(KEY_OPTIONS)


def _key_fields(expression: Expression | None) -> Iterator[BoundKeyField]:
    items = (
        expression.items
        if isinstance(expression, ListExpression)
        else ()
        if expression is None
        else (expression,)
    )
    for item in items:
        if isinstance(item, Constant):
            yield BoundKeyField(item.name, item.span, {})
        elif isinstance(item, Call):
            yield BoundKeyField(item.name.text, item.name.span, bind_arguments(item.arguments, _OPTIONS))


def _relations(models: Mapping[str, BoundModel]) -> tuple[RelationGroup, ...]:
    groups: dict[tuple[tuple[str, str], str | None], list[BoundField]] = {}
    for model in models.values():
        for field in model.fields.values():
            if isinstance(field.target, ModelRef):
                pair = (min(model.name, field.target.name), max(model.name, field.target.name))
                relation = field.relation
                groups.setdefault((pair, relation.string("name") if relation else None), []).append(field)
    return tuple(RelationGroup(pair, name, tuple(fields)) for (pair, name), fields in groups.items())
