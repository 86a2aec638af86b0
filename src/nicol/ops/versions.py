"""`version`: what is installed here."""

from __future__ import annotations

import platform
from importlib import metadata

import nicol
from nicol.drivers import open_database
from nicol.sql.program import rows

_PACKAGES = ("apsw", "msgspec", "psycopg", "pydantic")


def versions() -> dict[str, str]:
    """Nicol, Python, SQLite and the libraries, each with its version, or `not installed`."""
    found = {"nicol": nicol.__version__, "python": platform.python_version(), "sqlite": _sqlite()}
    return found | {name: _version(name) for name in _PACKAGES} | {"platform": platform.platform()}


def _sqlite() -> str:
    with open_database(":memory:") as database:
        return str(database.run(rows("SELECT sqlite_version()"), write=False)[0][0])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
