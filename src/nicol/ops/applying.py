"""Applying what is pending: one after the other, patient with other deployers, each told when it is done."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from nicol.dialects.dialect import Dialect
from nicol.errors import DriverError, MigrationBusy, MigrationError
from nicol.migrate.apply import apply_migration, is_passing, stages_of
from nicol.migrate.history import History, Migration
from nicol.migrate.late import Late, late_names
from nicol.migrate.ledger import LedgerRow, Standing, create_ledger, read_ledger
from nicol.migrate.ledger import refuse_failed as refuse_failed_names
from nicol.migrate.stepwise import is_stepwise
from nicol.ops.data_migrations import work_of
from nicol.ops.databases import Conversation, Target
from nicol.ops.leases import apply_stepwise
from nicol.ops.manner import Manner
from nicol.schema.schema import Schema

T = TypeVar("T")


def open_ledger(conversation: Conversation, schema: Schema | None) -> tuple[LedgerRow, ...]:
    """The ledger's rows; made where the database is empty, refused where tables of unknown origin are in it (P3005)."""
    dialect = conversation.target.dialect
    ledger = conversation.run(read_ledger(dialect))
    if ledger is not None:
        return ledger
    filled = bool(conversation.catalog(schema).tables)
    ledger = conversation.run(
        read_ledger(dialect)
    )  # again: another deployer makes the ledger first, tables after
    if ledger is None and filled:
        raise unrecorded(conversation.target)
    return ledger if ledger is not None else make_ledger(conversation)


def unrecorded(target: Target) -> MigrationError:
    """The refusal of a database whose tables came from nobody knows where."""
    return MigrationError(
        f"the database {target.shown} is not empty and has no record of migrations",
        code="P3005",
        help="if its tables are those of the first migrations, say so: `nicol migrate resolve --applied <name>`",
    )


def make_ledger(conversation: Conversation) -> tuple[LedgerRow, ...]:
    """The ledger, made if need be; two deployers that make it at once both find it."""
    dialect = conversation.target.dialect
    try:
        conversation.run(create_ledger(dialect))
    except DriverError:
        if (ledger := conversation.run(read_ledger(dialect))) is None:
            raise
        return ledger
    return conversation.run(read_ledger(dialect)) or ()


def refuse_failed(standing: Standing) -> None:
    """Stop where an earlier attempt ended nobody knows how, or the history was squashed too early for the database (P3009)."""
    refuse_failed_names(standing.failed)
    for name in standing.torn:
        raise MigrationError(
            f"the migration {name} replaces others, of which this database has only some",
            code="P3009",
            help="deploy the history as it was before it was squashed, from version control, then this one",
            migration=name,
        )


def refuse_halfway(standing: Standing) -> None:
    """Stop where only the first stages of a migration are done: what the database holds stands in no history."""
    for name in standing.halfway:
        raise MigrationError(
            f"the migration {name} is applied in part",
            code="P3009",
            help="`nicol migrate deploy` goes on where it stopped, `nicol migrate status` tells where that is",
            migration=name,
        )


def latecomers(history: History, standing: Standing, dialect: Dialect) -> tuple[Late, ...]:
    """The pending migrations that another branch left behind applied ones, each judged beside these."""
    pending = [name for name in standing.pending if name not in standing.halfway]
    if not late_names(history, pending, standing.applied):
        return ()
    from nicol.migrate.commuting import (
        late_beside,  # reading scripts costs more than a deployment with nothing to do
    )

    return late_beside(history, pending, standing.applied, dialect)


def refuse_clashing(late: Iterable[Late]) -> None:
    """Stop before migrations that another branch left behind where applying them now would lead elsewhere."""
    clashing = [each for each in late if each.clashes]
    if clashing:
        raise MigrationError(
            "; ".join(each.sentence for each in clashing),
            help=(
                "write it anew behind the others: remove its folder, run `nicol migrate dev` with the schema of both "
                "branches, and take over what was written by hand; or read both, and apply it as it is with --out-of-order"
            ),
            migration=clashing[0].name,
        )


def due(
    migrations: Iterable[Migration], standing: Standing, *, contract: bool
) -> tuple[list[Migration], tuple[str, ...]]:
    """The pending migrations that can be applied now, and the names of those that wait for the end of the former version.

    A database without any applied migration has no former version to wait for.
    """
    pending = [migration for migration in migrations if migration.name in standing.pending]
    waits = not contract and bool(standing.applied)
    first = next((place for place, each in enumerate(pending) if waits and each.contracts), len(pending))
    return pending[:first], tuple(each.name for each in pending[first:])


def apply_all(
    conversation: Conversation,
    migrations: Iterable[Migration],
    told: Callable[[str], None],
    manner: Manner | None = None,
) -> tuple[str, ...]:
    """Apply migrations in order; the names of those that were applied here and not by another deployer meanwhile."""
    applied: list[str] = []
    for migration in migrations:
        if _apply(conversation, migration, manner or Manner()):
            applied.append(migration.name)
            told(migration.name)
    return tuple(applied)


def _apply(conversation: Conversation, migration: Migration, manner: Manner) -> bool:
    dialect = conversation.target.dialect
    stages = conversation.run(stages_of(migration, dialect))
    work = work_of(conversation, migration, manner.root)

    def attempt() -> bool:
        if is_stepwise(stages) or _is_halfway(conversation, migration):
            return apply_stepwise(conversation, migration, stages, work, manner)
        row_id = str(uuid.uuid4())
        return conversation.run(apply_migration(migration, dialect, row_id, work, manner.limits))

    return patiently(attempt, conversation, manner)


def _is_halfway(conversation: Conversation, migration: Migration) -> bool:
    ledger = conversation.run(read_ledger(conversation.target.dialect)) or ()
    return any(row.name == migration.name and row.progress is not None for row in ledger)


def patiently(attempt: Callable[[], T], conversation: Conversation, manner: Manner) -> T:
    """Try until it works, unless trying again is no use or takes too long."""
    started, told = time.monotonic(), ""
    while True:
        try:
            return attempt()
        except DriverError as error:
            waited = time.monotonic() - started
            if not is_passing(conversation.target.dialect, error) or waited > manner.patience:
                raise
        except MigrationBusy as busy:
            waited = time.monotonic() - started
            if waited > manner.queue:
                raise _still_busy(busy, waited) from busy
            if waited > 1 and busy.message != told:
                told = busy.message
                manner.noted(f"Waiting: {told}")
        time.sleep(random.uniform(0.05, 0.4) * (1 if waited < 5 else 4))  # noqa: S311 - so that nobody collides in step


def _still_busy(busy: MigrationBusy, waited: float) -> MigrationBusy:
    return MigrationBusy(
        f"{busy.message}; after {waited:.0f} s it is not done yet",
        help="run the command again when the other one has ended, or wait longer with --wait; nothing was changed here",
        migration=busy.migration,
    )
