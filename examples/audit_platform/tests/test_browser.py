"""The pages in a real browser: light, dark and on a phone; by keyboard; accessible; with nothing asked of any other host.

With SCREENSHOTS=1 in the environment they write the pictures of the README anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import serious_findings
from tests.browsing import BROWSER_MARKS, LOOKS, Visit, chromium, served
from tests.commands import free_port, succeed

from .conftest import EXAMPLE, nicol

PICTURES = EXAMPLE / "docs"

pytestmark = BROWSER_MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The example, migrated, seeded and served on SQLite by the commands that a user types."""
    port = free_port()
    settings = {
        "DATABASE_URL": f"file:{tmp_path_factory.mktemp('served') / 'audit_platform.db'}",
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    succeed(nicol("migrate", "deploy", **settings))
    succeed(nicol("db", "seed", **settings))
    with served("audit_platform", settings) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Malik Aydin, come in; parametrize indirectly for another kind of screen."""
    options: dict[str, Any] = getattr(request, "param", {})
    visitor = Visit(browser, address, **options)
    visitor.page.goto("/")
    visitor.page.get_by_role("button", name="Malik Aydin").click()
    yield visitor
    visitor.close()


def pages_of(page: Page) -> dict[str, str]:
    """The pages of the visitor by their names."""
    page.goto("/report")
    observation = page.locator(".findings h2 a").first.get_attribute("href")
    page.goto("/engagements")
    engagement = page.locator(".listing a").first.get_attribute("href")
    assert observation is not None
    assert engagement is not None
    return {
        "entrance": "/",
        "engagements": "/engagements",
        "engagement": engagement,
        "observation": observation,
        "trail": f"{observation}/trail",
        "trends": "/trends",
        "report": "/report",
    }


@pytest.mark.proves("Audit Platform", "light, dark and phone width without a fault", only="sqlite")
@pytest.mark.parametrize("visit", LOOKS.values(), ids=LOOKS.keys(), indirect=True)
def test_every_page_is_whole_on_every_screen(visit: Visit, request: pytest.FixtureRequest) -> None:
    look, page = request.node.callspec.id, visit.page
    for name, path in pages_of(page).items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert visit.faults == [], path
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0, f"{path} is wider than the screen"
        if os.environ.get("SCREENSHOTS") and look != "small" and name in ("engagements", "trends", "report"):
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}-{look}.png")


@pytest.mark.proves("Audit Platform", "no serious finding of an accessibility checker", only="sqlite")
@pytest.mark.parametrize("visit", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"], indirect=True)
def test_the_pages_are_accessible(visit: Visit) -> None:
    page = visit.page
    for path in (*pages_of(page).values(), "/nothing"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert serious_findings(page) == [], path


def test_the_charts_are_drawn_and_another_unit_needs_no_new_page(visit: Visit) -> None:
    page = visit.page
    page.goto("/trends")
    expect(page.locator(".chart canvas")).to_have_count(2)
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="By month").click()
    expect(page.get_by_role("link", name="By month")).to_have_attribute("aria-current", "true")
    expect(page.locator(".chart canvas")).to_have_count(2)
    assert page.evaluate("window.stayed") is True
    assert page.url.endswith("by=month")
    page.reload()
    expect(page.get_by_role("link", name="By month")).to_have_attribute("aria-current", "true")
    assert visit.faults == []


@pytest.mark.proves("Audit Platform", "a finding is written down and closed by keyboard", only="sqlite")
def test_a_finding_is_written_down_and_closed_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.goto(pages_of(page)["engagement"])
    page.get_by_role("textbox", name="What was found").focus()
    page.keyboard.type("Keys under the mat")
    page.keyboard.press("Tab")
    page.keyboard.type("High")
    page.keyboard.press("Tab")
    page.keyboard.type("Premises")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Keys under the mat").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Closed").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Closed")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Show the trail").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#trail li").first).to_contain_text("Malik Aydin update")
    assert serious_findings(page) == []
    assert visit.faults == []


@pytest.mark.proves("Audit Platform", "the report is printable", only="sqlite")
def test_the_report_prints_without_what_only_screens_need(visit: Visit) -> None:
    page = visit.page
    page.goto("/report")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("heading", name="Repeat findings", exact=True)).to_be_visible()
    expect(page.locator(".masthead nav")).to_be_hidden()
    expect(page.locator(".colophon")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_pages_work_without_scripts(browser: Browser, address: str) -> None:
    visitor = Visit(browser, address, java_script_enabled=False)
    page = visitor.page
    page.goto("/")
    page.get_by_role("button", name="Ingrid Solberg").click()
    page.get_by_role("link", name="Trends").click()
    page.get_by_role("link", name="By day").click()
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("region", name="By severity as a table")).to_be_visible()
    visitor.close()
