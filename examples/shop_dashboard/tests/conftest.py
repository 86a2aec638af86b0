"""The example on fresh databases, empty but for two stores or with all of the seed, and integrations that go wrong."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import fasteners
import httpx
import pytest

from nicol.ops.deploy import migrate_deploy
from nicol.ops.project import open_project
from nicol.sealing.keys import Key
from tests.canary import planted_key
from tests.commands import nicol_in, succeed

if TYPE_CHECKING:
    from shop_dashboard.db import AsyncClient, Store
    from shop_dashboard.settings import Settings

EXAMPLE = Path(__file__).parents[1]
PACKAGE = EXAMPLE / "src" / "shop_dashboard"
STORE = "nordlicht-supply.myshopify.com"
SECRET = "a-secret-of-the-scheduler"
KEYS = Key("tests", planted_key("shop")).spelled()
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def nicol(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Nicol in the example's folder."""
    return nicol_in(EXAMPLE, *arguments, **environment)


def _generate() -> None:
    """The tests import the application, and the application its client: write it where it is missing or old."""
    made = PACKAGE / "db" / "__init__.py"
    if not made.exists() or made.stat().st_mtime < (EXAMPLE / "schema.prisma").stat().st_mtime:
        succeed(nicol("generate"))


with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "shop-dashboard-generate.lock"):
    _generate()


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    """The key of encrypted fields, in the environment as everybody has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NICOL_KEYS", KEYS)
        yield


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
    """A connected client of a migrated database."""
    from shop_dashboard.db import AsyncClient

    async with AsyncClient(url=migrated_url) as client:
        yield client


async def open_store(db: AsyncClient, domain: str, zone: str = "Europe/Berlin") -> Store:
    """A new store with settings and nothing else."""
    from shop_dashboard.shapes import Features, Onboarding, Thresholds

    return await db.store.create(
        data={
            "domain": domain,
            "name": domain.partition(".")[0],
            "timeZone": zone,
            "onboarding": Onboarding(),
            "settings": {"create": {"thresholds": Thresholds(), "features": Features(), "connections": {}}},
        },
        include={"settings": True},
    )


@pytest.fixture
async def store(db: AsyncClient) -> Store:
    """A store in Berlin."""
    return await open_store(db, "lampen.example")


@pytest.fixture
async def other(db: AsyncClient) -> Store:
    """Another store, which must not notice anything."""
    return await open_store(db, "stoffe.example", "America/New_York")


@pytest.fixture
async def seeded(db: AsyncClient) -> AsyncClient:
    """A client of a database with all of the seed."""
    from shop_dashboard.seed import seed

    await seed(db)
    return db


@asynccontextmanager
async def visiting(settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    """The application as a browser on the same site sees it."""
    from shop_dashboard.app import create_app

    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://shop.example",
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        ) as client,
    ):
        yield client


def settings_of(url: str, **environment: str) -> Settings:
    """The settings of an application over a database, with nothing else in the environment than what is given."""
    from shop_dashboard.settings import Settings

    return Settings(database_url=url, project=EXAMPLE, environment=environment)


@pytest.fixture
async def site(migrated_url: str, seeded: AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The application on a seeded database, with the stand-in inside."""
    async with visiting(settings_of(migrated_url, CRON_SECRET=SECRET)) as client:
        yield client


class Faulty(BaseHTTPRequestHandler):
    """`GET /<what>/…`: a status as the name says, no answer at all, or an end in the middle."""

    def do_GET(self) -> None:
        what = self.path.split("/")[1]
        if what == "silent":
            self.server.hurry.wait(5)  # type: ignore[attr-defined]
        elif what == "cut":
            self.connection.close()
        elif what == "checked":
            self.send_error(200 if self.headers["Authorization"] == "Bearer right-token" else 401)
        else:
            self.send_error(int(what))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def faulty() -> Iterator[str]:
    """The address of a server of integrations that go wrong as the store's domain says."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    server.hurry = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{{store}}/{{integration}}"
    server.hurry.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()
