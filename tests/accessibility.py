"""What an accessibility checker finds on a page: axe-core, run in the page by the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text("utf-8")
_SERIOUS = frozenset({"serious", "critical"})


def serious_findings(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that are broken seriously, each with the elements that break it."""
    page.evaluate(_AXE)  # in the page's own world, which its security policy does not reach
    found: list[dict[str, Any]] = page.evaluate("axe.run()")["violations"]
    return [
        (each["id"], [node["html"] for node in each["nodes"]]) for each in found if each["impact"] in _SERIOUS
    ]
