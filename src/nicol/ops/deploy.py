"""`migrate deploy`: apply what the history has and the database has not. Asks nothing, plans nothing, resets nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicol.migrate.history import check_lock
from nicol.migrate.late import Late
from nicol.migrate.ledger import Standing, standing
from nicol.ops.applying import apply_all, due, latecomers, open_ledger, refuse_clashing, refuse_failed
from nicol.ops.data_migrations import check_python
from nicol.ops.databases import Target, ensure_database, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.manner import Manner, manner_of
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a deployment did. `before` is where the database stood; `applied` what was applied here, in order.

    `late` are those of them that came behind others which follow them by name; `held` are pending still: the first takes away
    what code of the former version needs.
    """

    target: Target
    before: Standing
    applied: tuple[str, ...]
    created: bool
    late: tuple[Late, ...]
    held: tuple[str, ...]


def migrate_deploy(
    project: Project,
    told: Callable[[str], None] = lambda _: None,
    manner: Manner | None = None,
    *,
    contract: bool = False,
    out_of_order: bool = False,
) -> Deployment:
    """Apply all pending migrations, each in one transaction where the database allows it.

    `told` hears the name of each when it is done. `contract`: also those that take away what code of the former
    version needs. `out_of_order`: also those whose order matters beside applied ones that
    follow them by name; else MigrationError before anything is done.
    """
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, (target.dialect.name,))
    created = ensure_database(target)
    with talk(target) as conversation:
        before = standing(history, open_ledger(conversation, read.schema), target.dialect.name)
        refuse_failed(before)
        late = latecomers(history, before, target.dialect)
        if not out_of_order:
            refuse_clashing(late)
        pending, held = due(history.migrations, before, contract=contract)
        manner = manner or manner_of(project)
        check_python(pending, manner.root)
        return Deployment(target, before, apply_all(conversation, pending, told, manner), created, late, held)
