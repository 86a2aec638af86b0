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

from .conftest import EXAMPLE, STORE, nicol

PICTURES = EXAMPLE / "docs"
AT = f"/stores/{STORE}"
PARTS = {
    "overview": AT,
    "flags": f"{AT}/flags",
    "inbox": f"{AT}/inbox",
    "seo": f"{AT}/seo",
    "inventory": f"{AT}/inventory",
    "purchases": f"{AT}/purchases",
    "settings": f"{AT}/settings",
}
PAGES = ("/", *PARTS.values(), f"{AT}?days=90", f"{AT}/flags?resolved=true", f"{AT}/seo?status=DONE")

pytestmark = BROWSER_MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The example, migrated, seeded and served on SQLite by the commands that a user types."""
    settings = {
        "DATABASE_URL": f"file:{tmp_path_factory.mktemp('served') / 'shop_dashboard.db'}",
        "PORT": str(free_port()),
        "HOST": "127.0.0.1",
        "PROJECT": str(EXAMPLE),
    }
    succeed(nicol("migrate", "deploy", **settings))
    succeed(nicol("db", "seed", **settings))
    with served("shop_dashboard", settings) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A new visitor; parametrize indirectly for another kind of screen."""
    options: dict[str, Any] = getattr(request, "param", {})
    visitor = Visit(browser, address, **options)
    yield visitor
    visitor.close()


def conversation_of(page: Page, customer: str = "Anna Berg") -> str:
    """The address of a conversation."""
    page.goto(f"{AT}/inbox")
    return str(page.get_by_role("link", name=customer).get_attribute("href"))


@pytest.mark.proves("Shop Dashboard", "light, dark and phone width without a fault", only="sqlite")
@pytest.mark.parametrize("visit", LOOKS.values(), ids=LOOKS.keys(), indirect=True)
def test_every_page_is_whole_on_every_screen(visit: Visit, request: pytest.FixtureRequest) -> None:
    look, page = request.node.callspec.id, visit.page
    for path in (*PAGES, conversation_of(page)):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert visit.faults == [], path
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0, f"{path} is wider than the screen"
    if os.environ.get("SCREENSHOTS") and look != "small":
        PICTURES.mkdir(exist_ok=True)
        for name, path in (
            ("overview", AT),
            ("inventory", PARTS["inventory"]),
            ("conversation", conversation_of(page)),
            ("settings", PARTS["settings"]),
        ):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}-{look}.png")


@pytest.mark.proves("Shop Dashboard", "no serious finding of an accessibility checker", only="sqlite")
@pytest.mark.parametrize("visit", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"], indirect=True)
def test_the_pages_are_accessible(visit: Visit) -> None:
    page = visit.page
    for path in (*PAGES, conversation_of(page), conversation_of(page, "Ole Hansen"), "/nothing"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        for closed in page.locator("details > summary").all():
            closed.click()
        assert serious_findings(page) == [], path


def test_both_charts_are_drawn_and_follow_the_chosen_days(visit: Visit) -> None:
    page = visit.page
    page.goto(AT)
    expect(page.locator(".chart canvas")).to_have_count(2)
    page.get_by_role("link", name="7 days", exact=True).click()
    expect(page.get_by_role("img", name="in 7 days").first).to_be_visible()
    expect(page.locator(".chart canvas")).to_have_count(2)
    assert visit.faults == []


@pytest.mark.proves("Shop Dashboard", "a draft is changed and sent by keyboard", only="sqlite")
def test_a_draft_is_changed_and_sent_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.goto(conversation_of(page, "Tom Fischer"))
    page.get_by_label("The reply, as it will be sent").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\nBest, Mara")
    page.keyboard.press("Tab")
    page.keyboard.type("Mara Lindqvist")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The draft is sent.")
    expect(page.get_by_text("from a draft, changed")).to_be_visible()
    assert visit.faults == []


def test_who_is_too_late_to_resolve_a_flag_is_told_who_was_faster(browser: Browser, address: str) -> None:
    first, second = Visit(browser, address), Visit(browser, address)
    for visitor, name in ((first, "Mara"), (second, "Jonas")):
        visitor.page.goto(PARTS["flags"])
        flag = visitor.page.get_by_role("article").first
        flag.locator("summary").click()
        flag.get_by_label("Your name").fill(name)
        flag.get_by_label("What was done").fill(f"called by {name}")
    for visitor, told in (
        (first, "The flag is resolved."),
        (second, "Mara has resolved this already: called by Mara."),
    ):
        visitor.page.get_by_role("article").first.get_by_role("button", name="Resolve").click()
        expect(visitor.page.get_by_role("status")).to_have_text(told)
        assert visitor.faults == []
        visitor.close()


def test_the_pages_work_without_scripts(browser: Browser, address: str) -> None:
    visitor = Visit(browser, address, java_script_enabled=False)
    page = visitor.page
    page.goto(PARTS["settings"])
    page.get_by_role("button", name="Test Shopify").click()
    expect(page.get_by_role("status")).to_have_text("Shopify: ok.")
    page.get_by_label("An order is late after days").fill("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("The thresholds are saved.")
    page.goto(PARTS["overview"])
    expect(page.get_by_text("Average order")).to_be_visible()
    visitor.close()
