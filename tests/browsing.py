"""Chromium, and visits to a page in it: what goes wrong there is noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1200, "height": 860}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1200, "height": 860}},
    "phone": {
        "color_scheme": "light",
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    },
    "small": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
}
BROWSER_MARKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (set CHROMIUM to its path)"),
]


@contextmanager
def chromium() -> Generator[Browser]:
    """A Chromium as long as the block lasts."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@contextmanager
def served(module: str, settings: Mapping[str, str]) -> Generator[str]:
    """The address of an application that `python -m module` serves; its port and the rest are in the settings."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "Uvicorn running" in line:
            break
    yield f"http://127.0.0.1:{settings['PORT']}"
    process.terminate()
    process.communicate(timeout=30)


class Visit:
    """A page with what went wrong on it: messages of its console, failed scripts, and foreign hosts."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.faults: list[str] = []
        self._host = urlsplit(address).netloc
        context = browser.new_context(
            base_url=address, locale="en-GB", timezone_id="Europe/Berlin", **options
        )
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on(
            "console", lambda said: self._say(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda fault: self._say(str(fault)))
        self.page.on("request", lambda request: self._check_host(request.url))

    def _say(self, fault: str) -> None:
        self.faults.append(fault)

    def _check_host(self, url: str) -> None:
        if not url.startswith("data:") and urlsplit(url).netloc != self._host:
            self._say(f"asked {url}")

    def close(self) -> None:
        """Leave."""
        self.page.context.close()
