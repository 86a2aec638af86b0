"""The only code that waits: addresses, connections, pools, and the driving of programs through them."""

from nicol.drivers.address import Address, PostgresAddress, SqliteAddress, parse_address
from nicol.drivers.connection import AsyncConnection, Connection, Observation, Observer, arun, run
from nicol.drivers.database import AsyncDatabase, Database, open_async_database, open_database
from nicol.drivers.provision import create_database, database_exists, drop_database

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
