"""Applying migrations: each in one transaction with its row in the ledger, once, however many deployers there are."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace

from nicol.catalog import Catalog
from nicol.dialects.dialect import Dialect, Fault
from nicol.dialects.scripts import LIMITS, Limits, Stage, bare
from nicol.errors import DriverError, MigrationBusy, MigrationError
from nicol.migrate.history import Migration
from nicol.migrate.ledger import read_ledger, record_applied, refuse_failed
from nicol.migrate.stepwise import is_stepwise, nothing, queue
from nicol.sql.program import Program

_TRY_AGAIN = frozenset({Fault.BUSY, Fault.CONFLICT})
_OUTAGES = _TRY_AGAIN | {Fault.CANCELLED, Fault.UNREACHABLE, Fault.READ_ONLY, Fault.TOO_MANY_CONNECTIONS}


def apply_migration(
    migration: Migration,
    dialect: Dialect,
    row_id: str,
    work: Callable[[], Program[None]] | None = None,
    limits: Limits = LIMITS,
) -> Program[bool]:
    """Apply one migration and write it into the ledger; False when another deployer had done so meanwhile.

    `work` makes the program that runs after the SQL, in the same transaction. Nothing of it lasts when anything fails.
    MigrationError tells the statement and the database's words; where the script is not to blame (`is_outage`), the
    DriverError goes on.
    """
    script = migration.script(dialect.name)
    with blamed(migration, dialect, "failed and was undone"):
        return (
            yield from dialect.transact(
                dialect.split(script),
                first=_still_pending(migration, dialect),
                last=_recorded(work, record_applied(dialect, migration, script, row_id, steps=1)),
                limits=limits if work is None else replace(limits, idle=None),
            )
        )


def _recorded(work: Callable[[], Program[None]] | None, record: Program[None]) -> Program[None]:
    if work is not None:
        yield from work()
    yield from record


def stages_of(migration: Migration, dialect: Dialect) -> Program[tuple[Stage, ...]]:
    """The parts of a migration of which each is carried out at once; what it does in Python needs a transaction, too."""
    with blamed(migration, dialect, "cannot be applied"):
        stages = yield from dialect.stages(migration.script(dialect.name))
    return (*stages, Stage(())) if migration.python is not None and stages and stages[-1].alone else stages


def run_whole(script: str, dialect: Dialect, first: Program[bool] | None = None) -> Program[bool]:
    """Run a script that belongs to no history, all of it or nothing; in its transaction after what is said `first`."""
    stages = yield from dialect.stages(script)
    match stages:
        case (Stage(statements=(statement,), alone=True),):
            yield from dialect.alone(statement, again=False)
            return True
        case _ if is_stepwise(stages):
            lone = next(stage.statements[0] for stage in stages if stage.alone) if len(stages) > 1 else ""
            raise MigrationError(
                "the script cannot run in one transaction, and nothing of it was run",
                help="run the statement that has to stand alone by itself, and what comes before and after it",
                statement=bare(lone),
            )
        case _:
            return (yield from dialect.transact(dialect.split(script), first or _always(), nothing()))


def replay(migration: Migration, dialect: Dialect) -> Program[None]:
    """Run one migration on a database that exists only to see what becomes of it.

    No ledger is kept, and what a migration does to data in Python is left out.
    """
    script = migration.script(dialect.name)
    with blamed(migration, dialect, "cannot be replayed", "P3006"):
        for stage in (yield from dialect.stages(script)):
            yield from dialect.transact(dialect.rehearsed(stage), _always(), nothing())


def replayed(
    migrations: Iterable[Migration], dialect: Dialect, namespaces: tuple[str, ...]
) -> Program[Catalog]:
    """What an empty database holds after the migrations."""
    for migration in migrations:
        yield from replay(migration, dialect)
    return (yield from dialect.introspect(namespaces))


def replayed_along(
    migrations: Iterable[Migration], dialect: Dialect, namespaces: tuple[str, ...]
) -> Program[tuple[Catalog, ...]]:
    """What a database that was empty holds after each of the migrations."""
    found: list[Catalog] = []
    for migration in migrations:
        yield from replay(migration, dialect)
        found.append((yield from dialect.introspect(namespaces)))
    return tuple(found)


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
    yield from queue(dialect)
    ledger = (yield from read_ledger(dialect)) or ()
    if any(row.name == migration.name and row.applied for row in ledger):
        return False
    refuse_failed(row.name for row in ledger if row.failed)
    if any(row.name == migration.name and row.progress is not None for row in ledger):
        raise MigrationBusy(f"the migration {migration.name} is under way", migration=migration.name)
    return True


def _always() -> Program[bool]:
    yield from ()
    return True


# ---- what went wrong -------------------------------------------------------------------------------------------------

_FRESH = "Nothing of it was kept and nothing was recorded: correct the SQL and run the command again"
_REPLAY = (
    "correct its SQL if it was not applied anywhere yet; otherwise restore the file from version control"
)


@contextmanager
def blamed(
    migration: Migration, dialect: Dialect, fate: str, code: str = "P3018", way_out: str | None = None
) -> Generator[None]:
    """Say of a migration what its script was refused for. What is no fault of the script goes on as it is."""
    hint = way_out or (_REPLAY if code == "P3006" else _FRESH)
    try:
        yield
    except DriverError as error:
        if is_outage(dialect, error):
            raise
        raise _refused(migration, fate, code, hint, error) from error
    except MigrationBusy:
        raise
    except MigrationError as error:
        raise MigrationError(
            f"the migration {migration.name} {fate}: {error.message}",
            code=code,
            help=error.help or hint,
            migration=migration.name,
            statement=error.statement,
        ) from error


def _refused(migration: Migration, fate: str, code: str, way_out: str, error: DriverError) -> MigrationError:
    state = f" ({error.state})" if error.state else ""
    hint = error.details.get("hint")
    return MigrationError(
        f"the migration {migration.name} {fate}: {error.message}{state}",
        code=code,
        help=(f"{hint.rstrip('.')}. " if hint else "") + way_out,
        migration=migration.name,
        statement=_alone(error.statement),
    )


def _alone(statement: str | None) -> str | None:
    """A statement without the comments before it: a list of warnings would hide it."""
    return bare(statement) if statement is not None else None
