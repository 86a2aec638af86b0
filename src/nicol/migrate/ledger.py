"""The ledger: the table `_prisma_migrations` in which a database remembers what was applied to it, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nicol.dialects.dialect import Dialect
from nicol.migrate.history import History, Migration, checksum, matches
from nicol.sql.program import Program, Statement, rows

LEDGER_TABLE = "_prisma_migrations"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One attempt at a migration. It failed when it neither finished nor was marked as rolled back."""

    id: str
    name: str
    checksum: str
    finished: bool
    rolled_back: bool
    logs: str | None = None

    @property
    def applied(self) -> bool:
        """True when the migration took effect and still does."""
        return self.finished and not self.rolled_back

    @property
    def failed(self) -> bool:
        """True when nobody knows how much of the migration took effect."""
        return not self.finished and not self.rolled_back


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stands beside a history: names of migrations, each list in the order of the names.

    `applied`: in both. `pending`: only in the history. `missing`: applied, but no longer in the history. `changed`:
    applied from a script that reads otherwise today. `failed`: attempts that somebody has to resolve.
    """

    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def standing(history: History, ledger: Iterable[LedgerRow], provider: str) -> Standing:
    """Compare a history with what a database remembers: by name and by the checksum of this database's script."""
    entries = tuple(ledger)
    applied = {row.name: row.checksum for row in entries if row.applied}
    failed = {row.name for row in entries if row.failed}
    known = set(history.names)
    return Standing(
        applied=tuple(name for name in history.names if name in applied),
        pending=tuple(name for name in history.names if name not in applied and name not in failed),
        missing=tuple(sorted(name for name in applied if name not in known)),
        changed=tuple(
            migration.name
            for migration in history.migrations
            if migration.name in applied and not matches(migration.script(provider), applied[migration.name])
        ),
        failed=tuple(sorted(failed)),
    )


# ---- conversations ---------------------------------------------------------------------------------------------------


def read_ledger(dialect: Dialect) -> Program[tuple[LedgerRow, ...] | None]:
    """All rows in the order they were begun; None when the database has no ledger."""
    if not (yield from rows(dialect.ledger.exists)):
        return None
    found = yield from rows(dialect.ledger.read)
    return tuple(
        LedgerRow(str(id_), str(name), str(digest), bool(finished), bool(rolled_back), logs)
        for id_, name, digest, finished, rolled_back, logs in found
    )


def create_ledger(dialect: Dialect) -> Program[None]:
    """Make the ledger where there is none."""
    yield Statement(dialect.ledger.create, prepare=False)


def record_applied(
    dialect: Dialect, migration: Migration, script: str, row_id: str, *, steps: int
) -> Program[None]:
    """Write that a migration took effect; `steps` is 0 when it was only declared to have."""
    yield Statement(dialect.ledger.record, (row_id, checksum(script), migration.name, steps))


def record_rolled_back(dialect: Dialect, name: str) -> Program[None]:
    """Write that the unfinished attempts at a migration left nothing behind."""
    yield Statement(dialect.ledger.roll_back, (name,))
