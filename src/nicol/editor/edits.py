"""Edits of a schema's texts: making them, and where new lines go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nicol.diagnostics import Edit, Source, Span
from nicol.editor.world import World
from nicol.schema.document import EnumDeclaration, ModelDeclaration


def applied(world: World, edits: Iterable[Edit]) -> Iterator[Source]:
    """The texts of a schema with edits made."""
    edits = tuple(edits)
    for document in world.documents:
        yield apply_to(document.source, edits)


def apply_to(source: Source, edits: Iterable[Edit]) -> Source:
    """One text with those of the edits made that are about it; of two at one place, the first comes first."""
    own = sorted((edit for edit in edits if edit.span.path == source.path), key=lambda edit: edit.span.start)
    parts: list[str] = []
    at = 0
    for edit in own:
        parts.extend((source.text[at : edit.span.start], edit.text))
        at = edit.span.end
    return Source(source.path, "".join((*parts, source.text[at:])))


def line_end(text: str) -> str:
    """The line end that a text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def block_attribute(world: World, block: ModelDeclaration | EnumDeclaration, attribute: str) -> Edit:
    """A block attribute on a line of its own at the end of a block."""
    text = world.document(block.span.path).source.text
    end = line_end(text)
    blank = "" if block.attributes else end
    return Edit(_behind_last(text, block), f"{end}{blank}  {attribute}")


def member(world: World, block: ModelDeclaration | EnumDeclaration, line: str) -> Edit:
    """A field or value on a line of its own behind the last one of a block."""
    text = world.document(block.span.path).source.text
    members = block.fields if isinstance(block, ModelDeclaration) else block.values
    last = members[-1].span if members else block.name.span
    return Edit(_end_of_line(text, last), f"{line_end(text)}  {line}")


def _behind_last(text: str, block: ModelDeclaration | EnumDeclaration) -> Span:
    members = block.fields if isinstance(block, ModelDeclaration) else block.values
    spans = [item.span for item in (*members, *block.attributes)] or [block.name.span]
    return _end_of_line(text, max(spans, key=lambda span: span.end))


def _end_of_line(text: str, span: Span) -> Span:
    end = span.end
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    return Span(span.path, end, end)
