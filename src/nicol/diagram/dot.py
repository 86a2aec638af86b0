"""Diagrams in the DOT language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from nicol.diagram.diagram import Diagram, End, Entity, EntityKind, Link, Row

_ARROWS = {End.ONE: "teetee", End.OPTIONAL: "teeodot", End.MANY: "crowodot"}
_HEADS = {EntityKind.MODEL: "#e3e9f5", EntityKind.VIEW: "#e2f1e7", EntityKind.ENUM: "#f6ecd9"}


def dot(diagram: Diagram) -> str:
    """The diagram as the text of a digraph, for `dot -Tsvg`."""
    return "\n".join(["digraph schema {", *_lines(diagram), "}"]) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    yield '  graph [rankdir="LR", nodesep="0.4", ranksep="1.0", fontname="Helvetica"];'
    yield '  node [shape="plain", fontname="Helvetica", fontsize="11"];'
    yield '  edge [dir="both", color="#5b6785", arrowsize="0.8"];'
    for entity in diagram.entities:
        yield f"  {_quoted(entity.name)} [label=<{_table(entity)}>{_tooltip(entity.note or entity.name)}];"
    for link in diagram.links:
        yield f"  {_quoted(link.source)} -> {_quoted(link.target)} [{_link(link)}];"


def _table(entity: Entity) -> str:
    head = f'<tr><td colspan="3" bgcolor="{_HEADS[entity.kind]}"><b>{escape(entity.name)}</b>{_kind(entity)}</td></tr>'
    rows = "".join(map(_row, entity.rows))
    more = f'<tr><td colspan="3"><i>{entity.left_out} more</i></td></tr>' if entity.left_out else ""
    return f'<table border="0" cellborder="1" cellspacing="0" cellpadding="4">{head}{rows}{more}</table>'


def _kind(entity: Entity) -> str:
    return "" if entity.kind is EntityKind.MODEL else f" <i>{entity.kind}</i>"


def _row(row: Row) -> str:
    if not row.type:
        return f'<tr><td colspan="3" align="left">{escape(row.name)}</td></tr>'
    cells = (" ".join(row.keys) or " ", row.name, row.type)
    return "<tr>" + "".join(f'<td align="left">{escape(cell)}</td>' for cell in cells) + "</tr>"


def _link(link: Link) -> str:
    ends = f'arrowtail="{_ARROWS[link.source_end]}", arrowhead="{_ARROWS[link.target_end]}"'
    return f"{ends}{_tooltip(link.note)}"


def _tooltip(text: str) -> str:
    return f", tooltip={_quoted(text)}"


def _quoted(text: str) -> str:
    body = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{body}"'
