"""`migrate status`: where the database stands beside the history; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.migrate.history import check_lock
from nicol.migrate.ledger import Standing, read_ledger, standing
from nicol.ops.databases import Target, exists, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands. `unrecorded`: it holds tables, but no record of migrations."""

    target: Target
    standing: Standing
    migrations: int
    exists: bool = True
    unrecorded: bool = False

    @property
    def clean(self) -> bool:
        """True when history and database agree."""
        found = self.standing
        return not (found.pending or found.failed or found.changed or found.missing or self.unrecorded)


def migrate_status(project: Project) -> Status:
    """Compare the history with what the database remembers."""
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
        return Status(
            target, standing(history, ledger or (), target.dialect.name), count, unrecorded=unrecorded
        )
