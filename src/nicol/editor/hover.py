"""Hovering: what the word under the cursor means, be it a name of the schema or a word of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nicol.diagnostics import Span
from nicol.editor import words as meanings
from nicol.editor.annotations import explained
from nicol.editor.describe import describe
from nicol.editor.symbols import occurrence_at
from nicol.editor.world import World, block_at, touches
from nicol.schema.document import (
    Argument,
    Attribute,
    Block,
    Call,
    Constant,
    EnumDeclaration,
    Expression,
    FieldDeclaration,
    ListExpression,
    ModelDeclaration,
    Name,
    ObjectExpression,
    SettingsDeclaration,
    SettingsKind,
)


@dataclass(frozen=True, slots=True)
class Hover:
    """The word that an explanation is about, and the explanation in Markdown."""

    span: Span
    text: str


def hover(world: World, path: str, offset: int) -> Hover | None:
    """What there is to say about the word at a place."""
    found = occurrence_at(world, path, offset)
    text = describe(world, found.symbol) if found else None
    if found is not None and text is not None:
        return Hover(found.span, text)
    document = world.document(path)
    block = block_at(document, offset)
    said = (*_annotations(world, path), *(_words(block) if block else ()))
    return next((each for each in said if touches(each.span, offset)), None)


def _annotations(world: World, path: str) -> Iterator[Hover]:
    for annotation in world.binding.annotations.bound:
        if annotation.syntax.span.path == path:
            yield from (Hover(span, meaning) for span, meaning in explained(annotation))


def _words(block: Block) -> Iterator[Hover]:
    """The words of the language in a block that have a meaning to show."""
    match block:
        case ModelDeclaration():
            yield _keyword(block.kind.value, block.span)
            for field in block.fields:
                yield from _of_field(field)
            yield from _of_attributes(block.attributes, "@@", meanings.BLOCK_ATTRIBUTES)
        case EnumDeclaration():
            yield _keyword("enum", block.span)
            for value in block.values:
                yield from _of_attributes(value.attributes, "@", meanings.FIELD_ATTRIBUTES)
            yield from _of_attributes(block.attributes, "@@", meanings.BLOCK_ATTRIBUTES)
        case SettingsDeclaration():
            yield _keyword(block.kind.value, block.span)
            yield from _of_settings(block)


def _keyword(word: str, block: Span) -> Hover:
    span = Span(block.path, block.start, block.start + len(word))
    return Hover(span, f"**{word}**: {meanings.BLOCKS[word]}")


def _of_settings(block: SettingsDeclaration) -> Iterator[Hover]:
    table = (
        meanings.DATASOURCE_SETTINGS if block.kind is SettingsKind.DATASOURCE else meanings.GENERATOR_SETTINGS
    )
    for setting in block.settings:
        yield from _meant(setting.name, setting.name.text, table)
        yield from _of_value(setting.value, "")


def _of_field(field: FieldDeclaration) -> Iterator[Hover]:
    yield from _meant(field.type.name, field.type.name.text, meanings.SCALARS)
    yield from _of_attributes(field.attributes, "@", meanings.FIELD_ATTRIBUTES)


def _meant(name: Name, shown: str, table: Mapping[str, str]) -> Iterator[Hover]:
    meaning = table.get(name.text)
    if meaning is not None:
        yield Hover(name.span, f"**{shown}**: {meaning}")


def _of_attributes(
    attributes: tuple[Attribute, ...], marks: str, table: Mapping[str, str]
) -> Iterator[Hover]:
    for attribute in attributes:
        name = attribute.name
        if "." in name.text:
            yield Hover(name.span, f"**@{name.text}**: {meanings.FIELD_ATTRIBUTES['db']}")
        else:
            yield from _meant(name, f"{marks}{name.text}", table)
        for argument in attribute.arguments:
            yield from _of_argument(argument, name.text)


def _of_argument(argument: Argument, owner: str) -> Iterator[Hover]:
    if argument.name is not None:
        word = argument.name.text
        meaning = meanings.ARGUMENTS_OF.get(f"{owner}.{word}") or meanings.ARGUMENTS.get(word)
        if meaning is not None:
            yield Hover(argument.name.span, f"**{word}**: {meaning}")
        yield from _of_value(argument.value, word)
    else:
        yield from _of_value(argument.value, "")


def _of_value(value: Expression, argument: str) -> Iterator[Hover]:
    match value:
        case Call():
            yield from _meant(value.name, f"{value.name.text}()", meanings.FUNCTIONS)
            for inner in value.arguments:
                yield from _of_argument(inner, "")
        case ListExpression():
            for item in value.items:
                yield from _of_value(item, argument)
        case ObjectExpression():
            for entry in value.entries:
                yield from _of_value(entry.value, "")
        case Constant():
            table = _CONSTANTS.get(argument, {})
            yield from _meant(Name(value.name, value.span), value.name, table)
        case _:
            return


_CONSTANTS: Mapping[str, Mapping[str, str]] = {
    "onDelete": meanings.ACTIONS,
    "onUpdate": meanings.ACTIONS,
    "type": meanings.INDEX_METHODS,
}
