"""Databases as a whole: is there one, make one, take it away."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, assert_never

from nicol.drivers.address import Address, PostgresAddress, SqliteAddress
from nicol.drivers.connection import run
from nicol.drivers.database import open_database, require_psycopg
from nicol.errors import DriverError
from nicol.sql.program import Program, Statement, ask

T = TypeVar("T")

_MISSING = "3D000"
_EXISTS = "42P04"


def database_exists(address: Address) -> bool:
    """True when the database can be connected to; DriverError when its server cannot."""
    match address:
        case SqliteAddress(in_memory=True):
            return True
        case SqliteAddress(path=path):
            return Path(path).is_file()
        case PostgresAddress():
            return _postgres_exists(address)
        case _:
            assert_never(address)


def create_database(address: Address) -> bool:
    """Make the database, with its folder or its namespace, where it is missing; True when the database was."""
    existed = database_exists(address)
    match address:
        case SqliteAddress(in_memory=True):
            pass
        case SqliteAddress(path=path):
            _make_folder(Path(path).parent)
            with open_database(address) as database:
                database.connect()
        case PostgresAddress():
            if not existed:
                _on_server(address, f"CREATE DATABASE {_quote(address.database)}", unless=_EXISTS)
            _make_namespace(address)
        case _:
            assert_never(address)
    return not existed


def drop_database(address: Address) -> None:
    """Take the database away with all that it holds; nothing happens where there is none."""
    match address:
        case SqliteAddress(in_memory=True):
            pass
        case SqliteAddress(path=path):
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(path + suffix).unlink(missing_ok=True)
        case PostgresAddress():
            _on_server(address, f"DROP DATABASE IF EXISTS {_quote(address.database)} WITH (FORCE)")
        case _:
            assert_never(address)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DriverError(f"cannot make the folder {folder}: {error.strerror}", state="SQLITE_PERM") from None


def _postgres_exists(address: PostgresAddress) -> bool:
    try:
        _alone(address, ask(Statement("SELECT 1")))
    except DriverError as error:
        if error.state == _MISSING:
            return False
        raise
    return True


def _make_namespace(address: PostgresAddress) -> None:
    if address.schema is not None:
        _alone(
            address, ask(Statement(f"CREATE SCHEMA IF NOT EXISTS {_quote(address.schema)}", prepare=False))
        )


def _on_server(address: PostgresAddress, statement: str, unless: str = "") -> None:
    """Say a statement from a database that every server has; an error whose state is `unless` is no error."""
    try:
        _alone(address.on(_neighbour(address)), ask(Statement(statement, prepare=False)))
    except DriverError as error:
        if error.state != unless:
            raise


def _neighbour(address: PostgresAddress) -> str:
    return "template1" if address.database == "postgres" else "postgres"


def _alone(address: PostgresAddress, program: Program[T]) -> T:
    """Drive a program on a connection that is closed at once."""
    require_psycopg()
    from nicol.drivers.postgres import PostgresConnection

    connection = PostgresConnection.open(address)
    try:
        return run(program, connection)
    finally:
        connection.close()


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
