"""The health of a PostgreSQL database."""

from __future__ import annotations

from nicol.catalog import Catalog, Table
from nicol.dialects.health import Complaint, Health, Weight
from nicol.sql.program import Program, rows
from nicol.sql.quoting import quote, quote_full

_LAST_DAYS = {
    12: "2024-11-21",
    13: "2025-11-13",
    14: "2026-11-12",
    15: "2027-11-11",
    16: "2028-11-09",
    17: "2029-11-08",
    18: "2030-11-14",
}
"""When the last fixes of a version come (https://www.postgresql.org/support/versioning/)."""
_OLDEST = min(_LAST_DAYS)


def health(catalog: Catalog, pool: int) -> Program[Health]:
    """Look at the version, the encoding, the limit of connections, forgotten transactions and counters."""
    ((version, number, today, encoding, synced),) = yield from rows(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000, current_date::text, "
        "current_setting('server_encoding'), current_setting('fsync')"
    )
    found = [*_support(number, today), *_encoding(encoding), *_safety(synced)]
    found += yield from _connections(pool)
    found += yield from _forgotten()
    for table in catalog.tables:
        found += yield from _counters(table)
    return Health(f"PostgreSQL {version.split()[0]}", tuple(found))


def _support(version: int, today: str) -> list[Complaint]:
    last = _LAST_DAYS.get(max(version, _OLDEST))
    if last is None or today <= last:
        return []
    text = f"PostgreSQL {version} has had no fixes since {last}, not even for security"
    return [
        Complaint(
            "server-version",
            Weight.WARNING,
            text,
            "upgrade the server, after `nicol db backup --verify`",
        )
    ]


def _encoding(encoding: str) -> list[Complaint]:
    if encoding == "UTF8":
        return []
    text = f"the database's encoding is {encoding}: not every text can be stored"
    return [Complaint("encoding", Weight.ERROR, text, "make a new one with ENCODING 'UTF8' and move there")]


def _safety(synced: str) -> list[Complaint]:
    if synced == "on":
        return []
    text = "`fsync` is off: a crash of the machine may destroy the database"
    return [Complaint("fsync", Weight.WARNING, text, "ALTER SYSTEM SET fsync = on, then reload")]


def _connections(pool: int) -> Program[list[Complaint]]:
    ((most, taken),) = yield from rows(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int, "
        "(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend')"
    )
    if pool <= most // 2 and taken <= most * 0.8:
        return []
    text = (
        f"the server takes {most} connections, {taken} are taken, and one process of yours may ask for {pool}"
    )
    return [
        Complaint(
            "connection-limit",
            Weight.WARNING,
            text,
            "lower `connection_limit` in the URL, or put a pooler in front",
        )
    ]


def _forgotten() -> Program[list[Complaint]]:
    found = yield from rows(_IDLE)
    return [
        Complaint(
            "idle-transaction",
            Weight.WARNING,
            f"the session {pid} ({name or 'without a name'}) has kept a transaction open for {seconds // 60} minutes, so that "
            "nothing it could still see is cleaned up",
            f"SELECT pg_terminate_backend({pid})",
        )
        for pid, name, seconds in found
    ]


_IDLE = """
SELECT pid, application_name, round(extract(epoch FROM now() - state_change))::bigint FROM pg_catalog.pg_stat_activity
WHERE state LIKE 'idle in transaction%' AND datname = current_database() AND now() - state_change > interval '5 minutes'
ORDER BY 3 DESC LIMIT 3
"""


def _counters(table: Table) -> Program[list[Complaint]]:
    """A sequence that lags behind its column gives numbers that are taken: imports forget it."""
    complaints: list[Complaint] = []
    name = quote_full(table.namespace, table.name)
    for column in table.columns:
        if not column.autoincrement:
            continue
        ((sequence,),) = yield from rows(
            "SELECT pg_catalog.pg_get_serial_sequence($1, $2)", name, column.name
        )
        if sequence is None:
            continue
        ((highest, last, called),) = yield from rows(
            f"SELECT (SELECT max({quote(column.name)}) FROM {name}), last_value, is_called FROM {sequence}"
        )
        if highest is not None and highest >= last + (1 if called else 0):
            following = last + 1 if called else last
            text = (
                f"the sequence of {table.name}.{column.name} would give {following}, and {highest} is taken"
            )
            fix = f"SELECT setval('{sequence}', {highest}) (with `nicol db execute --stdin`)"
            complaints.append(Complaint("counter-behind", Weight.ERROR, text, fix))
    return complaints
