"""`migrate status`: where the database stands beside the history; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nicol.errors import MigrationError
from nicol.migrate.history import History, check_lock
from nicol.migrate.late import Late
from nicol.migrate.ledger import LedgerRow, Standing, read_ledger, standing
from nicol.ops.applying import due, latecomers
from nicol.ops.databases import Conversation, Target, exists, talk, target_of
from nicol.ops.drift import Drift, drift
from nicol.ops.histories import read_history
from nicol.ops.leases import is_gone
from nicol.ops.project import Project
from nicol.ops.replay import catalog_after, places_of
from nicol.ops.schemas import ReadSchema, read_schema
from nicol.sql.program import rows


@dataclass(frozen=True, slots=True)
class Halfway:
    """A migration of which `done` of `total` steps are done. `worker`: who works on it now; `error`: what stopped it."""

    name: str
    done: int
    total: int
    worker: str | None
    error: str | None

    @property
    def sentence(self) -> str:
        """The same in words."""
        if self.worker is not None:
            return f"{self.name}: {self.worker} is at step {self.done + 1} of {self.total}"
        reason = f" failed: {self.error}" if self.error else " was interrupted"
        return f"{self.name}: {self.done} of {self.total} steps are done; the next one{reason}"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands. `unrecorded`: it holds tables, but no record of migrations. `halfway`: what is under way.

    `late`: what is pending before applied ones. `held`: what is pending until no code of the former version runs.
    `drift`: what the database holds otherwise than its migrations made it; None where nobody compared.
    """

    target: Target
    standing: Standing
    migrations: int
    exists: bool = True
    unrecorded: bool = False
    halfway: tuple[Halfway, ...] = ()
    drift: Drift | None = None
    late: tuple[Late, ...] = ()
    held: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """True when history and database agree."""
        found = self.standing
        return not (
            found.pending or found.failed or found.changed or found.missing or self.unrecorded or self.drift
        )


def migrate_status(project: Project, *, compare: bool = False) -> Status:
    """Compare the history with what the database remembers; `compare`: also what it leads to with what is there."""
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, (target.dialect.name,))
    count = len(history.migrations)
    if not exists(target):
        return Status(target, standing(history, (), target.dialect.name), count, exists=False)
    with talk(target) as conversation:
        ledger = conversation.run(read_ledger(target.dialect))
        unrecorded = ledger is None and bool(conversation.catalog(read.schema).tables)
        halfway = halfway_of(conversation, ledger or ())
        stand = standing(history, ledger or (), target.dialect.name)
        found = _drift(project, read, history, stand, conversation) if compare and not unrecorded else None
        late = latecomers(history, stand, target.dialect)
        _, held = due(history.migrations, stand, contract=False)
        return Status(
            target, stand, count, unrecorded=unrecorded, halfway=halfway, drift=found, late=late, held=held
        )


def _drift(
    project: Project, read: ReadSchema, history: History, stand: Standing, conversation: Conversation
) -> Drift:
    """What differs from what the applied migrations lead to. While one is under way that cannot be told."""
    if stand.halfway:
        raise MigrationError(
            f"the migration {stand.halfway[0]} is applied in part, so that there is nothing to compare with",
            code="P3009",
            help="`nicol migrate deploy` goes on where it stopped; compare after that",
            migration=stand.halfway[0],
        )
    target = conversation.target
    applied = [migration for migration in history.migrations if migration.name in stand.applied]
    expected = catalog_after(applied, target.dialect, read.schema, places_of(project, read, target))
    return drift(expected, conversation.catalog(read.schema))


def halfway_of(conversation: Conversation, ledger: Iterable[LedgerRow]) -> tuple[Halfway, ...]:
    """The migrations that are under way, and how far."""
    found = [(row, progress) for row in ledger if (progress := row.progress) is not None]
    if not found:
        return ()
    ((now,),) = conversation.run(rows(conversation.target.dialect.ledger.now))
    return tuple(
        Halfway(
            row.name,
            row.steps,
            progress.total,
            progress.worker.shown if progress.until > now and not is_gone(progress.worker) else None,
            progress.error,
        )
        for row, progress in found
    )
