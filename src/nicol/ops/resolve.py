"""`migrate resolve`: correct what the database remembers, where somebody knows better than the record."""

from __future__ import annotations

import uuid

from nicol.errors import MigrationBusy, MigrationError
from nicol.migrate.history import History, check_lock
from nicol.migrate.ledger import LedgerRow, read_ledger, record_applied, record_rolled_back
from nicol.ops.applying import make_ledger
from nicol.ops.databases import Conversation, Target, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.ops.status import halfway_of
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
        ledger = make_ledger(conversation)
        _refuse_under_way(conversation, name, ledger)
        if any(row.name == name and row.applied for row in ledger):
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
    """Record that a failed migration, or one that was applied in part, left nothing behind, so that it is pending again."""
    target, _ = _open(project)
    with talk(target) as conversation:
        ledger = conversation.run(read_ledger(target.dialect)) or ()
        _refuse_under_way(conversation, name, ledger)
        _refuse_unless_failed(name, tuple(row for row in ledger if row.name == name))
        conversation.run(transaction(record_rolled_back(target.dialect, name)))
    return target


def _refuse_under_way(conversation: Conversation, name: str, ledger: tuple[LedgerRow, ...]) -> None:
    for halfway in halfway_of(conversation, ledger):
        if halfway.name == name and halfway.worker is not None:
            raise MigrationBusy(
                f"{halfway.worker} is applying the migration {name} at this moment",
                help="let it come to its end, or stop it and run the command again",
                migration=name,
            )


def _refuse_unless_failed(name: str, attempts: tuple[LedgerRow, ...]) -> None:
    if not attempts:
        raise MigrationError(
            f"the migration {name} never was applied to this database",
            code="P3011",
            help="a migration that Nicol undid leaves no record: there is nothing to resolve, deploy again",
            migration=name,
        )
    if not any(row.failed or row.progress is not None for row in attempts):
        raise MigrationError(
            f"the migration {name} did not fail, so it cannot be marked as rolled back",
            code="P3012",
            help="`nicol migrate down` takes applied migrations back, or a new migration undoes what this one did",
            migration=name,
        )


def _open(project: Project) -> tuple[Target, History]:
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, (target.dialect.name,))
    return target, history
