"""Applying migrations: each in one transaction with its row in the ledger, once, however many deployers there are."""

from __future__ import annotations

from collections.abc import Iterable

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect, Fault
from nicol.dialects.scripts import bare
from nicol.errors import DriverError, MigrationError
from nicol.migrate.history import Migration
from nicol.migrate.ledger import read_ledger, record_applied
from nicol.sql.program import Program, Statement

_TRY_AGAIN = frozenset({Fault.BUSY, Fault.CONFLICT})
_OUTAGES = _TRY_AGAIN | {Fault.CANCELLED, Fault.UNREACHABLE, Fault.READ_ONLY, Fault.TOO_MANY_CONNECTIONS}


def apply_migration(migration: Migration, dialect: Dialect, row_id: str) -> Program[bool]:
    """Apply one migration and write it into the ledger; False when another deployer had done so meanwhile.

    Nothing of it lasts when anything fails. MigrationError tells the statement and the database's words; where the
    script is not to blame (`is_outage`), the DriverError goes on.
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
        if is_outage(dialect, error):
            raise
        raise _refused(migration, error) from error
    except MigrationError as error:
        raise _of(migration, "failed and was undone", "P3018", error) from error


def run_whole(script: str, dialect: Dialect) -> Program[bool]:
    """Run a script that belongs to no history, all of it or nothing."""
    return dialect.transact(script, first=_always(), last=_nothing())


def replay(migration: Migration, dialect: Dialect) -> Program[None]:
    """Run one migration on a database that exists only to see what becomes of it; no ledger is kept."""
    script = migration.script(dialect.name)
    try:
        yield from run_whole(script, dialect)
    except DriverError as error:
        if is_outage(dialect, error):
            raise
        raise MigrationError(
            f"the migration {migration.name} cannot be replayed: {error.message}",
            code="P3006",
            help="correct its SQL if it was not applied anywhere yet; otherwise restore the file from version control",
            migration=migration.name,
            statement=_alone(error.statement),
        ) from error
    except MigrationError as error:
        raise _of(migration, "cannot be replayed", "P3006", error) from error


def replayed(
    migrations: Iterable[Migration], dialect: Dialect, namespaces: tuple[str, ...]
) -> Program[Catalog]:
    """What an empty database holds after the migrations."""
    for migration in migrations:
        yield from replay(migration, dialect)
    return (yield from dialect.introspect(namespaces))


def is_outage(dialect: Dialect, error: DriverError) -> bool:
    """True for a failure that is no fault of the script."""
    violation = dialect.meaning_of(error)
    return error.broken or (violation is not None and violation.fault in _OUTAGES)


def is_passing(dialect: Dialect, error: DriverError) -> bool:
    """True for a failure after which trying again is safe and may succeed: somebody else was in the way."""
    violation = dialect.meaning_of(error)
    return not error.broken and violation is not None and violation.fault in _TRY_AGAIN


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
        help=(f"{hint.rstrip('.')}. " if hint else "")
        + "Nothing of it was kept and nothing was recorded: correct the SQL and run the command again",
        migration=migration.name,
        statement=_alone(error.statement),
    )


def _of(migration: Migration, fate: str, code: str, error: MigrationError) -> MigrationError:
    """What carrying out a script found wrong with it, said of the migration."""
    return MigrationError(
        f"the migration {migration.name} {fate}: {error.message}",
        code=code,
        help=error.help,
        migration=migration.name,
        statement=error.statement,
    )


def _alone(statement: str | None) -> str | None:
    """A statement without the comments before it: a list of warnings would hide it."""
    return bare(statement) if statement is not None else None
