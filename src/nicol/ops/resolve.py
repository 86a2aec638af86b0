"""`migrate resolve`: correct what the database remembers, where somebody knows better than the record."""

from __future__ import annotations

import uuid

from nicol.errors import MigrationError
from nicol.migrate.history import History, check_lock
from nicol.migrate.ledger import LedgerRow, read_ledger, record_applied, record_rolled_back
from nicol.ops.applying import make_ledger
from nicol.ops.databases import Target, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.sql.program import Program, transaction


def mark_applied(project: Project, name: str) -> Target:
    """Record a migration as applied without running it (a baseline, or a failed one that was completed by hand)."""
    target, history = _open(project)
    migration = history.get(name)
    if migration is None:
        raise MigrationError(
            f"there is no migration {name} in {project.migrations}",
            code="P3017",
            help=f"the last ones are {', '.join(history.names[-3:])}"
            if history.names
            else "the history is empty",
            migration=name,
        )
    with talk(target) as conversation:
        if any(row.name == name and row.applied for row in make_ledger(conversation)):
            raise MigrationError(
                f"the migration {name} is recorded as applied already", code="P3008", migration=name
            )

        def record() -> Program[None]:
            yield from record_rolled_back(target.dialect, name)
            script = migration.script(target.dialect.name)
            yield from record_applied(target.dialect, migration, script, str(uuid.uuid4()), steps=0)

        conversation.run(transaction(record()))
    return target


def mark_rolled_back(project: Project, name: str) -> Target:
    """Record that a failed migration left nothing behind, so that it is pending again."""
    target, _ = _open(project)
    with talk(target) as conversation:
        rows = conversation.run(read_ledger(target.dialect)) or ()
        _refuse_unless_failed(name, tuple(row for row in rows if row.name == name))
        conversation.run(transaction(record_rolled_back(target.dialect, name)))
    return target


def _refuse_unless_failed(name: str, attempts: tuple[LedgerRow, ...]) -> None:
    if not attempts:
        raise MigrationError(
            f"the migration {name} never was applied to this database",
            code="P3011",
            help="a migration that Nicol undid leaves no record: there is nothing to resolve, deploy again",
            migration=name,
        )
    if not any(row.failed for row in attempts):
        raise MigrationError(
            f"the migration {name} did not fail, so it cannot be marked as rolled back",
            code="P3012",
            help="undo an applied migration with a new one",
            migration=name,
        )


def _open(project: Project) -> tuple[Target, History]:
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, (target.dialect.name,))
    return target, history
