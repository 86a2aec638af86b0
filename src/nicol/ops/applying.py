"""Applying what is pending: one after the other, patient with other deployers, each told when it is done."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from nicol.dialects.dialect import Dialect
from nicol.errors import DriverError, MigrationError
from nicol.migrate.apply import apply_migration, is_passing
from nicol.migrate.history import Migration
from nicol.migrate.ledger import LedgerRow, Standing, create_ledger, read_ledger
from nicol.ops.databases import Conversation
from nicol.schema.schema import Schema

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds for which an act waits for other deployers and for locks, all in all."""


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
        raise MigrationError(
            f"the database {conversation.target.shown} is not empty and has no record of migrations",
            code="P3005",
            help="if its tables are those of the first migrations, say so: `nicol migrate resolve --applied <name>`",
        )
    return ledger if ledger is not None else make_ledger(conversation)


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
    """Stop where an earlier attempt ended nobody knows how (P3009)."""
    if standing.failed:
        name = standing.failed[0]
        raise MigrationError(
            f"the migration {name} failed earlier and is not resolved",
            code="P3009",
            help=(
                f"look at the database: `nicol migrate resolve --rolled-back {name}` if nothing of it is left there, "
                f"`nicol migrate resolve --applied {name}` if all of it is"
            ),
            migration=name,
        )


def apply_all(
    conversation: Conversation,
    migrations: Iterable[Migration],
    told: Callable[[str], None],
    patience: float = PATIENCE,
) -> tuple[str, ...]:
    """Apply migrations in order; the names of those that were applied here and not by another deployer meanwhile."""
    applied: list[str] = []
    deadline = time.monotonic() + patience
    for migration in migrations:
        if _patiently(
            lambda migration=migration: _apply(conversation, migration), conversation.target.dialect, deadline
        ):
            applied.append(migration.name)
            told(migration.name)
    return tuple(applied)


def _apply(conversation: Conversation, migration: Migration) -> bool:
    return conversation.run(apply_migration(migration, conversation.target.dialect, str(uuid.uuid4())))


def _patiently(attempt: Callable[[], T], dialect: Dialect, deadline: float) -> T:
    """Try until it works, unless trying again is no use or takes too long."""
    while True:
        try:
            return attempt()
        except DriverError as error:
            if not is_passing(dialect, error) or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.05, 0.4))  # noqa: S311 - so that deployers do not collide in step
