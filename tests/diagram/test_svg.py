"""The SVG form: well-formed, needing nothing else, every name in it; its texts inside their boxes in a real browser."""

from __future__ import annotations

import builtins
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import sync_playwright

from nicol.diagram.describe import describe
from nicol.diagram.diagram import Diagram, Entity, EntityKind, Row
from nicol.diagram.svg import svg
from nicol.errors import MissingExtra
from nicol.schema.schema import Schema

SVG = "{http://www.w3.org/2000/svg}"


def texts(root: ET.Element, style: str) -> list[str]:
    """The texts of a class."""
    return [element.text or "" for element in root.iter(f"{SVG}text") if element.get("class") == style]


@pytest.mark.proves(
    "Command line", "entity-relationship diagrams in SVG: cardinalities, actions, light and dark"
)
def test_everything_is_in_it(shop: Schema):
    diagram = describe(shop)
    text = svg(diagram, "Shop & co")
    root = ET.fromstring(text)
    assert root.find(f"{SVG}title").text == "Shop & co"  # type: ignore[union-attr]
    description = root.find(f"{SVG}desc").text or ""  # type: ignore[union-attr]
    assert description.startswith("6 models, 1 view, 2 enums, 6 relations. ")
    assert "Order.user → User." in description
    assert texts(root, "name") == [entity.name for entity in diagram.entities]
    assert texts(root, "kind") == ["view", "enum", "enum"]
    rows = [row for entity in diagram.entities for row in entity.rows]
    assert texts(root, "id") == [row.name for row in rows if "PK" in row.keys]
    assert texts(root, "column") == [row.name for row in rows if "PK" not in row.keys]
    assert texts(root, "type") == [row.type for row in rows if row.type]
    links = [group for group in root.iter(f"{SVG}g") if group.get("class") == "link"]
    assert [group.find(f"{SVG}title").text for group in links] == [link.note for link in diagram.links]  # type: ignore[union-attr]
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\(|@import|<script", text)
    assert svg(diagram, "Shop & co") == text


def test_columns_left_out_are_counted(shop: Schema):
    root = ET.fromstring(svg(describe(shop, keys_only=True), "x"))
    assert texts(root, "more") == ["1 more", "3 more", "1 more", "1 more"]


def test_signs_of_xml_are_texts():
    odd = Entity("A", EntityKind.MODEL, (Row("x", 'a<b>&"c"', note="<&>"),), "]]>")
    root = ET.fromstring(svg(Diagram((odd,), ()), "<t>"))
    assert texts(root, "type") == ['a<b>&"c"']


def test_without_the_layout_engine_the_way_out_is_told(shop: Schema, monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "graphlay":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "graphlay", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra) as error:
        svg(describe(shop), "x")
    assert error.value.help == 'pip install "nicol[erd]"'


LEAVING = """() => {
  const found = [];
  for (const group of document.querySelectorAll('svg > g[class]:not(.link)')) {
    const box = group.querySelector('rect').getBoundingClientRect();
    const texts = [...group.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    for (const [text, place] of texts) {
      if (place.left < box.left || place.right > box.right || place.bottom > box.bottom) found.push(text);
      for (const [other, there] of texts)
        if (other !== text && place.left < there.right && there.left < place.right
            && Math.abs(place.top - there.top) < 5 && Math.abs(place.bottom - there.bottom) < 8) found.push(text + '/' + other);
    }
  }
  return found;
}"""


CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (set CHROMIUM to its path)")
def test_texts_stay_in_their_boxes_in_a_browser(shop: Schema, tmp_path: Path):
    words = ["MMMMWWWW", "iiiillll", "a_long_name_with_many_words", "XMLHttpRequestURL", "Größe", "名前"]
    wide = Entity("WWWWMMMM", EntityKind.VIEW, tuple(Row(word, f"{word}[]") for word in words))
    shown = describe(shop)
    path = tmp_path / "x.svg"
    path.write_text(svg(Diagram((*shown.entities, wide), shown.links), "x"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(path.as_uri())
        leaving = page.evaluate(LEAVING)
        browser.close()
    assert leaving == []
