"""The example on fresh databases, and Shopify as a server of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fasteners
import httpx
import pytest

from nicol.ops.deploy import migrate_deploy
from nicol.ops.project import open_project
from tests.commands import free_port, nicol_in, succeed

if TYPE_CHECKING:
    from draft_orders.db import AsyncClient
    from draft_orders.settings import Settings

EXAMPLE = Path(__file__).parents[1]
PACKAGE = EXAMPLE / "src" / "draft_orders"
STORE = "leinen-und-licht.myshopify.com"
TOKEN = "shpat_test"


def nicol(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Nicol in the example's folder."""
    return nicol_in(EXAMPLE, *arguments, **environment)


def _generate() -> None:
    """The tests import the application, and the application its client: write it where it is missing or old."""
    made = PACKAGE / "db" / "__init__.py"
    if not made.exists() or made.stat().st_mtime < (EXAMPLE / "schema.prisma").stat().st_mtime:
        succeed(nicol("generate"))


with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "draft-orders-generate.lock"):
    _generate()


@pytest.fixture
def migrated_url(database_url: str) -> str:
    """A database with the whole history applied."""
    assert migrate_deploy(open_project(EXAMPLE, {"DATABASE_URL": database_url})).applied
    return database_url


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[AsyncClient]:
    """A connected client of a migrated database with the seed's stores."""
    from draft_orders.db import AsyncClient
    from draft_orders.seed import seed

    async with AsyncClient(url=migrated_url) as client:
        await seed(client)
        yield client


@dataclass(frozen=True)
class Server:
    """The stand-in for Shopify in a process of its own."""

    address: str

    @property
    def url(self) -> str:
        """Where its stores' Admin API is."""
        return f"{self.address}/{{store}}/admin/api/2026-07/graphql.json"

    def go_wrong(self, **faults: float) -> None:
        """What goes wrong with the next requests."""
        httpx.post(f"{self.address}/faults", json=faults).raise_for_status()

    def orders(self, store: str = STORE) -> int:
        """How many draft orders a store has."""
        return int(httpx.get(f"{self.address}/orders").json().get(store, 0))


_SERVE = """
import sys, uvicorn
from draft_orders.stand_in import Bucket, stand_in
size, rate = float(sys.argv[2]), float(sys.argv[3])
uvicorn.run(stand_in("shpat_test", lambda: Bucket(size, rate)), port=int(sys.argv[1]), log_level="warning")
"""


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of Shopify's contract; parametrize indirectly with the size and the rate of its buckets."""
    size, rate = getattr(request, "param", (1000, 500))
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _SERVE, str(port), str(size), str(rate)])
    found = Server(f"http://127.0.0.1:{port}")
    try:
        for _ in range(200):
            try:
                httpx.get(f"{found.address}/orders")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=30)


@asynccontextmanager
async def visiting(settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    """The application as a browser on the same site sees it."""
    from draft_orders.app import create_app

    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://orders.example",
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        ) as client,
    ):
        yield client


@pytest.fixture
async def site(migrated_url: str, db: AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The application on a seeded database, with the stand-in inside."""
    from draft_orders.settings import Settings

    async with visiting(Settings(database_url=migrated_url)) as client:
        yield client


async def first_product(db: AsyncClient, store: str = STORE) -> Any:
    """A product of a store, with its matrix."""
    return await db.product_matrix.find_first_or_raise(
        where={"store": {"is": {"domain": store}}}, order={"title": "asc"}, include={"matrix": True}
    )
