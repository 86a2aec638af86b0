"""Migrations in several stages: claimed by one deployer at a time, recorded stage by stage, resumed where they stopped.

The row of the ledger is the lease. Its id is the fencing token: who takes over gives the row another one, and whoever
comes back with the old one finds no row to write into, and stops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from nicol.dialects.dialect import Dialect, Fault
from nicol.dialects.scripts import LIMITS, Limits, Stage
from nicol.errors import DriverError, MigrationBusy, MigrationError
from nicol.migrate.history import Migration, checksum
from nicol.migrate.ledger import LedgerRow, read_ledger, refuse_failed
from nicol.migrate.progress import LEASE, Progress, Worker, fingerprint
from nicol.sql.program import Program, Statement, rows


@dataclass(frozen=True, slots=True)
class Task:
    """A migration as one deployer carries it out: its stages on this database, by whom, and under which token.

    `work` makes the program that runs after the last statement, in the same transaction.
    """

    migration: Migration
    stages: tuple[Stage, ...]
    dialect: Dialect
    worker: Worker
    token: str
    work: Callable[[], Program[None]] | None = None

    @property
    def checksum(self) -> str:
        """The checksum that the ledger keeps."""
        return checksum(self.migration.script(self.dialect.name), self.migration.python)

    def progress(self, done: int, until: float, *, begun: bool = False, error: str | None = None) -> Progress:
        """The progress when some stages are done."""
        return Progress(len(self.stages), self.worker, until, fingerprint(self.stages[:done]), begun, error)


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a claimed migration goes on: `done` stages are done, and the next may have been begun (`again`)."""

    done: int
    again: bool


def claim(task: Task, gone: Callable[[Worker], bool]) -> Program[Claim | None]:
    """Take a migration on, or over from a worker whose lease has ended; None when it is applied already.

    `gone` tells of a worker whether its process is known to have ended. MigrationBusy when somebody is at work.
    """
    found: list[Claim] = []
    yield from task.dialect.transact((), _claim(task, gone, found), nothing())
    return found[0] if found else None


def _claim(task: Task, gone: Callable[[Worker], bool], found: list[Claim]) -> Program[bool]:
    name, texts = task.migration.name, task.dialect.ledger
    yield from queue(task.dialect)
    ledger = (yield from read_ledger(task.dialect)) or ()
    if any(row.name == name and row.applied for row in ledger):
        return False
    refuse_failed(row.name for row in ledger if row.failed)
    now = yield from _now(task.dialect)
    under_way = next((row for row in ledger if row.name == name and row.progress is not None), None)
    if under_way is None or under_way.progress is None:
        text = task.progress(0, now + LEASE).text
        yield Statement(texts.begin, (task.token, task.checksum, name, text))
        found.append(Claim(0, again=False))
        return True
    progress = under_way.progress
    yield from _ask_for(task.dialect, task.worker, under_way, progress, now, gone)
    _refuse_changed(task, under_way, progress)
    text = task.progress(under_way.steps, now + LEASE, begun=progress.begun).text
    yield from _write(texts.note, under_way.steps, text, task.token, task.checksum, under_way.id)
    found.append(Claim(under_way.steps, progress.begun))
    return True


def _ask_for(
    dialect: Dialect,
    own: Worker,
    row: LedgerRow,
    progress: Progress,
    now: float,
    gone: Callable[[Worker], bool],
) -> Program[None]:
    """MigrationBusy unless the worker has let go, or has to.

    A worker whose session lives may be in the middle of a statement, so its session is ended first. Where sessions are
    not known (SQLite has none, a pooler hides them) its late words find no row, and statements that stand alone can be
    said twice.
    """
    worker, sessions = progress.worker, dialect.sessions
    if progress.until == 0 or worker == own:
        return
    session = worker.session if sessions.alive else None
    lives = session is not None and bool((yield from rows(sessions.alive, session)))
    lapsed = progress.until <= now
    if (
        session is not None
        and lives
        and (lapsed or gone(worker))
        and (yield from rows(sessions.end, session))
    ):
        raise MigrationBusy(f"{worker.shown}, which does not answer any more, is being stopped")
    if not (lapsed or (gone(worker) and not lives) or (session is not None and not lives)):
        raise MigrationBusy(
            f"{worker.shown} is applying the migration {row.name} (step {row.steps + 1} of {progress.total})",
            migration=row.name,
        )


def _refuse_changed(task: Task, row: LedgerRow, progress: Progress) -> None:
    if fingerprint(task.stages[: row.steps]) != progress.done or row.steps > len(task.stages):
        raise MigrationError(
            f"the migration {row.name} was edited in the part that has been applied: "
            f"{row.steps} of its {progress.total} steps are done",
            code="P3009",
            help=(
                "restore these statements from version control (those after them may be corrected); or finish or undo the "
                f"migration by hand and say so: `nicol migrate resolve --applied {row.name}` or `--rolled-back {row.name}`"
            ),
            migration=row.name,
        )


