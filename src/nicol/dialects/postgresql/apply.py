"""How PostgreSQL carries out a migration: one transaction that queues for the ledger, and the ledger's words."""

from __future__ import annotations

import re
from typing import TypeVar

from nicol.dialects.ledger import LedgerTexts, SessionTexts
from nicol.dialects.scripts import END, LIMITS, Limits, bare, refuse_undo
from nicol.errors import DriverError, MigrationBusy
from nicol.sql.program import Begin, Program, Rollback, Statement, nested, rows, say_all, transaction
from nicol.sql.quoting import quote

T = TypeVar("T")

_TABLE = '"_prisma_migrations"'

LEDGER = LedgerTexts(
    create=f"""CREATE TABLE IF NOT EXISTS {_TABLE} (
    "id"                    VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum"              VARCHAR(64) NOT NULL,
    "finished_at"           TIMESTAMPTZ,
    "migration_name"        VARCHAR(255) NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        TIMESTAMPTZ,
    "started_at"            TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count"   INTEGER NOT NULL DEFAULT 0
)""",
    exists="SELECT 1 FROM pg_catalog.pg_tables"
    " WHERE schemaname = pg_catalog.current_schema() AND tablename = '_prisma_migrations'",
    lock=f"LOCK TABLE {_TABLE} IN SHARE ROW EXCLUSIVE MODE",
    turn="SELECT pg_catalog.pg_try_advisory_xact_lock(72707369)",
    read="SELECT id, migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, logs,"
    f" applied_steps_count FROM {_TABLE} ORDER BY started_at, id",
    record=f"INSERT INTO {_TABLE} (id, checksum, migration_name, applied_steps_count, started_at, finished_at)"
    " VALUES ($1, $2, $3, $4, now(), clock_timestamp())",
    roll_back=f"UPDATE {_TABLE} SET rolled_back_at = clock_timestamp()"
    " WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL",
    undo=f"UPDATE {_TABLE} SET rolled_back_at = clock_timestamp() WHERE migration_name = $1 AND rolled_back_at IS NULL",
    begin=f"INSERT INTO {_TABLE} (id, checksum, migration_name, logs, started_at) VALUES ($1, $2, $3, $4, clock_timestamp())",
    note=f"UPDATE {_TABLE} SET applied_steps_count = $1, logs = $2, id = $3, checksum = $4"
    " WHERE id = $5 AND finished_at IS NULL AND rolled_back_at IS NULL",
    finish=f"UPDATE {_TABLE} SET applied_steps_count = $1, checksum = $2, logs = NULL, finished_at = clock_timestamp()"
    " WHERE id = $3 AND finished_at IS NULL AND rolled_back_at IS NULL",
    now="SELECT extract(epoch FROM clock_timestamp())::float8",
)

_SESSION = (
    "pg_catalog.pg_stat_activity WHERE pid::text = split_part($1::text, '/', 1)"
    " AND (backend_start IS NULL OR extract(epoch FROM backend_start)::text = split_part($1::text, '/', 2))"
)
SESSIONS = SessionTexts(
    own="SELECT pid || '/' || extract(epoch FROM backend_start)"
    " FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()",
    alive=f"SELECT 1 FROM {_SESSION}",
    end=f"SELECT pg_catalog.pg_terminate_backend(pid) FROM {_SESSION}"
    " AND pg_catalog.pg_has_role(current_user, usesysid, 'MEMBER')",
)

_FRAME = re.compile(
    r"(?is)(?:BEGIN|START\s+TRANSACTION|COMMIT|END)\b"
    rf"(?:\s+(?:WORK|TRANSACTION|AND\s+(?:NO\s+)?CHAIN))*{END}",
)
_QUEUE = "SET LOCAL lock_timeout = '10s'"
_PATIENCE = 3.0
_LOCKED = "55P03"


def transact(
    statements: tuple[str, ...], first: Program[bool], last: Program[None], limits: Limits = LIMITS
) -> Program[bool]:
    """Run a script's statements in one transaction, between `first` (false: there is nothing to do) and `last`.

    A statement that waits longer for a lock gives up, so that readers do not queue up behind it; trying again is safe.
    """
    refuse_undo(statements)
    return (yield from transaction(_work(statements, first, last, limits)))


