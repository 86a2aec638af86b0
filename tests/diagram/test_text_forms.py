"""Diagrams in Mermaid and DOT: the whole text of a small one, and words that the languages keep for themselves."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from nicol.diagram.describe import describe
from nicol.diagram.diagram import Diagram, Entity, EntityKind, Key, Row
from nicol.diagram.dot import dot
from nicol.diagram.mermaid import mermaid
from nicol.schema.schema import Schema
from tests.diagram.conftest import read

SMALL = """\
model A {
  id Int @id
  k  K?
  bs B[]
}
model B {
  id Int @id
  a  A?   @relation(fields: [aId], references: [id])
  aId Int?
}
enum K {
  X
}
"""

MERMAID = """\
erDiagram
    "A" {
        Int id PK
        K k "optional"
    }
    "B" {
        Int id PK
        Int aId FK "optional"
    }
    "K" {
        value X
    }
    "A" |o--o{ "B" : "a"
"""


def test_mermaid_in_whole():
    assert mermaid(describe(read(SMALL))) == MERMAID


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (Row("PK", "Int"), "Int PK_"),
        (Row("x", "FK"), "FK_ x"),
        (Row("x", "double precision"), "double_precision x"),
        (Row("x", "geometry(Point, 4326)?"), 'geometry(Point__4326) x "optional"'),
        (Row("x", "1x"), "_1x x"),
        (Row("x", "Int[]", (Key.PRIMARY, Key.FOREIGN, Key.UNIQUE)), "Int[] x PK, FK, UK"),
    ],
)
def test_words_that_mermaid_cannot_read_are_written_otherwise(row: Row, line: str):
    assert mermaid(Diagram((Entity("A", EntityKind.MODEL, (row,)),), ())).splitlines()[2].strip() == line


def test_dot_in_parts(shop: Schema):
    text = dot(describe(shop, keys_only=True))
    assert text.startswith("digraph schema {\n")
    assert text.count(" -> ") == 6
    assert '"User" -> "Card" [arrowtail="teetee", arrowhead="teeodot"' in text
    assert "<b>Sales</b> <i>view</i>" in text
    assert "<i>3 more</i>" in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.proves("Command line", "entity-relationship diagrams in DOT, read by Graphviz")
def test_graphviz_reads_it(shop: Schema):
    odd = Entity('q"<&>\\', EntityKind.MODEL, (Row("<b>", 'numeric(3) "x" & y'),), 'a "note"\nwith \\ lines')
    full = describe(shop)
    for diagram in (full, Diagram((*full.entities, odd), full.links)):
        drawn = subprocess.run(
            ["dot", "-Tplain"], input=dot(diagram), capture_output=True, text=True, check=True
        )
        assert drawn.stderr == ""
        kinds = [line.split()[0] for line in drawn.stdout.splitlines()]
        assert (kinds.count("node"), kinds.count("edge")) == (len(diagram.entities), len(diagram.links))
