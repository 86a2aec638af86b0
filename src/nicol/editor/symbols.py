"""What has a name in a schema, and every place that speaks of it: declarations, types, keys, relations, defaults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from nicol.diagnostics import Span
from nicol.editor.world import World, block_at, touches
from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.annotations.table import ParameterKind
from nicol.schema.attributes import MODEL_ATTRIBUTES, ArgumentKind
from nicol.schema.bound import Binding
from nicol.schema.document import (
    Argument,
    Attribute,
    Block,
    Call,
    Constant,
    EnumDeclaration,
    EnumValueDeclaration,
    Expression,
    FieldDeclaration,
    ListExpression,
    ModelDeclaration,
    ObjectExpression,
)


class SymbolKind(StrEnum):
    """What a symbol is, in the words that people read."""

    MODEL = "model"
    FIELD = "field"
    ENUM = "enum"
    VALUE = "enum value"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A thing with a name; `owner` is the model of a field or the enum of a value."""

    kind: SymbolKind
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place that speaks of a symbol; `declares`: the one that makes it."""

    symbol: Symbol
    span: Span
    declares: bool = False


def occurrences(world: World) -> Iterator[Occurrence]:
    """All places of a schema that speak of something by its name."""
    for document in world.documents:
        for block in document.blocks:
            yield from occurrences_in(block, world.binding)


def occurrence_at(world: World, path: str, offset: int) -> Occurrence | None:
    """What stands at a place."""
    block = block_at(world.document(path), offset)
    places = occurrences_in(block, world.binding) if block else _above_blocks(world, path, offset)
    return next((each for each in places if touches(each.span, offset)), None)


def _above_blocks(world: World, path: str, offset: int) -> Iterator[Occurrence]:
    """The places in annotations of whole blocks, which stand outside of them."""
    for annotation in world.binding.annotations.bound:
        if annotation.syntax.span.path == path and touches(annotation.syntax.span, offset):
            yield from _of_annotation(annotation, world.binding)


def places_of(world: World, symbol: Symbol) -> tuple[Occurrence, ...]:
    """Every place that speaks of a symbol."""
    return tuple(each for each in occurrences(world) if each.symbol == symbol)


Declaration: TypeAlias = ModelDeclaration | EnumDeclaration | FieldDeclaration | EnumValueDeclaration


def declaration(world: World, symbol: Symbol) -> Declaration | None:
    """What declares a symbol: of several declarations of one name, the first."""
    models, enums = world.binding.models, world.binding.enums
    match symbol.kind:
        case SymbolKind.MODEL:
            return models[symbol.name].syntax if symbol.name in models else None
        case SymbolKind.ENUM:
            return enums[symbol.name].syntax if symbol.name in enums else None
        case SymbolKind.FIELD:
            field = models[symbol.owner].fields.get(symbol.name) if symbol.owner in models else None
            return field.syntax if field else None
        case SymbolKind.VALUE:
            return enums[symbol.owner].values.get(symbol.name) if symbol.owner in enums else None


def occurrences_in(block: Block, binding: Binding) -> Iterator[Occurrence]:
    """The places in one block."""
    match block:
        case ModelDeclaration():
            name = block.name.text
            yield Occurrence(Symbol(SymbolKind.MODEL, name), block.name.span, declares=True)
            for field in block.fields:
                yield from _of_field(name, field, binding)
            for attribute in block.attributes:
                yield from _of_key(name, attribute, binding)
            yield from _of_annotations(block, binding)
        case EnumDeclaration():
            name = block.name.text
            yield Occurrence(Symbol(SymbolKind.ENUM, name), block.name.span, declares=True)
            for value in block.values:
                symbol = Symbol(SymbolKind.VALUE, value.name.text, name)
                yield Occurrence(symbol, value.name.span, declares=True)
        case _:
            return


def type_symbol(name: str, binding: Binding) -> Symbol | None:
    """The model or enum that a type's name means."""
    if name in binding.models:
        return Symbol(SymbolKind.MODEL, name)
    return Symbol(SymbolKind.ENUM, name) if name in binding.enums else None


