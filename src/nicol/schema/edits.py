"""The edits that help lines propose: another word, a word more, something less, a line more in a block."""

from __future__ import annotations

from collections.abc import Iterable

from nicol.diagnostics import Edit, Span
from nicol.schema.document import (
    Document,
    EnumDeclaration,
    EnumValueDeclaration,
    FieldDeclaration,
    ModelDeclaration,
)

Edits = tuple[Edit, ...]


def instead(span: Span, text: str | None) -> Edits:
    """Text in place of what is there; nothing where there is no such text."""
    return () if text is None else (Edit(span, text),)


def behind(span: Span, text: str) -> Edits:
    """Text right behind what is there."""
    return (Edit(Span(span.path, span.end, span.end), text),)


def without(span: Span, documents: Iterable[Document]) -> Edits:
    """Nothing in place of what is there and of the blanks before it."""
    text, start = text_of(span, documents), span.start
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return (Edit(Span(span.path, start, span.end), ""),)


def text_of(span: Span, documents: Iterable[Document]) -> str:
    """The text that a span is part of."""
    return next(document.source.text for document in documents if document.source.path == span.path)


def line_end(text: str) -> str:
    """The line end that a text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def new_attribute(text: str, block: ModelDeclaration | EnumDeclaration, attribute: str) -> Edit:
    """A block attribute on a line of its own at the end of a block."""
    end = line_end(text)
    spans = [item.span for item in (*_members(block), *block.attributes)] or [block.name.span]
    last = max(spans, key=lambda span: span.end)
    return Edit(_end_of_line(text, last), f"{end}{'' if block.attributes else end}  {attribute}")


def new_member(text: str, block: ModelDeclaration | EnumDeclaration, line: str) -> Edit:
    """A field or value on a line of its own behind the last one of a block."""
    members = _members(block)
    last = members[-1].span if members else block.name.span
    return Edit(_end_of_line(text, last), f"{line_end(text)}  {line}")


def _members(
    block: ModelDeclaration | EnumDeclaration,
) -> tuple[FieldDeclaration, ...] | tuple[EnumValueDeclaration, ...]:
    return block.fields if isinstance(block, ModelDeclaration) else block.values


def _end_of_line(text: str, span: Span) -> Span:
    """The end of the line that a span ends on, its `{` and its comment included."""
    end = span.end
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    return Span(span.path, end, end)
