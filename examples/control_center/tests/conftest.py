"""The example on fresh databases: generated when needed, migrated for each test, its memory store taken away at will."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import fasteners
import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from nicol.ops.deploy import migrate_deploy
from nicol.ops.project import open_project
from tests.commands import nicol_in, succeed

if TYPE_CHECKING:
    from control_center.db import AsyncClient
    from control_center.settings import Settings

EXAMPLE = Path(__file__).parents[1]
PACKAGE = EXAMPLE / "src" / "control_center"
MEMORY = ("--config", "memory.toml")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SHOP = "nordlicht-supply.myshopify.com"


def nicol(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Nicol in the example's folder."""
    return nicol_in(EXAMPLE, *arguments, **environment)


def deploy(*, config: str | None = None, **environment: str) -> None:
    """`nicol migrate deploy` in the example's folder, without a process of its own: it is done for every test."""
    project = open_project(EXAMPLE, environment, config=Path(config) if config else None)
    assert migrate_deploy(project).applied


def _generate() -> None:
    """The tests import the application, and the application its clients: write those that are missing or old."""
    for generated, schema, options in (
        (PACKAGE / "db", EXAMPLE / "schema.prisma", ()),
        (PACKAGE / "memory_db", EXAMPLE / "memory" / "schema.prisma", MEMORY),
    ):
        made = generated / "__init__.py"
        if not made.exists() or made.stat().st_mtime < schema.stat().st_mtime:
            succeed(nicol("generate", *options))


with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "control-center-generate.lock"):
    _generate()


class MemoryStore(Protocol):
    """The second store, as a test may stop it and bring it back with what it held."""

    url: str

    def stop(self) -> None: ...

    def bring_back(self) -> None: ...


class MemoryFile:
    """The store as a SQLite file: it stops when its folder goes away."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._away = folder / "memory", folder / "memory.away"
        self._folder.mkdir()
        self.url = f"file:{self._folder / 'memory.db'}"

    def stop(self) -> None:
        self._folder.rename(self._away)

    def bring_back(self) -> None:
        self._away.rename(self._folder)


class MemoryServer:
    """The store as a PostgreSQL database: it stops when its connections are ended and its name is taken away."""

    def __init__(self, neighbour: str) -> None:
        self._neighbour = neighbour
        name = f"{conninfo_to_dict(neighbour)['dbname']}_memory"
        self._name, self._away = name, f"{name}_away"
        self.url = neighbour.replace(f"/{name.removesuffix('_memory')}", f"/{name}")
        self._say(f"CREATE DATABASE {name} TEMPLATE template0")

    def stop(self) -> None:
        self._say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'")
        self._say(f"ALTER DATABASE {self._name} RENAME TO {self._away}")

    def bring_back(self) -> None:
        self._say(f"ALTER DATABASE {self._away} RENAME TO {self._name}")

    def drop(self) -> None:
        for name in (self._name, self._away):
            self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._neighbour, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def memory(database_url: str, tmp_path: Path) -> Iterator[MemoryStore]:
    """A migrated memory store of the same kind as the database."""
    store = MemoryFile(tmp_path) if database_url.startswith("file:") else MemoryServer(database_url)
    deploy(config="memory.toml", MEMORY_DATABASE_URL=store.url)
    yield store
    if isinstance(store, MemoryServer):
        store.drop()


@pytest.fixture
def migrated_url(database_url: str) -> str:
    """A database with the whole history applied."""
    deploy(DATABASE_URL=database_url)
    return database_url


@pytest.fixture
def settings(migrated_url: str, memory: MemoryStore) -> Settings:
    """The application's settings for both."""
    from control_center.settings import Settings

    return Settings(database_url=migrated_url, memory_url=memory.url)


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[AsyncClient]:
    """A connected client of a migrated and empty database."""
    from control_center.db import AsyncClient

    async with AsyncClient(url=migrated_url) as client:
        yield client


@asynccontextmanager
async def visiting(settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    """The application, relay included, as a browser on the same site sees it."""
    from control_center.app import create_app

    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://center.example",
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        ) as client,
    ):
        yield client


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application on empty databases."""
    async with visiting(settings) as client:
        yield client
