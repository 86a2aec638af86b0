"""Completion: what may stand at the cursor, by the block it is in and what stands before it on its line."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.diagnostics import Span
from nicol.editor import words as meanings
from nicol.editor.annotations import complete_annotation
from nicol.editor.arguments import arguments
from nicol.editor.attributes import block_attributes, field_attributes, native_offers, value_attributes
from nicol.editor.offers import Completion, Offer, OfferKind
from nicol.editor.place import Head, Place, place
from nicol.editor.settings import setting_names, setting_values
from nicol.editor.world import World

_SETTINGS = frozenset({"datasource", "generator"})


def complete(world: World, path: str, offset: int) -> Completion:
    """What fits at a cursor; the offers replace the part of the word before it."""
    document = world.document(path)
    here = place(document, offset)
    start = here.start
    if here.comment is not None:
        return complete_annotation(world, path, here, offset)
    if here.tokens and here.tokens[-1].text in {"@", "@@"} and here.tokens[-1].end == start:
        start = here.tokens[-1].start
    return Completion(Span(path, start, offset), tuple(_offers(world, here)))


def _offers(world: World, here: Place) -> Iterator[Offer]:
    head = here.head
    if head is None:
        if not here.tokens and not here.quoted:
            yield from _blocks(world)
    elif head.keyword in _SETTINGS:
        yield from _settings(world, head, here)
    elif here.brackets:
        yield from arguments(world, here)
    elif not here.quoted:
        yield from _line(world, head, here)


def _blocks(world: World) -> Iterator[Offer]:
    """The keywords of blocks; a second datasource is not offered."""
    for keyword, meaning in meanings.BLOCKS.items():
        if keyword == "type" or (keyword == "datasource" and world.binding.datasource is not None):
            continue
        text = _BODIES.get(keyword, f"{keyword} ${{1:Name}} {{\n  $0\n}}")
        yield Offer(keyword, OfferKind.KEYWORD, text, snippet=True, documentation=meaning)


_BODIES = {
    "datasource": 'datasource db {\n  provider = "${1:sqlite}"\n}',
    "generator": 'generator client {\n  provider = "${1:nicol}"\n  output   = "${2:../src/db}"\n}',
    "model": "model ${1:Name} {\n  id Int @id @default(autoincrement())\n  $0\n}",
}


def _settings(world: World, head: Head, here: Place) -> Iterator[Offer]:
    if not here.tokens:
        if not here.quoted:
            yield from setting_names(world, head)
    elif any(token.text == "=" for token in here.tokens):
        yield from setting_values(head, here)


def _line(world: World, head: Head, here: Place) -> Iterator[Offer]:
    """What stands outside brackets in a model, view, type or enum."""
    tokens, is_enum = here.tokens, head.keyword == "enum"
    last = tokens[-1].text if tokens else ""
    if last == "@@" or not tokens:
        yield from block_attributes(world, head, marks="@@")
    elif is_enum:
        yield from value_attributes(here)
    elif len(tokens) == 1 and tokens[0].text.isidentifier():
        yield from types(world, head)
    elif last == "." and here.field is not None:
        yield from native_offers(world, here.field, marks="")
    elif here.field is not None and (last == "@" or tokens[-1].end < here.start):
        yield from field_attributes(world, head, here)


def types(world: World, head: Head) -> Iterator[Offer]:
    """The types that a field of a block may have: scalars, then models, then enums."""
    for scalar, meaning in meanings.SCALARS.items():
        if scalar != "Unsupported":
            yield Offer(scalar, OfferKind.TYPE, scalar, documentation=meaning)
    for model in world.binding.models.values():
        detail = "this model" if model.name == head.name else model.syntax.kind.value
        yield Offer(
            model.name, OfferKind.MODEL, model.name, detail=detail, documentation=model.syntax.documentation
        )
    for enum in world.binding.enums.values():
        listed = ", ".join(enum.values)
        yield Offer(
            enum.name, OfferKind.ENUM, enum.name, detail=listed, documentation=enum.syntax.documentation
        )
    yield Offer(
        "Unsupported",
        OfferKind.TYPE,
        'Unsupported("$1")',
        snippet=True,
        documentation=meanings.SCALARS["Unsupported"],
    )