def _of_field(model: str, field: FieldDeclaration, binding: Binding) -> Iterator[Occurrence]:
    yield Occurrence(Symbol(SymbolKind.FIELD, field.name.text, model), field.name.span, declares=True)
    type_ = field.type.name
    symbol = type_symbol(type_.text, binding) if field.type.unsupported is None else None
    if symbol is not None:
        yield Occurrence(symbol, type_.span)
    for attribute in field.attributes:
        match attribute.name.text:
            case "relation":
                yield from _of_relation(model, type_.text, attribute, binding)
            case "default" if symbol is not None and symbol.kind is SymbolKind.ENUM:
                for argument in attribute.arguments:
                    yield from _values(symbol.name, argument.value, binding)
            case _:
                yield from _of_condition(model, attribute, binding)


def _of_annotations(block: ModelDeclaration, binding: Binding) -> Iterator[Occurrence]:
    """The fields that the annotations of a model, its fields and its attributes speak of."""
    held = binding.annotations
    if not held.bound:
        return
    anchors = (
        block.name.span,
        *(field.name.span for field in block.fields),
        *(attribute.span for attribute in block.attributes),
    )
    for anchor in anchors:
        for annotation in held.of(anchor):
            yield from _of_annotation(annotation, binding)


_FIELDS = frozenset({ParameterKind.FIELD, ParameterKind.FIELDS, ParameterKind.NULLS})


def _of_annotation(annotation: BoundAnnotation, binding: Binding) -> Iterator[Occurrence]:
    for name, value in annotation.arguments.items():
        parameter = annotation.signature.parameters[name] if annotation.signature else None
        if parameter is None or parameter.kind not in _FIELDS:
            continue
        if isinstance(value, ObjectExpression):
            for entry in value.entries:
                yield from _entry(annotation.holder.block, entry, binding)
        elif parameter.kind is not ParameterKind.NULLS:
            yield from _fields(annotation.holder.block, value, binding)


def _of_relation(model: str, target: str, attribute: Attribute, binding: Binding) -> Iterator[Occurrence]:
    owners = {"fields": model, "references": target}
    for argument in attribute.arguments:
        owner = owners.get(argument.name.text) if argument.name else None
        if owner is not None:
            yield from _fields(owner, argument.value, binding)


def _of_key(model: str, attribute: Attribute, binding: Binding) -> Iterator[Occurrence]:
    signature = MODEL_ATTRIBUTES.get(attribute.name.text)
    if signature is None:
        return
    for argument in attribute.arguments:
        name = argument.name.text if argument.name else signature.unnamed
        if name is not None and signature.arguments.get(name) is ArgumentKind.KEYS:
            yield from _fields(model, argument.value, binding)
    yield from _of_condition(model, attribute, binding)


def _of_condition(model: str, attribute: Attribute, binding: Binding) -> Iterator[Occurrence]:
    """The fields that `where: { field: … }` speaks of."""
    for argument in attribute.arguments:
        if argument.name and argument.name.text == "where" and isinstance(argument.value, ObjectExpression):
            for entry in argument.value.entries:
                yield from _entry(model, entry, binding)


def _entry(model: str, entry: Argument, binding: Binding) -> Iterator[Occurrence]:
    if entry.name is not None:
        yield from _field(model, entry.name.text, entry.name.span, binding)


def _items(expression: Expression) -> tuple[Expression, ...]:
    return expression.items if isinstance(expression, ListExpression) else (expression,)


def _fields(model: str, expression: Expression, binding: Binding) -> Iterator[Occurrence]:
    for item in _items(expression):
        if isinstance(item, Constant):
            yield from _field(model, item.name, item.span, binding)
        elif isinstance(item, Call):
            yield from _field(model, item.name.text, item.name.span, binding)


def _field(model: str, name: str, span: Span, binding: Binding) -> Iterator[Occurrence]:
    bound = binding.models.get(model)
    if bound is not None and name in bound.fields:
        yield Occurrence(Symbol(SymbolKind.FIELD, name, model), span)


def _values(enum: str, expression: Expression, binding: Binding) -> Iterator[Occurrence]:
    for item in _items(expression):
        if isinstance(item, Constant) and item.name in binding.enums[enum].values:
            yield Occurrence(Symbol(SymbolKind.VALUE, item.name, enum), item.span)
