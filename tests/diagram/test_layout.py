"""Laws of layouts: no box on another, no link through a box, every link from its one box to its other; and the same again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nicol.diagram.describe import describe
from nicol.diagram.diagram import Diagram, End, Entity, EntityKind, Link, Row
from nicol.diagram.layout import Box, Layout, lay_out
from nicol.diagram.measure import columns, text_width
from nicol.diagram.pack import pack
from nicol.schema.schema import Schema
from tests.diagram.conftest import read
from tests.diagram.geometry import faults

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "schemas"
UNCONNECTED = "prisma__prisma__1.prisma"  # 5,044 models and no relation: packed in its own test


def corpus() -> list[object]:
    """The corpus schemas as parameters."""
    paths = sorted(CORPUS.glob("*")) if CORPUS.is_dir() else []
    return [pytest.param(path, id=path.name) for path in paths if path.name != UNCONNECTED]


def schema_at(path: Path) -> Schema:
    """The schema of a file or folder; in what is no SQL schema, as much as is understood."""
    files = [path] if path.is_file() else sorted(path.rglob("*.prisma"))
    return read("\n".join(file.read_text(encoding="utf-8") for file in files))


def diagrams() -> st.SearchStrategy[Diagram]:
    """Diagrams of up to eight entities with links of all kinds, self-relations and parallel ones too."""
    names = st.integers(1, 8).map(lambda count: [f"M{number}" for number in range(count)])
    return names.flatmap(lambda known: st.builds(_diagram, st.just(known), _sizes(known), _links(known)))


def _sizes(names: list[str]) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 12), min_size=len(names), max_size=len(names))


def _links(names: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=14)


def _diagram(names: list[str], sizes: list[int], pairs: list[tuple[str, str]]) -> Diagram:
    entities = tuple(
        Entity(name, EntityKind.MODEL, tuple(Row(f"column{row}", "String") for row in range(size)))
        for name, size in zip(names, sizes, strict=True)
    )
    links = tuple(
        Link(str(number), source, target, End.ONE, End.MANY, "x", "x")
        for number, (source, target) in enumerate(pairs)
    )
    return Diagram(entities, links)


@settings(max_examples=60, deadline=None)
@given(diagrams())
def test_layouts_have_no_faults_and_do_not_change(diagram: Diagram):
    layout = lay_out(diagram)
    assert list(faults(diagram, layout)) == []
    assert lay_out(diagram) == layout


@pytest.mark.slow
@pytest.mark.proves("Command line", "diagrams of real schemas: no box on another, no link through a box")
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real schemas is not here")
@pytest.mark.parametrize("keys_only", [False, True], ids=["full", "keys"])
@pytest.mark.parametrize("path", corpus())
def test_real_schemas_are_laid_out_without_faults(path: Path, keys_only: bool):
    diagram = describe(schema_at(path), keys_only=keys_only)
    assert list(faults(diagram, lay_out(diagram))) == []


@pytest.mark.slow
def test_thousands_of_boxes_are_packed():
    diagram = _diagram([f"M{number}" for number in range(2000)], [number % 13 for number in range(2000)], [])
    layout = lay_out(diagram)
    assert 0.5 < layout.width / layout.height < 3
    used = sum(box.width * box.height for box in layout.boxes.values())
    assert used / (layout.width * layout.height) > 0.5


@given(st.lists(st.tuples(st.floats(1, 300), st.floats(1, 300)), max_size=30))
def test_packed_rectangles_keep_their_distance(sizes: list[tuple[float, float]]):
    boxes = {
        str(number): Box(x, y, width + 10, height + 10)
        for number, ((width, height), (x, y)) in enumerate(zip(sizes, pack(sizes, 10), strict=True))
    }
    entities = tuple(Entity(name, EntityKind.MODEL, ()) for name in boxes)
    assert list(faults(Diagram(entities, ()), Layout(boxes, (), 1e9, 1e9))) == []


def test_boxes_have_room_for_their_texts(shop: Schema):
    for entity in describe(shop).entities:
        size = columns(entity)
        for row in entity.rows:
            assert size.names + text_width(row.name, bold=True) + text_width(row.type) < size.width
        assert text_width(entity.name, bold=True) < size.width


def test_nothing_is_laid_out_too():
    assert lay_out(Diagram((), ())) == Layout({}, (), 48, 48)


def test_geometry_sees_faults():
    diagram = _diagram(["M0", "M1"], [1, 1], [("M0", "M1")])
    one, other = Box(0, 0, 10, 10), Box(20, 0, 10, 10)
    good = Layout({"M0": one, "M1": other}, (((10, 5), (20, 5)),), 30, 10)
    assert list(faults(diagram, good)) == []
    bad = {
        "0 runs through M0": Layout(good.boxes, (((0, 5), (20, 5)),), 30, 10),
        "0 does not end at M1": Layout(good.boxes, (((10, 5), (15, 5)),), 30, 10),
        "M1 stands outside": Layout(good.boxes, good.routes, 25, 10),
        "M0 overlaps M1": Layout({"M0": one, "M1": Box(9, 0, 10, 10)}, (((9, 5), (9, 5)),), 30, 10),
    }
    for fault, layout in bad.items():
        assert fault in list(faults(diagram, layout))
