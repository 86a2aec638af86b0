"""Completion of attributes: those that the field's type, the block and the databases allow, and that are not there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from nicol.editor import words as meanings
from nicol.editor.databases import Ability, can, native_types
from nicol.editor.offers import Offer, OfferKind
from nicol.editor.place import FieldHead, Head, Place
from nicol.editor.world import World
from nicol.schema.bound import BoundModel
from nicol.schema.schema import Arity, Scalar
from nicol.schema.tokens import TokenKind

_FIELD_TEXTS = {
    "db": "@db.",
    "default": "@default($1)",
    "map": '@map("$1")',
    "relation": "@relation(fields: [$1], references: [$2])",
}
_BLOCK_TEXTS = {
    "fulltext": "@@fulltext([$1])",
    "id": "@@id([$1])",
    "index": "@@index([$1])",
    "map": '@@map("$1")',
    "schema": '@@schema("$1")',
    "unique": "@@unique([$1])",
}
_ABILITIES: Mapping[str, Ability] = {"schema": "namespaces", "fulltext": "fulltext"}
_ONCE = frozenset({"id", "map", "schema", "ignore"})
_ENUM_ATTRIBUTES = ("map", "schema")
_SCALARS = {scalar.value: scalar for scalar in Scalar}


def field_attributes(world: World, head: Head, here: Place) -> Iterator[Offer]:
    """The attributes of the field that the cursor's line declares."""
    field = here.field
    if field is None:
        return
    given = _given(here)
    for name in _fitting(world, head, field):
        if name not in given:
            text = _FIELD_TEXTS.get(name, f"@{name}")
            yield _attribute(f"@{name}", text, meanings.FIELD_ATTRIBUTES[name], again=name in _FIELD_TEXTS)


def _attribute(label: str, text: str, meaning: str, *, again: bool = False) -> Offer:
    return Offer(
        "@db." if text == "@db." else label,
        OfferKind.ATTRIBUTE,
        text,
        snippet="$" in text,
        documentation=meaning,
        again=again,
    )


def _given(here: Place) -> frozenset[str]:
    """The attributes on the line, on both sides of the cursor."""
    tokens = (*here.tokens, *here.rest)
    return frozenset(
        after.text for mark, after in pairwise(tokens) if mark.text == "@" and after.kind is TokenKind.NAME
    )


def _fitting(world: World, head: Head, field: FieldHead) -> Iterator[str]:
    if field.type in world.binding.models:
        yield from ("relation", "ignore")
        return
    if field.arity is Arity.REQUIRED and not _has_id(world.binding.models.get(head.name), field.name):
        yield "id"
    if field.arity is not Arity.LIST:
        yield "unique"
    yield "default"
    if field.type == Scalar.DATETIME and field.arity is not Arity.LIST:
        yield "updatedAt"
    yield from ("map", "ignore")
    scalar = _SCALARS.get(field.type)
    if scalar is not None and native_types(world, scalar):
        yield "db"


def _has_id(model: BoundModel | None, field: str) -> bool:
    return model is not None and any(key.kind.value == "id" and key.field != field for key in model.keys)


def native_offers(world: World, field: FieldHead, *, marks: str) -> Iterator[Offer]:
    """The native types that store the field's scalar in all databases of the schema."""
    scalar = _SCALARS.get(field.type)
    for native in native_types(world, scalar) if scalar else ():
        yield Offer(
            f"{marks}{native.name}",
            OfferKind.TYPE,
            f"{marks}{native.name}{native.snippet}",
            snippet=bool(native.snippet),
        )


def block_attributes(world: World, head: Head, *, marks: str) -> Iterator[Offer]:
    """The attributes of a whole block."""
    model = world.binding.models.get(head.name)
    enum = world.binding.enums.get(head.name)
    given = frozenset(model.attributes if model else enum.attributes if enum else ()) & _ONCE
    for name, text in _BLOCK_TEXTS.items() if head.keyword != "enum" else _enum_texts():
        if name in given or not _has(world, name):
            continue
        if name == "id" and _has_id(model, ""):
            continue
        meaning = meanings.BLOCK_ATTRIBUTES[name]
        yield _attribute(f"{marks}{name}", text, meaning, again=True)
    if head.keyword != "enum" and "ignore" not in given:
        yield _attribute("@@ignore", "@@ignore", meanings.BLOCK_ATTRIBUTES["ignore"])


def _has(world: World, attribute: str) -> bool:
    """True but for an attribute that not every database of the schema has, or that only some have and none is named."""
    ability = _ABILITIES.get(attribute)
    return ability is None or (bool(world.providers) and can(world, ability))


def _enum_texts() -> Iterator[tuple[str, str]]:
    return ((name, _BLOCK_TEXTS[name]) for name in _ENUM_ATTRIBUTES)


def value_attributes(here: Place) -> Iterator[Offer]:
    """The attributes of an enum's value."""
    if "map" not in _given(here) and (here.tokens[-1].text == "@" or len(here.tokens) == 1):
        yield _attribute("@map", '@map("$1")', meanings.FIELD_ATTRIBUTES["map"], again=True)
