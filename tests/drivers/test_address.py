"""Database URLs as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.drivers import PostgresAddress, SqliteAddress, parse_address
from nicol.drivers.address import Limits
from nicol.errors import ConfigurationError

SQLITE = [
    ("file:./dev.db", "./dev.db"),
    ("file:dev.db", "dev.db"),
    ("file:/data/dev.db", "/data/dev.db"),
    ("file:///data/dev.db", "/data/dev.db"),
    ("sqlite:dev.db", "dev.db"),
    ("sqlite:///data/dev.db", "/data/dev.db"),
    ("FILE:dev.db", "dev.db"),
    ("file:my%20app.db?connection_limit=1", "my app.db"),
    (":memory:", ":memory:"),
    ("file::memory:", ":memory:"),
    ("file::memory:?cache=shared", ":memory:"),
    ("file:any?mode=memory&cache=shared", ":memory:"),
]


@pytest.mark.parametrize(("url", "path"), SQLITE)
def test_a_sqlite_url_names_a_file(url: str, path: str) -> None:
    address = parse_address(url)
    assert isinstance(address, SqliteAddress)
    assert address.path == path
    assert address.unknown == ()


POSTGRES = [
    ("postgresql://localhost/app", {"host": "localhost", "port": "5432", "dbname": "app"}),
    (
        "postgres://ada:s%40cret@db.example.org:6543/app",
        {"user": "ada", "password": "s@cret", "host": "db.example.org", "port": "6543", "dbname": "app"},
    ),
    (
        "postgresql://ada:p@ss@word@host/app",
        {"user": "ada", "password": "p@ss@word", "host": "host", "port": "5432", "dbname": "app"},
    ),
    ("postgresql://ada@[::1]:5433/app", {"user": "ada", "host": "::1", "port": "5433", "dbname": "app"}),
    ("postgresql://one:1,two/app", {"host": "one,two", "port": "1,5432", "dbname": "app"}),
    ("postgresql:///app?host=/run/postgresql", {"dbname": "app", "host": "/run/postgresql"}),
    ("postgresql://ada:@/app?host=/tmp", {"user": "ada", "dbname": "app", "host": "/tmp"}),
    (
        "postgresql://host/app?sslmode=require&application_name=shop&options=project%3Dx",
        {
            "host": "host",
            "port": "5432",
            "dbname": "app",
            "sslmode": "require",
            "application_name": "shop",
            "options": "project=x",
        },
    ),
    (
        "postgresql://host/app?sslcert=ca.pem&sslaccept=strict",
        {"host": "host", "port": "5432", "dbname": "app", "sslrootcert": "ca.pem", "sslmode": "verify-full"},
    ),
]


@pytest.mark.parametrize(("url", "settings"), POSTGRES)
def test_a_postgresql_url_becomes_settings_of_libpq(url: str, settings: dict[str, str]) -> None:
    address = parse_address(url)
    assert isinstance(address, PostgresAddress)
    assert address.settings == {"application_name": "nicol", **settings}
    assert address.unknown == ()


def test_prismas_options_are_understood() -> None:
    address = parse_address(
        "postgresql://h/app?schema=shop&connection_limit=3&pool_timeout=0&connect_timeout=7&socket_timeout=2"
        "&statement_cache_size=50&max_idle_connection_lifetime=60&supa=base"
    )
    assert isinstance(address, PostgresAddress)
    assert (address.schema, address.prepare, address.statements) == ("shop", True, 50)
    assert address.limits == Limits(connections=3, acquire=None, connect=7, statement=2, idle=60)
    assert address.unknown == ("supa",)


@pytest.mark.parametrize("option", ["pgbouncer=true", "statement_cache_size=0"])
def test_nothing_is_prepared_behind_a_transaction_pooler(option: str) -> None:
    address = parse_address(f"postgresql://h/app?{option}")
    assert isinstance(address, PostgresAddress)
    assert not address.prepare


def test_sqlite_waits_for_locks_as_long_as_it_is_told() -> None:
    def patience(url: str) -> float:
        address = parse_address(url)
        assert isinstance(address, SqliteAddress)
        return address.busy_timeout

    assert patience("file:x.db") == 5.0
    assert patience("file:x.db?busy_timeout=250") == 0.25
    assert patience("file:x.db?socket_timeout=3") == 3.0


def test_a_relative_file_is_found_below_a_folder() -> None:
    def below(url: str) -> str:
        address = parse_address(url)
        assert isinstance(address, SqliteAddress)
        return address.below(Path("/project/prisma")).path

    assert below("file:./dev.db") == "/project/prisma/dev.db"
    assert below("file:/data/dev.db") == "/data/dev.db"
    assert below(":memory:") == ":memory:"


REFUSED = [
    ("", "is empty"),
    ("dev.db", "has no scheme"),
    ("file:", "names no file"),
    ("mysql://root:hunter2@h/app", "MySQL is not served"),
    ("mongodb+srv://root:hunter2@h/app", "MongoDB is not served"),
    ("prisma://hunter2", "Prisma Accelerate is not served"),
    ("postgre://root:hunter2@h/app", "begins with `postgre:`"),
    ("postgresql://root:hunter2@h:port/app", "host or port cannot be read"),
    ("postgresql://h/app?connection_limit=many", "`connection_limit`"),
    ("postgresql://h/app?connection_limit=0", "at least 1"),
    ("postgresql://h/app?sslaccept=maybe", "`sslaccept=maybe` is unknown"),
    ("file:x.db?mode=rx", "`mode=rx` is unknown"),
    ("file:x.db?busy_timeout=-1", "`busy_timeout`"),
]


@pytest.mark.parametrize(("url", "reason"), REFUSED)
def test_a_url_that_says_nothing_useful_is_refused_with_a_reason(url: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_address(url)
    assert reason in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.proves("Databases", "passwords are never shown")
def test_a_password_is_never_shown() -> None:
    address = parse_address("postgresql://ada:hunter2@db:5433/app?sslpassword=hunter2")
    assert "hunter2" not in repr(address) + address.masked + str(address)
    assert address.masked == "postgresql://ada:***@db:5433/app"
