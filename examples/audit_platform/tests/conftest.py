"""The example on fresh databases, visited as a browser does."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import fasteners
import httpx
import pytest

from nicol.ops.deploy import migrate_deploy
from nicol.ops.project import open_project
from tests.commands import nicol_in, succeed

if TYPE_CHECKING:
    from audit_platform.tenancy import Platform

EXAMPLE = Path(__file__).parents[1]
PACKAGE = EXAMPLE / "src" / "audit_platform"


def nicol(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Nicol in the example's folder."""
    return nicol_in(EXAMPLE, *arguments, **environment)


def _generate() -> None:
    """The tests import the application, and the application its client: write it where it is missing or old."""
    made = PACKAGE / "db" / "__init__.py"
    if not made.exists() or made.stat().st_mtime < (EXAMPLE / "schema.prisma").stat().st_mtime:
        succeed(nicol("generate"))


with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "audit-platform-generate.lock"):
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
async def empty(migrated_url: str) -> AsyncIterator[Platform]:
    """A connected client of a migrated database without rows."""
    from audit_platform.tenancy import Platform

    async with Platform(url=migrated_url) as client:
        yield client


@pytest.fixture
async def db(empty: Platform) -> Platform:
    """The same with the rows of the seed."""
    from audit_platform.seed import seed

    await seed(empty)
    return empty


@asynccontextmanager
async def visiting(url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """The application as a browser on the same site sees it."""
    from audit_platform.app import create_app
    from audit_platform.settings import Settings

    app = create_app(Settings(database_url=url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://audit.example",
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        ) as client,
    ):
        client.app = app  # type: ignore[attr-defined]
        yield client


async def come_in(site: httpx.AsyncClient, name: str) -> httpx.Response:
    """Choose a person at the entrance."""
    people = re.findall(r'value="(\w+)" class="person"><strong>([^<]*)', (await site.get("/")).text)
    (user,) = (each for each, called in people if called == name)
    return await site.post("/enter", data={"user": user})


@pytest.fixture
async def site(migrated_url: str, db: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The application on a seeded database, visited by somebody of the first tenant."""
    async with visiting(migrated_url) as client:
        assert (await come_in(client, "Malik Aydin")).status_code == 200
        yield client
