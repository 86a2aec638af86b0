"""`db push`: make the database what the schema says, without a history; for prototypes and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicol.catalog import Catalog
from nicol.dialects.changes import Rename, RewriteValue
from nicol.migrate.ledger import LedgerRow, read_ledger
from nicol.migrate.lower import lower
from nicol.migrate.probes import holding
from nicol.migrate.stepwise import nothing
from nicol.ops.applying import patiently
from nicol.ops.databases import Conversation, Target, ensure_database, talk, target_of
from nicol.ops.hazards import consent, weigh
from nicol.ops.leases import turn_of
from nicol.ops.manner import Manner, manner_of
from nicol.ops.planning import plan_between, plan_to
from nicol.ops.project import Project
from nicol.ops.questions import Questioner
from nicol.ops.renaming import NOTHING_SAID, Renaming, Said
from nicol.ops.schemas import read_schema
from nicol.ops.scripts import run_script
from nicol.schema.schema import Schema
from nicol.sql.program import ask


@dataclass(frozen=True, slots=True)
class Push:
    """What a push did: the number of statements, the losses that were agreed to, and what people should know."""

    target: Target
    created_database: bool
    statements: int
    losses: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def db_push(
    project: Project,
    questioner: Questioner,
    *,
    accept_data_loss: bool = False,
    force_reset: bool = False,
    renames: Said = NOTHING_SAID,
    manner: Manner | None = None,
) -> Push:
    """Change the database to what the schema says, all of it or nothing; `force_reset` empties it first, and asks nobody.

    `renames` tells what is renamed and what is not; it is asked about only where something would be lost. A deployer who is at
    work is waited for as another deployer would.
    """
    read = read_schema(project)
    target = target_of(project, read)
    created = ensure_database(target)
    with talk(target) as conversation:
        manner = manner or manner_of(project)
        if force_reset:
            patiently(lambda: conversation.clear(read.schema, turn_of(conversation)), conversation, manner)

        def attempt() -> Push:
            """Planned anew after each wait: another deployer may have changed what there is to do."""
            ledger = _in_turn(conversation)
            held = conversation.catalog(read.schema)
            renaming = _renaming(conversation, read.schema, held, renames, questioner)
            plan = plan_to(read.schema, held, target.dialect, renaming)
            losses = consent(weigh(conversation, plan.steps), questioner, accept_data_loss=accept_data_loss)
            statements = [statement for step in plan.steps for statement in step.statements]
            if statements:
                run_script(conversation, plan.text, turn_of(conversation, ledger))
            return Push(target, created, len(statements), losses, tuple(renaming.remarks))

        return patiently(attempt, conversation, manner)


def _in_turn(conversation: Conversation) -> tuple[LedgerRow, ...]:
    """What the database remembers when nobody is at work on it."""
    dialect = conversation.target.dialect
    conversation.run(dialect.transact((), turn_of(conversation), nothing()))
    return conversation.run(read_ledger(dialect)) or ()


def _renaming(
    conversation: Conversation, schema: Schema, held: Catalog, renames: Said, questioner: Questioner
) -> Renaming:
    """The rows tell whether anything is lost without a rename, and whether a value bears its new name already."""
    dialect = conversation.target.dialect

    def loses(found: Sequence[Rename]) -> bool:
        plan = plan_between(held, lower(schema, dialect), dialect, tuple(found), schema)
        weighed = weigh(conversation, plan.steps)
        return bool(weighed.losses or weighed.impossible)

    def made(rewrite: RewriteValue) -> bool:
        ((count,),) = conversation.run(ask(holding(rewrite))).rows
        return count == 0

    return Renaming(schema, renames, questioner, made, loses)
