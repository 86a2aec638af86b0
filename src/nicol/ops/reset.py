"""`migrate reset`: empty the database and apply the whole history anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicol.migrate.history import check_lock
from nicol.ops.applying import apply_all, make_ledger, patiently
from nicol.ops.databases import Target, ensure_database, talk, target_of
from nicol.ops.histories import read_history
from nicol.ops.leases import turn_of
from nicol.ops.manner import Manner, manner_of
from nicol.ops.project import Project
from nicol.ops.questions import Question, Questioner, agreed
from nicol.ops.schemas import read_schema


@dataclass(frozen=True, slots=True)
class Reset:
    """What a reset did: the migrations that were applied, in order."""

    target: Target
    applied: tuple[str, ...]


def migrate_reset(
    project: Project,
    questioner: Questioner,
    *,
    force: bool = False,
    told: Callable[[str], None] = lambda _: None,
    manner: Manner | None = None,
) -> Reset:
    """Lose all data, then apply all migrations. A deployer who is at work is waited for as another deployer would."""
    read = read_schema(project)
    target = target_of(project, read)
    history = read_history(project.migrations)
    check_lock(history.lock, (target.dialect.name,))
    agreed(
        questioner, Question(f"All data in {target.shown} will be lost. Go on?", "--force"), beforehand=force
    )
    ensure_database(target)
    with talk(target) as conversation:
        manner = manner or manner_of(project)
        patiently(lambda: conversation.clear(read.schema, turn_of(conversation)), conversation, manner)
        make_ledger(conversation)
        return Reset(target, apply_all(conversation, history.migrations, told, manner))
