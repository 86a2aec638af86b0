"""Diagrams as SVG: one file that needs nothing else, light or dark as the reader's system is, its text selectable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from nicol.diagram.diagram import Diagram, End, Entity, EntityKind, Link, Row
from nicol.diagram.layout import Box, Layout, Point, lay_out
from nicol.diagram.measure import HEAD_HEIGHT, PADDING, ROW_HEIGHT, columns, keys_text

_STYLE = """\
    svg { color-scheme: light dark; --page: #ffffff; --box: #ffffff; --line: #c3cad9; --text: #1d2433; --quiet: #5c667d;
      --model: #e4eaf7; --view: #dff1e6; --enum: #f8ecd6; --link: #5f6f94; --lit: #1f5fd6; --key: #8a5a00; }
    @media (prefers-color-scheme: dark) {
      svg { --page: #12151c; --box: #1a1f29; --line: #3a4356; --text: #e6e9f0; --quiet: #9aa5bd;
        --model: #2a3550; --view: #1f3d30; --enum: #463a22; --link: #8d9cc0; --lit: #7fb0ff; --key: #e0b060; }
    }
    text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: var(--text); }
    .page { fill: var(--page); }
    .box { fill: var(--box); stroke: var(--line); }
    .head { stroke: var(--line); }
    .model .head { fill: var(--model); } .view .head { fill: var(--view); } .enum .head { fill: var(--enum); }
    .name { font-weight: 600; } .id { font-weight: 600; }
    .type, .kind, .more { fill: var(--quiet); } .kind, .more { font-style: italic; }
    .type, .kind { text-anchor: end; }
    .keys { font-size: 9px; font-weight: 600; fill: var(--key); }
    .link path { fill: none; stroke: var(--link); stroke-width: 1.4; stroke-linejoin: round; }
    .link circle { fill: var(--page); stroke: var(--link); stroke-width: 1.4; }
    .link .reach { stroke: transparent; stroke-width: 12; }
    .link:hover path:not(.reach), .link:hover circle { stroke: var(--lit); stroke-width: 2.2; }
"""
_CORNER = 6.0
_FOOT = 11.0
"""How long a crow's foot is, and how wide half of it."""


def svg(diagram: Diagram, title: str) -> str:
    """The diagram as the text of an SVG file. MissingExtra where the layout engine is not installed."""
    layout = lay_out(diagram)
    return "\n".join(_lines(diagram, layout, title)) + "\n"


def _lines(diagram: Diagram, layout: Layout, title: str) -> Iterator[str]:
    width, height = _number(layout.width), _number(layout.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img" aria-labelledby="title description">'
    )
    yield f'  <title id="title">{escape(title)}</title>'
    yield f'  <desc id="description">{escape(_description(diagram))}</desc>'
    yield f"  <style>\n{_STYLE}  </style>"
    yield '  <rect class="page" width="100%" height="100%"/>'
    for link, route in zip(diagram.links, layout.routes, strict=True):
        yield _link(link, route)
    for entity in diagram.entities:
        yield from _entity(entity, layout.boxes[entity.name])
    yield "</svg>"


def _description(diagram: Diagram) -> str:
    kinds = [entity.kind for entity in diagram.entities]
    found = [(kinds.count(kind), kind.value) for kind in EntityKind] + [(len(diagram.links), "relation")]
    listed = ", ".join(f"{count} {word}{'s' if count != 1 else ''}" for count, word in found if count)
    relations = " ".join(f"{link.note.splitlines()[0]}." for link in diagram.links)
    return f"{listed or 'nothing'}. {relations}".strip()


# ---- boxes -----------------------------------------------------------------------------------------------------------


def _entity(entity: Entity, box: Box) -> Iterator[str]:
    places = columns(entity)
    right = box.width - PADDING
    yield f'  <g class="{entity.kind}" transform="translate({_number(box.x)} {_number(box.y)})">'
    if entity.note:
        yield f"    <title>{escape(entity.note)}</title>"
    yield f'    <rect class="box" width="{_number(box.width)}" height="{_number(box.height)}" rx="{_number(_CORNER)}"/>'
    yield f'    <path class="head" d="{_head(box.width, box.height)}"/>'
    yield _text("name", places.keys, 20, entity.name)
    if entity.kind is not EntityKind.MODEL:
        yield _text("kind", right, 20, entity.kind)
    for number, row in enumerate(entity.rows):
        yield from _row(row, HEAD_HEIGHT + ROW_HEIGHT * number + 17, places.keys, places.names, right)
    if entity.left_out:
        y = HEAD_HEIGHT + ROW_HEIGHT * len(entity.rows) + 17
        yield _text("more", places.names, y, f"{entity.left_out} more")
    yield "  </g>"


def _head(width: float, height: float) -> str:
    """The head's outline: its upper corners are round, the lower ones where it is all there is."""
    bottom = min(HEAD_HEIGHT, height)
    round_off = (
        f"M0 {_number(bottom)}V{_number(_CORNER)}a{_CORNER:g} {_CORNER:g} 0 0 1 {_CORNER:g} {-_CORNER:g}"
    )
    right = f"H{_number(width - _CORNER)}a{_CORNER:g} {_CORNER:g} 0 0 1 {_CORNER:g} {_CORNER:g}V{_number(bottom)}z"
    return round_off + right


def _row(row: Row, y: float, keys: float, names: float, types: float) -> Iterator[str]:
    cells = [_text("keys", keys, y, keys_text(row.keys))] if row.keys else []
    cells.append(_text("id" if "PK" in row.keys else "column", names, y, row.name))
    if row.type:
        cells.append(_text("type", types, y, row.type))
    if row.note is None:
        yield from cells
    else:
        yield f"    <g><title>{escape(row.note)}</title>"
        yield from cells
        yield "    </g>"


def _text(style: str, x: float, y: float, text: str) -> str:
    return f"    <text class={quoteattr(style)} x={quoteattr(_number(x))} y={quoteattr(_number(y))}>{escape(text)}</text>"


# ---- links -----------------------------------------------------------------------------------------------------------


def _link(link: Link, route: Sequence[Point]) -> str:
    line = _line(route)
    ends = _end(link.source_end, route[0], route[1]) + _end(link.target_end, route[-1], route[-2])
    return (
        f'  <g class="link"><title>{escape(link.note)}</title>'
        f'<path class="reach" d="{line}"/><path d="{line}"/>{ends}</g>'
    )


def _line(route: Sequence[Point]) -> str:
    """The route as a path whose corners are round."""
    parts = [f"M{_point(route[0])}"]
    for before, corner, after in zip(route, route[1:], route[2:], strict=False):
        parts.append(f"L{_point(_toward(corner, before))}Q{_point(corner)} {_point(_toward(corner, after))}")
    return "".join([*parts, f"L{_point(route[-1])}"])


def _toward(corner: Point, other: Point) -> Point:
    """The point where the rounding of a corner begins: some way on, at most half of it."""
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    part = min(_CORNER, length / 2) / length if length else 0
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _end(end: End, place: Point, before: Point) -> str:
    """The marks at an end of a link: bars, a circle, a crow's foot; drawn as on a line that leaves the box to the right."""
    dx, dy = before[0] - place[0], before[1] - place[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    across, down = dx / length, dy / length

    def at(along: float, beside: float) -> str:
        return _point((place[0] + along * across - beside * down, place[1] + along * down + beside * across))

    def bar(along: float) -> str:
        return f"M{at(along, -5)}L{at(along, 5)}"

    def circle(along: float) -> str:
        x, y = at(along, 0).split(" ")
        return f'<circle cx="{x}" cy="{y}" r="3.6"/>'

    match end:
        case End.ONE:
            return f'<path d="{bar(6)}{bar(11)}"/>'
        case End.OPTIONAL:
            return f'<path d="{bar(6)}"/>{circle(14)}'
        case End.MANY:
            foot = f"M{at(0, -6)}L{at(_FOOT, 0)}L{at(0, 6)}"
            return f'<path d="{foot}"/>{circle(_FOOT + 3.6)}'


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
