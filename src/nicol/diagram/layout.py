"""Layout: where every box of a diagram stands, and which way every link goes.

The layers and the routes are graphlay's (decision 8). Parts of the diagram that nothing connects are laid out one by one
and packed, as tightly as a page of usual proportions allows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from nicol.diagram.diagram import Diagram, Entity, EntityKind, Link
from nicol.diagram.measure import columns
from nicol.diagram.pack import pack
from nicol.errors import MissingExtra

MARGIN = 24.0
"""Around the drawing, and between parts that nothing connects."""

_THOROUGH_UP_TO = 150
"""Links: beyond, the better of two orders is not worth the second it takes."""

_TRIES = 5
"""How many quick drawings of either direction are tried where the usual ones have faults."""

_HAIR = 0.01
"""What lies this near to a border is on it."""

_ROOM = 12.0
"""For each link at the side of a box."""

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The place of an entity: its left upper corner, and its size."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Box:
        """The box elsewhere."""
        return Box(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of all entities by their names, the routes of all links in the diagram's order, and the size of it all."""

    boxes: Mapping[str, Box]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that nothing connects with the others, its left upper corner at zero. Links are known by their numbers."""

    boxes: Mapping[str, Box]
    routes: Mapping[int, tuple[Point, ...]]
    width: float
    height: float


def lay_out(diagram: Diagram) -> Layout:
    """The layout of a diagram, the same for the same diagram. MissingExtra where graphlay is not installed."""
    parts = [_part(diagram, names) for names in _connected(diagram)]
    enums = {entity.name for entity in diagram.entities if entity.kind is EntityKind.ENUM}
    parts.sort(key=lambda part: (enums.issuperset(part.boxes), -len(part.boxes), -part.height))
    places = pack([(part.width, part.height) for part in parts], MARGIN)
    boxes: dict[str, Box] = {}
    routes: dict[int, tuple[Point, ...]] = {}
    for part, (x, y) in zip(parts, places, strict=True):
        dx, dy = x + MARGIN, y + MARGIN
        boxes.update((name, box.moved(dx, dy)) for name, box in part.boxes.items())
        routes.update(
            (number, tuple((px + dx, py + dy) for px, py in route)) for number, route in part.routes.items()
        )
    return Layout(
        {entity.name: boxes[entity.name] for entity in diagram.entities},
        tuple(routes[number] for number in range(len(diagram.links))),
        max((x + part.width for part, (x, _) in zip(parts, places, strict=True)), default=0) + 2 * MARGIN,
        max((y + part.height for part, (_, y) in zip(parts, places, strict=True)), default=0) + 2 * MARGIN,
    )


def _connected(diagram: Diagram) -> list[tuple[str, ...]]:
    """The names of the entities of each part, in the diagram's order."""
    leader = {entity.name: entity.name for entity in diagram.entities}

    def lead(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for link in diagram.links:
        leader[lead(link.source)] = lead(link.target)
    parts: dict[str, list[str]] = defaultdict(list)
    for entity in diagram.entities:
        parts[lead(entity.name)].append(entity.name)
    return [tuple(names) for names in parts.values()]


def _part(diagram: Diagram, names: Sequence[str]) -> _Part:
    """The layout of entities that links connect, or of a single one."""
    chosen = set(names)
    entities = [entity for entity in diagram.entities if entity.name in chosen]
    links = {number: link for number, link in enumerate(diagram.links) if link.source in chosen}
    if not links:
        (entity,) = entities
        size = columns(entity)
        return _Part({entity.name: Box(0, 0, size.width, size.height)}, {}, size.width, size.height)
    return _best(entities, links)


def _best(entities: Sequence[Entity], links: Mapping[int, Link]) -> _Part:
    """The best drawing of a few; of a large part the first without faults. Where all have faults, more are tried."""
    drawings: list[tuple[tuple[float, float], _Part]] = []
    for options in _options(len(links)):
        graph = _graph(entities, tuple(links.values()), options["direction"])
        drawn = _drawn(graph, options)
        part = _read(drawn, entities, tuple(links))
        drawings.append((_badness(drawn, part), part))
        if len(drawings) >= _enough(len(links)) and any(faults < 1 for (faults, _), _ in drawings):
            break
    return min(drawings, key=lambda pair: pair[0])[1]


def _enough(links: int) -> int:
    """How many drawings are compared in any case."""
    return 4 if links <= _THOROUGH_UP_TO else 2 if links <= 2 * _THOROUGH_UP_TO else 1


def _graph(entities: Sequence[Entity], links: Sequence[Link], direction: str) -> dict[str, Any]:
    """The part as graphlay reads it; a box has room for all links on the sides where they arrive and leave."""
    number = {entity.name: position for position, entity in enumerate(entities)}
    arriving, leaving = Counter(link.target for link in links), Counter(link.source for link in links)
    nodes: list[dict[str, Any]] = []
    for entity in entities:
        natural = columns(entity)
        room = _ROOM * (max(arriving[entity.name], leaving[entity.name]) + 1)
        width = natural.width if direction == "leftright" else max(natural.width, room)
        height = natural.height if direction == "topbottom" else max(natural.height, room)
        nodes.append({"size": {"width": width, "height": height}, "shape": "box", "key": entity.name})
    edges = [{"source": number[link.source], "target": number[link.target], "weight": 1.0} for link in links]
    return {"nodes": nodes, "edges": edges}


def _options(links: int) -> Iterator[dict[str, Any]]:
    """What is tried: the usual, the most wanted first, then what has helped where nothing else did."""
    spacing = {"layer_gap": 84.0, "node_gap": 34.0, "stub": 26.0, "self_loop_gap": 26.0}
    usual = {"spacing": spacing, "self_loops": {"size": 30.0, "gap": 26.0}}
    efforts = ("balanced", "thorough") if links <= _THOROUGH_UP_TO else ("fast", "balanced")
    for effort in efforts:
        for direction in ("leftright", "topbottom"):
            yield {**usual, "direction": direction, "effort": effort}
    for seed in range(_TRIES):
        for direction in ("leftright", "topbottom"):
            yield {**usual, "direction": direction, "effort": "fast", "seed": seed}
    for direction in ("leftright", "topbottom"):
        yield {**usual, "direction": direction, "routing": {"bundle_parallel": False}}
        yield {**usual, "direction": direction, "spacing": {**spacing, "dummy_gap": 60.0}}


def _drawn(graph: dict[str, Any], options: dict[str, Any]) -> Any:
    try:
        import graphlay
    except ImportError:
        raise MissingExtra("an SVG diagram", "erd") from None
    return graphlay.layout(graph, options=options)


def _badness(drawn: Any, part: _Part) -> tuple[float, float]:
    """Links that run through boxes or on each other are not shown where it can be helped; then length and crossings count."""
    metrics = drawn.metrics()
    faults = (
        metrics["node_overlaps"] + metrics["unrouted_edges"] + _passages(part) + metrics["overlaps"] / 1000
    )
    page = max(part.width / 1.4, part.height)
    return faults, metrics["total_edge_length"] + 120 * metrics["crossings"] + 2 * page


def _passages(part: _Part) -> int:
    """How many times a link runs through a box, its own ones not excepted. All lines are upright or level."""
    boxes = [
        (box.x + _HAIR, box.y + _HAIR, box.x + box.width - _HAIR, box.y + box.height - _HAIR)
        for box in part.boxes.values()
    ]
    found = 0
    for route in part.routes.values():
        for (x, y), (further_x, further_y) in pairwise(route):
            left, right = (x, further_x) if x < further_x else (further_x, x)
            top, bottom = (y, further_y) if y < further_y else (further_y, y)
            found += sum(
                left < end_x and right > start_x and top < end_y and bottom > start_y
                for start_x, start_y, end_x, end_y in boxes
            )
    return found


def _read(drawn: Any, entities: Sequence[Entity], numbers: Sequence[int]) -> _Part:
    """Graphlay's drawing as a part, moved so that all of it, self-relations too, begins at zero."""
    boxes = {entity.name: _box(node) for entity, node in zip(entities, drawn.nodes, strict=True)}
    routes = [tuple((point["x"], point["y"]) for point in edge["points"]) for edge in drawn.edges]
    points = [point for route in routes for point in route]
    left = min(*(box.x for box in boxes.values()), *(x for x, _ in points))
    top = min(*(box.y for box in boxes.values()), *(y for _, y in points))
    return _Part(
        {name: box.moved(-left, -top) for name, box in boxes.items()},
        {
            number: tuple((x - left, y - top) for x, y in route)
            for number, route in zip(numbers, routes, strict=True)
        },
        max(*(box.x + box.width for box in boxes.values()), *(x for x, _ in points)) - left,
        max(*(box.y + box.height for box in boxes.values()), *(y for _, y in points)) - top,
    )


def _box(node: Mapping[str, Any]) -> Box:
    width, height = node["size"]["width"], node["size"]["height"]
    return Box(node["center"]["x"] - width / 2, node["center"]["y"] - height / 2, width, height)
