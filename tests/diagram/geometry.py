"""What a layout must not do, found by looking at its boxes and routes only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from nicol.diagram.diagram import Diagram
from nicol.diagram.layout import Box, Layout, Point

NEAR = 0.01


def faults(diagram: Diagram, layout: Layout) -> Iterator[str]:
    """Everything that is wrong with a layout, in words."""
    yield from _places(diagram, layout)
    yield from _overlaps(layout)
    for link, route in zip(diagram.links, layout.routes, strict=True):
        if not _on_border(route[0], layout.boxes[link.source]):
            yield f"{link.name} does not begin at {link.source}"
        if not _on_border(route[-1], layout.boxes[link.target]):
            yield f"{link.name} does not end at {link.target}"
        yield from _passages(link.name, route, layout)


def _places(diagram: Diagram, layout: Layout) -> Iterator[str]:
    if set(layout.boxes) != {entity.name for entity in diagram.entities}:
        yield "not every entity has its box"
    for name, box in layout.boxes.items():
        if box.x < 0 or box.y < 0 or box.x + box.width > layout.width or box.y + box.height > layout.height:
            yield f"{name} stands outside"
    for x, y in (point for route in layout.routes for point in route):
        if not (0 <= x <= layout.width and 0 <= y <= layout.height):
            yield f"a link leaves the drawing at {x}, {y}"


def _overlaps(layout: Layout) -> Iterator[str]:
    for (name, one), (other_name, other) in combinations(layout.boxes.items(), 2):
        beside = one.x + one.width <= other.x + NEAR or other.x + other.width <= one.x + NEAR
        below = one.y + one.height <= other.y + NEAR or other.y + other.height <= one.y + NEAR
        if not beside and not below:
            yield f"{name} overlaps {other_name}"


def _on_border(point: Point, box: Box) -> bool:
    x, y = point
    inside_x = box.x - NEAR <= x <= box.x + box.width + NEAR
    inside_y = box.y - NEAR <= y <= box.y + box.height + NEAR
    at_side = min(abs(x - box.x), abs(x - box.x - box.width)) <= NEAR
    at_end = min(abs(y - box.y), abs(y - box.y - box.height)) <= NEAR
    return (at_side and inside_y) or (at_end and inside_x)


def _passages(name: str, route: tuple[Point, ...], layout: Layout) -> Iterator[str]:
    for one, other in pairwise(route):
        for box_name, box in layout.boxes.items():
            if _crosses(one, other, box):
                yield f"{name} runs through {box_name}"


def _crosses(one: Point, other: Point, box: Box) -> bool:
    """True when a part of the line lies inside the box (its border is not inside): Liang and Barsky's clipping."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    enter, leave = 0.0, 1.0
    for delta, low, high in (
        (dx, box.x + NEAR - one[0], box.x + box.width - NEAR - one[0]),
        (dy, box.y + NEAR - one[1], box.y + box.height - NEAR - one[1]),
    ):
        if abs(delta) < 1e-12:
            if low > 0 or high < 0:
                return False
            continue
        first, last = sorted((low / delta, high / delta))
        enter, leave = max(enter, first), min(leave, last)
    return leave - enter > 1e-9
