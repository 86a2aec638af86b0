"""The page in a real browser: light, dark and on a phone; by keyboard; with nothing asked of any other host.

With SCREENSHOTS=1 in the environment they write the pictures of the README anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.accessibility import serious_findings
from tests.browsing import BROWSER_MARKS, LOOKS, Visit, chromium, served
from tests.commands import free_port, succeed

from .conftest import EXAMPLE, MEMORY, SHOP, nicol

PICTURES = EXAMPLE / "docs"
PAGES = ("/", f"/shops/{SHOP}/facts/shopify.sales.summary", "/audit", "/audit?scope=none", "/nothing")

pytestmark = BROWSER_MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The example, migrated, seeded and served on SQLite by the commands that a user types."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    settings = {
        "DATABASE_URL": f"file:{folder / 'control_center.db'}",
        "MEMORY_DATABASE_URL": f"file:{folder / 'memory.db'}",
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "TZ": "UTC",
    }
    succeed(nicol("migrate", "deploy", **settings))
    succeed(nicol("migrate", "deploy", *MEMORY, **settings))
    succeed(nicol("db", "seed", **settings))
    with served("control_center", settings) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A new visitor; parametrize indirectly for another kind of screen."""
    options: dict[str, Any] = getattr(request, "param", {})
    visitor = Visit(browser, address, **options)
    yield visitor
    visitor.close()


@pytest.mark.proves("Control Center", "light, dark and phone width without a fault", only="sqlite")
@pytest.mark.parametrize("visit", LOOKS.values(), ids=LOOKS.keys(), indirect=True)
def test_every_page_is_whole_on_every_screen(visit: Visit, request: pytest.FixtureRequest) -> None:
    look = request.node.callspec.id
    for path in PAGES:
        visit.page.goto(path)
        visit.page.wait_for_load_state("networkidle")
        expected = {"Failed to load resource: the server responded with a status of 404 (Not Found)"}
        assert set(visit.faults) <= (expected if path == "/nothing" else set()), path
        visit.faults.clear()
        width = visit.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert width == 0, f"{path} is wider than the screen"
    if os.environ.get("SCREENSHOTS") and look != "small":
        visit.page.goto(f"/shops/{SHOP}")
        visit.page.wait_for_load_state("networkidle")
        PICTURES.mkdir(exist_ok=True)
        visit.page.screenshot(path=PICTURES / f"{look}.png", full_page=look == "light")


@pytest.mark.parametrize("visit", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"], indirect=True)
def test_text_stands_out_from_its_ground(visit: Visit) -> None:
    visit.page.goto("/")
    assert visit.page.evaluate(CONTRASTS) == []


@pytest.mark.proves("Control Center", "no serious finding of an accessibility checker", only="sqlite")
@pytest.mark.parametrize("visit", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"], indirect=True)
def test_the_pages_are_accessible(visit: Visit) -> None:
    for path in PAGES:
        visit.page.goto(path)
        visit.page.wait_for_load_state("networkidle")
        assert serious_findings(visit.page) == [], path


def test_charts_are_drawn(visit: Visit) -> None:
    visit.page.goto("/")
    expect(visit.page.locator(".tile canvas")).to_have_count(9)
    visit.page.get_by_role("link", name="Sales, 24 hours", exact=True).click()
    expect(visit.page.locator(".chart canvas")).to_have_count(1)
    assert visit.faults == []


def test_times_are_those_of_the_readers_clock(visit: Visit) -> None:
    visit.page.goto(f"/shops/{SHOP}/facts/shopify.sales.summary")
    time = visit.page.locator("td time").first
    moment = datetime.fromisoformat(time.get_attribute("datetime") or "")
    assert moment.tzinfo == UTC
    assert moment.hour % 6 == 0
    shown = re.search(r"(\d+):(\d\d)", time.inner_text())
    assert shown is not None
    assert (int(shown[1]) - moment.hour) % 24 in (1, 2)


def test_the_colours_can_be_chosen_and_stay(visit: Visit) -> None:
    def ground() -> str:
        return str(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    visit.page.goto("/")
    light = ground()
    button = visit.page.get_by_role("button", name=re.compile("Colours"))
    button.click()
    expect(button).to_have_accessible_name("Colours: light")
    button.click()
    expect(button).to_have_accessible_name("Colours: dark")
    assert ground() != light
    visit.page.goto("/audit")
    assert ground() != light


@pytest.mark.proves("Control Center", "approvals by keyboard", only="sqlite")
def test_a_proposal_is_approved_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    waiting = page.locator(".proposal")
    before = waiting.count()
    title = waiting.first.get_by_role("heading").inner_text()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.proposal summary')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Ada")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve").locator("visible=true")).to_be_focused()
    page.keyboard.press("Enter")

    evidence = page.get_by_label("Evidence", exact=True).locator("visible=true")
    expect(evidence).to_be_focused()
    expect(evidence).to_have_accessible_description("an approval needs evidence: the link that shows why")
    expect(page.get_by_label("Your name").locator("visible=true")).to_have_value("Ada")
    page.keyboard.type("https://example.com/report")
    page.keyboard.press("Enter")

    expect(waiting).to_have_count(before - 1)
    expect(page.get_by_role("status")).to_contain_text("Ada answered with approve")
    expect(page.locator("#recent li").first).to_contain_text(title)
    expect(page.locator("#approvals-title")).to_be_focused()
    assert [fault for fault in visit.faults if "422" not in fault] == []


def test_the_trail_is_filtered_in_place(visit: Visit) -> None:
    page = visit.page
    page.goto("/audit")
    everything = page.locator("#results-title").inner_text()
    page.get_by_label("Actor").select_option("Ruth Okafor")
    expect(page.locator("#results-title")).not_to_have_text(everything)
    expect(page).to_have_url(re.compile("actor=Ruth"))
    assert set(page.locator("td[data-label=Who]").all_inner_texts()) == {"Ruth Okafor"}
    assert re.search(r"tz=Europe%2FBerlin", page.url)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert all("Ruth Okafor" in line for line in lines[1:])
    assert visit.faults == []


def test_going_back_brings_the_whole_page(visit: Visit) -> None:
    page = visit.page
    page.goto("/audit")
    everything = page.locator("#results-title").inner_text()
    page.get_by_label("Actor").select_option("Ruth Okafor")
    expect(page.locator("#results-title")).not_to_have_text(everything)
    page.goto("/")
    page.go_back()
    expect(page.get_by_role("heading", name="Audit trail")).to_be_visible()
    expect(page.locator("#results-title")).not_to_have_text(everything)
    page.go_back()
    expect(page.locator("#results-title")).to_have_text(everything)
    expect(page.get_by_role("heading", name="Audit trail")).to_be_visible()
    assert visit.faults == []


def test_the_page_works_without_scripts(browser: Browser, address: str) -> None:
    visitor = Visit(browser, address, java_script_enabled=False)
    page = visitor.page
    page.goto(f"/shops/{SHOP}")
    before = page.locator(".proposal").count()
    page.locator("summary").first.click()
    page.get_by_label("Your name").first.fill("Ada")
    page.get_by_role("button", name="Reject").first.click()
    expect(page.locator(".proposal")).to_have_count(before - 1)  # waits for the page that the form leads to
    assert httpx.get(f"{address}/api/health").json()["ok"]
    visitor.close()


CONTRASTS = """() => {
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, .skip, .hidden")) continue;
    const [a, b] = [parse(getComputedStyle(element).color), ground(element)].map((c) => luminance(c.slice(0, 3)));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""
