"""The outline of a document: its blocks with their members, and the parts that an editor can fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from nicol.diagnostics import Lines, Span
from nicol.schema.document import (
    Block,
    Comment,
    Document,
    EnumDeclaration,
    FieldDeclaration,
    ModelDeclaration,
    SettingsDeclaration,
)
from nicol.schema.schema import Arity


class EntryKind(StrEnum):
    """What an entry of the outline is."""

    MODEL = "model"
    VIEW = "view"
    TYPE = "type"
    ENUM = "enum"
    DATASOURCE = "datasource"
    GENERATOR = "generator"
    FIELD = "field"
    VALUE = "value"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a document declares. `span` is all of it, `name_span` its name."""

    kind: EntryKind
    name: str
    detail: str
    span: Span
    name_span: Span
    members: tuple[Entry, ...] = ()


def outline(document: Document) -> tuple[Entry, ...]:
    """The blocks of a document in order, each with its members."""
    return tuple(_entry(block) for block in document.blocks)


def _entry(block: Block) -> Entry:
    match block:
        case ModelDeclaration():
            members = tuple(
                Entry(EntryKind.FIELD, field.name.text, _type(field), field.span, field.name.span)
                for field in block.fields
            )
            kind = EntryKind(block.kind.value)
        case EnumDeclaration():
            members = tuple(
                Entry(EntryKind.VALUE, value.name.text, "", value.span, value.name.span)
                for value in block.values
            )
            kind = EntryKind.ENUM
        case SettingsDeclaration():
            members = tuple(
                Entry(EntryKind.SETTING, setting.name.text, "", setting.span, setting.name.span)
                for setting in block.settings
            )
            kind = EntryKind(block.kind.value)
    return Entry(kind, block.name.text, kind.value, block.span, block.name.span, members)


_MARKS = {Arity.REQUIRED: "", Arity.OPTIONAL: "?", Arity.LIST: "[]"}


def _type(field: FieldDeclaration) -> str:
    return field.type.name.text + _MARKS[field.type.arity]


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that can be folded into their first one, counted from 0."""

    first: int
    last: int
    comment: bool = False


def folds(document: Document) -> tuple[Fold, ...]:
    """The blocks and the runs of comments that have more than one line."""
    lines = Lines(document.source.text)

    def of(span: Span, *, comment: bool = False) -> Fold:
        return Fold(lines.position(span.start).line - 1, lines.position(span.end).line - 1, comment)

    blocks = [of(block.span) for block in document.blocks]
    comments = [of(first.span.to(last.span), comment=True) for first, last in _runs(document, lines)]
    return tuple(fold for fold in (*blocks, *comments) if fold.last > fold.first)


def _runs(document: Document, lines: Lines) -> Iterator[tuple[Comment, Comment]]:
    """The first and the last of comments that follow each other line by line."""
    own = [comment for comment in document.comments if _stands_alone(document.source.text, comment)]
    first = own[0] if own else None
    for one, other in pairwise([*own, None]):
        if one is None or first is None:
            continue
        next_line = lines.position(one.span.end).line + 1
        if other is None or lines.position(other.span.start).line != next_line:
            yield first, one
            first = other


def _stands_alone(text: str, comment: Comment) -> bool:
    start = text.rfind("\n", 0, comment.span.start) + 1
    return not text[start : comment.span.start].strip()
