"""How a connection to PostgreSQL is opened: libpq's settings, what must be put right, and why a server refused."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from nicol.drivers.address import PostgresAddress
from nicol.errors import DriverError
from nicol.sql.program import Row, Statement


def settings(address: PostgresAddress) -> dict[str, Any]:
    """What psycopg's `connect` takes."""
    given: dict[str, Any] = address.settings
    options = [given.pop("options", ""), *_startup_options(address)]
    return {
        **given,
        "dbname": address.database,
        "options": " ".join(filter(None, options)) or None,
        "connect_timeout": math.ceil(address.limits.connect),
        "autocommit": True,
    }


def _startup_options(address: PostgresAddress) -> Iterator[str]:
    if address.schema is not None and (not address.pooled or address.schema != "public"):
        quoted = '"' + address.schema.replace('"', '""') + '"'
        yield f"-c search_path={_escaped(quoted)}"
    if address.limits.statement is not None:
        yield f"-c statement_timeout={math.ceil(address.limits.statement * 1000)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def corrections(raw: psycopg.BaseConnection[Row]) -> Iterator[Statement]:
    """Moments are read and written in UTC and in ISO's order, whatever the server's own habits are."""
    if raw.info.parameter_status("TimeZone") not in ("UTC", "Etc/UTC", "GMT"):
        yield Statement("SET timezone = 'UTC'", prepare=False)
    if not (raw.info.parameter_status("DateStyle") or "").startswith("ISO"):
        yield Statement("SET datestyle = 'ISO'", prepare=False)


_REFUSALS = (
    (re.compile(r"password authentication failed|no password supplied|authentication failed"), "28P01"),
    (re.compile(r'database ".*" does not exist'), "3D000"),
    (re.compile(r'role ".*" does not exist|no pg_hba\.conf entry|is not permitted to log in'), "28000"),
    (re.compile(r"permission denied for database"), "42501"),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), "53300"),
    (re.compile(r"the database system is (starting up|shutting down|in recovery mode)"), "57P03"),
)
"""libpq gives no SQLSTATE for a refused connection, only its text."""

_UNREACHABLE = "08001"


@contextmanager
def connecting(address: PostgresAddress) -> Generator[None]:
    """Tell why a server refused, without the password."""
    try:
        yield
    except psycopg.Error as error:
        text = str(error)
        state = error.sqlstate or next(
            (code for pattern, code in _REFUSALS if pattern.search(text)), _UNREACHABLE
        )
        raise DriverError(
            f"cannot connect to {address.masked}: {_reason(text)}{_advice(text)}",
            state=state,
            details={"database": address.database},
            broken=True,
        ) from None


def _advice(text: str) -> str:
    """A pooler refuses what it could not keep apart for several users of one session."""
    return "; add pgbouncer=true to the URL" if "unsupported startup parameter" in text else ""


def _reason(text: str) -> str:
    """The last attempt's own sentence, without the list of attempts and advice around it."""
    lines = [line for line in text.strip().splitlines() if "failed: " in line] or [text.strip()]
    return lines[-1].rpartition("failed: ")[2].removeprefix("FATAL:").strip()
