"""Diagrams in Mermaid's words (https://mermaid.js.org/syntax/entityRelationshipDiagram.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nicol.diagram.diagram import Diagram, End, Entity, EntityKind, Key, Row

_LEFT = {End.ONE: "||", End.OPTIONAL: "|o", End.MANY: "}o"}
_RIGHT = {End.ONE: "||", End.OPTIONAL: "o|", End.MANY: "o{"}
_KEYS = frozenset(Key)  # words of Mermaid's own: a column may not have such a name
_NO_WORD = re.compile(r"[^A-Za-z0-9_()\[\]-]")


def mermaid(diagram: Diagram) -> str:
    """The diagram as the text of an `erDiagram`."""
    return "\n".join(["erDiagram", *_lines(diagram)]) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    for entity in diagram.entities:
        yield from _entity(entity)
    for link in diagram.links:
        ends = f"{_LEFT[link.source_end]}--{_RIGHT[link.target_end]}"
        yield f'    {_name(link.source)} {ends} {_name(link.target)} : "{link.label}"'


def _entity(entity: Entity) -> Iterator[str]:
    if not entity.rows:
        yield f"    {_name(entity.name)}"
        return
    yield f"    {_name(entity.name)} {{"
    for row in entity.rows:
        yield f"        {_value(row) if entity.kind is EntityKind.ENUM else _column(row)}"
    yield "    }"


def _name(name: str) -> str:
    return f'"{name}"'  # bare, `direction` or `style` would be words of Mermaid's own


def _value(row: Row) -> str:
    return f"value {_word(row.name)}"


def _column(row: Row) -> str:
    keys = f" {', '.join(row.keys)}" if row.keys else ""
    optional = ' "optional"' if row.type.endswith("?") else ""
    return f"{_type(row.type.removesuffix('?'))} {_word(row.name)}{keys}{optional}"


def _type(text: str) -> str:
    """A type that Mermaid can read: `Unsupported("double precision")` has spaces, and its words begin with a letter."""
    word = _NO_WORD.sub("_", text)
    return _word(word if word[:1].isalpha() else f"_{word}")


def _word(name: str) -> str:
    return f"{name}_" if name in _KEYS else name