def _work(
    statements: tuple[str, ...], first: Program[bool], last: Program[None], limits: Limits
) -> Program[bool]:
    yield Statement(_QUEUE, prepare=False)
    if (
        limits.idle is not None
    ):  # who is stopped here would keep its locks for as long as its connection lives
        idle = _milliseconds(limits.idle)
        yield Statement(f"SET LOCAL idle_in_transaction_session_timeout = {idle}", prepare=False)
    if not (yield from _let_in(first)):
        return False
    patience = _PATIENCE if limits.lock is None else limits.lock
    yield Statement(f"SET LOCAL lock_timeout = {max(1, _milliseconds(patience))}", prepare=False)
    if limits.statement is not None:
        yield Statement(f"SET LOCAL statement_timeout = {_milliseconds(limits.statement)}", prepare=False)
    for statement in statements:
        words = bare(statement)
        if words and not _FRAME.match(words):
            yield Statement(statement, prepare=False)
    yield from last
    return True


def _let_in(first: Program[bool]) -> Program[bool]:
    try:
        return (yield from first)
    except DriverError as error:
        if error.state != _LOCKED:
            raise
        raise MigrationBusy("another deployer is applying a migration") from error


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def clear(namespaces: tuple[str, ...], first: Program[bool] | None) -> Program[None]:
    """Take away the namespaces with all that they hold and make the empty ones anew; the current schema when none is given."""
    yield from transaction(_clear(namespaces, first))


def _clear(namespaces: tuple[str, ...], first: Program[bool] | None) -> Program[None]:
    if first is not None:
        yield Statement(_QUEUE, prepare=False)
        yield from _let_in(first)
        yield Statement("SET LOCAL lock_timeout TO DEFAULT", prepare=False)
    ((current,),) = yield from rows("SELECT pg_catalog.current_schema()")
    rights = yield from rows(_RIGHTS)
    for name in namespaces or (current,):
        yield Statement(f"DROP SCHEMA IF EXISTS {quote(name)} CASCADE", prepare=False)
    if current is not None:
        yield Statement(f"CREATE SCHEMA IF NOT EXISTS {quote(current)}", prepare=False)
        yield from say_all(Statement(text, prepare=False) for (text,) in rights)


_RIGHTS = """
SELECT format('GRANT %s ON SCHEMA %I TO %s%s', string_agg(g.privilege_type, ', '), n.nspname,
              CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) g
WHERE n.nspname = pg_catalog.current_schema() AND g.grantee <> n.nspowner
GROUP BY n.nspname, g.grantee, g.is_grantable"""
"""Who may see what the current schema holds: a new one is for its owner alone."""


def aside(work: Program[T]) -> Program[T]:
    """Run work as on an empty database, in one transaction that is undone: until then the namespaces bear other names.

    Renaming a namespace locks no table, so that nobody who uses them has to wait.
    """
    yield Begin()
    try:
        ((own,),) = yield from rows("SELECT coalesce(pg_catalog.current_schema(), 'public')")
        for number, (name,) in enumerate((yield from rows(_NAMESPACES))):
            yield Statement(
                f"ALTER SCHEMA {quote(name)} RENAME TO {quote(f'nicol_aside_{number}')}", prepare=False
            )
        yield Statement(f"CREATE SCHEMA {quote(own)}", prepare=False)
        for (extension,) in (yield from rows(_MOVABLE)):
            yield Statement(f"ALTER EXTENSION {quote(extension)} SET SCHEMA {quote(own)}", prepare=False)
        return (yield from nested(work, "nicol_aside"))
    finally:
        yield Rollback()


_NAMESPACES = (
    "SELECT nspname FROM pg_catalog.pg_namespace"
    " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"
)
_MOVABLE = (
    "SELECT extname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
    " WHERE extrelocatable AND nspname LIKE 'nicol\\_aside\\_%' ORDER BY 1"
)
