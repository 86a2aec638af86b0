"""`db push`: make the database what the schema says, without a history; for prototypes and tests."""

from __future__ import annotations

from dataclasses import dataclass

from nicol.migrate.lower import lower
from nicol.ops.databases import Target, ensure_database, talk, target_of
from nicol.ops.hazards import consent, weigh
from nicol.ops.planning import plan_between
from nicol.ops.project import Project
from nicol.ops.questions import Questioner
from nicol.ops.schemas import read_schema
from nicol.ops.scripts import run_script


@dataclass(frozen=True, slots=True)
class Push:
    """What a push did: the number of statements, and the losses that were agreed to."""

    target: Target
    created_database: bool
    statements: int
    losses: tuple[str, ...] = ()


def db_push(
    project: Project, questioner: Questioner, *, accept_data_loss: bool = False, force_reset: bool = False
) -> Push:
    """Change the database to what the schema says, all of it or nothing; `force_reset` empties it first, and asks nobody."""
    read = read_schema(project)
    target = target_of(project, read)
    created = ensure_database(target)
    with talk(target) as conversation:
        if force_reset:
            conversation.clear(read.schema)
        plan = plan_between(
            conversation.catalog(read.schema), lower(read.schema, target.dialect), target.dialect
        )
        losses = consent(weigh(conversation, plan.steps), questioner, accept_data_loss=accept_data_loss)
        statements = [statement for step in plan.steps for statement in step.statements]
        if statements:
            run_script(conversation, plan.text)
        return Push(target, created, len(statements), losses)
