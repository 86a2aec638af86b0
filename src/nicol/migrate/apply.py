"""Applying migrations: each in one transaction with its row in the ledger, once, however many deployers there are."""

from __future__ import annotations

from nicol.dialects.dialect import Dialect, Fault
from nicol.errors import DriverError, MigrationError
from nicol.migrate.history import Migration
from nicol.migrate.ledger import read_ledger, record_applied
from nicol.sql.program import Program, Statement

_TRY_AGAIN = frozenset({Fault.BUSY, Fault.CONFLICT, Fault.CANCELLED, Fault.UNREACHABLE})


def apply_migration(migration: Migration, dialect: Dialect, row_id: str) -> Program[bool]:
    """Apply one migration and write it into the ledger; False when another deployer had done so meanwhile.

    Nothing of it lasts when anything fails. MigrationError tells the statement and the database's words; a database
    that is busy raises its DriverError, and trying again is safe.
    """
    script = migration.script(dialect.name)
    try:
        return (
            yield from dialect.transact(
                script,
                first=_still_pending(migration, dialect),
                last=record_applied(dialect, migration, script, row_id, steps=1),
            )
        )
    except DriverError as error:
        if is_passing(dialect, error):
            raise
        raise _refused(migration, error) from error
    except MigrationError as error:
        error.migration = migration.name
        raise


def replay(migration: Migration, dialect: Dialect) -> Program[None]:
    """Run one migration on a database that exists only to see what becomes of it; no ledger is kept."""
    try:
        yield from dialect.transact(migration.script(dialect.name), first=_always(), last=_nothing())
    except DriverError as error:
        if error.broken:
            raise
        raise MigrationError(
            f"the migration {migration.name} cannot be replayed: {error.message}",
            code="P3006",
            help="correct its SQL if it was not applied anywhere yet; otherwise restore the file from version control",
            migration=migration.name,
            statement=error.statement,
        ) from error
    except MigrationError as error:
        error.migration = migration.name
        raise


def is_passing(dialect: Dialect, error: DriverError) -> bool:
    """True for a failure that has nothing to do with the script: trying again later is safe and may succeed."""
    violation = dialect.meaning_of(error)
    return error.broken or (violation is not None and violation.fault in _TRY_AGAIN)


def _still_pending(migration: Migration, dialect: Dialect) -> Program[bool]:
    """Queue behind other deployers, then look whether one of them was faster."""
    if dialect.ledger.lock:
        yield Statement(dialect.ledger.lock, prepare=False)
    ledger = (yield from read_ledger(dialect)) or ()
    return not any(row.name == migration.name and row.applied for row in ledger)


def _always() -> Program[bool]:
    yield from ()
    return True


def _nothing() -> Program[None]:
    yield from ()


def _refused(migration: Migration, error: DriverError) -> MigrationError:
    state = f" ({error.state})" if error.state else ""
    hint = error.details.get("hint")
    return MigrationError(
        f"the migration {migration.name} failed and was undone: {error.message}{state}",
        code="P3018",
        help=(f"{hint}. " if hint else "")
        + "Nothing of it was kept and nothing was recorded: correct the SQL and run the command again",
        migration=migration.name,
        statement=error.statement,
    )
