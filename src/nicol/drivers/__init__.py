"""The only code that waits: addresses, connections, pools, and the driving of programs through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicol.drivers.address import Address, PostgresAddress, SqliteAddress, parse_address
from nicol.drivers.connection import AsyncConnection, Connection, Observation, Observer, arun, run
from nicol.drivers.database import Database, open_database
from nicol.drivers.provision import create_database, database_exists, drop_database

if TYPE_CHECKING:
    from nicol.drivers.database_async import AsyncDatabase, open_async_database

__all__ = [
    "Address",
    "AsyncConnection",
    "AsyncDatabase",
    "Connection",
    "Database",
    "Observation",
    "Observer",
    "PostgresAddress",
    "SqliteAddress",
    "arun",
    "create_database",
    "database_exists",
    "drop_database",
    "open_async_database",
    "open_database",
    "parse_address",
    "run",
]


def __getattr__(name: str) -> object:
    """What awaits is imported when it is asked for: asyncio would double the start of a blocking program."""
    if name not in ("AsyncDatabase", "open_async_database"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nicol.drivers import database_async

    return getattr(database_async, name)
