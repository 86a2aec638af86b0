"""The ledger: the table `_prisma_migrations` in which a database remembers what was applied to it, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nicol.dialects.dialect import Dialect
from nicol.errors import MigrationError
from nicol.migrate.history import History, Migration, checksum, matches
from nicol.migrate.progress import Progress, progress_of
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
    steps: int = 0

    @property
    def applied(self) -> bool:
        """True when the migration took effect and still does."""
        return self.finished and not self.rolled_back

    @property
    def failed(self) -> bool:
        """True when nobody knows how much of the migration took effect."""
        return not self.finished and not self.rolled_back and self.progress is None

    @property
    def progress(self) -> Progress | None:
        """How far a migration in several stages has come that has not come to its end."""
        return None if self.finished or self.rolled_back else progress_of(self.logs)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stands beside a history: names of migrations, each list in the order of the names.

    `applied`: in both. `pending`: only in the history. `missing`: applied, but no longer in the history. `changed`:
    applied from a script that reads otherwise today. `failed`: attempts that somebody has to resolve. `halfway`: those of the
    pending ones whose first stages are done. `torn`: those of the pending ones that replace others, of which some are applied.
    """

    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    halfway: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()


def standing(history: History, ledger: Iterable[LedgerRow], provider: str) -> Standing:
    """Compare a history with what a database remembers: by name and by the checksum of this database's script.

    A migration that replaces others is applied where all of these are.
    """
    entries = tuple(ledger)
    applied = {row.name: row.checksum for row in entries if row.applied}
    failed = {row.name for row in entries if row.failed}
    replaced = {migration.name: migration.replaces for migration in history.migrations if migration.replaces}
    whole = {name for name, old in replaced.items() if applied.keys() >= set(old)}
    torn = {name for name, old in replaced.items() if name not in whole and applied.keys() & set(old)}
    known = {*history.names, *(name for old in replaced.values() for name in old)}
    done = applied.keys() | whole
    return Standing(
        applied=tuple(name for name in history.names if name in done),
        pending=tuple(name for name in history.names if name not in done and name not in failed),
        missing=tuple(sorted(name for name in applied if name not in known)),
        changed=tuple(
            migration.name
            for migration in history.migrations
            if migration.name in applied
            and not matches(migration.script(provider), applied[migration.name], migration.python)
        ),
        failed=tuple(sorted(failed)),
        halfway=tuple(sorted({row.name for row in entries if row.progress is not None})),
        torn=tuple(sorted(torn - applied.keys())),
    )


def refuse_failed(names: Iterable[str]) -> None:
    """Stop where an earlier attempt ended nobody knows how (P3009)."""
    for name in sorted(names):
        raise MigrationError(
            f"the migration {name} failed earlier and is not resolved",
            code="P3009",
            help=(
                f"look at the database: `nicol migrate resolve --rolled-back {name}` if nothing of it is left there, "
                f"`nicol migrate resolve --applied {name}` if all of it is"
            ),
            migration=name,
        )


# ---- conversations ---------------------------------------------------------------------------------------------------


def read_ledger(dialect: Dialect) -> Program[tuple[LedgerRow, ...] | None]:
    """All rows in the order they were begun; None when the database has no ledger."""
    if not (yield from rows(dialect.ledger.exists)):
        return None
    found = yield from rows(dialect.ledger.read)
    return tuple(
        LedgerRow(str(id_), str(name), str(digest), bool(finished), bool(rolled_back), logs, int(steps))
        for id_, name, digest, finished, rolled_back, logs, steps in found
    )


def create_ledger(dialect: Dialect) -> Program[None]:
    """Make the ledger where there is none."""
    yield Statement(dialect.ledger.create, prepare=False)


def record_applied(
    dialect: Dialect, migration: Migration, script: str, row_id: str, *, steps: int
) -> Program[None]:
    """Write that a migration took effect; `steps` is 0 when it was only declared to have."""
    digest = checksum(script, migration.python)
    yield Statement(dialect.ledger.record, (row_id, digest, migration.name, steps))


def record_rolled_back(dialect: Dialect, name: str) -> Program[None]:
    """Write that the unfinished attempts at a migration left nothing behind."""
    yield Statement(dialect.ledger.roll_back, (name,))
