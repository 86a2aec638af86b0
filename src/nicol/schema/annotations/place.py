"""Ties annotations to what they stand on: the declaration whose comment they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from nicol.diagnostics import Span
from nicol.schema.annotations.scan import Annotation, Finding, scan
from nicol.schema.annotations.table import ANNOTATIONS, AnnotationSignature, Place
from nicol.schema.document import (
    Attribute,
    Comment,
    Document,
    EnumDeclaration,
    Expression,
    ModelDeclaration,
    ModelKind,
    Name,
    SettingsDeclaration,
)

Anchor: TypeAlias = tuple[str, int]
"""Where a declaration begins: the path of its text and a character of it."""


Found: TypeAlias = tuple[tuple[Comment, Finding], ...]
"""What was found, and in which comment."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What an annotation stands on. `block` and `item` are the names of the model and its field, the enum and its value."""

    place: Place
    anchor: Anchor
    block: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class BoundAnnotation:
    """An annotation, what it stands on, and its arguments by name; `signature` is None for one that does not exist."""

    syntax: Annotation
    holder: Holder
    signature: AnnotationSignature | None
    arguments: Mapping[str, Expression]

    @property
    def name(self) -> str:
        """Its name, without the name space."""
        return self.syntax.name.text


@dataclass(frozen=True, slots=True)
class Annotations:
    """All annotations of some documents: those that stand on something, those that do not, and what else was found."""

    bound: tuple[BoundAnnotation, ...] = ()
    stray: tuple[Annotation, ...] = ()
    others: tuple[Finding, ...] = ()
    held: Mapping[Anchor, tuple[BoundAnnotation, ...]] = field(
        default_factory=dict[Anchor, tuple[BoundAnnotation, ...]]
    )

    def of(self, span: Span) -> tuple[BoundAnnotation, ...]:
        """The annotations of the declaration that begins where a span does."""
        return self.held.get((span.path, span.start), ())


def anchor(span: Span) -> Anchor:
    """Where the declaration that a span covers begins."""
    return span.path, span.start


def scan_documents(documents: tuple[Document, ...], owners: Mapping[str, str]) -> Found:
    """What the comments of all documents hold. `owners` says whose the bare words are."""
    return tuple(
        (comment, item)
        for document in documents
        for comment in document.comments
        for item in scan(comment, owners)
    )


def tie(found: Found, documents: tuple[Document, ...], relations: frozenset[Anchor]) -> Annotations:
    """What was found, with the declarations it stands on. `relations`: where the fields that are no columns begin."""
    holders = {anchor(comment.span): holder for comment, holder in _holders(documents, relations)}
    bound: list[BoundAnnotation] = []
    stray: list[Annotation] = []
    others: list[Finding] = []
    held: dict[Anchor, list[BoundAnnotation]] = {}
    for comment, item in found:
        holder = holders.get(anchor(comment.span))
        if not isinstance(item, Annotation):
            others.append(item)
        elif holder is None:
            stray.append(item)
        else:
            bound.append(_bound(item, holder))
            held.setdefault(holder.anchor, []).append(bound[-1])
    whole = {place: tuple(annotations) for place, annotations in held.items()}
    return Annotations(tuple(bound), tuple(stray), tuple(others), whole)


def _bound(annotation: Annotation, holder: Holder) -> BoundAnnotation:
    signature = ANNOTATIONS.get(annotation.name.text)
    if signature is None:
        return BoundAnnotation(annotation, holder, None, {})
    arguments: dict[str, Expression] = {}
    known = signature.parameters_on(holder.place)
    for argument in annotation.arguments:
        name = argument.name.text if argument.name else signature.unnamed
        if name is not None and name in known:
            arguments.setdefault(name, argument.value)
    return BoundAnnotation(annotation, holder, signature, arguments)


def _holders(
    documents: tuple[Document, ...], relations: frozenset[Anchor]
) -> Iterator[tuple[Comment, Holder]]:
    for document in documents:
        for block in document.blocks:
            match block:
                case ModelDeclaration():
                    yield from _in_model(block, relations)
                case EnumDeclaration():
                    yield from _in_enum(block)
                case SettingsDeclaration():
                    yield from _on(block.comments, Place.SETTINGS, block.name)
                    for setting in block.settings:
                        yield from _on(setting.comments, Place.SETTINGS, block.name, setting.name)


_KINDS = {ModelKind.MODEL: Place.MODEL, ModelKind.VIEW: Place.VIEW, ModelKind.TYPE: Place.TYPE}


def _in_model(block: ModelDeclaration, relations: frozenset[Anchor]) -> Iterator[tuple[Comment, Holder]]:
    yield from _on(block.comments, _KINDS[block.kind], block.name)
    for declared in block.fields:
        if declared.comments:
            place = Place.RELATION if anchor(declared.name.span) in relations else Place.FIELD
            yield from _on(
                declared.comments,
                Place.TYPE if block.kind is ModelKind.TYPE else place,
                block.name,
                declared.name,
            )
    yield from _on_attributes(block.attributes, block.name)


def _in_enum(block: EnumDeclaration) -> Iterator[tuple[Comment, Holder]]:
    yield from _on(block.comments, Place.ENUM, block.name)
    for value in block.values:
        yield from _on(value.comments, Place.VALUE, block.name, value.name)
    yield from _on_attributes(block.attributes, block.name)


def _on(
    comments: tuple[Comment, ...], place: Place, block: Name, item: Name | None = None
) -> Iterator[tuple[Comment, Holder]]:
    holder = Holder(place, anchor((item or block).span), block.text, item.text if item else None)
    for comment in comments:
        yield comment, holder


def _on_attributes(attributes: tuple[Attribute, ...], block: Name) -> Iterator[tuple[Comment, Holder]]:
    for attribute in attributes:
        place = Place.KEY if attribute.name.text in {"index", "unique"} else Place.ATTRIBUTE
        for comment in attribute.comments:
            yield comment, Holder(place, anchor(attribute.span), block.text)
