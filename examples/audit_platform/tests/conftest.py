"""The example on fresh databases, visited as a browser does."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import fasteners
import httpx
import psycopg
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


ROLES = """
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'audit_platform_web') THEN
    CREATE ROLE audit_platform_application;
    CREATE ROLE audit_platform_web LOGIN IN ROLE audit_platform_application;
END IF; END $$
"""
"""As the README says, and only once on the server of the tests."""


@pytest.fixture
def migrated_url(database_url: str) -> str:
    """A database with the whole history applied, for its owner."""
    if database_url.startswith("postgresql:"):
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute(ROLES)
    assert migrate_deploy(open_project(EXAMPLE, {"DATABASE_URL": database_url})).applied
    return database_url


@pytest.fixture
def served_url(migrated_url: str) -> str:
    """The same database for the application's role, where there are roles."""
    parts = urlsplit(migrated_url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"audit_platform_web{at}{host}")) if at else migrated_url


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture
async def empty(migrated_url: str) -> AsyncIterator[Platform]:
    """A connected client of a migrated database without rows: its owner's, who sees all tenants."""
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


def said_by(client: Platform) -> list[str]:
    """The statements of a client from now on; what tells PostgreSQL whom one is for goes in its own trip, and is none."""
    said: list[str] = []
    client.on("query", lambda event: None if "set_config" in event.sql else said.append(event.sql))
    return said


async def come_in(site: httpx.AsyncClient, name: str) -> httpx.Response:
    """Choose a person at the entrance."""
    people = re.findall(r'value="(\w+)" class="person"><strong>([^<]*)', (await site.get("/")).text)
    (user,) = (each for each, called in people if called == name)
    return await site.post("/enter", data={"user": user})


@pytest.fixture
async def site(served_url: str, db: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The application on a seeded database, visited by somebody of the first tenant."""
    async with visiting(served_url) as client:
        assert (await come_in(client, "Malik Aydin")).status_code == 200
        yield client