def carry_out(task: Task, number: int, *, again: bool, limits: Limits = LIMITS) -> Program[None]:
    """Carry out one stage and record it; MigrationBusy when somebody else has taken the migration over."""
    stage = task.stages[number]
    if not stage.alone:
        limits = limits if task.work is None else replace(limits, idle=None)
        yield from task.dialect.transact(
            stage.statements, _hold(task), _worked(task, number, _record(task, number + 1)), limits
        )
        return
    yield from task.dialect.transact((), _hold(task), _record(task, number, begun=True))
    (statement,) = stage.statements
    yield from task.dialect.alone(statement, again=again)
    yield from task.dialect.transact((), _hold(task), _record(task, number + 1))


def _worked(task: Task, number: int, record: Program[None]) -> Program[None]:
    if task.work is not None and number + 1 == len(task.stages):
        yield from task.work()
    yield from record


def renew(task: Task) -> Program[None]:
    """Prolong the lease, whatever the stage."""
    yield from task.dialect.transact((), _hold(task), _prolong(task))


def _prolong(task: Task) -> Program[None]:
    row, progress = yield from _own_row(task)
    until = (yield from _now(task.dialect)) + LEASE
    text = replace(progress, until=until).text
    yield from _write(task.dialect.ledger.note, row.steps, text, task.token, task.checksum, task.token)


def let_go(task: Task, error: str | None) -> Program[None]:
    """Give the lease back before the end, and say what the next stage failed of."""
    yield from task.dialect.transact((), _hold(task), _release(task, error))


def _release(task: Task, error: str | None) -> Program[None]:
    row, progress = yield from _own_row(task)
    text = replace(progress, until=0.0, error=error).text
    yield from _write(task.dialect.ledger.note, row.steps, text, task.token, task.checksum, task.token)


# ---- words in the ledger ---------------------------------------------------------------------------------------------


def queue(dialect: Dialect) -> Program[None]:
    """Wait for other deployers until the transaction has the ledger for itself; MigrationBusy while Prisma is at work."""
    if dialect.ledger.lock:
        try:
            yield Statement(dialect.ledger.lock, prepare=False)
        except DriverError as error:
            raise _emptied(error, dialect) from error
    if dialect.ledger.turn and not (yield from rows(dialect.ledger.turn))[0][0]:
        raise MigrationBusy("Prisma is applying migrations")


def turn(
    dialect: Dialect,
    own: Worker,
    gone: Callable[[Worker], bool],
    known: tuple[LedgerRow, ...] | None = None,
) -> Program[bool]:
    """Wait for other deployers as one of them does, for a change that is no migration; always true.

    MigrationBusy while somebody is at work, or when the ledger is not what it was when the change was planned (`known`).
    """
    ledger = yield from read_ledger(dialect)
    if ledger is not None:
        yield from queue(dialect)
        ledger = (yield from read_ledger(dialect)) or ()
        now = yield from _now(dialect)
        for row in ledger:
            if (progress := row.progress) is not None:
                yield from _ask_for(dialect, own, row, progress, now, gone)
    if known is not None and known != (ledger or ()):
        raise MigrationBusy("another deployer has applied a migration")
    return True


def _emptied(error: DriverError, dialect: Dialect) -> Exception:
    """Who queued for a record that a reset has taken away meanwhile is told so."""
    violation = dialect.meaning_of(error)
    if violation is None or violation.fault is not Fault.TABLE_MISSING:
        return error
    return MigrationError(
        "the record of migrations is gone, since the database was emptied meanwhile",
        help="nothing was changed here; run the command again",
    )


def _hold(task: Task) -> Program[bool]:
    """Have the ledger, and the migration still."""
    yield from queue(task.dialect)
    yield from _own_row(task)
    return True


def _own_row(task: Task) -> Program[tuple[LedgerRow, Progress]]:
    ledger = (yield from read_ledger(task.dialect)) or ()
    for row in ledger:
        if row.id == task.token and (progress := row.progress) is not None:
            return row, progress
    raise _taken_over(task)


def _taken_over(task: Task) -> MigrationBusy:
    return MigrationBusy(f"another deployer has taken over the migration {task.migration.name}")


def _record(task: Task, done: int, *, begun: bool = False) -> Program[None]:
    texts = task.dialect.ledger
    if done == len(task.stages):
        yield from _write(texts.finish, done, task.checksum, task.token)
        return
    until = (yield from _now(task.dialect)) + LEASE
    text = task.progress(done, until, begun=begun).text
    yield from _write(texts.note, done, text, task.token, task.checksum, task.token)


def _write(text: str, *params: object) -> Program[None]:
    if (yield Statement(text, params)).affected != 1:
        raise MigrationBusy("another deployer has taken over the migration")


def _now(dialect: Dialect) -> Program[float]:
    ((now,),) = yield from rows(dialect.ledger.now)
    return float(now)


def nothing() -> Program[None]:
    """Say nothing."""
    yield from ()


def is_stepwise(stages: Sequence[Stage]) -> bool:
    """True when a script cannot be carried out in one transaction."""
    return len(stages) > 1 or any(stage.alone for stage in stages)
