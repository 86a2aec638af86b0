"""The overview of a shop, from a thousand orders to 100,000: the whole page, from the request to the HTML, on SQLite."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Call, measure, micro, show
from nicol.ops.secrets import new_key
from nicol.sealing.keys import KEYS

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop_dashboard"
NICOL = Path(sys.executable).with_name("nicol")
STORE = "nordlicht-supply.myshopify.com"


def main(*, quick: bool = False) -> None:
    """Measure the page with its figures in the cache, and where it has to add them up first."""
    os.environ[KEYS] = new_key("benchmark").spelled()
    _nicol("generate", url="file:unused.db")
    lines = []
    for orders in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        with _site(orders) as (cached, fresh):
            page, slow = measure({"cached": cached, "fresh": fresh}, rounds=9)
        lines.append([f"{orders:,}", micro(page.seconds), micro(slow.seconds), f"{slow.ratio:.0f}"])
    show(
        "The overview of the last 30 days on SQLite",
        ("orders of a year", "figures cached", "adding them up", "times the cached"),
        lines,
    )


@contextmanager
def _site(orders: int) -> Generator[tuple[Call, Call]]:
    """The page from the cache, and without it, of a store with so many orders."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        url = f"file:{Path(folder) / 'shop.db'}"
        _nicol("migrate", "deploy", url=url)
        app, client = runner.run(_filled(url, orders))

        async def page() -> None:
            (await client.get(f"/stores/{STORE}")).raise_for_status()

        async def fresh() -> None:
            await app.state.db.kpi_cache.delete_many(where={})
            await page()

        yield lambda: runner.run(page()), lambda: runner.run(fresh())
        runner.run(client.aclose())
        runner.run(app.state.db.disconnect())


async def _filled(url: str, orders: int) -> tuple[Any, Any]:
    """The application over a database with the seed, and a visitor."""
    import httpx
    from shop_dashboard.app import create_app
    from shop_dashboard.seed import fill
    from shop_dashboard.settings import Settings

    app = create_app(Settings(database_url=url, project=EXAMPLE, environment={}))
    await app.state.db.connect()
    async with app.state.db.tx(timeout=900) as tx:
        await fill(tx, datetime.now(UTC), orders)
    return app, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example")


def _nicol(*arguments: str, url: str) -> None:
    subprocess.run(
        [NICOL, *arguments],
        cwd=EXAMPLE,
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
