"""The pages in a real browser: light, dark and on a phone; by keyboard; accessible; with nothing asked of any other host.

With SCREENSHOTS=1 in the environment they write the pictures of the README anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import serious_findings
from tests.browsing import BROWSER_MARKS, LOOKS, Visit, chromium, served
from tests.commands import free_port, succeed

from .conftest import EXAMPLE, STORE, nicol

PICTURES = EXAMPLE / "docs"
AT = f"/stores/{STORE}"
PAGES = (
    "/",
    AT,
    f"{AT}/calculator?width=700&height=900",
    f"{AT}/calculator?width=9999&height=1",
    f"{AT}/matrices",
)

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
        "DATABASE_URL": f"file:{tmp_path_factory.mktemp('served') / 'draft_orders.db'}",
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    succeed(nicol("migrate", "deploy", **settings))
    succeed(nicol("db", "seed", **settings))
    with served("draft_orders", settings) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A new visitor; parametrize indirectly for another kind of screen."""
    options: dict[str, Any] = getattr(request, "param", {})
    visitor = Visit(browser, address, **options)
    yield visitor
    visitor.close()


def matrix_of(page: Page) -> str:
    page.goto(f"{AT}/matrices")
    return str(page.locator(".listing a").first.get_attribute("href"))


@pytest.mark.proves("Draft Orders", "light, dark and phone width without a fault", only="sqlite")
@pytest.mark.parametrize("visit", LOOKS.values(), ids=LOOKS.keys(), indirect=True)
def test_every_page_is_whole_on_every_screen(visit: Visit, request: pytest.FixtureRequest) -> None:
    look, page = request.node.callspec.id, visit.page
    for path in (*PAGES, matrix_of(page)):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert visit.faults == [], path
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0, f"{path} is wider than the screen"
    if os.environ.get("SCREENSHOTS") and look != "small":
        PICTURES.mkdir(exist_ok=True)
        for name, path in (("store", AT), ("calculator", PAGES[2]), ("matrix", matrix_of(page))):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}-{look}.png")


@pytest.mark.proves("Draft Orders", "no serious finding of an accessibility checker", only="sqlite")
@pytest.mark.parametrize("visit", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"], indirect=True)
def test_the_pages_are_accessible(visit: Visit) -> None:
    page = visit.page
    for path in (*PAGES, matrix_of(page), "/nothing"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert serious_findings(page) == [], path


def test_the_chart_is_drawn(visit: Visit) -> None:
    visit.page.goto(AT)
    expect(visit.page.locator(".chart canvas")).to_have_count(1)
    assert visit.faults == []


@pytest.mark.proves("Draft Orders", "a size is priced and ordered by keyboard", only="sqlite")
def test_a_size_is_priced_while_it_is_typed_and_ordered_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{AT}/calculator")
    page.get_by_label("Width in mm").focus()
    page.keyboard.type("700")
    page.keyboard.press("Tab")
    page.keyboard.type("900")
    expect(page.locator("#price .amount")).to_be_visible()
    once = page.locator("#price .amount").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    expect(page.locator("#price .amount")).not_to_have_text(once)
    page.get_by_role("button", name="Make the draft order").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"The draft order #D\d+ was made"))
    assert visit.faults == []


def test_a_matrix_is_widened_and_saved(visit: Visit) -> None:
    page = visit.page
    page.goto(matrix_of(page))
    columns = page.get_by_label(re.compile(r"^Width \d+ in mm$"))
    before = columns.count()
    page.get_by_role("button", name="Add a width").click()
    expect(columns).to_have_count(before + 1)
    page.locator("[name=width-7]").fill("2400")
    for row in range(5):
        page.locator(f"[name=cell-{row}-7]").fill("199.90")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_have_text("The matrix is saved.")
    expect(columns).to_have_count(before + 1)
    assert visit.faults == []


def test_the_pages_work_without_scripts(browser: Browser, address: str) -> None:
    visitor = Visit(browser, address, java_script_enabled=False)
    page = visitor.page
    page.goto(f"{AT}/calculator")
    page.get_by_label("Width in mm").fill("500")
    page.get_by_label("Height in mm").fill("500")
    page.get_by_role("button", name="Show the price").click()
    page.get_by_role("button", name="Make the draft order").click()
    expect(page.get_by_role("status").first).to_contain_text("was made in Shopify")
    visitor.close()
